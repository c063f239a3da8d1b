/* test_prefetch.c - reading ahead in ranges of a map: all of them are checked before one is acted on. */
#include "maps.h"

enum { PAGES = 8, MANY = 1000 };

/* Memory is read in from swap, if there is any. */
static uint32_t announced(void)
{
    mmapio_caps caps = caps_here();
    uint64_t bit = UINT64_C(1) << MMAPIO_MADV_WILLNEED;

    if (fixture_disk_is_memory()) {
        return MMAPIO_ADVICE_IGNORED;
    }
    return (caps.advice_applied & bit) != 0        ? MMAPIO_ADVICE_APPLIED
           : (caps.advice_approximated & bit) != 0 ? MMAPIO_ADVICE_APPROXIMATED
                                                   : MMAPIO_ADVICE_IGNORED;
}

static void one_range_of_a_file_has_the_outcome_that_caps_announces(void)
{
    uint64_t page = fixture_page_size();
    fixture_file file = fixture_patterned(PAGES * page);
    mmapio_map *map = map_part(file.handle, READ_ONLY, SHARED, 100, PAGES * page - 100);
    mmapio_error error = stale_error();
    uint32_t outcome = 99;

    CHECK_OK(mmapio_map_prefetch(map, 1, 2 * page, &outcome, &error));
    CHECK_OWN_ERROR(MMAPIO_OK, error);
    CHECK(outcome == announced() || (fixture_disk_is_memory() && outcome == MMAPIO_ADVICE_APPLIED));
    CHECK_EQUAL(fixture_pattern(101), bytes_of(map)[1]);
    CHECK_OK(mmapio_map_prefetch(map, 0, mmapio_map_length(map), NULL, NULL));
    close_map(map);
    fixture_remove(&file);
}

static void nothing_to_read_has_the_outcome_ignored(void)
{
    static const mmapio_range empty[] = {{0, 0}, {5, 0}, {10, 0}};
    fixture_file file = fixture_patterned(10);
    mmapio_map *map = map_whole(file.handle, READ_ONLY, SHARED);
    uint32_t outcome = 99;

    CHECK_OK(mmapio_map_prefetch(map, 10, 0, &outcome, NULL));
    CHECK_EQUAL(MMAPIO_ADVICE_IGNORED, outcome);
    outcome = 99;
    CHECK_OK(mmapio_map_prefetch_ranges(map, empty, 3, &outcome, NULL));
    CHECK_EQUAL(MMAPIO_ADVICE_IGNORED, outcome);
    outcome = 99;
    CHECK_OK(mmapio_map_prefetch_ranges(map, NULL, 0, &outcome, NULL));
    CHECK_EQUAL(MMAPIO_ADVICE_IGNORED, outcome);
    close_map(map);
    fixture_remove(&file);
}

/* More than the library hands over at once; some overlap, some are empty, none is in order. */
static void many_ranges_are_taken_in_any_order(void)
{
    static mmapio_range ranges[MANY];
    uint64_t page = fixture_page_size();
    fixture_file file = fixture_patterned(PAGES * page);
    mmapio_map *map = map_whole(file.handle, READ_ONLY, SHARED);
    mmapio_error error = stale_error();
    uint32_t outcome = 99;

    for (uint64_t i = 0; i < MANY; i++) {
        ranges[i].offset = i * 7919 % (PAGES * page);
        ranges[i].length = i % 5 == 0 ? 0 : 1 + i % (PAGES * page - ranges[i].offset);
    }
    CHECK_OK(mmapio_map_prefetch_ranges(map, ranges, MANY, &outcome, &error));
    CHECK_OWN_ERROR(MMAPIO_OK, error);
    CHECK(outcome == announced() || (fixture_disk_is_memory() && outcome == MMAPIO_ADVICE_APPLIED));
    close_map(map);
    fixture_remove(&file);
}

static void memory_is_a_hint_too_and_keeps_its_contents(void)
{
    static const uint32_t kinds[] = {PRIVATE, SHARED};
    uint64_t length = PAGES * fixture_page_size();

    for (size_t i = 0; i < 2; i++) {
        mmapio_map *map = map_memory(kinds[i], length);
        uint32_t outcome = 99;
        bytes_of(map)[7] = 'x';
        CHECK_OK(mmapio_map_prefetch(map, 0, length, &outcome, NULL));
        CHECK(outcome <= MMAPIO_ADVICE_APPLIED);
        CHECK_EQUAL('x', bytes_of(map)[7]);
        close_map(map);
    }
}

static void check_refused(mmapio_status expected, mmapio_map *map, const mmapio_range *ranges, uint32_t count)
{
    mmapio_error error = stale_error();
    uint32_t outcome = 99;

    CHECK_STATUS(expected, mmapio_map_prefetch_ranges(map, ranges, count, &outcome, &error));
    CHECK_OWN_ERROR(expected, error);
    CHECK_EQUAL(MMAPIO_ADVICE_IGNORED, outcome);
    CHECK_STATUS(expected, mmapio_map_prefetch_ranges(map, ranges, count, NULL, NULL));
}

static void no_map_and_no_ranges_are_refused(void)
{
    static const mmapio_range range = {0, 1};
    mmapio_map *map = map_memory(PRIVATE, 100);
    mmapio_error error = stale_error();
    uint32_t outcome = 99;

    check_refused(MMAPIO_INVALID_ARGUMENT, NULL, &range, 1);
    check_refused(MMAPIO_INVALID_ARGUMENT, NULL, NULL, 0);
    check_refused(MMAPIO_INVALID_ARGUMENT, map, NULL, 1);
    CHECK_STATUS(MMAPIO_INVALID_ARGUMENT, mmapio_map_prefetch(NULL, 0, 1, &outcome, &error));
    CHECK_OWN_ERROR(MMAPIO_INVALID_ARGUMENT, error);
    CHECK_EQUAL(MMAPIO_ADVICE_IGNORED, outcome);
    close_map(map);
}

static void one_bad_range_anywhere_refuses_all(void)
{
    static const mmapio_range bad[] = {{101, 0}, {0, 101}, {100, 1}, {UINT64_MAX, 2}, {1, UINT64_MAX}};
    static mmapio_range ranges[MANY];
    mmapio_map *map = map_memory(PRIVATE, 100);

    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        memset(ranges, 0, sizeof ranges);
        ranges[MANY - 1] = bad[i];
        check_refused(MMAPIO_OUT_OF_RANGE, map, ranges, MANY);
        check_refused(MMAPIO_OUT_OF_RANGE, map, &bad[i], 1);
    }
    close_map(map);
}

TEST_MAIN(TEST(one_range_of_a_file_has_the_outcome_that_caps_announces), TEST(nothing_to_read_has_the_outcome_ignored),
          TEST(many_ranges_are_taken_in_any_order), TEST(memory_is_a_hint_too_and_keeps_its_contents),
          TEST(no_map_and_no_ranges_are_refused), TEST(one_bad_range_anywhere_refuses_all))
