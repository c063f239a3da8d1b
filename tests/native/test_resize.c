/* test_resize.c - mmapio_map_resize and mmapio_file_allocate, as they are on every system. */
#include "maps.h"

enum { MOVE = MMAPIO_RESIZE_MAY_MOVE, CUT = MMAPIO_RESIZE_MAY_MOVE | MMAPIO_RESIZE_TRUNCATE };

static void check_pattern(const mmapio_map *map, uint64_t lead, uint64_t length)
{
    for (uint64_t i = 0; i < length; i++) {
        CHECK_EQUAL(fixture_pattern(lead + i), bytes_of(map)[i]);
    }
}

static void growing_makes_the_file_of_a_written_map_longer_and_keeps_its_contents(void)
{
    uint64_t page = fixture_page_size();
    uint64_t lengths[] = {page - 1, page, page + 1, 3 * page + 7, 40 * page};
    fixture_file file = fixture_patterned(500);
    mmapio_map *map = map_part(file.handle, READ_WRITE, SHARED, 7, 493);
    mmapio_error error = stale_error();

    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        CHECK_OK(mmapio_map_resize(map, lengths[i], MOVE, &error));
        CHECK_OWN_ERROR(MMAPIO_OK, error);
        CHECK_EQUAL(lengths[i], mmapio_map_length(map));
        CHECK_EQUAL(7 + lengths[i], fixture_length(file.handle));
        check_pattern(map, 7, 493);
        CHECK_EQUAL(0, bytes_of(map)[493]);
        CHECK_EQUAL(0, bytes_of(map)[lengths[i] - 1]);
    }
    bytes_of(map)[40 * page - 1] = 'z';
    CHECK_OK(mmapio_map_sync(map, 0, 40 * page, MMAPIO_MS_SYNC, NULL));
    CHECK_STATUS(MMAPIO_OUT_OF_RANGE, mmapio_map_sync(map, 0, 40 * page + 1, MMAPIO_MS_SYNC, NULL));
    close_map(map);
    fixture_remove(&file);
}

static void shrinking_leaves_the_file_unless_told_to_cut_it(void)
{
    uint64_t page = fixture_page_size();
    fixture_file file = fixture_patterned(9 * page);
    mmapio_map *map = map_whole(file.handle, READ_WRITE, SHARED);

    CHECK_OK(mmapio_map_resize(map, 4 * page + 5, MOVE, NULL));
    CHECK_EQUAL(4 * page + 5, mmapio_map_length(map));
    CHECK_EQUAL(9 * page, fixture_length(file.handle));
    check_pattern(map, 0, 4 * page + 5);
    CHECK_STATUS(MMAPIO_OUT_OF_RANGE, mmapio_map_write(map, 4 * page + 5, "x", 1, NULL, NULL));
    CHECK_OK(mmapio_map_resize(map, 9 * page, MOVE, NULL));
    check_pattern(map, 0, 9 * page);
    CHECK_OK(mmapio_map_resize(map, 3 * page + 1, CUT, NULL));
    CHECK_EQUAL(3 * page + 1, fixture_length(file.handle));
    check_pattern(map, 0, 3 * page + 1);
    /* What was cut off comes back as zeros. */
    CHECK_OK(mmapio_map_resize(map, 5 * page, MOVE, NULL));
    CHECK_EQUAL(0, bytes_of(map)[3 * page + 1]);
    CHECK_EQUAL(0, bytes_of(map)[5 * page - 1]);
    close_map(map);
    fixture_remove(&file);
}

/* What lies behind the map is not its own to cut, and cutting at the length it has cuts nothing. */
static void a_file_is_cut_only_by_a_shorter_map_that_reached_its_end(void)
{
    static const struct {
        uint64_t offset, length, to, left;
    } cases[] = {
        {0, 10, 10, 1000}, {0, 10, 5, 1000},      {0, 10, 0, 1000},  {0, 999, 5, 1000}, {990, 9, 0, 1000},
        {0, 1000, 5, 5},   {0, 1000, 1000, 1000}, {990, 10, 4, 994}, {990, 10, 0, 990}, {500, 500, 500, 1000},
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        fixture_file file = fixture_patterned(1000);
        mmapio_map *map = map_part(file.handle, READ_WRITE, SHARED, cases[i].offset, cases[i].length);
        unsigned char byte = 0;
        CHECK_OK(mmapio_map_resize(map, cases[i].to, CUT, NULL));
        CHECK_EQUAL(cases[i].to, mmapio_map_length(map));
        CHECK_EQUAL(cases[i].left, fixture_length(file.handle));
        check_pattern(map, cases[i].offset, cases[i].to);
        fixture_read(file.handle, cases[i].left - 1, &byte, 1);
        CHECK_EQUAL(fixture_pattern(cases[i].left - 1), byte);
        close_map(map);
        fixture_remove(&file);
    }
}

/* Mappings reach to the end of the last page of a file: what was stored there is in no file, and stays out of it. */
static void what_was_stored_behind_the_end_of_a_file_is_not_what_it_grows_by(void)
{
    static const fixture_place places[] = {FIXTURE_DISK, FIXTURE_MEMORY};
    uint64_t page = fixture_page_size();
    uint64_t lengths[] = {200, page, page + 5};

    for (size_t i = 0; i < 2 * sizeof lengths / sizeof lengths[0]; i++) {
        fixture_file file;
        mmapio_map *map;
        uint64_t length = lengths[i / 2];
        if (!fixture_has(places[i % 2])) {
            continue;
        }
        file = fixture_create(places[i % 2]);
        fixture_write(file.handle, 0, "head", 4);
        map = map_whole(file.handle, READ_WRITE, SHARED);
        memset(bytes_of(map) + 4, 't', (size_t)page - 4);
        CHECK_OK(mmapio_map_resize(map, length, MOVE, NULL));
        CHECK(memcmp(bytes_of(map), "head", 4) == 0);
        for (uint64_t at = 4; at < length; at++) {
            CHECK_EQUAL(0, bytes_of(map)[at]);
        }
        close_map(map);
        fixture_remove(&file);
    }
}

/* Where a file cannot be cut while others map it, the attempt takes the view away, and brings it back as it was. */
static void a_cut_that_others_forbid_leaves_the_map_as_it_was(void)
{
    uint64_t page = fixture_page_size();
    fixture_file file = fixture_patterned(4 * page);
    mmapio_map *map = map_whole(file.handle, READ_WRITE, SHARED);
    mmapio_map *other = map_whole(file.handle, READ_ONLY, SHARED);
    unsigned char *data = bytes_of(map);
    mmapio_status status;

    CHECK_OK(mmapio_map_protect(map, page, page, MMAPIO_PROT_READ, NULL));
    CHECK_OK(mmapio_map_protect(map, 2 * page, page, MMAPIO_PROT_NONE, NULL));
    status = mmapio_map_resize(map, page, CUT, NULL);
    if (status == MMAPIO_OK) {
        close_map(map);
        close_map(other);
        fixture_remove(&file);
        SKIP("this system cuts files that others map");
    }
    CHECK_STATUS(MMAPIO_BUSY, status);
    CHECK(bytes_of(map) == data);
    CHECK_EQUAL(4 * page, mmapio_map_length(map));
    CHECK_EQUAL(4 * page, fixture_length(file.handle));
    CHECK(fixture_is_accessible(data + page) && !fixture_is_accessible(data + 2 * page));
    check_pattern(map, 0, 2 * page);
    close_map(other);
    CHECK_OK(mmapio_map_resize(map, page, CUT, NULL));
    CHECK_EQUAL(page, fixture_length(file.handle));
    check_pattern(map, 0, page);
    close_map(map);
    fixture_remove(&file);
}

static void a_map_may_become_nothing_and_something_again(void)
{
    fixture_file file = fixture_patterned(9000);
    mmapio_map *map = map_part(file.handle, READ_WRITE, SHARED, 100, 8900);
    uint64_t done = 99;

    CHECK_OK(mmapio_map_resize(map, 0, MOVE, NULL));
    CHECK_EQUAL(0, mmapio_map_length(map));
    CHECK(mmapio_map_data(map) == NULL);
    CHECK_EQUAL(9000, fixture_length(file.handle));
    CHECK_OK(mmapio_map_sync(map, 0, 0, MMAPIO_MS_SYNC, NULL));
    CHECK_OK(mmapio_map_read(map, 0, NULL, 0, &done, NULL));
    CHECK_STATUS(MMAPIO_OUT_OF_RANGE, mmapio_map_read(map, 0, &done, 1, NULL, NULL));
    CHECK_OK(mmapio_map_resize(map, 8900, MOVE, NULL));
    check_pattern(map, 100, 8900);
    CHECK_OK(mmapio_map_resize(map, 0, CUT, NULL));
    CHECK_EQUAL(100, fixture_length(file.handle));
    CHECK_OK(mmapio_map_resize(map, 5, MOVE, NULL));
    CHECK_EQUAL(0, bytes_of(map)[4]);
    CHECK_EQUAL(105, fixture_length(file.handle));
    close_map(map);
    fixture_remove(&file);
}

static void a_map_of_an_empty_file_can_grow(void)
{
    fixture_file file = fixture_create(FIXTURE_DISK);
    mmapio_map *map = map_whole(file.handle, READ_WRITE, SHARED);

    CHECK_OK(mmapio_map_resize(map, 3, MOVE, NULL));
    memcpy(mmapio_map_data(map), "abc", 3);
    CHECK_EQUAL(3, fixture_length(file.handle));
    close_map(map);
    fixture_remove(&file);
}

static void a_map_that_is_not_written_grows_as_far_as_its_file_has(void)
{
    static const uint32_t kinds[][2] = {{READ_ONLY, SHARED}, {READ_ONLY, PRIVATE}};
    uint64_t page = fixture_page_size();

    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        fixture_file file = fixture_patterned(100);
        mmapio_map *map = map_whole(file.handle, kinds[i][0], kinds[i][1]);
        mmapio_error error = stale_error();
        CHECK_STATUS(MMAPIO_OUT_OF_RANGE, mmapio_map_resize(map, 101, MOVE, &error));
        CHECK_OWN_ERROR(MMAPIO_OUT_OF_RANGE, error);
        CHECK_EQUAL(100, mmapio_map_length(map));
        CHECK_EQUAL(100, fixture_length(file.handle));
        fixture_write(file.handle, 5 * page, "grown", 5);
        CHECK_OK(mmapio_map_resize(map, 5 * page + 5, MOVE, NULL));
        CHECK(memcmp(bytes_of(map) + 5 * page, "grown", 5) == 0);
        check_pattern(map, 0, 100);
        CHECK_STATUS(MMAPIO_OUT_OF_RANGE, mmapio_map_resize(map, 5 * page + 6, MOVE, NULL));
        /* Nor does it cut a file off that it may not write. */
        CHECK_OK(mmapio_map_resize(map, 10, CUT, NULL));
        CHECK_OK(mmapio_map_resize(map, 0, CUT, NULL));
        CHECK_EQUAL(5 * page + 5, fixture_length(file.handle));
        close_map(map);
        fixture_remove(&file);
    }
}

static void memory_grows_with_zeros_and_keeps_what_it_has(void)
{
    uint64_t page = fixture_page_size();
    mmapio_map *map = map_memory(PRIVATE, 100);

    for (uint64_t i = 0; i < 100; i++) {
        bytes_of(map)[i] = fixture_pattern(i);
    }
    CHECK_OK(mmapio_map_resize(map, 1000 * page, MOVE, NULL));
    check_pattern(map, 0, 100);
    CHECK_EQUAL(0, bytes_of(map)[100]);
    CHECK_EQUAL(0, bytes_of(map)[1000 * page - 1]);
    bytes_of(map)[1000 * page - 1] = 1;
    CHECK_OK(mmapio_map_resize(map, 50, CUT, NULL));
    check_pattern(map, 0, 50);
    close_map(map);
}

/* With a reserve and without, in whole pages and in the rest of the last one. */
static void memory_that_shrank_grows_with_zeros(void)
{
    uint64_t page = fixture_page_size();

    for (uint64_t reserve = 0; reserve <= 16 * page; reserve += 16 * page) {
        mmapio_map_options options = options_of(READ_WRITE, PRIVATE, 0, 10 * page);
        mmapio_map *map = NULL;
        options.reserve = reserve;
        CHECK_OK(mmapio_map_anonymous(&options, &map, NULL));
        memset(bytes_of(map), 'o', (size_t)(10 * page));
        CHECK_OK(mmapio_map_resize(map, page + 5, MOVE, NULL));
        CHECK_OK(mmapio_map_resize(map, 10 * page, MOVE, NULL));
        for (uint64_t i = 0; i < 10 * page; i++) {
            CHECK_EQUAL(i < page + 5 ? 'o' : 0, bytes_of(map)[i]);
        }
        /* What is protected is not touched, and no fault. */
        CHECK_OK(mmapio_map_protect(map, 0, page, MMAPIO_PROT_READ, NULL));
        CHECK_OK(mmapio_map_resize(map, 5, MOVE, NULL));
        CHECK_EQUAL('o', bytes_of(map)[4]);
        close_map(map);
    }
}

static void a_refused_resize_says_why_and_changes_nothing(void)
{
    static const uint64_t too_long[] = {(uint64_t)INT64_MAX, UINT64_MAX, UINT64_MAX - 99, (uint64_t)INT64_MAX - 99};
    fixture_file file = fixture_patterned(300);
    mmapio_map *map = map_part(file.handle, READ_WRITE, SHARED, 100, 200);
    mmapio_error error = stale_error();

    CHECK_STATUS(MMAPIO_INVALID_ARGUMENT, mmapio_map_resize(NULL, 1, MOVE, &error));
    CHECK_OWN_ERROR(MMAPIO_INVALID_ARGUMENT, error);
    for (unsigned bit = 3; bit < 32; bit++) {
        CHECK_STATUS(MMAPIO_INVALID_ARGUMENT, mmapio_map_resize(map, 1, 1u << bit, NULL));
    }
    for (size_t i = 0; i < sizeof too_long / sizeof too_long[0]; i++) {
        CHECK(mmapio_map_resize(map, too_long[i], MOVE, NULL) < 0);
    }
    CHECK_STATUS(MMAPIO_OUT_OF_RANGE, mmapio_map_resize(map, UINT64_MAX - 99, MOVE, NULL));
    CHECK_EQUAL(200, mmapio_map_length(map));
    CHECK_EQUAL(300, fixture_length(file.handle));
    check_pattern(map, 100, 200);
    close_map(map);
    fixture_remove(&file);
}

static void allocating_makes_the_file_long_enough_and_keeps_what_is_there(void)
{
    fixture_file file = fixture_patterned(5000);
    unsigned char bytes[2];
    mmapio_error error = stale_error();
    mmapio_status status = mmapio_file_allocate(file.handle, 4000, 100000, &error);

    if (status == MMAPIO_UNSUPPORTED) {
        fixture_remove(&file);
        SKIP("this file system cannot allocate ahead");
    }
    CHECK_OK(status);
    CHECK_OWN_ERROR(MMAPIO_OK, error);
    CHECK_EQUAL(104000, fixture_length(file.handle));
    fixture_read(file.handle, 4999, bytes, 2);
    CHECK_EQUAL(fixture_pattern(4999), bytes[0]);
    CHECK_EQUAL(0, bytes[1]);
    CHECK_OK(mmapio_file_allocate(file.handle, 0, 10, NULL));
    CHECK_OK(mmapio_file_allocate(file.handle, 200000, 0, NULL));
    CHECK_EQUAL(104000, fixture_length(file.handle));
    CHECK_STATUS(MMAPIO_OUT_OF_RANGE, mmapio_file_allocate(file.handle, UINT64_MAX, 1, NULL));
    CHECK_STATUS(MMAPIO_OUT_OF_RANGE, mmapio_file_allocate(file.handle, 1, (uint64_t)INT64_MAX, NULL));
    CHECK_STATUS(MMAPIO_INVALID_ARGUMENT, mmapio_file_allocate(-1, 0, 1, &error));
    CHECK_OWN_ERROR(MMAPIO_INVALID_ARGUMENT, error);
    fixture_remove(&file);
}

TEST_MAIN(TEST(growing_makes_the_file_of_a_written_map_longer_and_keeps_its_contents),
          TEST(shrinking_leaves_the_file_unless_told_to_cut_it),
          TEST(a_file_is_cut_only_by_a_shorter_map_that_reached_its_end),
          TEST(what_was_stored_behind_the_end_of_a_file_is_not_what_it_grows_by),
          TEST(a_cut_that_others_forbid_leaves_the_map_as_it_was), TEST(a_map_may_become_nothing_and_something_again),
          TEST(a_map_of_an_empty_file_can_grow), TEST(a_map_that_is_not_written_grows_as_far_as_its_file_has),
          TEST(memory_grows_with_zeros_and_keeps_what_it_has), TEST(memory_that_shrank_grows_with_zeros),
          TEST(a_refused_resize_says_why_and_changes_nothing),
          TEST(allocating_makes_the_file_long_enough_and_keeps_what_is_there))
