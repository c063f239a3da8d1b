/* test_map.c - what a map of a file shows, and who sees what is written to it. */
#include "maps.h"

#include <stdlib.h>

enum { LONGER_THAN_TWO_GRANULES = 3 * 65536 + 123, LETTERS = 47474 };

static void maps_the_whole_file_for_reading_by_default(void)
{
    fixture_file file = fixture_patterned(10000);
    mmapio_error error = stale_error();
    mmapio_map *map = NULL;

    CHECK_OK(mmapio_map_file(file.handle, NULL, &map, &error));
    CHECK_OWN_ERROR(MMAPIO_OK, error);
    CHECK_EQUAL(10000, mmapio_map_length(map));
    for (uint64_t i = 0; i < 10000; i++) {
        CHECK_EQUAL(fixture_pattern(i), bytes_of(map)[i]);
    }
    close_map(map);
    fixture_remove(&file);
}

static void maps_a_part_and_reports_the_length_asked_for(void)
{
    fixture_file file = fixture_patterned(10000);
    mmapio_map *map = map_part(file.handle, READ_ONLY, SHARED, 1000, 5000);

    CHECK_EQUAL(5000, mmapio_map_length(map));
    for (uint64_t i = 0; i < 5000; i++) {
        CHECK_EQUAL(fixture_pattern(1000 + i), bytes_of(map)[i]);
    }
    close_map(map);
    fixture_remove(&file);
}

static void length_zero_reaches_to_the_end_of_the_file(void)
{
    fixture_file file = fixture_patterned(10000);
    mmapio_map *map = map_part(file.handle, READ_ONLY, SHARED, 7777, 0);

    CHECK_EQUAL(10000 - 7777, mmapio_map_length(map));
    CHECK_EQUAL(fixture_pattern(9999), bytes_of(map)[10000 - 7777 - 1]);
    close_map(map);
    fixture_remove(&file);
}

static void the_handle_may_be_closed_after_mapping(void)
{
    fixture_file file = fixture_patterned(10000);
    intptr_t handle = fixture_open(&file, FIXTURE_READ_WRITE);
    mmapio_map *map = map_whole(handle, READ_WRITE, SHARED);
    unsigned char byte = 0;

    fixture_close(handle);
    CHECK_EQUAL(fixture_pattern(5000), bytes_of(map)[5000]);
    bytes_of(map)[5000] = 255;
    CHECK_OK(mmapio_map_sync(map, 0, 10000, MMAPIO_MS_SYNC, NULL));
    close_map(map);
    fixture_read(file.handle, 5000, &byte, 1);
    CHECK_EQUAL(255, byte);
    fixture_remove(&file);
}

/* First and last byte of a part, wherever it begins and however long it is. */
static void an_adopted_handle_is_closed_with_the_map(void)
{
    fixture_file file = fixture_patterned(10000);
    size_t before = fixture_open_handles();
    intptr_t handle = fixture_open(&file, FIXTURE_READ);
    mmapio_map *map = map_whole(handle, READ_ONLY, SHARED | MMAPIO_MAP_ADOPT_FILE);

    CHECK_EQUAL(before + 1, fixture_open_handles());
    CHECK_EQUAL(fixture_pattern(9999), bytes_of(map)[9999]);
    close_map(map);
    CHECK_EQUAL(before, fixture_open_handles());
    fixture_remove(&file);
}

static void a_handle_that_was_not_mapped_is_not_adopted(void)
{
    fixture_file file = fixture_patterned(10000);
    intptr_t handle = fixture_open(&file, FIXTURE_READ);
    mmapio_map_options late = options_of(READ_ONLY, SHARED | MMAPIO_MAP_ADOPT_FILE, 10001, 0);
    mmapio_map_options denied = options_of(READ_WRITE, SHARED | MMAPIO_MAP_ADOPT_FILE, 0, 0);
    mmapio_map *map = NULL;
    unsigned char byte = 0;

    CHECK_STATUS(MMAPIO_OUT_OF_RANGE, mmapio_map_file(handle, &late, &map, NULL));
    CHECK_STATUS(MMAPIO_ACCESS_DENIED, mmapio_map_file(handle, &denied, &map, NULL));
    fixture_read(handle, 9999, &byte, 1);
    CHECK_EQUAL(fixture_pattern(9999), byte);
    fixture_close(handle);
    fixture_remove(&file);
}

static void check_part(intptr_t handle, uint64_t offset, uint64_t length)
{
    mmapio_map *map = map_part(handle, READ_ONLY, SHARED, offset, length);
    uint64_t expected = length == 0 ? LONGER_THAN_TWO_GRANULES - offset : length;

    CHECK_EQUAL(expected, mmapio_map_length(map));
    CHECK_EQUAL(fixture_pattern(offset), bytes_of(map)[0]);
    CHECK_EQUAL(fixture_pattern(offset + expected - 1), bytes_of(map)[expected - 1]);
    close_map(map);
}

static void an_unaligned_offset_gives_the_very_byte(void)
{
    static const uint64_t centres[] = {1, 4096, 8192, 16384, 32768, 65536, 2 * 65536, 3 * 65536};
    fixture_file file = fixture_patterned(LONGER_THAN_TWO_GRANULES);

    for (size_t i = 0; i < sizeof centres / sizeof centres[0]; i++) {
        for (uint64_t offset = centres[i] - 1; offset <= centres[i] + 1; offset++) {
            check_part(file.handle, offset, 0);
            check_part(file.handle, offset, 1);
            check_part(file.handle, offset, LONGER_THAN_TWO_GRANULES - offset);
            check_part(file.handle, offset, 97);
        }
    }
    check_part(file.handle, LONGER_THAN_TWO_GRANULES - 1, 0);
    check_part(file.handle, 511, 4096);
    check_part(file.handle, 65535, 65537);
    fixture_remove(&file);
}

/* A map of nothing: no address, no length, and only ranges of nothing. */
static void check_empty(mmapio_map *map)
{
    mmapio_residency report;
    uint64_t backed = 99;

    memset(&report, 0, sizeof report);
    report.struct_size = (uint32_t)sizeof report;
    CHECK(mmapio_map_data(map) == NULL);
    CHECK_EQUAL(0, mmapio_map_length(map));
    CHECK_OK(mmapio_map_backed_length(map, &backed, NULL));
    CHECK_EQUAL(0, backed);
    CHECK_OK(mmapio_map_advise(map, 0, 0, MMAPIO_MADV_WILLNEED, NULL, NULL));
    CHECK_OK(mmapio_map_sync(map, 0, 0, MMAPIO_MS_SYNC, NULL));
    CHECK_OK(mmapio_map_residency(map, 0, 0, &report, NULL, NULL));
    CHECK_EQUAL(0, report.pages);
    CHECK_OK(mmapio_map_protect(map, 0, 0, MMAPIO_PROT_READ, NULL));
    CHECK_OK(mmapio_map_lock(map, 0, 0, 0, NULL));
    CHECK_OK(mmapio_map_unlock(map, 0, 0, NULL));
    CHECK_OK(mmapio_map_populate(map, 0, 0, MMAPIO_PROT_READ, NULL));
    for (uint64_t offset = 0; offset < 2; offset++) {
        uint64_t length = 1 - offset;
        CHECK_STATUS(MMAPIO_OUT_OF_RANGE, mmapio_map_advise(map, offset, length, MMAPIO_MADV_NORMAL, NULL, NULL));
        CHECK_STATUS(MMAPIO_OUT_OF_RANGE, mmapio_map_sync(map, offset, length, MMAPIO_MS_SYNC, NULL));
        CHECK_STATUS(MMAPIO_OUT_OF_RANGE, mmapio_map_residency(map, offset, length, &report, NULL, NULL));
        CHECK_STATUS(MMAPIO_OUT_OF_RANGE, mmapio_map_protect(map, offset, length, MMAPIO_PROT_READ, NULL));
        CHECK_STATUS(MMAPIO_OUT_OF_RANGE, mmapio_map_lock(map, offset, length, 0, NULL));
        CHECK_STATUS(MMAPIO_OUT_OF_RANGE, mmapio_map_unlock(map, offset, length, NULL));
        CHECK_STATUS(MMAPIO_OUT_OF_RANGE, mmapio_map_populate(map, offset, length, MMAPIO_PROT_READ, NULL));
    }
    close_map(map);
}

static void an_empty_file_gives_an_empty_map(void)
{
    fixture_file file = fixture_create(FIXTURE_DISK);
    mmapio_map_options eager = options_of(READ_WRITE, SHARED | MMAPIO_MAP_LOCKED | MMAPIO_MAP_POPULATE, 0, 0);
    mmapio_map *map = NULL;

    check_empty(map_whole(file.handle, READ_ONLY, SHARED));
    check_empty(map_whole(file.handle, READ_WRITE, PRIVATE));
    CHECK_OK(mmapio_map_file(file.handle, &eager, &map, NULL));
    check_empty(map);
    CHECK_EQUAL(0, fixture_length(file.handle));
    fixture_remove(&file);
}

static void an_offset_at_the_end_gives_an_empty_map(void)
{
    uint64_t page = fixture_page_size();
    uint64_t lengths[] = {100, page, page + 1};

    for (size_t i = 0; i < 3; i++) {
        fixture_file file = fixture_patterned(lengths[i]);
        check_empty(map_part(file.handle, READ_ONLY, SHARED, lengths[i], 0));
        fixture_remove(&file);
    }
}

static void an_offset_past_the_end_is_out_of_range(void)
{
    fixture_file file = fixture_patterned(100);
    mmapio_map_options options = options_of(READ_ONLY, SHARED, 101, 0);
    mmapio_error error = stale_error();
    mmapio_map *map = (mmapio_map *)&file;

    CHECK_STATUS(MMAPIO_OUT_OF_RANGE, mmapio_map_file(file.handle, &options, &map, &error));
    CHECK_OWN_ERROR(MMAPIO_OUT_OF_RANGE, error);
    CHECK(map == NULL);
    fixture_remove(&file);
}

static void shared_writes_are_seen_by_other_maps_and_by_reading_at_once(void)
{
    fixture_file file = fixture_create(FIXTURE_DISK);
    unsigned char *expected = malloc(LETTERS);
    unsigned char *found = malloc(LETTERS);
    mmapio_map *writer;
    mmapio_map *reader;

    CHECK(expected != NULL && found != NULL);
    CHECK(fixture_resize(file.handle, LETTERS));
    writer = map_whole(file.handle, READ_WRITE, SHARED);
    reader = map_whole(file.handle, READ_ONLY, SHARED);
    for (size_t i = 0; i < LETTERS; i++) {
        expected[i] = (unsigned char)(32 + i % 60);
        bytes_of(writer)[i] = expected[i];
    }
    CHECK(memcmp(expected, mmapio_map_data(reader), LETTERS) == 0);
    fixture_read(file.handle, 0, found, LETTERS);
    CHECK(memcmp(expected, found, LETTERS) == 0);
    close_map(writer);
    close_map(reader);
    fixture_remove(&file);
    free(expected);
    free(found);
}

static void writes_to_the_file_are_seen_by_a_map_at_once(void)
{
    fixture_file file = fixture_patterned(10000);
    mmapio_map *map = map_whole(file.handle, READ_ONLY, SHARED);

    CHECK_EQUAL(fixture_pattern(9000), bytes_of(map)[9000]);
    fixture_write(file.handle, 9000, "new", 3);
    CHECK(memcmp(bytes_of(map) + 9000, "new", 3) == 0);
    close_map(map);
    fixture_remove(&file);
}

static void private_writes_stay_private(void)
{
    fixture_file file = fixture_patterned(10000);
    mmapio_map *mine = map_whole(file.handle, READ_WRITE, PRIVATE);
    mmapio_map *theirs = map_whole(file.handle, READ_ONLY, SHARED);
    unsigned char byte = 0;

    bytes_of(mine)[5000] = 255;
    CHECK_EQUAL(255, bytes_of(mine)[5000]);
    CHECK_EQUAL(fixture_pattern(5000), bytes_of(theirs)[5000]);
    close_map(mine);
    close_map(theirs);
    fixture_read(file.handle, 5000, &byte, 1);
    CHECK_EQUAL(fixture_pattern(5000), byte);
    fixture_remove(&file);
}

static void private_writes_need_no_more_than_a_handle_for_reading(void)
{
    fixture_file file = fixture_patterned(10000);
    intptr_t handle = fixture_open(&file, FIXTURE_READ);
    mmapio_map *map = map_whole(handle, READ_WRITE, PRIVATE);

    bytes_of(map)[0] = 255;
    CHECK_EQUAL(255, bytes_of(map)[0]);
    CHECK_EQUAL(fixture_pattern(1), bytes_of(map)[1]);
    close_map(map);
    fixture_close(handle);
    fixture_remove(&file);
}

static void check_denied(const fixture_file *file, fixture_access access, uint32_t protection, uint32_t flags)
{
    intptr_t handle = fixture_open(file, access);
    mmapio_map_options options = options_of(protection, flags, 0, 0);
    mmapio_error error = stale_error();
    mmapio_map *map = NULL;

    CHECK_STATUS(MMAPIO_ACCESS_DENIED, mmapio_map_file(handle, &options, &map, &error));
    CHECK_STATUS(MMAPIO_ACCESS_DENIED, error.status);
    CHECK(map == NULL);
    fixture_close(handle);
}

static void a_handle_that_lacks_the_access_is_denied(void)
{
    fixture_file file = fixture_patterned(10000);

    check_denied(&file, FIXTURE_READ, READ_WRITE, SHARED);
    check_denied(&file, FIXTURE_READ, MMAPIO_PROT_WRITE, SHARED);
    check_denied(&file, FIXTURE_WRITE_ONLY, READ_ONLY, SHARED);
    check_denied(&file, FIXTURE_WRITE_ONLY, READ_ONLY, PRIVATE);
    fixture_remove(&file);
}

static void permission_to_write_implies_reading(void)
{
    fixture_file file = fixture_patterned(10000);
    mmapio_map *map = map_whole(file.handle, MMAPIO_PROT_WRITE, SHARED);

    CHECK_EQUAL(fixture_pattern(8000), bytes_of(map)[8000]);
    bytes_of(map)[8000] = 255;
    CHECK_EQUAL(255, bytes_of(map)[8000]);
    close_map(map);
    fixture_remove(&file);
}

static void closing_unmaps(void)
{
    uint64_t page = fixture_page_size();
    fixture_file file = fixture_patterned(5 * page);
    mmapio_map *map = map_part(file.handle, READ_ONLY, SHARED, page + 10, 3 * page);
    unsigned char *data = bytes_of(map);

    CHECK(fixture_is_mapped(data));
    CHECK(fixture_is_mapped(data + 3 * page - 1));
    close_map(map);
    CHECK(!fixture_is_mapped(data));
    CHECK(!fixture_is_mapped(data + 3 * page - 1));
    fixture_remove(&file);
}

static void no_map_at_all_is_harmless(void)
{
    uint64_t backed = 99;
    mmapio_error error = stale_error();

    CHECK_OK(mmapio_map_close(NULL));
    CHECK(mmapio_map_data(NULL) == NULL);
    CHECK_EQUAL(0, mmapio_map_length(NULL));
    CHECK_STATUS(MMAPIO_INVALID_ARGUMENT, mmapio_map_backed_length(NULL, &backed, &error));
    CHECK_OWN_ERROR(MMAPIO_INVALID_ARGUMENT, error);
    CHECK_EQUAL(0, backed);
}

static void all_of_a_map_within_its_file_is_backed(void)
{
    fixture_file file = fixture_patterned(10000);
    mmapio_map *map = map_part(file.handle, READ_ONLY, SHARED, 4321, 0);
    uint64_t backed = 99;
    mmapio_error error = stale_error();

    CHECK_OK(mmapio_map_backed_length(map, &backed, &error));
    CHECK_EQUAL(10000 - 4321, backed);
    CHECK_OWN_ERROR(MMAPIO_OK, error);
    CHECK_STATUS(MMAPIO_INVALID_ARGUMENT, mmapio_map_backed_length(map, NULL, &error));
    CHECK_OWN_ERROR(MMAPIO_INVALID_ARGUMENT, error);
    close_map(map);
    fixture_remove(&file);
}

TEST_MAIN(TEST(maps_the_whole_file_for_reading_by_default), TEST(maps_a_part_and_reports_the_length_asked_for),
          TEST(length_zero_reaches_to_the_end_of_the_file), TEST(the_handle_may_be_closed_after_mapping),
          TEST(an_adopted_handle_is_closed_with_the_map), TEST(a_handle_that_was_not_mapped_is_not_adopted),
          TEST(an_unaligned_offset_gives_the_very_byte), TEST(an_empty_file_gives_an_empty_map),
          TEST(an_offset_at_the_end_gives_an_empty_map), TEST(an_offset_past_the_end_is_out_of_range),
          TEST(shared_writes_are_seen_by_other_maps_and_by_reading_at_once),
          TEST(writes_to_the_file_are_seen_by_a_map_at_once), TEST(private_writes_stay_private),
          TEST(private_writes_need_no_more_than_a_handle_for_reading), TEST(a_handle_that_lacks_the_access_is_denied),
          TEST(permission_to_write_implies_reading), TEST(closing_unmaps), TEST(no_map_at_all_is_harmless),
          TEST(all_of_a_map_within_its_file_is_backed))
