/* test_residency.c - the report of mmapio_map_residency: its shape, its page arithmetic, its count of own memory. */
#include "maps.h"

#include <stddef.h>

enum { PAGES = 64 };

static void need_residency(void)
{
    if ((caps_here().features & MMAPIO_FEATURE_RESIDENCY) == 0) {
        SKIP("this system does not tell of residency");
    }
    if (!fixture_shows_residency()) {
        SKIP("an emulator calls every page resident");
    }
}

static mmapio_residency report_of(mmapio_map *map, uint64_t offset, uint64_t length, uint8_t *pages)
{
    mmapio_residency report;
    mmapio_error error = stale_error();

    memset(&report, 0xA5, sizeof report);
    report.struct_size = (uint32_t)sizeof report;
    CHECK_OK(mmapio_map_residency(map, offset, length, &report, pages, &error));
    CHECK_OWN_ERROR(MMAPIO_OK, error);
    CHECK_EQUAL(sizeof report, report.struct_size);
    CHECK_EQUAL(fixture_page_size(), report.page_size);
    return report;
}

static void counts_every_page_that_a_range_touches(void)
{
    need_residency();

    uint64_t page = fixture_page_size();
    fixture_file file = fixture_patterned(10 * page);
    mmapio_map *map = map_part(file.handle, READ_ONLY, SHARED, page - 1, 9 * page);
    const uint64_t cases[][3] = {{0, 1, 1},         {0, 2, 2},        {1, page, 1},        {1, page + 1, 2},
                                 {0, page, 2},      {0, page + 2, 3}, {2, page - 2, 1},    {2, page, 2},
                                 {0, 9 * page, 10}, {page, page, 2},  {page + 1, page, 1}, {9 * page - 1, 1, 1},
                                 {5, 0, 0},         {9 * page, 0, 0}};

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        CHECK_EQUAL(cases[i][2], report_of(map, cases[i][0], cases[i][1], NULL).pages);
    }
    close_map(map);
    fixture_remove(&file);
}

static void the_scope_is_told(void)
{
    need_residency();

    fixture_file file = fixture_patterned(100);
    mmapio_map *map = map_whole(file.handle, READ_ONLY, SHARED);
    mmapio_map *memory = map_memory(PRIVATE, 100);

    CHECK_EQUAL(caps_here().residency_scope, report_of(map, 0, 100, NULL).scope);
    CHECK_EQUAL(MMAPIO_SCOPE_WORKING_SET, report_of(memory, 0, 100, NULL).scope);
    close_map(map);
    close_map(memory);
    fixture_remove(&file);
}

static void memory_is_resident_where_it_was_touched(void)
{
    need_residency();

    static const size_t touched[] = {0, 3, 4, 31, 63};
    uint64_t page = fixture_page_size();
    mmapio_map *map = map_memory(PRIVATE, PAGES * page);
    uint8_t pages[PAGES];
    uint8_t expected[PAGES] = {0};
    mmapio_residency report;

    CHECK_EQUAL(0, report_of(map, 0, PAGES * page, NULL).resident);
    for (size_t i = 0; i < 5; i++) {
        bytes_of(map)[touched[i] * page + 5] = 1;
        expected[touched[i]] = 1;
    }
    memset(pages, 0xFF, sizeof pages);
    report = report_of(map, 0, PAGES * page, pages);
    CHECK_EQUAL(MMAPIO_KNOWN_RESIDENT, report.known & MMAPIO_KNOWN_RESIDENT);
    CHECK_EQUAL(5, report.resident);
    CHECK(memcmp(expected, pages, PAGES) == 0);
    CHECK_EQUAL(5, report_of(map, 0, PAGES * page, NULL).resident);
    CHECK_EQUAL(2, report_of(map, 3 * page + 1, page, NULL).resident);
    CHECK_EQUAL(1, report_of(map, 4 * page, 20 * page, NULL).resident);
    close_map(map);
}

static void one_byte_is_written_per_page_and_no_more(void)
{
    need_residency();

    uint64_t page = fixture_page_size();
    mmapio_map *map = map_memory(PRIVATE, PAGES * page);
    uint8_t pages[8];

    bytes_of(map)[2 * page] = 1;
    memset(pages, 0x77, sizeof pages);
    CHECK_EQUAL(3, report_of(map, 2 * page - 1, page + 2, pages + 1).pages);
    CHECK_EQUAL(0x77, pages[0]);
    CHECK_EQUAL(0, pages[1]);
    CHECK_EQUAL(1, pages[2]);
    CHECK_EQUAL(0, pages[3]);
    CHECK_EQUAL(0x77, pages[4]);
    /* Nothing at all is written for an empty range. */
    (void)report_of(map, 5, 0, pages + 6);
    CHECK_EQUAL(0x77, pages[6]);
    close_map(map);
}

/* More pages than the library asks the system about at once. */
static void many_pages_are_counted_and_marked_one_by_one(void)
{
    need_residency();

    enum { MANY = 4096 * 2 + 100 };
    static uint8_t pages[MANY];
    uint64_t page = fixture_page_size();
    mmapio_map *map = map_memory(PRIVATE, MANY * page);
    mmapio_residency report;
    uint64_t expected = 0;

    for (uint64_t i = 0; i < MANY; i += 123) {
        bytes_of(map)[i * page] = 1;
        expected++;
    }
    report = report_of(map, 0, MANY * page, pages);
    CHECK_EQUAL(MANY, report.pages);
    CHECK_EQUAL(expected, report.resident);
    for (uint64_t i = 0; i < MANY; i++) {
        CHECK_EQUAL(i % 123 == 0, pages[i]);
    }
    close_map(map);
}

static void a_report_too_short_is_refused(void)
{
    need_residency();

    mmapio_map *map = map_memory(PRIVATE, 100);
    mmapio_residency report;
    mmapio_error error = stale_error();

    CHECK_STATUS(MMAPIO_INVALID_ARGUMENT, mmapio_map_residency(map, 0, 100, NULL, NULL, &error));
    CHECK_OWN_ERROR(MMAPIO_INVALID_ARGUMENT, error);
    for (uint32_t size = 0; size < offsetof(mmapio_residency, pages); size++) {
        report.struct_size = size;
        error = stale_error();
        CHECK_STATUS(MMAPIO_INVALID_ARGUMENT, mmapio_map_residency(map, 0, 100, &report, NULL, &error));
        CHECK_OWN_ERROR(MMAPIO_INVALID_ARGUMENT, error);
    }
    close_map(map);
}

static void a_shorter_report_is_filled_as_far_as_it_goes(void)
{
    need_residency();

    mmapio_map *map = map_memory(PRIVATE, 100);
    mmapio_residency report;

    bytes_of(map)[0] = 1;
    memset(&report, 0xA5, sizeof report);
    report.struct_size = (uint32_t)offsetof(mmapio_residency, dirty);
    CHECK_OK(mmapio_map_residency(map, 0, 100, &report, NULL, NULL));
    CHECK_EQUAL(offsetof(mmapio_residency, dirty), report.struct_size);
    CHECK_EQUAL(1, report.pages);
    CHECK_EQUAL(1, report.resident);
    CHECK_EQUAL(0xA5A5A5A5A5A5A5A5, report.dirty);
    CHECK_EQUAL(0xA5A5A5A5A5A5A5A5, report.recently_evicted);
    close_map(map);
}

static void a_longer_report_has_its_unknown_tail_zeroed(void)
{
    need_residency();

    struct {
        mmapio_residency known;
        unsigned char unknown[40];
    } report;
    mmapio_map *map = map_memory(PRIVATE, 100);

    memset(&report, 0xA5, sizeof report);
    report.known.struct_size = (uint32_t)sizeof report - 8;
    CHECK_OK(mmapio_map_residency(map, 0, 100, &report.known, NULL, NULL));
    CHECK_EQUAL(sizeof report.known, report.known.struct_size);
    CHECK_EQUAL(0, report.unknown[0]);
    CHECK_EQUAL(0, report.unknown[31]);
    CHECK_EQUAL(0xA5, report.unknown[32]);
    close_map(map);
}

/* The header: results are zeroed before anything else happens. */
static void a_refused_call_leaves_no_stale_counts(void)
{
    need_residency();

    mmapio_map *map = map_memory(PRIVATE, 100);
    mmapio_residency report;

    memset(&report, 0xA5, sizeof report);
    report.struct_size = (uint32_t)sizeof report;
    CHECK_STATUS(MMAPIO_OUT_OF_RANGE, mmapio_map_residency(map, 0, 101, &report, NULL, NULL));
    CHECK_EQUAL(0, report.known);
    CHECK_EQUAL(0, report.pages);
    CHECK_EQUAL(0, report.resident);
    close_map(map);
}

TEST_MAIN(TEST(counts_every_page_that_a_range_touches), TEST(the_scope_is_told),
          TEST(memory_is_resident_where_it_was_touched), TEST(one_byte_is_written_per_page_and_no_more),
          TEST(many_pages_are_counted_and_marked_one_by_one), TEST(a_report_too_short_is_refused),
          TEST(a_shorter_report_is_filled_as_far_as_it_goes), TEST(a_longer_report_has_its_unknown_tail_zeroed),
          TEST(a_refused_call_leaves_no_stale_counts))
