/* test_linux_evict.c - what really leaves the page cache. */
#include "cached.h"
#include "child.h"
#include "linux_residency.h"

#include <sched.h>

enum { SMALL = 64 };

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

TEST_MAIN(TEST(evicting_a_map_takes_its_pages_out_of_the_cache), TEST(the_clean_pages_of_a_private_map_go_too),
          TEST(evicting_either_copy_of_a_mirrored_file_takes_its_pages), TEST(evicting_a_part_leaves_the_rest),
          TEST(evicting_a_file_takes_its_pages_out_of_the_cache),
          TEST(pages_that_somebody_maps_stay_when_the_file_is_evicted),
          TEST(pages_that_another_process_maps_stay_but_leave_this_one), TEST(locked_pages_stay_and_are_counted))
