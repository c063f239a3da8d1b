/* test_linux_full_disk.c - a sparse file on a file system that has no room for its blocks. */
#include "child.h"
#include "linux_proc.h"
#include "linux_residency.h"
#include "linux_small_disk.h"

#include <errno.h>

static void populate_to_write(void *unused)
{
    int file = file_on_a_small_disk();
    uint64_t page = fixture_page_size();
    mmapio_map *map = map_whole(file, READ_WRITE, SHARED);
    mmapio_error error = stale_error();

    (void)unused;
    CHECK_STATUS(MMAPIO_FAULT, mmapio_map_populate(map, 0, WANTED * page, MMAPIO_PROT_WRITE, &error));
    CHECK_ERRNO(MMAPIO_FAULT, EFAULT, populating_call(), error);
    /* What there was room for is there to be written. */
    CHECK_OK(mmapio_map_populate(map, 0, page, MMAPIO_PROT_WRITE, NULL));
    bytes_of(map)[page - 1] = 'x';
    close_map(map);
}

static void populating_to_write_on_a_full_disk_is_a_fault(void)
{
    need_a_real_kernel();
    child_must_pass(populate_to_write, NULL);
}

static void lock_all(void *unused)
{
    int file = file_on_a_small_disk();
    mmapio_map *map = map_whole(file, READ_WRITE, SHARED);

    (void)unused;
    CHECK_STATUS(MMAPIO_FAULT, mmapio_map_lock(map, 0, mmapio_map_length(map), 0, NULL));
    close_map(map);
}

static void locking_on_a_full_disk_is_a_fault(void)
{
    need_a_real_kernel();
    need_locks_that_count();
    child_must_pass(lock_all, NULL);
}

/* What the two above are there to foresee. */
static void write_past_the_room(void *unused)
{
    int file = file_on_a_small_disk();
    mmapio_map *map = map_whole(file, READ_WRITE, SHARED);

    (void)unused;
    memset(mmapio_map_data(map), 'x', mmapio_map_length(map));
}

static void writing_on_a_full_disk_is_a_signal(void)
{
    int code = child_run(write_past_the_room, NULL);

    if (code == TEST_SKIPPED) {
        TEST_LEAVE(TEST_SKIPPED);
    }
    CHECK_EQUAL(-SIGBUS, code);
}

TEST_MAIN(TEST(populating_to_write_on_a_full_disk_is_a_fault), TEST(locking_on_a_full_disk_is_a_fault),
          TEST(writing_on_a_full_disk_is_a_signal))
