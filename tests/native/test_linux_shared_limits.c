/* test_linux_shared_limits.c - more shared memory than there is, or than may be. */
#include "child.h"
#include "linux_filter.h"
#include "linux_mappings.h"
#include "linux_proc.h"
#include "linux_shared.h"
#include "linux_small_disk.h"

#include <errno.h>
#include <fcntl.h>

/* ---- more than there is ---- */

/* The filter is there for the day that the library does try: that would end in the kernel's killing of processes. */
static void ask_for_too_much(void *unused)
{
    const uint64_t much = UINT64_C(1) << 50;
    mmapio_error error = stale_error();
    shared_name name = own_name();
    mmapio_map *map = NULL;
    mmapio_map *small = map_shared(NULL, CREATE, 100);

    (void)unused;
    filter_fail(SYS_fallocate, ENOSPC);
    CHECK_STATUS(MMAPIO_OUT_OF_MEMORY, try_shared(NULL, CREATE, much, &map, &error));
    CHECK_OWN_ERROR(MMAPIO_OUT_OF_MEMORY, error);
    CHECK(try_shared(name.text, CREATE, much, &map, NULL) != MMAPIO_OK);
    CHECK_STATUS(MMAPIO_NOT_FOUND, mmapio_shared_unlink(name.text, NULL));
    /* What no address space holds is refused before anybody looks at the memory. */
    CHECK_STATUS(MMAPIO_OUT_OF_RANGE, mmapio_map_resize(small, much, MMAPIO_RESIZE_MAY_MOVE, NULL));
    CHECK_STATUS(MMAPIO_OUT_OF_MEMORY, mmapio_map_resize(small, much >> 3, MMAPIO_RESIZE_MAY_MOVE, NULL));
    CHECK_EQUAL(100, mmapio_map_length(small));
    bytes_of(small)[99] = 1;
    close_map(small);
}

static void more_than_the_memory_is_an_error(void)
{
    need_shared_memory();
    child_must_pass(ask_for_too_much, NULL);
}

/* A control group that has 100 MiB, of which 50 are in use. */
static void live_in_a_small_group(void *unused)
{
    const uint64_t mebibyte = 1 << 20;
    mmapio_map *map = NULL;
    int limit;

    (void)unused;
    if (!may_mount() || mount("none", "/sys/fs/cgroup", "tmpfs", 0, "size=1m") != 0) {
        SKIP("this process may not mount a tmpfs");
    }
    limit = open("/sys/fs/cgroup/memory.max", O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    CHECK(limit >= 0 && write(limit, "104857600\n", 10) == 10 && close(limit) == 0);
    limit = open("/sys/fs/cgroup/memory.swap.max", O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    CHECK(limit >= 0 && write(limit, "0\n", 2) == 2 && close(limit) == 0);
    map = map_shared(NULL, CREATE, 60 * mebibyte);
    close_map(map);
    limit = open("/sys/fs/cgroup/memory.stat", O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    CHECK(limit >= 0 && write(limit, "anon 42428800\nfile 7\nshmem 10000000\n", 37) == 37 && close(limit) == 0);
    CHECK_STATUS(MMAPIO_OUT_OF_MEMORY, try_shared(NULL, CREATE, 60 * mebibyte, &map, NULL));
    map = map_shared(NULL, CREATE, 40 * mebibyte);
    close_map(map);
    map = map_shared(NULL, CREATE | MMAPIO_MAP_NORESERVE, 200 * mebibyte);
    close_map(map);
}

static void more_than_the_control_group_has_is_an_error(void)
{
    need_shared_memory();
    child_must_pass(live_in_a_small_group, NULL);
}

/* ---- a full /dev/shm ---- */

static void fill_a_small_one(void *unused)
{
    uint64_t page = fixture_page_size();
    shared_name names[] = {own_name(), own_name()};
    mmapio_error error = stale_error();
    mmapio_map *map = NULL;
    struct stat info;
    char options[64];
    char path[64];

    (void)unused;
    if (!may_mount()) {
        SKIP("this process may not mount, not even where nobody else sees it");
    }
    (void)snprintf(options, sizeof options, "size=%zu,huge=never", ROOM * fixture_page_size());
    if (mount("none", "/dev/shm", "tmpfs", 0, options) != 0) {
        SKIP("this process may not mount a tmpfs");
    }
    CHECK_STATUS(MMAPIO_NO_SPACE, try_shared(names[0].text, CREATE, WANTED * page, &map, &error));
    CHECK_ERRNO(MMAPIO_NO_SPACE, ENOSPC, "fallocate", error);
    CHECK_STATUS(MMAPIO_NOT_FOUND, mmapio_shared_unlink(names[0].text, NULL));
    /* Nothing of the attempt is left: there is room for as much as there was. */
    map = map_shared(names[0].text, CREATE, (ROOM - 1) * page);
    memset(mmapio_map_data(map), 'x', mmapio_map_length(map));
    CHECK_STATUS(MMAPIO_NO_SPACE, mmapio_map_resize(map, WANTED * page, MMAPIO_RESIZE_MAY_MOVE, NULL));
    CHECK_EQUAL((ROOM - 1) * page, mmapio_map_length(map));
    path_of(&names[0], path);
    CHECK_EQUAL(0, stat(path, &info));
    CHECK_EQUAL((ROOM - 1) * page, info.st_size);
    close_map(map);
    CHECK_OK(mmapio_shared_unlink(names[0].text, NULL));
    close_map(map_shared(names[1].text, CREATE | MMAPIO_MAP_NORESERVE, WANTED * page));
}

static void a_full_file_system_is_an_error_and_no_signal(void)
{
    need_a_real_kernel();
    child_must_pass(fill_a_small_one, NULL);
}

static void find_no_folder(void *unused)
{
    shared_name name = own_name();
    mmapio_map *map = NULL;

    (void)unused;
    if (!may_mount() || mount("none", "/dev", "tmpfs", 0, "size=64k") != 0) {
        SKIP("this process may not mount, not even where nobody else sees it");
    }
    CHECK_EQUAL(0, caps_here().features & MMAPIO_FEATURE_SHARED);
    CHECK_STATUS(MMAPIO_UNSUPPORTED, try_shared(name.text, CREATE, 100, &map, NULL));
    CHECK_STATUS(MMAPIO_NOT_FOUND, try_shared(name.text, 0, 100, &map, NULL));
    close_map(map_shared(NULL, 0, 100));
}

static void without_dev_shm_there_is_memory_without_a_name(void)
{
    child_must_pass(find_no_folder, NULL);
}

/* ---- limits ---- */

static void run_out_of_mappings(void *unused)
{
    mmapio_error error = stale_error();
    mmapio_map *map = NULL;
    uint64_t unit = mmapio_allocation_granularity();
    size_t before = fixture_open_handles();
    mappings all = mappings_use_up();

    (void)unused;
    CHECK_STATUS(MMAPIO_OUT_OF_MEMORY, try_shared(NULL, MMAPIO_MAP_MIRRORED, unit, &map, &error));
    CHECK_ERRNO(MMAPIO_OUT_OF_MEMORY, ENOMEM, "mmap", error);
    CHECK(map == NULL);
    mappings_give_back(&all);
    CHECK_EQUAL(before, fixture_open_handles());
    close_map(map_shared(NULL, MMAPIO_MAP_MIRRORED, unit));
}

static void too_many_mappings_are_an_error_that_leaves_nothing(void)
{
    need_a_real_kernel();
    need_an_allocator_without_mappings();
    child_must_pass(run_out_of_mappings, NULL);
}

static void run_out_of_descriptors(void *unused)
{
    shared_name name = own_name();
    mmapio_map *map = map_shared(NULL, 0, 100);
    mmapio_map *none = NULL;
    mmapio_error error = stale_error();
    intptr_t handle = 0;
    struct rlimit limit = {0, 0};

    (void)unused;
    CHECK_EQUAL(0, setrlimit(RLIMIT_NOFILE, &limit));
    CHECK_STATUS(MMAPIO_LIMIT_REACHED, try_shared(name.text, CREATE, 100, &none, &error));
    CHECK_ERRNO(MMAPIO_LIMIT_REACHED, EMFILE, "open", error);
    CHECK_STATUS(MMAPIO_LIMIT_REACHED, try_shared(NULL, 0, 100, &none, &error));
    CHECK_ERRNO(MMAPIO_LIMIT_REACHED, EMFILE, "memfd_create", error);
    /* fcntl(2) says EINVAL of a limit of zero. */
    CHECK(mmapio_map_export(map, &handle, &error) != MMAPIO_OK);
    CHECK_EQUAL(-1, handle);
    close_map(map);
}

static void no_more_descriptors_is_a_limit(void)
{
    if (under_valgrind()) {
        SKIP("valgrind keeps descriptors for itself, and refuses a limit below them");
    }
    child_must_pass(run_out_of_descriptors, NULL);
}

static void lock_too_much(void *unused)
{
    shared_name name = own_name();
    struct rlimit limit = {65536, 65536};
    mmapio_map *none = NULL;

    (void)unused;
    child_become_ordinary();
    CHECK_EQUAL(0, setrlimit(RLIMIT_MEMLOCK, &limit));
    CHECK_STATUS(MMAPIO_LIMIT_REACHED, try_shared(name.text, CREATE | MMAPIO_MAP_LOCKED, 1 << 20, &none, NULL));
    CHECK(none == NULL);
    CHECK_STATUS(MMAPIO_NOT_FOUND, mmapio_shared_unlink(name.text, NULL));
}

static void more_locked_memory_than_allowed_leaves_no_name(void)
{
    need_shared_memory();
    need_locks_that_count();
    child_must_pass(lock_too_much, NULL);
}

TEST_MAIN(TEST(more_than_the_memory_is_an_error), TEST(more_than_the_control_group_has_is_an_error),
          TEST(a_full_file_system_is_an_error_and_no_signal), TEST(without_dev_shm_there_is_memory_without_a_name),
          TEST(too_many_mappings_are_an_error_that_leaves_nothing), TEST(no_more_descriptors_is_a_limit),
          TEST(more_locked_memory_than_allowed_leaves_no_name))
