/*
 * test_linux_stacked.c - files whose descriptor is of another inode than their pages: overlayfs.
 *
 * What is asked of the descriptor there (cachestat, sync_file_range) succeeds, and is about nothing.
 */
#include "cached.h"
#include "child.h"
#include "linux_residency.h"
#include "linux_stacked.h"

enum { SIZE = 64 };

/* What the layer below says of a file's pages, whichever way they were written. */
static uint64_t dirty_below(const stacked *place, const char *name)
{
    int file = stacked_open(place, name, O_RDONLY);
    mmapio_residency report = file_report(file, 0, 0);

    (void)close(file);
    CHECK((report.known & MMAPIO_KNOWN_DIRTY) != 0);
    return report.dirty;
}

static void count_and_evict(const stacked *place, stacked_on on)
{
    uint64_t page = fixture_page_size();
    int file = stacked_open(place, "base/top/new", O_RDWR | O_CREAT);
    mmapio_map *map;
    mmapio_eviction report;

    CHECK(fixture_resize(file, SIZE * page));
    map = map_page_by_page(file, READ_WRITE, SHARED);
    CHECK_EQUAL(0, resident_pages(map));
    for (uint64_t i = 0; i < SIZE; i++) {
        touch(map, i, 'x');
    }
    CHECK_EQUAL(SIZE, resident_pages(map));
    CHECK_EQUAL(SIZE, file_resident(file));
    CHECK_EQUAL(3, file_report(file, 5 * page, 3 * page).resident);
    report = evict_map(map, 0, SIZE * page);
    CHECK_EQUAL(MMAPIO_KNOWN_RESIDENT, report.known);
    CHECK_EQUAL(SIZE, report.resident_before);
    CHECK_EQUAL(on == STACKED_ON_DISK ? 0 : SIZE, report.resident_after);
    CHECK_EQUAL('x', bytes_of(map)[3 * page + 9]);
    close_map(map);
    (void)close(file);
}

static void evict_without_a_map(const stacked *place)
{
    uint64_t page = fixture_page_size();
    int file = stacked_open(place, "base/top/other", O_RDWR | O_CREAT);
    int writing = stacked_open(place, "base/top/other", O_WRONLY);
    mmapio_eviction report;

    for (uint64_t i = 0; i < SIZE; i++) {
        fixture_write(file, i * page, "y", 1);
    }
    CHECK(fixture_resize(file, SIZE * page));
    CHECK_EQUAL(SIZE, dirty_below(place, "base/upper/other"));
    report = evict_file(file, 0, 0);
    CHECK_EQUAL(MMAPIO_KNOWN_RESIDENT, report.known);
    CHECK_EQUAL(SIZE, report.resident_before);
    CHECK_EQUAL(0, report.resident_after);
    /* By a handle that may not read nothing can be counted there, but all of it can go. */
    fixture_write(file, 0, "z", 1);
    CHECK_EQUAL(0, evict_file(writing, 0, 0).known);
    CHECK_EQUAL(0, dirty_below(place, "base/upper/other"));
    CHECK_EQUAL(0, file_resident(file));
    (void)close(writing);
    (void)close(file);
}

/* What nobody has written to is mapped from the layer below. */
static void count_what_lies_below(const stacked *place)
{
    uint64_t page = fixture_page_size();
    int file = stacked_open(place, "base/top/low", O_RDONLY);
    mmapio_map *map = map_whole(file, READ_ONLY, SHARED);
    uint32_t outcome = 99;

    CHECK_EQUAL(64, resident_pages(map));
    CHECK_EQUAL(64, file_resident(file));
    close_map(map);
    CHECK_EQUAL(64, evict_file(file, 0, 0).resident_before);
    CHECK_OK(mmapio_file_prefetch(file, 0, 64 * page, &outcome, NULL));
    CHECK_EQUAL(MMAPIO_ADVICE_APPLIED, outcome);
    (void)close(file);
}

static void live_on(const stacked *place, stacked_on on)
{
    stacked_mount(place, on);
    count_and_evict(place, on);
    count_what_lies_below(place);
    if (on == STACKED_ON_DISK) {
        evict_without_a_map(place);
    }
}

static void live_on_disk(void *place)
{
    live_on(place, STACKED_ON_DISK);
}

static void live_on_memory(void *place)
{
    live_on(place, STACKED_ON_MEMORY);
}

static void run(void (*body)(void *))
{
    stacked place;
    int code;

    need_a_real_kernel();
    need_real_residency();
    need_a_disk();
    need_counts();
    place = stacked_folder();
    code = child_run(body, &place);
    stacked_remove(&place);
    if (code == TEST_SKIPPED) {
        TEST_LEAVE(TEST_SKIPPED);
    }
    CHECK_EQUAL(0, code);
}

static void an_overlay_on_a_disk_is_counted_written_and_evicted(void)
{
    run(live_on_disk);
}

static void an_overlay_on_memory_is_counted(void)
{
    run(live_on_memory);
}

TEST_MAIN(TEST(an_overlay_on_a_disk_is_counted_written_and_evicted), TEST(an_overlay_on_memory_is_counted))
