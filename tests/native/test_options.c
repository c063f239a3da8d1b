/* test_options.c - what mmapio_map_file and mmapio_map_anonymous refuse, and that refusing costs nothing. */
#include "maps.h"

#include <stddef.h>

/* Not a map: what *map holds before a call that must clear it. */
static mmapio_map *const STALE = (mmapio_map *)(uintptr_t)0x5A5A;

static void check_refused(intptr_t handle, const mmapio_map_options *options, mmapio_status expected)
{
    mmapio_map *map = STALE;
    mmapio_error error = stale_error();

    CHECK_STATUS(expected, mmapio_map_file(handle, options, &map, &error));
    CHECK_STATUS(expected, error.status);
    CHECK(map == NULL);
    map = STALE;
    CHECK_STATUS(expected, mmapio_map_file(handle, options, &map, NULL));
    CHECK(map == NULL);
}

/* The same options, refused for a file and for memory. */
static void check_refused_by_both(intptr_t handle, const mmapio_map_options *options, mmapio_status expected)
{
    mmapio_map *map = STALE;
    mmapio_error error = stale_error();

    check_refused(handle, options, expected);
    CHECK_STATUS(expected, mmapio_map_anonymous(options, &map, &error));
    CHECK_OWN_ERROR(expected, error);
    CHECK(map == NULL);
}

static void a_struct_size_too_small_for_itself_is_an_abi_mismatch(void)
{
    fixture_file file = fixture_patterned(100);
    mmapio_map_options options = options_of(READ_ONLY, SHARED, 0, 50);

    for (uint32_t size = 0; size < 4; size++) {
        options.struct_size = size;
        check_refused_by_both(file.handle, &options, MMAPIO_ABI_MISMATCH);
    }
    fixture_remove(&file);
}

/* Each field in turn is the first that the caller's struct does not have: what stands there must not be read. */
static void a_shorter_struct_gets_defaults_for_the_rest(void)
{
    fixture_file file = fixture_patterned(100);
    static const size_t sizes[] = {offsetof(mmapio_map_options, protection), offsetof(mmapio_map_options, flags),
                                   offsetof(mmapio_map_options, advice),     offsetof(mmapio_map_options, offset),
                                   offsetof(mmapio_map_options, length),     offsetof(mmapio_map_options, reserve)};

    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        mmapio_map_options options = options_of(READ_ONLY, SHARED, 0, 0);
        mmapio_map *map = NULL;
        memset((char *)&options + sizes[i], 0xFF, sizeof options - sizes[i]);
        options.struct_size = (uint32_t)sizes[i];
        CHECK_OK(mmapio_map_file(file.handle, &options, &map, NULL));
        CHECK_EQUAL(100, mmapio_map_length(map));
        CHECK_EQUAL(fixture_pattern(0), bytes_of(map)[0]);
        close_map(map);
    }
    fixture_remove(&file);
}

typedef struct longer_options {
    mmapio_map_options known;
    unsigned char unknown[24];
} longer_options;

static void a_longer_struct_is_accepted_while_its_tail_is_zero(void)
{
    fixture_file file = fixture_patterned(100);
    longer_options options;
    mmapio_map *map = NULL;

    memset(&options, 0, sizeof options);
    options.known = options_of(READ_ONLY, SHARED, 10, 20);
    options.known.struct_size = (uint32_t)sizeof options;
    CHECK_OK(mmapio_map_file(file.handle, &options.known, &map, NULL));
    CHECK_EQUAL(20, mmapio_map_length(map));
    CHECK_EQUAL(fixture_pattern(10), bytes_of(map)[0]);
    close_map(map);
    for (size_t i = 0; i < sizeof options.unknown; i++) {
        options.unknown[i] = 1;
        options.known.offset = 0;
        check_refused_by_both(file.handle, &options.known, MMAPIO_ABI_MISMATCH);
        options.unknown[i] = 0;
    }
    fixture_remove(&file);
}

static void unknown_protection_is_refused(void)
{
    fixture_file file = fixture_patterned(100);

    for (unsigned bit = 3; bit < 32; bit++) {
        mmapio_map_options options = options_of(MMAPIO_PROT_READ | 1u << bit, SHARED, 0, 50);
        check_refused_by_both(file.handle, &options, MMAPIO_INVALID_ARGUMENT);
    }
    fixture_remove(&file);
}

static void unknown_flags_are_refused(void)
{
    fixture_file file = fixture_patterned(100);
    const uint32_t known = MMAPIO_MAP_SHARED | MMAPIO_MAP_PRIVATE | MMAPIO_MAP_LOCKED | MMAPIO_MAP_NORESERVE |
                           MMAPIO_MAP_POPULATE | MMAPIO_MAP_NONBLOCK | MMAPIO_MAP_HUGETLB | MMAPIO_MAP_ZERO_FILL |
                           MMAPIO_MAP_ADOPT_FILE | MMAPIO_MAP_NO_HANDLE | MMAPIO_MAP_GUARD_PAGES |
                           MMAPIO_MAP_STEADY_SIGNALS;

    for (unsigned bit = 0; bit < 32; bit++) {
        mmapio_map_options options = options_of(READ_ONLY, SHARED | 1u << bit, 0, 50);
        if ((known & 1u << bit) == 0) {
            check_refused_by_both(file.handle, &options, MMAPIO_INVALID_ARGUMENT);
        }
    }
    fixture_remove(&file);
}

static void shared_and_private_exclude_each_other_and_one_is_needed(void)
{
    fixture_file file = fixture_patterned(100);
    mmapio_map_options both = options_of(READ_ONLY, SHARED | PRIVATE, 0, 50);
    mmapio_map_options neither = options_of(READ_ONLY, MMAPIO_MAP_NORESERVE, 0, 50);

    check_refused_by_both(file.handle, &both, MMAPIO_INVALID_ARGUMENT);
    check_refused_by_both(file.handle, &neither, MMAPIO_INVALID_ARGUMENT);
    fixture_remove(&file);
}

static void unknown_or_unallowed_advice_is_refused(void)
{
    static const uint32_t refused[] = {5,
                                       6,
                                       7,
                                       26,
                                       100,
                                       UINT32_MAX,
                                       0x80000000u,
                                       MMAPIO_MADV_FREE,
                                       MMAPIO_MADV_REMOVE,
                                       MMAPIO_MADV_DONTNEED,
                                       MMAPIO_MADV_DONTNEED_LOCKED,
                                       5 | MMAPIO_MADV_ALLOW_LOSS};
    fixture_file file = fixture_patterned(100);

    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
        mmapio_map_options options = options_of(READ_ONLY, PRIVATE, 0, 50);
        options.advice = refused[i];
        check_refused_by_both(file.handle, &options, MMAPIO_INVALID_ARGUMENT);
    }
    fixture_remove(&file);
}

/* A file that may only be read is not what these are for: that must not keep the map from being made. */
static void advice_that_cannot_be_followed_does_not_fail_the_map(void)
{
    static const uint32_t advice[] = {MMAPIO_MADV_RANDOM, MMAPIO_MADV_COLLAPSE, MMAPIO_MADV_WIPEONFORK,
                                      MMAPIO_MADV_POPULATE_WRITE, MMAPIO_MADV_REMOVE | MMAPIO_MADV_ALLOW_LOSS};
    fixture_file file = fixture_patterned(100);
    intptr_t handle = fixture_open(&file, FIXTURE_READ);

    for (size_t i = 0; i < sizeof advice / sizeof advice[0]; i++) {
        mmapio_map_options options = options_of(READ_ONLY, SHARED, 0, 0);
        mmapio_error error = stale_error();
        mmapio_map *map = NULL;
        options.advice = advice[i];
        CHECK_OK(mmapio_map_file(handle, &options, &map, &error));
        CHECK_OWN_ERROR(MMAPIO_OK, error);
        CHECK_EQUAL(fixture_pattern(99), bytes_of(map)[99]);
        close_map(map);
    }
    fixture_close(handle);
    fixture_remove(&file);
}

static void a_place_for_the_map_is_needed(void)
{
    fixture_file file = fixture_patterned(100);
    mmapio_map_options options = options_of(READ_WRITE, PRIVATE, 0, 100);
    mmapio_error error = stale_error();

    CHECK_STATUS(MMAPIO_INVALID_ARGUMENT, mmapio_map_file(file.handle, &options, NULL, &error));
    CHECK_OWN_ERROR(MMAPIO_INVALID_ARGUMENT, error);
    error = stale_error();
    CHECK_STATUS(MMAPIO_INVALID_ARGUMENT, mmapio_map_anonymous(&options, NULL, &error));
    CHECK_OWN_ERROR(MMAPIO_INVALID_ARGUMENT, error);
    fixture_remove(&file);
}

static void what_is_no_handle_is_refused(void)
{
    fixture_file file = fixture_patterned(100);
    intptr_t closed = fixture_open(&file, FIXTURE_READ);
    mmapio_map_options part = options_of(READ_ONLY, SHARED, 0, 50);

    fixture_close(closed);
    check_refused(-1, NULL, MMAPIO_INVALID_ARGUMENT);
    check_refused(-1, &part, MMAPIO_INVALID_ARGUMENT);
    check_refused(closed, NULL, MMAPIO_INVALID_ARGUMENT);
    check_refused(closed, &part, MMAPIO_INVALID_ARGUMENT);
    fixture_remove(&file);
}

static void a_pipe_and_a_directory_are_unsupported(void)
{
    intptr_t handles[2] = {fixture_pipe(), fixture_directory()};
    mmapio_map_options part = options_of(READ_ONLY, SHARED, 0, 50);

    for (size_t i = 0; i < 2; i++) {
        check_refused(handles[i], NULL, MMAPIO_UNSUPPORTED);
        check_refused(handles[i], &part, MMAPIO_UNSUPPORTED);
        fixture_close(handles[i]);
    }
}

static void offsets_and_lengths_that_overflow_are_out_of_range(void)
{
    static const uint64_t sums[][2] = {{UINT64_MAX, 0},
                                       {UINT64_MAX, 1},
                                       {UINT64_MAX, UINT64_MAX},
                                       {0, UINT64_MAX},
                                       {1, UINT64_MAX},
                                       {UINT64_C(1) << 63, 0},
                                       {UINT64_C(1) << 63, UINT64_C(1) << 63},
                                       {0, UINT64_C(1) << 63},
                                       {INT64_MAX, 0},
                                       {INT64_MAX, 1},
                                       {INT64_MAX, UINT64_MAX},
                                       {UINT64_MAX - 4095, 4096}};
    fixture_file file = fixture_patterned(100);

    for (size_t i = 0; i < sizeof sums / sizeof sums[0]; i++) {
        mmapio_map_options options = options_of(READ_ONLY, SHARED, sums[i][0], sums[i][1]);
        check_refused(file.handle, &options, MMAPIO_OUT_OF_RANGE);
    }
    CHECK_EQUAL(100, fixture_length(file.handle));
    fixture_remove(&file);
}

static void memory_needs_a_length_and_has_no_offset(void)
{
    mmapio_map_options options = options_of(READ_WRITE, PRIVATE, 0, 0);
    mmapio_map *map = STALE;
    mmapio_error error = stale_error();

    CHECK_STATUS(MMAPIO_INVALID_ARGUMENT, mmapio_map_anonymous(NULL, &map, &error));
    CHECK_OWN_ERROR(MMAPIO_INVALID_ARGUMENT, error);
    CHECK(map == NULL);
    CHECK_STATUS(MMAPIO_INVALID_ARGUMENT, mmapio_map_anonymous(&options, &map, NULL));
    options = options_of(READ_WRITE, PRIVATE, 65536, 65536);
    CHECK_STATUS(MMAPIO_INVALID_ARGUMENT, mmapio_map_anonymous(&options, &map, NULL));
    options = options_of(READ_WRITE, PRIVATE, 0, UINT64_MAX);
    CHECK_STATUS(MMAPIO_OUT_OF_RANGE, mmapio_map_anonymous(&options, &map, NULL));
}

/* Options that get past the library's own checks, so that there is something to take back. */
static void a_refused_map_leaves_nothing_behind(void)
{
    fixture_file file = fixture_patterned(100);
    intptr_t handle = fixture_open(&file, FIXTURE_READ);
    intptr_t directory = fixture_directory();
    mmapio_map_options denied = options_of(READ_WRITE, SHARED, 0, 0);
    mmapio_map_options beyond = options_of(READ_ONLY, SHARED, 101, 0);
    size_t handles;

    check_refused(handle, &denied, MMAPIO_ACCESS_DENIED);
    handles = fixture_open_handles();
    for (int i = 0; i < 20; i++) {
        check_refused(handle, &denied, MMAPIO_ACCESS_DENIED);
        check_refused(handle, &beyond, MMAPIO_OUT_OF_RANGE);
        check_refused(directory, NULL, MMAPIO_UNSUPPORTED);
    }
    CHECK_EQUAL(handles, fixture_open_handles());
    CHECK(fixture_mappings_of(&file) <= 0);
    fixture_close(directory);
    fixture_close(handle);
    fixture_remove(&file);
}

static void a_closed_map_leaves_nothing_behind(void)
{
    fixture_file file = fixture_patterned(200000);
    size_t handles = fixture_open_handles();

    for (int i = 0; i < 50; i++) {
        close_map(map_part(file.handle, READ_WRITE, SHARED, 70000, 0));
        close_map(map_part(file.handle, READ_WRITE, PRIVATE, 1, 199999));
    }
    CHECK_EQUAL(handles, fixture_open_handles());
    CHECK(fixture_mappings_of(&file) <= 0);
    fixture_remove(&file);
}

TEST_MAIN(TEST(a_struct_size_too_small_for_itself_is_an_abi_mismatch),
          TEST(a_shorter_struct_gets_defaults_for_the_rest), TEST(a_longer_struct_is_accepted_while_its_tail_is_zero),
          TEST(unknown_protection_is_refused), TEST(unknown_flags_are_refused),
          TEST(shared_and_private_exclude_each_other_and_one_is_needed), TEST(unknown_or_unallowed_advice_is_refused),
          TEST(advice_that_cannot_be_followed_does_not_fail_the_map), TEST(a_place_for_the_map_is_needed),
          TEST(what_is_no_handle_is_refused), TEST(a_pipe_and_a_directory_are_unsupported),
          TEST(offsets_and_lengths_that_overflow_are_out_of_range), TEST(memory_needs_a_length_and_has_no_offset),
          TEST(a_refused_map_leaves_nothing_behind), TEST(a_closed_map_leaves_nothing_behind))
