/* test_linux_sync.c - what syncing does on Linux besides writing. */
#include "linux_residency.h"

#include <errno.h>

static void invalidating_locked_pages_is_busy(void)
{
    need_locks_that_count();

    fixture_file file = fixture_patterned(10000);
    mmapio_map *map = map_whole(file.handle, READ_WRITE, SHARED);
    mmapio_error error = stale_error();

    CHECK_OK(mmapio_map_lock(map, 0, 100, 0, NULL));
    CHECK_STATUS(MMAPIO_BUSY, mmapio_map_sync(map, 0, 10000, MMAPIO_MS_SYNC | MMAPIO_MS_INVALIDATE, &error));
    CHECK_ERRNO(MMAPIO_BUSY, 16, "msync", error);
    CHECK_OK(mmapio_map_sync(map, 0, 10000, MMAPIO_MS_SYNC, NULL));
    CHECK_OK(mmapio_map_unlock(map, 0, 100, NULL));
    CHECK_OK(mmapio_map_sync(map, 0, 10000, MMAPIO_MS_SYNC | MMAPIO_MS_INVALIDATE, &error));
    CHECK_OWN_ERROR(MMAPIO_OK, error);
    close_map(map);
    fixture_remove(&file);
}

static uint64_t dirty_pages(mmapio_map *map)
{
    mmapio_residency report = report_of(map, 0, mmapio_map_length(map), NULL);

    CHECK((report.known & MMAPIO_KNOWN_DIRTY) != 0);
    CHECK((report.known & MMAPIO_KNOWN_WRITEBACK) != 0);
    return report.dirty + report.writeback;
}

static void every_mode_that_waits_leaves_no_page_dirty(void)
{
    need_a_disk();
    need_counts();

    static const uint32_t modes[] = {MMAPIO_MS_SYNC, MMAPIO_MS_DATA, MMAPIO_MS_DURABLE, MMAPIO_MS_BARRIER};
    fixture_file file;
    mmapio_map *map;

    file = sparse_file(FIXTURE_DISK);
    map = map_page_by_page(file.handle, READ_WRITE, SHARED);
    for (unsigned char i = 0; i < 4; i++) {
        touch(map, 3, i);
        touch(map, 9, i);
        CHECK_OK(mmapio_map_sync(map, 0, mmapio_map_length(map), modes[i], NULL));
        CHECK_EQUAL(0, dirty_pages(map));
    }
    close_map(map);
    fixture_remove(&file);
}

/* One byte in the middle: its page is written, the ones around it wait for another sync. */
static void syncing_a_part_leaves_the_rest_dirty(void)
{
    need_a_disk();
    need_counts();

    uint64_t page = fixture_page_size();
    fixture_file file;
    mmapio_map *map;
    uint64_t left = 0;

    file = sparse_file(FIXTURE_DISK);
    map = map_page_by_page(file.handle, READ_WRITE, SHARED);
    /* The kernel may write dirty pages whenever it likes: try again if it has just done so. */
    for (unsigned char attempt = 1; attempt < 6 && left != 2; attempt++) {
        touch(map, 3, attempt);
        touch(map, 7, attempt);
        touch(map, 11, attempt);
        CHECK_OK(mmapio_map_sync(map, 7 * page + 5, 1, MMAPIO_MS_SYNC, NULL));
        left = dirty_pages(map);
    }
    CHECK_EQUAL(2, left);
    close_map(map);
    fixture_remove(&file);
}

TEST_MAIN(TEST(invalidating_locked_pages_is_busy), TEST(every_mode_that_waits_leaves_no_page_dirty),
          TEST(syncing_a_part_leaves_the_rest_dirty))
