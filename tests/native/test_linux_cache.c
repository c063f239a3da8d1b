/* test_linux_cache.c - what really comes into the page cache, and what is told of files without a map. */
#include "cached.h"
#include "child.h"
#include "linux_filter.h"
#include "linux_residency.h"

#include <fcntl.h>
#include <sys/stat.h>

/* More than one call reads ahead on any device that was seen: see the loop in linux/cache.c. */
enum { LARGE = 48 << 20, SMALL = 64 };

/* A file of so many pages with contents, written to its device and in no part in memory. */
static fixture_file cold_file(uint64_t length)
{
    fixture_file file = fixture_patterned(length);

    CHECK(fixture_evict(file.handle));
    CHECK_EQUAL(0, file_resident(file.handle));
    return file;
}

/* cachestat counts a page from the moment it is being read: there is nothing to wait for. A machine short of memory may
 * take a few back at once; without the loop, most would be missing. */
static void check_nearly_all_resident(intptr_t handle)
{
    CHECK(file_resident(handle) >= LARGE / fixture_page_size() / 16 * 15);
}

static void a_large_range_of_a_map_is_read_in_to_its_end(void)
{
    need_a_disk_that_counts();

    fixture_file file = cold_file(LARGE);
    mmapio_map *map = map_whole(file.handle, READ_ONLY, SHARED);
    uint32_t outcome = 99;

    CHECK_OK(mmapio_map_prefetch(map, 0, LARGE, &outcome, NULL));
    CHECK_EQUAL(MMAPIO_ADVICE_APPLIED, outcome);
    check_nearly_all_resident(file.handle);
    close_map(map);
    fixture_remove(&file);
}

static void a_large_file_is_read_in_to_its_end(void)
{
    need_a_disk_that_counts();

    fixture_file file = cold_file(LARGE);
    uint32_t outcome = 99;

    CHECK_OK(mmapio_file_prefetch(file.handle, 0, 0, &outcome, NULL));
    CHECK_EQUAL(MMAPIO_ADVICE_APPLIED, outcome);
    check_nearly_all_resident(file.handle);
    fixture_remove(&file);
}

static void just_the_pages_of_the_ranges_are_read_in(void)
{
    need_a_disk_that_counts();

    uint64_t page = fixture_page_size();
    fixture_file file = cold_file(SMALL * page);
    mmapio_map *map = map_part(file.handle, READ_ONLY, SHARED, 5 * page + 7, SMALL * page - 5 * page - 7);
    /* Pages 6 and 7, one byte of page 20, nothing, and page 63. */
    const mmapio_range ranges[] = {{page - 7, 2 * page}, {15 * page, 1}, {30 * page, 0}, {58 * page - 7, page}};

    CHECK_OK(mmapio_map_prefetch_ranges(map, ranges, 4, NULL, NULL));
    CHECK_EQUAL(4, file_resident(file.handle));
    CHECK_EQUAL(2, file_report(file.handle, 6 * page, 2 * page).resident);
    CHECK_EQUAL(1, file_report(file.handle, 20 * page, page).resident);
    CHECK_EQUAL(1, file_report(file.handle, 63 * page, page).resident);
    close_map(map);
    CHECK(fixture_evict(file.handle));
    CHECK_OK(mmapio_file_prefetch(file.handle, 3 * page + 1, page, NULL, NULL));
    CHECK_EQUAL(2, file_report(file.handle, 3 * page, 2 * page).resident);
    CHECK_EQUAL(2, file_resident(file.handle));
    fixture_remove(&file);
}

static void the_residency_of_a_file_needs_no_map(void)
{
    need_tmpfs();
    need_counts();

    uint64_t page = fixture_page_size();
    fixture_file file;
    mmapio_map *map;
    mmapio_residency report;

    file = sparse_file(FIXTURE_MEMORY);
    CHECK_EQUAL(0, file_resident(file.handle));
    map = map_page_by_page(file.handle, READ_WRITE, SHARED);
    touch(map, 3, 'x');
    touch(map, 40, 'x');
    close_map(map);
    CHECK_EQUAL(2, file_resident(file.handle));
    report = file_report(file.handle, 3 * page + 4, 1);
    CHECK_EQUAL(1, report.pages);
    CHECK_EQUAL(1, report.resident);
    CHECK_EQUAL(0, file_report(file.handle, 4 * page, 36 * page).resident);
    CHECK_EQUAL(1, file_report(file.handle, 4 * page, 37 * page).resident);
    fixture_remove(&file);
}

static void files_in_memory_ignore_advice(void)
{
    need_tmpfs();

    fixture_file file;

    file = sparse_file(FIXTURE_MEMORY);
    for (uint32_t advice = 0; advice <= MMAPIO_FADV_NOREUSE; advice++) {
        uint32_t outcome = 99;
        CHECK_OK(mmapio_file_advise(file.handle, 0, 0, advice, &outcome, NULL));
        CHECK_EQUAL(MMAPIO_ADVICE_IGNORED, outcome);
    }
    fixture_remove(&file);
}

static void ask_without_cachestat(void *argument)
{
    const fixture_file *file = argument;
    intptr_t writing = fixture_open(file, FIXTURE_WRITE_ONLY);
    size_t handles = fixture_open_handles();
    mmapio_residency report;
    mmapio_error error = stale_error();

    filter_fail(SYS_cachestat, ENOSYS);
    report = file_report(file->handle, 0, 0);
    CHECK_EQUAL(MMAPIO_KNOWN_RESIDENT, report.known);
    CHECK_EQUAL(2, report.resident);
    CHECK_EQUAL(1, file_report(file->handle, 20 * (uint64_t)fixture_page_size(), 1).resident);
    CHECK_STATUS(MMAPIO_ACCESS_DENIED, mmapio_file_residency(writing, 0, 0, &report, &error));
    CHECK_ERRNO(MMAPIO_ACCESS_DENIED, EACCES, "mmap", error);
    CHECK_EQUAL(0, fixture_mappings_of(file));
    CHECK_EQUAL(handles, fixture_open_handles());
    filter_fail(SYS_mincore, EAGAIN);
    error = stale_error();
    report.struct_size = (uint32_t)sizeof report;
    CHECK_STATUS(MMAPIO_LIMIT_REACHED, mmapio_file_residency(file->handle, 0, 0, &report, &error));
    CHECK_ERRNO(MMAPIO_LIMIT_REACHED, EAGAIN, "mincore", error);
    CHECK_EQUAL(0, fixture_mappings_of(file));
}

static void an_older_kernel_is_asked_through_a_mapping_that_does_not_stay(void)
{
    need_tmpfs();

    fixture_file file;
    mmapio_map *map;

    file = sparse_file(FIXTURE_MEMORY);
    map = map_page_by_page(file.handle, READ_WRITE, SHARED);
    touch(map, 8, 'x');
    touch(map, 20, 'x');
    close_map(map);
    child_must_pass(ask_without_cachestat, &file);
    fixture_remove(&file);
}

/* Longer than one of the windows that mincore is given. */
static void so_is_a_file_of_several_windows(void)
{
    need_tmpfs();

    fixture_file file;
    mmapio_map *map;
    uint64_t page = fixture_page_size();
    uint64_t pages = (UINT64_C(3) << 30) / page + 1;

    need_real_residency();
    if (!fixture_sparse(FIXTURE_MEMORY, pages * page, &file)) {
        SKIP("no sparse file of 3 GiB to be had");
    }
    map = map_page_by_page(file.handle, READ_WRITE, SHARED);
    touch(map, 8, 'x');
    touch(map, 20, 'x');
    touch(map, pages - 1, 'x');
    close_map(map);
    CHECK(ftruncate((int)file.handle, (off_t)((pages - 1) * page)) == 0);
    child_must_pass(ask_without_cachestat, &file);
    fixture_remove(&file);
}

static void ask_as_stranger(void *argument)
{
    intptr_t handle = *(intptr_t *)argument;
    mmapio_residency report;
    mmapio_eviction eviction;

    child_become_nobody();
    report = file_report(handle, 0, 0);
    CHECK_EQUAL(PAGES, report.pages);
    CHECK_EQUAL(0, report.known);
    CHECK_EQUAL(0, report.resident);
    eviction = evict_file(handle, 0, 0);
    CHECK_EQUAL(0, eviction.known);
    CHECK_EQUAL(PAGES, eviction.pages);
    CHECK_EQUAL(0, eviction.resident_before);
    filter_fail(SYS_cachestat, ENOSYS);
    CHECK_EQUAL(0, file_report(handle, 0, 0).known);
}

static void who_may_only_read_is_told_nothing(void)
{
    need_tmpfs();

    fixture_file file;
    mmapio_map *map;
    intptr_t reading;

    file = sparse_file(FIXTURE_MEMORY);
    map = map_page_by_page(file.handle, READ_WRITE, SHARED);
    touch(map, 8, 'x');
    close_map(map);
    reading = fixture_open(&file, FIXTURE_READ);
    CHECK_EQUAL(0, fchmod((int)file.handle, 0644));
    child_must_pass(ask_as_stranger, &reading);
    fixture_close(reading);
    fixture_remove(&file);
}

TEST_MAIN(TEST(a_large_range_of_a_map_is_read_in_to_its_end), TEST(a_large_file_is_read_in_to_its_end),
          TEST(just_the_pages_of_the_ranges_are_read_in), TEST(the_residency_of_a_file_needs_no_map),
          TEST(files_in_memory_ignore_advice), TEST(an_older_kernel_is_asked_through_a_mapping_that_does_not_stay),
          TEST(so_is_a_file_of_several_windows), TEST(who_may_only_read_is_told_nothing))
