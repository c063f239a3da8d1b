/* test_range.c - the one rule for all calls on ranges: inside the map, or MMAPIO_OUT_OF_RANGE and nothing done. */
#include "maps.h"

typedef mmapio_status (*range_call)(mmapio_map *map, uint64_t offset, uint64_t length, mmapio_error *error);

static mmapio_status advise(mmapio_map *map, uint64_t offset, uint64_t length, mmapio_error *error)
{
    return mmapio_map_advise(map, offset, length, MMAPIO_MADV_NORMAL, NULL, error);
}

static mmapio_status sync_range(mmapio_map *map, uint64_t offset, uint64_t length, mmapio_error *error)
{
    return mmapio_map_sync(map, offset, length, MMAPIO_MS_ASYNC, error);
}

static mmapio_status residency(mmapio_map *map, uint64_t offset, uint64_t length, mmapio_error *error)
{
    mmapio_residency report;

    memset(&report, 0, sizeof report);
    report.struct_size = (uint32_t)sizeof report;
    return mmapio_map_residency(map, offset, length, &report, NULL, error);
}

static mmapio_status protect(mmapio_map *map, uint64_t offset, uint64_t length, mmapio_error *error)
{
    return mmapio_map_protect(map, offset, length, READ_WRITE, error);
}

static mmapio_status lock(mmapio_map *map, uint64_t offset, uint64_t length, mmapio_error *error)
{
    return mmapio_map_lock(map, offset, length, 0, error);
}

static mmapio_status populate(mmapio_map *map, uint64_t offset, uint64_t length, mmapio_error *error)
{
    return mmapio_map_populate(map, offset, length, MMAPIO_PROT_READ, error);
}

static mmapio_status prefetch(mmapio_map *map, uint64_t offset, uint64_t length, mmapio_error *error)
{
    return mmapio_map_prefetch(map, offset, length, NULL, error);
}

static mmapio_status evict(mmapio_map *map, uint64_t offset, uint64_t length, mmapio_error *error)
{
    mmapio_eviction report;

    memset(&report, 0, sizeof report);
    report.struct_size = (uint32_t)sizeof report;
    return mmapio_map_evict(map, offset, length, &report, error);
}

static const struct {
    const char *name;
    range_call call;
} CALLS[] = {{"advise", advise},     {"sync", sync_range}, {"residency", residency},      {"protect", protect},
             {"populate", populate}, {"lock", lock},       {"unlock", mmapio_map_unlock}, {"prefetch", prefetch},
             {"evict", evict}};

enum { CALL_COUNT = sizeof CALLS / sizeof CALLS[0] };

/* The end of the range as a number with one bit more: an overflow leaves no doubt that it lies outside. */
static bool is_inside(uint64_t offset, uint64_t length, uint64_t limit)
{
    uint64_t low = (offset & 0xFFFFFFFF) + (length & 0xFFFFFFFF);
    uint64_t high = (offset >> 32) + (length >> 32) + (low >> 32);

    return high >> 32 == 0 && (high << 32 | (low & 0xFFFFFFFF)) <= limit;
}

static void check_call(size_t call, mmapio_map *map, uint64_t offset, uint64_t length)
{
    bool inside = is_inside(offset, length, mmapio_map_length(map));
    mmapio_status expected = inside ? MMAPIO_OK : MMAPIO_OUT_OF_RANGE;
    mmapio_error error = stale_error();
    mmapio_status status = CALLS[call].call(map, offset, length, &error);

    if (status != expected) {
        printf("  %s(%llu, %llu) of %llu bytes\n", CALLS[call].name, (unsigned long long)offset,
               (unsigned long long)length, (unsigned long long)mmapio_map_length(map));
    }
    CHECK_STATUS(expected, status);
    CHECK_OWN_ERROR(expected, error);
    CHECK_STATUS(expected, CALLS[call].call(map, offset, length, NULL));
}

static void check_all_ranges(mmapio_map *map)
{
    uint64_t page = fixture_page_size();
    uint64_t end = mmapio_map_length(map);
    const uint64_t numbers[] = {0,
                                1,
                                page - 1,
                                page,
                                page + 1,
                                2 * page,
                                end - 1,
                                end,
                                end + 1,
                                UINT32_MAX,
                                UINT64_C(1) << 32,
                                INT64_MAX,
                                UINT64_C(1) << 63,
                                UINT64_MAX - end,
                                UINT64_MAX - end + 1,
                                UINT64_MAX - end + 2,
                                UINT64_MAX - page,
                                UINT64_MAX - page + 1,
                                UINT64_MAX - 1,
                                UINT64_MAX};
    enum { COUNT = sizeof numbers / sizeof numbers[0] };

    for (size_t call = 0; call < CALL_COUNT; call++) {
        for (size_t i = 0; i < COUNT; i++) {
            for (size_t j = 0; j < COUNT; j++) {
                check_call(call, map, numbers[i], numbers[j]);
            }
        }
        /* Around both ends of the map, one byte at a time. */
        for (uint64_t offset = end - 3; offset <= end + 3; offset++) {
            for (uint64_t length = 0; length <= 4; length++) {
                check_call(call, map, offset, length);
                check_call(call, map, end - offset, offset + length - 1);
            }
        }
    }
}

static void every_call_refuses_exactly_what_lies_outside_a_map_of_a_file(void)
{
    uint64_t page = fixture_page_size();
    fixture_file file = fixture_patterned(5 * page);
    mmapio_map *map = map_part(file.handle, READ_WRITE, SHARED, page + 100, 3 * page + 7);

    check_all_ranges(map);
    close_map(map);
    fixture_remove(&file);
}

static void every_call_refuses_exactly_what_lies_outside_of_memory(void)
{
    mmapio_map *map = map_memory(PRIVATE, 2 * fixture_page_size() + 1);

    check_all_ranges(map);
    close_map(map);
}

static void every_call_refuses_no_map(void)
{
    for (size_t call = 0; call < CALL_COUNT; call++) {
        mmapio_error error = stale_error();
        CHECK_STATUS(MMAPIO_INVALID_ARGUMENT, CALLS[call].call(NULL, 0, 0, &error));
        CHECK_OWN_ERROR(MMAPIO_INVALID_ARGUMENT, error);
        CHECK_STATUS(MMAPIO_INVALID_ARGUMENT, CALLS[call].call(NULL, 0, 1, NULL));
    }
}

static void unknown_arguments_of_range_calls_are_refused(void)
{
    mmapio_map *map = map_memory(PRIVATE, 100);

    for (unsigned bit = 3; bit < 32; bit++) {
        mmapio_error error = stale_error();
        bool quiet = 1u << bit == MMAPIO_PROT_QUIET;
        mmapio_status expected = quiet ? MMAPIO_OK : MMAPIO_INVALID_ARGUMENT;
        CHECK_STATUS(expected, mmapio_map_protect(map, 0, 100, 3u | 1u << bit, &error));
        CHECK_OWN_ERROR(expected, error);
        error = stale_error();
        CHECK_STATUS(MMAPIO_INVALID_ARGUMENT, mmapio_map_lock(map, 0, 100, 1u << (bit - 2), &error));
        CHECK_OWN_ERROR(MMAPIO_INVALID_ARGUMENT, error);
    }
    for (uint32_t protection = 0; protection < 10; protection++) {
        bool allowed = protection == MMAPIO_PROT_READ || protection == MMAPIO_PROT_WRITE;
        mmapio_error error = stale_error();
        mmapio_status status = mmapio_map_populate(map, 0, 100, protection, &error);
        CHECK_STATUS(allowed ? MMAPIO_OK : MMAPIO_INVALID_ARGUMENT, status);
        CHECK_OWN_ERROR(status, error);
    }
    close_map(map);
}

/* The part that would fit is left alone, too. */
static void a_refused_range_has_done_nothing(void)
{
    uint64_t page = fixture_page_size();
    mmapio_map *map = map_memory(PRIVATE, 2 * page);
    uint32_t outcome = 99;

    memset(mmapio_map_data(map), 'x', 2 * page);
    CHECK_STATUS(MMAPIO_OUT_OF_RANGE, mmapio_map_protect(map, 0, 2 * page + 1, MMAPIO_PROT_NONE, NULL));
    CHECK_STATUS(MMAPIO_OUT_OF_RANGE, mmapio_map_advise(map, 0, 2 * page + 1,
                                                        MMAPIO_MADV_DONTNEED | MMAPIO_MADV_ALLOW_LOSS, &outcome, NULL));
    CHECK_EQUAL(MMAPIO_ADVICE_IGNORED, outcome);
    CHECK_EQUAL('x', bytes_of(map)[0]);
    bytes_of(map)[1] = 'y';
    CHECK_EQUAL('y', bytes_of(map)[1]);
    close_map(map);
}

TEST_MAIN(TEST(every_call_refuses_exactly_what_lies_outside_a_map_of_a_file),
          TEST(every_call_refuses_exactly_what_lies_outside_of_memory), TEST(every_call_refuses_no_map),
          TEST(unknown_arguments_of_range_calls_are_refused), TEST(a_refused_range_has_done_nothing))
