/* test_linux_residency.c - that the counts of mmapio_map_residency are those of the page cache. */
#include "linux_residency.h"

static void a_fresh_sparse_file_has_no_page_in_memory(void)
{
    need_tmpfs();

    fixture_file file;
    mmapio_map *map;
    mmapio_residency report;

    file = sparse_file(FIXTURE_MEMORY);
    map = map_page_by_page(file.handle, READ_WRITE, SHARED);
    report = report_of(map, 0, mmapio_map_length(map), NULL);
    CHECK_EQUAL(PAGES, report.pages);
    CHECK((report.known & MMAPIO_KNOWN_RESIDENT) != 0);
    CHECK_EQUAL(MMAPIO_SCOPE_PAGE_CACHE, report.scope);
    CHECK_EQUAL(0, report.resident);
    CHECK_EQUAL(0, report.dirty);
    CHECK_EQUAL(0, report.writeback);
    close_map(map);
    fixture_remove(&file);
}

static void exactly_the_touched_pages_are_counted_and_marked(void)
{
    need_tmpfs();

    static const size_t touched[] = {0, 3, 4, 31, 63};
    uint8_t expected[PAGES] = {0};
    uint8_t pages[PAGES];
    fixture_file file;
    mmapio_map *map;
    mmapio_residency report;

    file = sparse_file(FIXTURE_MEMORY);
    map = map_page_by_page(file.handle, READ_WRITE, SHARED);
    for (size_t i = 0; i < 5; i++) {
        touch(map, touched[i], 'x');
        expected[touched[i]] = 1;
        CHECK_EQUAL(i + 1, resident_pages(map));
    }
    memset(pages, 0xFF, sizeof pages);
    report = report_of(map, 0, mmapio_map_length(map), pages);
    CHECK_EQUAL(5, report.resident);
    CHECK(memcmp(expected, pages, PAGES) == 0);
    close_map(map);
    fixture_remove(&file);
}

/* The range, the start of the map within its page, and the offset in the file: all of them move the pages meant. */
static void a_part_of_a_map_of_a_part_tells_of_the_right_pages(void)
{
    need_tmpfs();

    uint64_t page = fixture_page_size();
    uint8_t pages[4];
    fixture_file file;
    mmapio_map *map;

    file = sparse_file(FIXTURE_MEMORY);
    map = map_page_by_page(file.handle, READ_WRITE, SHARED);
    touch(map, 10, 'x');
    touch(map, 12, 'x');
    close_map(map);
    map = map_part(file.handle, READ_ONLY, SHARED, 5 * page + 100, 20 * page);
    CHECK_EQUAL(2, resident_pages(map));
    /* From the last byte of page 9 to the first of page 12. */
    CHECK_EQUAL(2, report_of(map, 5 * page - 101, 2 * page + 2, NULL).resident);
    CHECK_EQUAL(4, report_of(map, 5 * page - 101, 2 * page + 2, pages).pages);
    CHECK(memcmp(pages, "\0\1\0\1", 4) == 0);
    CHECK_EQUAL(1, report_of(map, 5 * page - 101, 2 * page + 1, NULL).resident);
    CHECK_EQUAL(0, report_of(map, 6 * page - 100, page, NULL).resident);
    close_map(map);
    fixture_remove(&file);
}

static void what_another_handle_brings_in_counts_too(void)
{
    need_tmpfs();

    fixture_file file;
    mmapio_map *map;

    file = sparse_file(FIXTURE_MEMORY);
    map = map_page_by_page(file.handle, READ_ONLY, SHARED);
    fixture_write(file.handle, 7 * fixture_page_size(), "x", 1);
    CHECK_EQUAL(1, resident_pages(map));
    close_map(map);
    fixture_remove(&file);
}

static void pages_past_the_end_of_the_file_are_not_resident(void)
{
    need_tmpfs();

    uint64_t page = fixture_page_size();
    uint8_t pages[4] = {9, 9, 9, 9};
    fixture_file file;
    mmapio_map *map;

    file = fixture_create(FIXTURE_MEMORY);
    fixture_write(file.handle, 0, "x", 1);
    map = map_part(file.handle, READ_ONLY, SHARED, 0, 4 * page);
    CHECK_EQUAL(1, resident_pages(map));
    CHECK_EQUAL(1, report_of(map, 0, 4 * page, pages).resident);
    CHECK(memcmp(pages, "\1\0\0\0", 4) == 0);
    close_map(map);
    fixture_remove(&file);
}

static void dirty_pages_are_counted_until_they_are_synced(void)
{
    need_a_disk();
    need_counts();

    fixture_file file;
    mmapio_map *map;
    mmapio_residency report;
    uint64_t dirty = 0;

    file = sparse_file(FIXTURE_DISK);
    map = map_page_by_page(file.handle, READ_WRITE, SHARED);
    /* The kernel may write dirty pages whenever it likes: try again if it has just done so. */
    for (unsigned char attempt = 1; attempt < 6 && dirty != 3; attempt++) {
        touch(map, 2, attempt);
        touch(map, 17, attempt);
        touch(map, 40, attempt);
        dirty = report_of(map, 0, mmapio_map_length(map), NULL).dirty;
    }
    CHECK_EQUAL(3, dirty);
    CHECK_OK(mmapio_map_sync(map, 0, mmapio_map_length(map), MMAPIO_MS_SYNC, NULL));
    report = report_of(map, 0, mmapio_map_length(map), NULL);
    CHECK_EQUAL(MMAPIO_KNOWN_RESIDENT | MMAPIO_KNOWN_DIRTY | MMAPIO_KNOWN_WRITEBACK | MMAPIO_KNOWN_EVICTED,
                report.known);
    CHECK_EQUAL(0, report.dirty);
    CHECK_EQUAL(0, report.writeback);
    CHECK_EQUAL(3, report.resident);
    close_map(map);
    fixture_remove(&file);
}

static void eviction_brings_the_count_down(void)
{
    need_a_real_kernel();
    need_a_disk();
    need_real_residency();

    uint64_t page = fixture_page_size();
    uint8_t pages[PAGES];
    fixture_file file;
    mmapio_map *map;

    file = fixture_patterned(PAGES * page);
    map = map_whole(file.handle, READ_WRITE, SHARED);
    CHECK_EQUAL(PAGES, resident_pages(map));
    CHECK_EQUAL(PAGES, report_of(map, 0, PAGES * page, pages).resident);
    close_map(map);
    CHECK(fixture_evict(file.handle));
    map = map_whole(file.handle, READ_ONLY, SHARED);
    CHECK(resident_pages(map) < PAGES);
    CHECK(report_of(map, 0, PAGES * page, pages).resident < PAGES);
    CHECK_EQUAL(fixture_pattern(0), bytes_of(map)[0]);
    CHECK(resident_pages(map) > 0);
    close_map(map);
    fixture_remove(&file);
}

static uint64_t resident_after_eviction(mmapio_map *map, intptr_t handle)
{
    touch(map, 5, 'x');
    CHECK(fixture_evict(handle));
    return resident_pages(map);
}

/* The copy is not in the page cache, but it is in memory, at the address that was asked about. */
static void the_copies_of_a_private_map_are_resident(void)
{
    need_a_real_kernel();
    need_a_disk();

    fixture_file file;
    mmapio_map *map;

    file = sparse_file(FIXTURE_DISK);
    map = map_page_by_page(file.handle, READ_WRITE, PRIVATE);
    CHECK_EQUAL(1, resident_after_eviction(map, file.handle));
    close_map(map);
    fixture_remove(&file);
}

static void so_are_they_where_writing_was_allowed_later(void)
{
    need_a_real_kernel();
    need_a_disk();

    fixture_file file;
    mmapio_map *map;

    file = sparse_file(FIXTURE_DISK);
    map = map_page_by_page(file.handle, READ_ONLY, PRIVATE);
    CHECK_OK(mmapio_map_protect(map, 0, mmapio_map_length(map), READ_WRITE, NULL));
    CHECK_EQUAL(1, resident_after_eviction(map, file.handle));
    close_map(map);
    fixture_remove(&file);
}

static void shared_memory_is_resident_where_it_was_touched(void)
{
    need_real_residency();

    mmapio_map *map = map_memory(SHARED, PAGES * (uint64_t)fixture_page_size());
    mmapio_residency report;

    touch(map, 1, 'x');
    touch(map, 2, 'x');
    report = report_of(map, 0, mmapio_map_length(map), NULL);
    CHECK_EQUAL(MMAPIO_KNOWN_RESIDENT, report.known);
    CHECK_EQUAL(2, report.resident);
    close_map(map);
}

TEST_MAIN(TEST(a_fresh_sparse_file_has_no_page_in_memory), TEST(exactly_the_touched_pages_are_counted_and_marked),
          TEST(a_part_of_a_map_of_a_part_tells_of_the_right_pages), TEST(what_another_handle_brings_in_counts_too),
          TEST(pages_past_the_end_of_the_file_are_not_resident), TEST(dirty_pages_are_counted_until_they_are_synced),
          TEST(eviction_brings_the_count_down), TEST(the_copies_of_a_private_map_are_resident),
          TEST(so_are_they_where_writing_was_allowed_later), TEST(shared_memory_is_resident_where_it_was_touched))
