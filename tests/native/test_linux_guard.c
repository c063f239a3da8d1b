/* test_linux_guard.c - copies and growth on a disk that is full, and copies where the kernel's own are forbidden. */
#include "child.h"
#include "guarded.h"
#include "linux_filter.h"
#include "linux_small_disk.h"

#include <fcntl.h>
#include <sys/mman.h>

#ifndef MAP_FIXED_NOREPLACE
#define MAP_FIXED_NOREPLACE 0x100000
#endif

static void write_everything(void *mode)
{
    uint64_t page = fixture_page_size();
    int file = file_on_a_small_disk();
    mmapio_map *map = map_whole(file, READ_WRITE, SHARED);
    unsigned char *bytes = malloc(WANTED * page);
    struct stat info;
    uint64_t done = 99;

    CHECK(bytes != NULL);
    memset(bytes, 'w', WANTED * page);
    use_guard(*(const uint32_t *)mode);
    CHECK_STATUS(MMAPIO_FAULT, mmapio_map_write(map, 0, bytes, WANTED * page, &done, NULL));
    /* Whole pages, all that there was room for: the count is what has got blocks. */
    CHECK_EQUAL(0, done % page);
    CHECK(done >= ROOM / 2 * page && done <= ROOM * page);
    CHECK_EQUAL(0, fstat(file, &info));
    CHECK_EQUAL(done, (uint64_t)info.st_blocks * 512);
    memset(bytes, 0, WANTED * page);
    CHECK_OK(mmapio_map_read(map, 0, bytes, done, NULL, NULL));
    CHECK_EQUAL('w', bytes[done - 1]);
    /* Where there are blocks, writing still works; from an odd place, the count is to the byte. */
    CHECK_OK(mmapio_map_write(map, 1, "x", 1, NULL, NULL));
    CHECK_STATUS(MMAPIO_FAULT, mmapio_map_write(map, done - 3, "abcdef", 6, &done, NULL));
    CHECK_EQUAL(3, done);
    close_map(map);
}

static void writing_to_a_hole_on_a_full_disk_tells_how_much_there_was_room_for(void)
{
    need_a_real_kernel();
    need_exact_counts();
    for (size_t i = 0; i < GUARD_MODES; i++) {
        uint32_t mode = guard_modes[i];
        child_must_pass(write_everything, &mode);
    }
}

static void grow_too_far(void *unused)
{
    uint64_t page = fixture_page_size();
    int file = empty_file_on_a_small_disk();
    mmapio_map *map;
    unsigned char *data;
    mmapio_error error = stale_error();

    (void)unused;
    CHECK(fixture_resize(file, page));
    map = map_whole(file, READ_WRITE, SHARED);
    data = bytes_of(map);
    /* In its way, so that longer means elsewhere; where there is something already, so much the better. */
    (void)mmap(data + page, page, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
    CHECK_STATUS(MMAPIO_NO_SPACE,
                 mmapio_map_resize(map, WANTED * page, MMAPIO_RESIZE_MAY_MOVE | MMAPIO_RESIZE_ALLOCATE, &error));
    CHECK_ERRNO(MMAPIO_NO_SPACE, ENOSPC, "fallocate", error);
    CHECK_EQUAL(page, mmapio_map_length(map));
    CHECK_EQUAL(page, fixture_length(file));
    /* Everything is as it was, and so is the address. */
    CHECK(bytes_of(map) == data);
    data[page - 1] = 'x';
    /* As much as there is room for can be had, and written without a thought. */
    CHECK_OK(mmapio_map_resize(map, ROOM / 2 * page, MMAPIO_RESIZE_MAY_MOVE | MMAPIO_RESIZE_ALLOCATE, NULL));
    memset(bytes_of(map), 'y', ROOM / 2 * page);
    /* Without allocating, nobody looks. */
    CHECK_OK(mmapio_map_resize(map, WANTED * page, MMAPIO_RESIZE_MAY_MOVE, NULL));
    CHECK_STATUS(MMAPIO_NO_SPACE, mmapio_file_allocate(file, 0, WANTED * page, &error));
    CHECK_ERRNO(MMAPIO_NO_SPACE, ENOSPC, "fallocate", error);
    close_map(map);
}

static void growing_with_blocks_on_a_full_disk_is_an_error_and_the_file_as_before(void)
{
    child_must_pass(grow_too_far, NULL);
}

static void forbid_copies_by_the_kernel(int code)
{
    struct sock_filter lines[] = {FILTER_LOAD(nr),   FILTER_SKIP_UNLESS(SYS_process_vm_readv, 1),
                                  FILTER_FAIL(code), FILTER_SKIP_UNLESS(SYS_process_vm_writev, 1),
                                  FILTER_FAIL(code), FILTER_ALLOW};

    filter_install(lines, sizeof lines / sizeof lines[0]);
}

/* Through a pipe instead, with the same counts. */
static void copy_through_a_pipe(void *code)
{
    uint64_t page = fixture_page_size();
    cut_file cut = cut_file_of(6, 3, 100, 0);
    unsigned char *bytes = malloc(6 * page);
    uint64_t done = 99;

    CHECK(bytes != NULL);
    CHECK(fixture_resize(cut.file.handle, 2 * page + 10));
    use_guard(MMAPIO_GUARD_SYSCALL);
    forbid_copies_by_the_kernel(*(const int *)code);
    memset(bytes, UNTOUCHED, 6 * page);
    CHECK_STATUS(MMAPIO_FAULT, mmapio_map_read(cut.map, 50, bytes, 5 * page, &done, NULL));
    CHECK_EQUAL(2 * page + 10 - 150, done);
    CHECK_EQUAL(fixture_pattern(150), bytes[0]);
    CHECK_EQUAL(fixture_pattern(2 * page + 9), bytes[2 * page + 9 - 150]);
    CHECK_STATUS(MMAPIO_FAULT, mmapio_map_write(cut.map, 2 * page - 100, bytes, 2 * page, &done, NULL));
    CHECK_EQUAL(10, done);
    CHECK_EQUAL(2 * page + 10, fixture_length(cut.file.handle));
    CHECK_EQUAL(bytes[9], bytes_of(cut.map)[2 * page - 100 + 9]);
    cut_file_end(&cut);
}

static void where_the_kernel_may_not_copy_a_pipe_does_with_the_same_counts(void)
{
    const int codes[] = {ENOSYS, EPERM};

    need_no_leak_check();
    for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++) {
        int code = codes[i];
        child_must_pass(copy_through_a_pipe, &code);
    }
}

/* pwrite(2) would append to the one; pread(2) refuses what is not aligned on the other. */
static void copy_past_the_descriptor(void *flags)
{
    fixture_file file = fixture_patterned(3 * fixture_page_size());
    int handle = open(file.path, O_RDWR | *(const int *)flags);
    mmapio_map *map;
    unsigned char bytes[8];
    uint64_t done = 99;

    if (handle < 0) {
        SKIP("this file system does not open files so");
    }
    map = map_whole(handle, READ_WRITE, SHARED);
    use_guard(MMAPIO_GUARD_SYSCALL);
    for (int forbidden = 0; forbidden < 2; forbidden++) {
        CHECK_OK(mmapio_map_write(map, 5, "written", 7, &done, NULL));
        CHECK_EQUAL(7, done);
        CHECK_EQUAL(3 * fixture_page_size(), fixture_length(file.handle));
        CHECK(memcmp(bytes_of(map) + 5, "written", 7) == 0);
        CHECK_OK(mmapio_map_read(map, 3, bytes, 8, &done, NULL));
        CHECK(memcmp(bytes, bytes_of(map) + 3, 8) == 0);
        forbid_copies_by_the_kernel(EPERM);
    }
    (void)close(handle);
    close_map(map);
    fixture_remove(&file);
}

static void the_ways_of_a_descriptor_are_none_of_a_copy(void)
{
    const int flags[] = {O_APPEND, O_DIRECT, O_APPEND | O_DIRECT};

    for (size_t i = 0; i < sizeof flags / sizeof flags[0]; i++) {
        int each = flags[i];
        child_must_pass(copy_past_the_descriptor, &each);
    }
}

static void copy_memory(void *unused)
{
    mmapio_map *map = map_memory(PRIVATE, 100);
    mmapio_error error = stale_error();
    unsigned char byte;
    uint64_t done = 99;

    (void)unused;
    use_guard(MMAPIO_GUARD_SYSCALL);
    forbid_copies_by_the_kernel(ENOSYS);
    CHECK_OK(mmapio_map_read(map, 0, &byte, 1, &done, NULL));
    filter_fail(SYS_pipe2, EPERM);
    CHECK_STATUS(MMAPIO_UNSUPPORTED, mmapio_map_read(map, 0, &byte, 1, &done, &error));
    CHECK_ERRNO(MMAPIO_UNSUPPORTED, EPERM, "pipe", error);
    CHECK_EQUAL(0, done);
    /* The handler needs none of that. */
    use_guard(MMAPIO_GUARD_HANDLER);
    CHECK_OK(mmapio_map_read(map, 0, &byte, 1, &done, NULL));
    close_map(map);
}

static void without_a_pipe_either_it_is_unsupported(void)
{
    child_must_pass(copy_memory, NULL);
}

static void write_through_a_full_disk(void *unused)
{
    uint64_t page = fixture_page_size();
    int file = file_on_a_small_disk();
    mmapio_map *map = map_whole(file, READ_WRITE, SHARED);
    unsigned char *bytes = calloc(WANTED, page);
    uint64_t done = 0;

    (void)unused;
    CHECK(bytes != NULL);
    use_guard(MMAPIO_GUARD_SYSCALL);
    forbid_copies_by_the_kernel(EPERM);
    CHECK_STATUS(MMAPIO_FAULT, mmapio_map_write(map, 0, bytes, WANTED * page, &done, NULL));
    CHECK(done >= ROOM / 2 * page && done <= ROOM * page);
    close_map(map);
}

static void a_full_disk_is_a_fault_there_too(void)
{
    need_no_leak_check();
    child_must_pass(write_through_a_full_disk, NULL);
}

static void read_what_is_protected(void *unused)
{
    cut_file cut = cut_file_of(3, 3, 0, 0);
    unsigned char byte = UNTOUCHED;

    (void)unused;
    use_guard(MMAPIO_GUARD_SYSCALL);
    CHECK_OK(mmapio_map_protect(cut.map, 0, cut.length, MMAPIO_PROT_NONE, NULL));
    forbid_copies_by_the_kernel(EPERM);
    CHECK(mmapio_map_read(cut.map, 0, &byte, 1, NULL, NULL) < 0);
    CHECK(mmapio_map_write(cut.map, 0, &byte, 1, NULL, NULL) < 0);
    CHECK_EQUAL(UNTOUCHED, byte);
    CHECK_OK(mmapio_map_protect(cut.map, 0, cut.length, MMAPIO_PROT_READ, NULL));
    CHECK(mmapio_map_write(cut.map, 0, &byte, 1, NULL, NULL) < 0);
    CHECK_EQUAL(fixture_pattern(0), bytes_of(cut.map)[0]);
    cut_file_end(&cut);
}

/* The way through a pipe must not lead around the protection of the memory. */
static void protection_holds_there_too(void)
{
    child_must_pass(read_what_is_protected, NULL);
}

TEST_MAIN(TEST(writing_to_a_hole_on_a_full_disk_tells_how_much_there_was_room_for),
          TEST(growing_with_blocks_on_a_full_disk_is_an_error_and_the_file_as_before),
          TEST(where_the_kernel_may_not_copy_a_pipe_does_with_the_same_counts),
          TEST(the_ways_of_a_descriptor_are_none_of_a_copy), TEST(without_a_pipe_either_it_is_unsupported),
          TEST(a_full_disk_is_a_fault_there_too), TEST(protection_holds_there_too))
