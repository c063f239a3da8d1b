/* test_evict.c - evicting ranges of a map: no contents change, and the report has the shape it should. */
#include "cached.h"

#include <stddef.h>

enum { PAGES = 16 };

static void need_evict(void)
{
    need_feature(MMAPIO_FEATURE_EVICT, "evict pages of a map");
}

static void check_bytes(const mmapio_map *map, uint64_t first)
{
    for (uint64_t i = 0; i < mmapio_map_length(map); i++) {
        CHECK_EQUAL(fixture_pattern(first + i), bytes_of(map)[i]);
    }
}

/* Half of it in the file already, half only written through the map. */
static void what_was_written_to_a_file_is_there_afterwards(void)
{
    need_evict();

    uint64_t length = PAGES * fixture_page_size();
    fixture_file file = fixture_patterned(length);
    mmapio_map *map = map_whole(file.handle, READ_WRITE, SHARED);
    unsigned char byte = 0;

    for (uint64_t i = 0; i < length; i += 3) {
        bytes_of(map)[i] = fixture_pattern(i + 5);
    }
    (void)evict_map(map, 0, length);
    for (uint64_t i = 0; i < length; i++) {
        CHECK_EQUAL(fixture_pattern(i % 3 == 0 ? i + 5 : i), bytes_of(map)[i]);
    }
    bytes_of(map)[3] = 'x';
    fixture_read(file.handle, 3, &byte, 1);
    CHECK_EQUAL('x', byte);
    close_map(map);
    fixture_remove(&file);
}

static void the_copies_of_a_private_map_stay(void)
{
    need_evict();

    uint64_t length = PAGES * fixture_page_size();
    fixture_file file = fixture_patterned(length);
    mmapio_map *map = map_whole(file.handle, READ_WRITE, PRIVATE);

    for (uint64_t i = 0; i < length; i += 2) {
        bytes_of(map)[i] = fixture_pattern(i + 9);
    }
    (void)evict_map(map, 0, length);
    for (uint64_t i = 0; i < length; i++) {
        CHECK_EQUAL(fixture_pattern(i % 2 == 0 ? i + 9 : i), bytes_of(map)[i]);
    }
    close_map(map);
    fixture_remove(&file);
}

static void memory_keeps_its_contents(void)
{
    need_evict();

    static const uint32_t kinds[] = {PRIVATE, SHARED};
    uint64_t length = PAGES * fixture_page_size();

    for (size_t kind = 0; kind < 2; kind++) {
        mmapio_map *map = map_memory(kinds[kind], length);
        for (uint64_t i = 0; i < length; i++) {
            bytes_of(map)[i] = fixture_pattern(i);
        }
        CHECK_EQUAL(MMAPIO_SCOPE_WORKING_SET, evict_map(map, 0, length).scope);
        check_bytes(map, 0);
        close_map(map);
    }
}

static void counts_every_page_that_a_range_touches(void)
{
    need_evict();

    uint64_t page = fixture_page_size();
    fixture_file file = fixture_patterned(10 * page);
    mmapio_map *map = map_part(file.handle, READ_ONLY, SHARED, page - 1, 9 * page);
    const uint64_t cases[][3] = {{0, 1, 1},         {0, 2, 2},        {1, page, 1}, {1, page + 1, 2},
                                 {0, 9 * page, 10}, {9 * page, 0, 0}, {5, 0, 0},    {9 * page - 1, 1, 1}};

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        CHECK_EQUAL(cases[i][2], evict_map(map, cases[i][0], cases[i][1]).pages);
    }
    close_map(map);
    fixture_remove(&file);
}

static void a_report_too_short_is_refused(void)
{
    mmapio_map *map = map_memory(PRIVATE, 100);
    mmapio_eviction report;
    mmapio_error error = stale_error();

    CHECK_STATUS(MMAPIO_INVALID_ARGUMENT, mmapio_map_evict(map, 0, 100, NULL, &error));
    CHECK_OWN_ERROR(MMAPIO_INVALID_ARGUMENT, error);
    for (uint32_t size = 0; size < offsetof(mmapio_eviction, pages); size++) {
        report.struct_size = size;
        error = stale_error();
        CHECK_STATUS(MMAPIO_INVALID_ARGUMENT, mmapio_map_evict(map, 0, 100, &report, &error));
        CHECK_OWN_ERROR(MMAPIO_INVALID_ARGUMENT, error);
    }
    report.struct_size = UINT32_MAX;
    CHECK_STATUS(MMAPIO_INVALID_ARGUMENT, mmapio_map_evict(map, 0, 100, &report, NULL));
    close_map(map);
}

static void a_longer_or_shorter_report_is_filled_as_far_as_it_goes(void)
{
    need_evict();

    struct {
        mmapio_eviction known;
        unsigned char unknown[16];
    } report;
    mmapio_map *map = map_memory(PRIVATE, 100);

    memset(&report, 0xA5, sizeof report);
    report.known.struct_size = (uint32_t)sizeof report - 8;
    CHECK_OK(mmapio_map_evict(map, 0, 100, &report.known, NULL));
    CHECK_EQUAL(sizeof report.known, report.known.struct_size);
    CHECK_EQUAL(1, report.known.pages);
    CHECK_EQUAL(0, report.unknown[7]);
    CHECK_EQUAL(0xA5, report.unknown[8]);
    report.known.struct_size = (uint32_t)offsetof(mmapio_eviction, resident_before);
    report.known.resident_after = 77;
    CHECK_OK(mmapio_map_evict(map, 0, 100, &report.known, NULL));
    CHECK_EQUAL(offsetof(mmapio_eviction, resident_before), report.known.struct_size);
    CHECK_EQUAL(1, report.known.pages);
    CHECK_EQUAL(77, report.known.resident_after);
    close_map(map);
}

static void a_refused_call_leaves_no_stale_counts(void)
{
    mmapio_map *map = map_memory(PRIVATE, 100);
    mmapio_eviction report;

    memset(&report, 0xA5, sizeof report);
    report.struct_size = (uint32_t)sizeof report;
    CHECK_STATUS(MMAPIO_OUT_OF_RANGE, mmapio_map_evict(map, 0, 101, &report, NULL));
    CHECK_EQUAL(0, report.known);
    CHECK_EQUAL(0, report.pages);
    CHECK_EQUAL(0, report.resident_after);
    close_map(map);
}

TEST_MAIN(TEST(what_was_written_to_a_file_is_there_afterwards), TEST(the_copies_of_a_private_map_stay),
          TEST(memory_keeps_its_contents), TEST(counts_every_page_that_a_range_touches),
          TEST(a_report_too_short_is_refused), TEST(a_longer_or_shorter_report_is_filled_as_far_as_it_goes),
          TEST(a_refused_call_leaves_no_stale_counts))
