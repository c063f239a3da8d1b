/* test_guard.c - fault-safe copies where nothing faults: they are copies, with every argument checked. */
#include "guarded.h"

static void a_copy_out_of_the_map_gives_its_bytes(void)
{
    fixture_file file = fixture_patterned(20000);
    mmapio_map *map = map_part(file.handle, READ_ONLY, SHARED, 13, 19000);
    unsigned char buffer[300];

    for (size_t mode = 0; mode < GUARD_MODES; mode++) {
        use_guard(guard_modes[mode]);
        for (uint64_t length = 1; length <= 260; length++) {
            uint64_t offset = length * 37;
            uint64_t done = 99;
            mmapio_error error = stale_error();
            memset(buffer, UNTOUCHED, sizeof buffer);
            CHECK_OK(mmapio_map_read(map, offset, buffer + 1, length, &done, &error));
            CHECK_OWN_ERROR(MMAPIO_OK, error);
            CHECK_EQUAL(length, done);
            CHECK(memcmp(buffer + 1, bytes_of(map) + offset, length) == 0);
            CHECK_EQUAL(UNTOUCHED, buffer[0]);
            CHECK_EQUAL(UNTOUCHED, buffer[length + 1]);
        }
    }
    close_map(map);
    fixture_remove(&file);
}

static void a_copy_into_the_map_reaches_the_file_and_no_neighbour(void)
{
    fixture_file file = fixture_patterned(30000);
    mmapio_map *map = map_part(file.handle, READ_WRITE, SHARED, 13, 29000);
    unsigned char source[260];
    unsigned char seen[262];

    memset(source, 'w', sizeof source);
    for (size_t mode = 0; mode < GUARD_MODES; mode++) {
        use_guard(guard_modes[mode]);
        for (uint64_t length = 1; length <= 260; length += 7) {
            uint64_t offset = 1 + 300 * (length / 7) + 12000 * mode;
            uint64_t done = 99;
            CHECK_OK(mmapio_map_write(map, offset, source, length, &done, NULL));
            CHECK_EQUAL(length, done);
            fixture_read(file.handle, 13 + offset - 1, seen, length + 2);
            CHECK(memcmp(seen + 1, source, length) == 0);
            CHECK_EQUAL(fixture_pattern(13 + offset - 1), seen[0]);
            CHECK_EQUAL(fixture_pattern(13 + offset + length), seen[length + 1]);
        }
    }
    close_map(map);
    fixture_remove(&file);
}

static void copies_of_megabytes_are_whole(void)
{
    const uint64_t length = 5u << 20;
    mmapio_map *map = map_memory(PRIVATE, length + 2);
    unsigned char *buffer = malloc(length);

    CHECK(buffer != NULL);
    for (size_t mode = 0; mode < GUARD_MODES; mode++) {
        uint64_t done = 0;
        use_guard(guard_modes[mode]);
        for (uint64_t i = 0; i < length; i++) {
            buffer[i] = fixture_pattern(i + mode);
        }
        CHECK_OK(mmapio_map_write(map, 1, buffer, length, &done, NULL));
        CHECK_EQUAL(length, done);
        CHECK(memcmp(bytes_of(map) + 1, buffer, length) == 0);
        memset(buffer, 0, length);
        CHECK_OK(mmapio_map_read(map, 1, buffer, length, &done, NULL));
        CHECK_EQUAL(length, done);
        CHECK(memcmp(bytes_of(map) + 1, buffer, length) == 0);
    }
    free(buffer);
    close_map(map);
}

static void ranges_outside_the_map_are_refused_and_copy_nothing(void)
{
    static const uint64_t ranges[][2] = {
        {100, 1}, {101, 0}, {0, 101}, {99, 2}, {UINT64_MAX, 1}, {1, UINT64_MAX}, {UINT64_MAX, UINT64_MAX}};
    mmapio_map *map = map_memory(PRIVATE, 100);
    unsigned char byte = UNTOUCHED;

    for (size_t i = 0; i < sizeof ranges / sizeof ranges[0]; i++) {
        mmapio_error error = stale_error();
        uint64_t done = 99;
        CHECK_STATUS(MMAPIO_OUT_OF_RANGE, mmapio_map_read(map, ranges[i][0], &byte, ranges[i][1], &done, &error));
        CHECK_OWN_ERROR(MMAPIO_OUT_OF_RANGE, error);
        CHECK_EQUAL(0, done);
        CHECK_STATUS(MMAPIO_OUT_OF_RANGE, mmapio_map_write(map, ranges[i][0], &byte, ranges[i][1], &done, &error));
        CHECK_EQUAL(0, done);
    }
    CHECK_EQUAL(UNTOUCHED, byte);
    close_map(map);
}

static void nothing_is_copied_without_a_map_or_a_buffer(void)
{
    mmapio_map *map = map_memory(PRIVATE, 100);
    mmapio_error error = stale_error();
    unsigned char byte = UNTOUCHED;
    uint64_t done = 99;

    CHECK_STATUS(MMAPIO_INVALID_ARGUMENT, mmapio_map_read(NULL, 0, &byte, 1, &done, &error));
    CHECK_OWN_ERROR(MMAPIO_INVALID_ARGUMENT, error);
    CHECK_EQUAL(0, done);
    CHECK_STATUS(MMAPIO_INVALID_ARGUMENT, mmapio_map_write(NULL, 0, &byte, 1, &done, NULL));
    CHECK_STATUS(MMAPIO_INVALID_ARGUMENT, mmapio_map_read(map, 0, NULL, 1, &done, NULL));
    CHECK_STATUS(MMAPIO_INVALID_ARGUMENT, mmapio_map_write(map, 0, NULL, 1, &done, NULL));
    /* Of nothing, no buffer is needed. */
    CHECK_OK(mmapio_map_read(map, 100, NULL, 0, &done, NULL));
    CHECK_OK(mmapio_map_write(map, 100, NULL, 0, NULL, NULL));
    CHECK_EQUAL(0, bytes_of(map)[0]);
    close_map(map);
}

static void a_map_is_not_written_that_was_made_for_reading(void)
{
    fixture_file file = fixture_patterned(100);
    mmapio_map *map = map_whole(file.handle, READ_ONLY, SHARED);
    mmapio_map *closed = map_part(file.handle, MMAPIO_PROT_NONE, SHARED, 0, 100);
    unsigned char byte = UNTOUCHED;

    for (size_t mode = 0; mode < GUARD_MODES; mode++) {
        mmapio_error error = stale_error();
        uint64_t done = 99;
        use_guard(guard_modes[mode]);
        CHECK_STATUS(MMAPIO_ACCESS_DENIED, mmapio_map_write(map, 0, &byte, 1, &done, &error));
        CHECK_OWN_ERROR(MMAPIO_ACCESS_DENIED, error);
        CHECK_EQUAL(0, done);
        CHECK_STATUS(MMAPIO_ACCESS_DENIED, mmapio_map_read(closed, 0, &byte, 1, &done, &error));
        CHECK_EQUAL(UNTOUCHED, byte);
    }
    CHECK_EQUAL(fixture_pattern(0), bytes_of(map)[0]);
    close_map(closed);
    close_map(map);
    fixture_remove(&file);
}

/* The page was made to be read; what has become of it since is not known to the library, but to the processor. */
static void a_range_protected_later_is_a_fault_and_no_signal(void)
{
    uint64_t page = fixture_page_size();
    mmapio_map *map = map_memory(PRIVATE, 4 * page);
    unsigned char *buffer = malloc(4 * page);

    CHECK(buffer != NULL);
    memset(mmapio_map_data(map), 'm', 4 * page);
    CHECK_OK(mmapio_map_protect(map, 2 * page, page, MMAPIO_PROT_NONE, NULL));
    CHECK_OK(mmapio_map_protect(map, 3 * page, page, MMAPIO_PROT_READ, NULL));
    for (size_t mode = 0; mode < GUARD_MODES; mode++) {
        uint64_t done = 99;
        use_guard(guard_modes[mode]);
        memset(buffer, 'b', 4 * page);
        CHECK_STATUS(MMAPIO_FAULT, mmapio_map_read(map, page + 1, buffer, 3 * page - 1, &done, NULL));
        CHECK_EQUAL(page - 1, done);
        CHECK_EQUAL('m', buffer[page - 2]);
        CHECK_STATUS(MMAPIO_FAULT, mmapio_map_read(map, 2 * page, buffer, 1, &done, NULL));
        CHECK_EQUAL(0, done);
        CHECK_OK(mmapio_map_read(map, 3 * page, buffer, page, &done, NULL));
        CHECK_STATUS(MMAPIO_FAULT, mmapio_map_write(map, 3 * page + 5, "x", 1, &done, NULL));
        CHECK_EQUAL(0, done);
        CHECK_EQUAL('m', bytes_of(map)[3 * page + 5]);
    }
    CHECK_OK(mmapio_map_protect(map, 0, 4 * page, READ_WRITE, NULL));
    CHECK_OK(mmapio_map_write(map, 2 * page, "x", 1, NULL, NULL));
    CHECK_EQUAL('x', bytes_of(map)[2 * page]);
    free(buffer);
    close_map(map);
}

static void an_unknown_mode_is_refused_and_changes_nothing(void)
{
    use_guard(MMAPIO_GUARD_SYSCALL);
    CHECK_STATUS(MMAPIO_INVALID_ARGUMENT, mmapio_guard_set(2));
    CHECK_STATUS(MMAPIO_INVALID_ARGUMENT, mmapio_guard_set(UINT32_MAX));
    use_guard(MMAPIO_GUARD_HANDLER);
}

static void a_map_that_was_not_asked_to_fill_is_never_torn(void)
{
    mmapio_map *map = map_memory(PRIVATE, 100);

    CHECK_EQUAL(0, mmapio_map_torn_pages(map));
    CHECK_EQUAL(0, mmapio_map_torn_pages(NULL));
    close_map(map);
}

TEST_MAIN(TEST(a_copy_out_of_the_map_gives_its_bytes), TEST(a_copy_into_the_map_reaches_the_file_and_no_neighbour),
          TEST(copies_of_megabytes_are_whole), TEST(ranges_outside_the_map_are_refused_and_copy_nothing),
          TEST(nothing_is_copied_without_a_map_or_a_buffer), TEST(a_map_is_not_written_that_was_made_for_reading),
          TEST(a_range_protected_later_is_a_fault_and_no_signal), TEST(an_unknown_mode_is_refused_and_changes_nothing),
          TEST(a_map_that_was_not_asked_to_fill_is_never_torn))
