/* test_no_handle.c - MMAPIO_MAP_NO_HANDLE: maps that keep no handle to their file. */
#include "maps.h"

enum { BYTES = 20000, WITHOUT = SHARED | MMAPIO_MAP_NO_HANDLE };

static void such_a_map_has_no_handle(void)
{
    fixture_file file = fixture_patterned(BYTES);
    size_t before = fixture_open_handles();
    mmapio_map *map = map_part(file.handle, READ_WRITE, WITHOUT, 100, BYTES - 100);

    CHECK_EQUAL(before, fixture_open_handles());
    close_map(map);
    CHECK_EQUAL(before, fixture_open_handles());
    CHECK_EQUAL(BYTES, fixture_length(file.handle));
    fixture_remove(&file);
}

static void what_needs_none_works_as_with_one(void)
{
    fixture_file file = fixture_patterned(BYTES);
    mmapio_map *map = map_whole(file.handle, READ_WRITE, WITHOUT);
    unsigned char bytes[10];
    uint64_t backed = 0;
    mmapio_residency report;

    CHECK_EQUAL(BYTES, mmapio_map_length(map));
    CHECK_EQUAL(fixture_pattern(BYTES - 1), bytes_of(map)[BYTES - 1]);
    CHECK_OK(mmapio_map_read(map, 5, bytes, sizeof bytes, NULL, NULL));
    CHECK_EQUAL(fixture_pattern(5), bytes[0]);
    CHECK_OK(mmapio_map_write(map, 7, "xyz", 3, NULL, NULL));
    CHECK_OK(mmapio_map_sync(map, 0, BYTES, MMAPIO_MS_ASYNC, NULL));
    CHECK_OK(mmapio_map_sync(map, 0, BYTES, MMAPIO_MS_SYNC, NULL));
    fixture_read(file.handle, 7, bytes, 3);
    CHECK(memcmp(bytes, "xyz", 3) == 0);
    CHECK_OK(mmapio_map_advise(map, 0, BYTES, MMAPIO_MADV_SEQUENTIAL, NULL, NULL));
    CHECK_OK(mmapio_map_prefetch(map, 0, BYTES, NULL, NULL));
    CHECK_OK(mmapio_map_populate(map, 0, BYTES, MMAPIO_PROT_READ, NULL));
    CHECK_OK(mmapio_map_protect(map, 0, BYTES, MMAPIO_PROT_READ, NULL));
    CHECK_OK(mmapio_map_backed_length(map, &backed, NULL));
    CHECK_EQUAL(BYTES, backed);
    memset(&report, 0, sizeof report);
    report.struct_size = (uint32_t)sizeof report;
    CHECK_OK(mmapio_map_residency(map, 0, BYTES, &report, NULL, NULL));
    close_map(map);
    fixture_remove(&file);
}

static void eviction_does_what_it_can(void)
{
    fixture_file file = fixture_patterned(BYTES);
    mmapio_map *map = map_whole(file.handle, READ_WRITE, WITHOUT);
    mmapio_eviction report;

    memset(&report, 0, sizeof report);
    report.struct_size = (uint32_t)sizeof report;
    bytes_of(map)[3] = 'e';
    CHECK_OK(mmapio_map_evict(map, 0, BYTES, &report, NULL));
    CHECK_EQUAL('e', bytes_of(map)[3]);
    close_map(map);
    fixture_remove(&file);
}

static void what_needs_one_is_unsupported_and_changes_nothing(void)
{
    static const uint32_t modes[] = {MMAPIO_MS_DATA, MMAPIO_MS_DURABLE, MMAPIO_MS_BARRIER};
    const uint32_t cut = MMAPIO_RESIZE_MAY_MOVE | MMAPIO_RESIZE_TRUNCATE;
    fixture_file file = fixture_patterned(BYTES);
    mmapio_map *map = map_whole(file.handle, READ_WRITE, WITHOUT);
    mmapio_error error = stale_error();
    intptr_t handle = 5;

    for (size_t i = 0; i < sizeof modes / sizeof modes[0]; i++) {
        CHECK_STATUS(MMAPIO_UNSUPPORTED, mmapio_map_sync(map, 0, 1, modes[i], &error));
        CHECK_OWN_ERROR(MMAPIO_UNSUPPORTED, error);
    }
    CHECK_STATUS(MMAPIO_UNSUPPORTED, mmapio_map_resize(map, BYTES + 1, MMAPIO_RESIZE_MAY_MOVE, NULL));
    CHECK_STATUS(MMAPIO_UNSUPPORTED, mmapio_map_resize(map, 1, cut, NULL));
    CHECK_STATUS(MMAPIO_UNSUPPORTED, mmapio_map_export(map, &handle, NULL));
    CHECK_EQUAL(-1, handle);
    CHECK_EQUAL(BYTES, mmapio_map_length(map));
    CHECK_EQUAL(BYTES, fixture_length(file.handle));
    close_map(map);
    fixture_remove(&file);
}

static void a_handle_that_was_given_away_is_closed(void)
{
    fixture_file file = fixture_patterned(BYTES);
    size_t before = fixture_open_handles();
    intptr_t handle = fixture_open(&file, FIXTURE_READ_WRITE);
    mmapio_map_options options = options_of(READ_WRITE, WITHOUT | MMAPIO_MAP_ADOPT_FILE, 0, BYTES + 1);
    mmapio_map *map = NULL;

    /* Of a map that fails it stays the caller's. */
    CHECK_STATUS(MMAPIO_OUT_OF_RANGE, mmapio_map_file(handle, &options, &map, NULL));
    CHECK_EQUAL(before + 1, fixture_open_handles());
    CHECK_EQUAL(BYTES, fixture_length(handle));
    options.length = BYTES;
    CHECK_OK(mmapio_map_file(handle, &options, &map, NULL));
    CHECK_EQUAL(before, fixture_open_handles());
    CHECK_EQUAL(fixture_pattern(BYTES - 1), bytes_of(map)[BYTES - 1]);
    close_map(map);
    CHECK_EQUAL(before, fixture_open_handles());
    fixture_remove(&file);
}

static void all_of_it_has_to_be_backed(void)
{
    fixture_file file = fixture_patterned(100);
    mmapio_map_options options = options_of(READ_WRITE, WITHOUT, 50, 51);
    mmapio_map *map = NULL;
    mmapio_error error = stale_error();

    CHECK_STATUS(MMAPIO_OUT_OF_RANGE, mmapio_map_file(file.handle, &options, &map, &error));
    CHECK_OWN_ERROR(MMAPIO_OUT_OF_RANGE, error);
    CHECK(map == NULL);
    CHECK_EQUAL(100, fixture_length(file.handle));
    options.length = 50;
    CHECK_OK(mmapio_map_file(file.handle, &options, &map, NULL));
    close_map(map);
    fixture_remove(&file);
}

static void memory_keeps_its_handle(void)
{
    mmapio_map_options options = options_of(READ_WRITE, WITHOUT, 0, 100);
    mmapio_map *map = NULL;

    CHECK_STATUS(MMAPIO_INVALID_ARGUMENT, mmapio_map_anonymous(&options, &map, NULL));
    CHECK_STATUS(MMAPIO_INVALID_ARGUMENT, mmapio_map_shared(NULL, &options, &map, NULL));
}

static void it_becomes_shorter_where_the_system_maps_nothing_anew_for_that(void)
{
    fixture_file file = fixture_patterned(BYTES);
    mmapio_map *map = map_whole(file.handle, READ_WRITE, WITHOUT);
    mmapio_status status = mmapio_map_resize(map, 100, MMAPIO_RESIZE_MAY_MOVE, NULL);

    CHECK_STATUS(on_windows() ? MMAPIO_UNSUPPORTED : MMAPIO_OK, status);
    CHECK_EQUAL(status == MMAPIO_OK ? 100 : BYTES, mmapio_map_length(map));
    CHECK_EQUAL(fixture_pattern(99), bytes_of(map)[99]);
    close_map(map);
    fixture_remove(&file);
}

TEST_MAIN(TEST(such_a_map_has_no_handle), TEST(what_needs_none_works_as_with_one), TEST(eviction_does_what_it_can),
          TEST(what_needs_one_is_unsupported_and_changes_nothing), TEST(a_handle_that_was_given_away_is_closed),
          TEST(all_of_it_has_to_be_backed), TEST(memory_keeps_its_handle),
          TEST(it_becomes_shorter_where_the_system_maps_nothing_anew_for_that))
