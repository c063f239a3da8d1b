/* test_linux_resize.c - resizing maps of files that are sealed against it, and to lengths that cannot be. */
#include "child.h"
#include "linux_small_disk.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>

enum { SEAL_SHRINK = 0x0002, SEAL_GROW = 0x0004, ADD_SEALS = 1033, ALLOW_SEALING = 2, BYTES = 20000 };

static int sealed(int seals)
{
    int file = (int)syscall(SYS_memfd_create, "sealed", ALLOW_SEALING);
    unsigned char bytes[BYTES];

    if (file < 0) {
        SKIP("this kernel has no memory to seal");
    }
    memset(bytes, 's', sizeof bytes);
    CHECK_EQUAL(BYTES, write(file, bytes, sizeof bytes));
    if (fcntl(file, ADD_SEALS, seals) != 0) {
        SKIP("this kernel seals no memory");
    }
    return file;
}

static void grow_what_may_not(void *unused)
{
    int file = sealed(SEAL_GROW);
    mmapio_map *map = map_whole(file, READ_WRITE, SHARED);
    mmapio_error error = stale_error();

    (void)unused;
    CHECK_STATUS(MMAPIO_ACCESS_DENIED, mmapio_map_resize(map, BYTES + 1, MMAPIO_RESIZE_MAY_MOVE, &error));
    CHECK_ERRNO(MMAPIO_ACCESS_DENIED, EPERM, "ftruncate", error);
    CHECK_EQUAL(BYTES, mmapio_map_length(map));
    CHECK_EQUAL('s', bytes_of(map)[BYTES - 1]);
    close_map(map);
}

static void growing_that_is_refused_changes_nothing(void)
{
    child_must_pass(grow_what_may_not, NULL);
}

static void cut_what_may_not(void *length)
{
    int file = sealed(SEAL_SHRINK);
    mmapio_map *map = map_whole(file, READ_WRITE, SHARED);
    mmapio_error error = stale_error();
    const uint32_t flags = MMAPIO_RESIZE_MAY_MOVE | MMAPIO_RESIZE_TRUNCATE;

    CHECK_STATUS(MMAPIO_ACCESS_DENIED, mmapio_map_resize(map, *(const uint64_t *)length, flags, &error));
    CHECK_ERRNO(MMAPIO_ACCESS_DENIED, EPERM, "ftruncate", error);
    CHECK_EQUAL(BYTES, mmapio_map_length(map));
    CHECK(mmapio_map_data(map) != NULL);
    CHECK_EQUAL('s', bytes_of(map)[0]);
    CHECK_EQUAL('s', bytes_of(map)[BYTES - 1]);
    close_map(map);
}

static void cutting_that_is_refused_changes_nothing(void)
{
    uint64_t one = 1;

    child_must_pass(cut_what_may_not, &one);
}

static void cutting_to_nothing_that_is_refused_changes_nothing(void)
{
    uint64_t none = 0;

    child_must_pass(cut_what_may_not, &none);
}

/* Blocks beyond the end of the file, which nobody sees, and nobody would free. */
static void a_growth_that_fails_leaves_no_blocks_behind(void)
{
    size_t page = fixture_page_size();
    fixture_file file = fixture_patterned(4 * page);
    mmapio_map *map = map_whole(file.handle, READ_WRITE, SHARED);
    unsigned char *end = bytes_of(map) + 4 * page;
    void *wall = mmap(end, page, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    struct stat before;
    struct stat after;

    CHECK(wall == end || fixture_is_mapped(end));
    CHECK_EQUAL(0, fsync((int)file.handle));
    CHECK_EQUAL(0, fstat((int)file.handle, &before));
    CHECK_STATUS(MMAPIO_OUT_OF_MEMORY, mmapio_map_resize(map, 1000 * page, MMAPIO_RESIZE_ALLOCATE, NULL));
    CHECK_EQUAL(0, fstat((int)file.handle, &after));
    CHECK_EQUAL(before.st_size, after.st_size);
    CHECK_EQUAL(before.st_blocks, after.st_blocks);
    CHECK_OK(mmapio_map_resize(map, 1000 * page, MMAPIO_RESIZE_MAY_MOVE | MMAPIO_RESIZE_ALLOCATE, NULL));
    CHECK_EQUAL(0, fstat((int)file.handle, &after));
    CHECK(after.st_blocks >= (blkcnt_t)(1000 * page / 512));
    close_map(map);
    CHECK_EQUAL(0, munmap(wall, page));
    fixture_remove(&file);
}

/* tmpfs takes back what it could allocate of too much; ext4 does not, and shows it to nobody. */
static void run_out_of_disk(void *unused)
{
    const uint64_t much = UINT64_C(1) << 30;
    struct stat before;
    struct stat after;
    mmapio_map *map;
    int file;

    (void)unused;
    if (!may_mount() || system("mkdir -p small.dir && truncate -s 64M small.img && mkfs.ext4 -q small.img && "
                               "mount -o loop small.img small.dir") != 0) {
        SKIP("this process may not make and mount a file system");
    }
    file = open("small.dir/file", O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    CHECK_EQUAL(0, ftruncate(file, 1 << 20));
    CHECK_EQUAL(0, fstat(file, &before));
    map = map_whole(file, READ_WRITE, SHARED);
    CHECK_STATUS(MMAPIO_NO_SPACE, mmapio_map_resize(map, much, MMAPIO_RESIZE_MAY_MOVE | MMAPIO_RESIZE_ALLOCATE, NULL));
    CHECK_EQUAL(0, fstat(file, &after));
    CHECK_EQUAL(before.st_blocks, after.st_blocks);
    CHECK_STATUS(MMAPIO_NO_SPACE, mmapio_file_allocate(file, 0, much, NULL));
    CHECK_EQUAL(0, fstat(file, &after));
    CHECK_EQUAL(before.st_size, after.st_size);
    close_map(map);
    CHECK_OK(mmapio_file_allocate(file, 1 << 20, 1 << 20, NULL));
    (void)close(file);
}

static void a_disk_that_is_too_small_is_left_as_it_was(void)
{
    int code = child_run(run_out_of_disk, NULL);

    (void)system("rm -rf small.img small.dir");
    if (code == TEST_SKIPPED) {
        TEST_LEAVE(TEST_SKIPPED);
    }
    CHECK_EQUAL(TEST_PASSED, code);
}

static void more_than_the_address_space_holds_is_no_bad_argument(void)
{
    mmapio_map *map = map_memory(PRIVATE, 100);
    const uint64_t most = (uint64_t)1 << 48;

    need_a_real_kernel();
    CHECK_STATUS(MMAPIO_OUT_OF_MEMORY, mmapio_map_resize(map, most, MMAPIO_RESIZE_MAY_MOVE, NULL));
    CHECK_STATUS(MMAPIO_OUT_OF_RANGE, mmapio_map_resize(map, most + 1, MMAPIO_RESIZE_MAY_MOVE, NULL));
    CHECK_EQUAL(100, mmapio_map_length(map));
    close_map(map);
}

TEST_MAIN(TEST(a_disk_that_is_too_small_is_left_as_it_was), TEST(a_growth_that_fails_leaves_no_blocks_behind),
          TEST(growing_that_is_refused_changes_nothing), TEST(cutting_that_is_refused_changes_nothing),
          TEST(cutting_to_nothing_that_is_refused_changes_nothing),
          TEST(more_than_the_address_space_holds_is_no_bad_argument))
