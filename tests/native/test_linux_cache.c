/* test_linux_cache.c - what really comes into the page cache, and what really leaves it. */
#include "cached.h"
#include "child.h"
#include "linux_filter.h"
#include "linux_residency.h"

#include <fcntl.h>
#include <sched.h>
#include <sys/stat.h>

/* More than one call reads ahead on any device that was seen: see the loop in linux/cache.c. */
enum { LARGE = 48 << 20, SMALL = 64 };

static void need_a_disk_that_counts(void)
{
    need_a_real_kernel();
    need_real_residency();
    need_a_disk();
    need_counts();
}

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

static void evicting_a_map_takes_its_pages_out_of_the_cache(void)
{
    need_a_disk_that_counts();

    uint64_t page = fixture_page_size();
    fixture_file file = fixture_patterned(SMALL * page);
    mmapio_map *map = map_whole(file.handle, READ_WRITE, SHARED);
    mmapio_eviction report;

    CHECK_OK(mmapio_map_populate(map, 0, SMALL * page, MMAPIO_PROT_READ, NULL));
    for (uint64_t i = 0; i < SMALL; i += 3) {
        bytes_of(map)[i * page] = 1;
    }
    report = evict_map(map, 0, SMALL * page);
    CHECK_EQUAL(MMAPIO_KNOWN_RESIDENT, report.known);
    CHECK_EQUAL(MMAPIO_SCOPE_PAGE_CACHE, report.scope);
    CHECK_EQUAL(SMALL, report.pages);
    CHECK_EQUAL(SMALL, report.resident_before);
    CHECK_EQUAL(0, report.resident_after);
    CHECK_EQUAL(0, file_resident(file.handle));
    CHECK_EQUAL(1, bytes_of(map)[3 * page]);
    CHECK_EQUAL(fixture_pattern(4 * page), bytes_of(map)[4 * page]);
    close_map(map);
    fixture_remove(&file);
}

/* The kernel pages out what is on its lists, where fresh pages come from a list of each processor's own: the page comes
 * and goes on one and the same. */
static void stay_on_this_processor(void)
{
    cpu_set_t here;

    CPU_ZERO(&here);
    CPU_SET((size_t)sched_getcpu(), &here);
    CHECK_EQUAL(0, sched_setaffinity(0, sizeof here, &here));
}

static void the_clean_pages_of_a_private_map_go_too(void)
{
    need_a_disk_that_counts();
    stay_on_this_processor();

    uint64_t page = fixture_page_size();
    fixture_file file = fixture_patterned(SMALL * page);
    mmapio_map *map;
    mmapio_eviction report;

    CHECK(fixture_evict(file.handle));
    map = map_page_by_page(file.handle, READ_WRITE, PRIVATE);
    CHECK_OK(mmapio_map_populate(map, 0, SMALL * page, MMAPIO_PROT_READ, NULL));
    bytes_of(map)[3 * page] = 'x';
    report = evict_map(map, 0, SMALL * page);
    CHECK_EQUAL(MMAPIO_KNOWN_RESIDENT, report.known);
    CHECK_EQUAL(SMALL, report.resident_before);
    /* The copy stays, unless there is swap; what it was made of may stay in the cache. */
    CHECK(report.resident_after <= 2);
    CHECK_EQUAL('x', bytes_of(map)[3 * page]);
    close_map(map);
    fixture_remove(&file);
}

/* Both copies show the same pages of the file, whichever of them the range lies in. */
static void evicting_either_copy_of_a_mirrored_file_takes_its_pages(void)
{
    uint64_t length = SMALL * (uint64_t)fixture_page_size();
    mmapio_map_options options;
    fixture_file file;
    mmapio_map *map;

    need_a_disk_that_counts();
    file = fixture_patterned(length);
    options = options_of(READ_WRITE, SHARED | MMAPIO_MAP_MIRRORED, 0, 0);
    CHECK_OK(mmapio_map_import(file.handle, &options, &map, NULL));
    for (uint64_t start = 0; start <= length; start += length / 2) {
        mmapio_eviction report;
        memset(bytes_of(map), 'm', (size_t)(2 * length));
        report = evict_map(map, start, length);
        CHECK_EQUAL(SMALL, report.resident_before);
        CHECK_EQUAL(0, report.resident_after);
        CHECK_EQUAL(0, file_resident(file.handle));
        CHECK_EQUAL('m', bytes_of(map)[length]);
    }
    close_map(map);
    fixture_remove(&file);
}

static void evicting_a_part_leaves_the_rest(void)
{
    need_a_disk_that_counts();

    uint64_t page = fixture_page_size();
    fixture_file file = fixture_patterned(SMALL * page);
    mmapio_map *map = map_page_by_page(file.handle, READ_WRITE, SHARED);
    uint8_t pages[SMALL];
    uint64_t before;
    uint64_t left;

    /* Folios of several pages go, or stay, as a whole: begin with single ones. */
    CHECK(evict_map(map, 0, SMALL * page).resident_after == 0);
    for (uint64_t i = 0; i < SMALL; i++) {
        touch(map, i, 'x');
    }
    before = evict_map(map, 20 * page + 5, 10 * page).resident_before;
    CHECK_EQUAL(11, before);
    left = report_of(map, 0, SMALL * page, pages).resident;
    CHECK_EQUAL(SMALL - 11, left);
    CHECK_EQUAL(1, pages[19]);
    CHECK_EQUAL(0, pages[20]);
    CHECK_EQUAL(0, pages[30]);
    CHECK_EQUAL(1, pages[31]);
    close_map(map);
    fixture_remove(&file);
}

static void evicting_a_file_takes_its_pages_out_of_the_cache(void)
{
    need_a_disk_that_counts();

    uint64_t page = fixture_page_size();
    fixture_file file = fixture_patterned(SMALL * page);
    intptr_t reading = fixture_open(&file, FIXTURE_READ);
    mmapio_eviction report;
    unsigned char byte = 0;

    CHECK_EQUAL(SMALL, file_report(file.handle, 0, 0).dirty);
    report = evict_file(reading, 0, 0);
    CHECK_EQUAL(MMAPIO_KNOWN_RESIDENT, report.known);
    CHECK_EQUAL(MMAPIO_SCOPE_PAGE_CACHE, report.scope);
    CHECK_EQUAL(SMALL, report.resident_before);
    CHECK_EQUAL(0, report.resident_after);
    fixture_read(file.handle, 5 * page, &byte, 1);
    CHECK_EQUAL(fixture_pattern(5 * page), byte);
    fixture_close(reading);
    fixture_remove(&file);
}

static void pages_that_somebody_maps_stay_when_the_file_is_evicted(void)
{
    need_a_disk_that_counts();

    uint64_t page = fixture_page_size();
    fixture_file file = fixture_patterned(SMALL * page);
    mmapio_map *map = map_whole(file.handle, READ_ONLY, SHARED);

    CHECK_OK(mmapio_map_populate(map, 0, SMALL * page, MMAPIO_PROT_READ, NULL));
    CHECK_EQUAL(SMALL, evict_file(file.handle, 0, 0).resident_after);
    CHECK_EQUAL(0, evict_map(map, 0, SMALL * page).resident_after);
    close_map(map);
    fixture_remove(&file);
}

typedef struct reader {
    const fixture_file *file;
    int ready[2]; /* the pipe that the reader says so through */
    int end[2];   /* the pipe whose end it waits for */
} reader;

static _Noreturn void read_until_the_end(const reader *self)
{
    uint64_t length = SMALL * (uint64_t)fixture_page_size();
    mmapio_map *map = NULL;
    mmapio_map_options options = options_of(READ_ONLY, SHARED, 0, length);
    bool ready;

    (void)close(self->end[1]);
    ready = mmapio_map_file(self->file->handle, &options, &map, NULL) == MMAPIO_OK &&
            mmapio_map_populate(map, 0, length, MMAPIO_PROT_READ, NULL) == MMAPIO_OK;
    (void)!write(self->ready[1], &ready, 1);
    (void)!read(self->end[0], &ready, 1);
    _exit(0);
}

static void pages_that_another_process_maps_stay_but_leave_this_one(void)
{
    need_a_disk_that_counts();

    uint64_t page = fixture_page_size();
    fixture_file file = fixture_patterned(SMALL * page);
    mmapio_map *map = map_whole(file.handle, READ_ONLY, SHARED);
    reader other = {&file, {-1, -1}, {-1, -1}};
    mmapio_eviction report;
    bool ready = false;
    pid_t child;

    CHECK(pipe(other.ready) == 0 && pipe(other.end) == 0);
    child = fork();
    if (child == 0) {
        read_until_the_end(&other);
    }
    CHECK(child > 0);
    CHECK_EQUAL(1, read(other.ready[0], &ready, 1));
    CHECK(ready);
    CHECK_OK(mmapio_map_populate(map, 0, SMALL * page, MMAPIO_PROT_READ, NULL));
    CHECK_EQUAL(SMALL * page, mapping_bytes(bytes_of(map), "Rss:"));
    report = evict_map(map, 0, SMALL * page);
    CHECK_EQUAL(SMALL, report.resident_after);
    CHECK_EQUAL(0, mapping_bytes(bytes_of(map), "Rss:"));
    CHECK_EQUAL(0, close(other.end[1]));
    CHECK_EQUAL(child, waitpid(child, NULL, 0));
    CHECK_EQUAL(0, evict_map(map, 0, SMALL * page).resident_after);
    close_map(map);
    fixture_remove(&file);
}

static void locked_pages_stay_and_are_counted(void)
{
    need_a_disk_that_counts();
    need_locks_that_count();

    uint64_t page = fixture_page_size();
    fixture_file file = fixture_patterned(SMALL * page);
    mmapio_map *map = map_whole(file.handle, READ_ONLY, SHARED);

    CHECK_OK(mmapio_map_lock(map, 0, 8 * page, 0, NULL));
    CHECK(evict_map(map, 0, SMALL * page).resident_after >= 8);
    CHECK_EQUAL(8 * page, locked_bytes());
    CHECK_OK(mmapio_map_unlock(map, 0, 8 * page, NULL));
    CHECK_EQUAL(0, evict_map(map, 0, SMALL * page).resident_after);
    close_map(map);
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
          TEST(just_the_pages_of_the_ranges_are_read_in), TEST(evicting_a_map_takes_its_pages_out_of_the_cache),
          TEST(the_clean_pages_of_a_private_map_go_too), TEST(evicting_either_copy_of_a_mirrored_file_takes_its_pages),
          TEST(evicting_a_part_leaves_the_rest), TEST(evicting_a_file_takes_its_pages_out_of_the_cache),
          TEST(pages_that_somebody_maps_stay_when_the_file_is_evicted),
          TEST(pages_that_another_process_maps_stay_but_leave_this_one), TEST(locked_pages_stay_and_are_counted),
          TEST(the_residency_of_a_file_needs_no_map), TEST(files_in_memory_ignore_advice),
          TEST(an_older_kernel_is_asked_through_a_mapping_that_does_not_stay), TEST(so_is_a_file_of_several_windows),
          TEST(who_may_only_read_is_told_nothing))
