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

enum { MEBIBYTE = 1 << 20 };

static void write_number(const char *folder, const char *name, const char *text)
{
    char path[300];
    int file;

    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    file = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    CHECK(file >= 0 && write(file, text, strlen(text)) == (ssize_t)strlen(text) && close(file) == 0);
}

static void check_room(uint64_t fits, uint64_t too_much)
{
    mmapio_error error = stale_error();
    mmapio_map *map = map_shared(NULL, CREATE, fits);

    close_map(map);
    CHECK_STATUS(MMAPIO_OUT_OF_MEMORY, try_shared(NULL, CREATE, too_much, &map, &error));
    CHECK_OWN_ERROR(MMAPIO_OUT_OF_MEMORY, error);
    map = map_shared(NULL, CREATE | MMAPIO_MAP_NORESERVE, too_much);
    CHECK_STATUS(MMAPIO_OUT_OF_MEMORY,
                 mmapio_map_resize(map, too_much * 2, MMAPIO_RESIZE_MAY_MOVE | MMAPIO_RESIZE_ALLOCATE, NULL));
    close_map(map);
}

static void enter_made_up_groups(void)
{
    if (!may_mount() || mount("none", "/sys/fs/cgroup", "tmpfs", 0, "size=1m") != 0) {
        SKIP("this process may not mount a tmpfs");
    }
}

/* A control group that has 100 MiB, of which 50 are in use. */
static void live_in_a_small_group(void *unused)
{
    (void)unused;
    enter_made_up_groups();
    write_number("/sys/fs/cgroup", "memory.max", "104857600\n");
    write_number("/sys/fs/cgroup", "memory.swap.max", "0\n");
    close_map(map_shared(NULL, CREATE, 60 * MEBIBYTE));
    write_number("/sys/fs/cgroup", "memory.stat", "anon 42428800\nfile 7\nshmem 10000000\n");
    check_room(40 * MEBIBYTE, 60 * MEBIBYTE);
}

/* The same as version 1 has it. */
static void live_in_a_small_old_group(void *unused)
{
    const char *folder = "/sys/fs/cgroup/memory";

    (void)unused;
    enter_made_up_groups();
    CHECK_EQUAL(0, mkdir(folder, 0700));
    write_number(folder, "memory.limit_in_bytes", "104857600\n");
    write_number(folder, "memory.memsw.limit_in_bytes", "104857600\n");
    close_map(map_shared(NULL, CREATE, 60 * MEBIBYTE));
    write_number(folder, "memory.stat",
                 "cache 10000000\nrss 42428800\ntotal_inactive_anon 42428800\ntotal_active_anon 10000000\n");
    check_room(40 * MEBIBYTE, 60 * MEBIBYTE);
    /* The limit of a group further up, of which only the statistics tell. */
    write_number(folder, "memory.limit_in_bytes", "9223372036854771712\n");
    write_number(folder, "memory.memsw.limit_in_bytes", "9223372036854771712\n");
    close_map(map_shared(NULL, CREATE, 110 * MEBIBYTE));
    write_number(
        folder, "memory.stat",
        "hierarchical_memory_limit 104857600\nhierarchical_memsw_limit 104857600\ntotal_active_anon 52428800\n");
    check_room(40 * MEBIBYTE, 60 * MEBIBYTE);
}

static void more_than_the_control_group_has_is_an_error(void)
{
    need_shared_memory();
    child_must_pass(live_in_a_small_group, NULL);
}

static void more_than_a_control_group_of_version_1_has_is_an_error(void)
{
    FILE *groups = fopen("/proc/self/cgroup", "re");
    bool is_old = false;
    char line[4096];

    need_shared_memory();
    while (groups != NULL && fgets(line, sizeof line, groups) != NULL) {
        is_old = is_old || strstr(line, ":memory:") != NULL;
    }
    if (groups != NULL) {
        (void)fclose(groups);
    }
    if (!is_old) {
        SKIP("memory is not governed by control groups of version 1 here");
    }
    child_must_pass(live_in_a_small_old_group, NULL);
}

/* A real group, with one inside it that has no limit of its own. The filter is there for the day that the limit is
 * overlooked: then this process would be killed. */
static void live_in_a_real_group(void *argument)
{
    const char *inner = argument;
    char number[16];

    filter_fail(SYS_fallocate, ENOSPC);
    (void)snprintf(number, sizeof number, "%d", (int)getpid());
    write_number(inner, "cgroup.procs", number);
    CHECK_STATUS(MMAPIO_NO_SPACE, try_shared(NULL, CREATE, 200 * MEBIBYTE, &(mmapio_map *){NULL}, NULL));
    CHECK_STATUS(MMAPIO_OUT_OF_MEMORY, try_shared(NULL, CREATE, 1000 * MEBIBYTE, &(mmapio_map *){NULL}, NULL));
}

static void a_limit_of_a_group_further_up_counts(void)
{
    char outer[] = "/sys/fs/cgroup/memory/mmapio-test-XXXXXX";
    char inner[80];
    bool limited;
    int file;
    int code;

    need_shared_memory();
    need_a_real_kernel();
    if (mkdtemp(outer) == NULL) {
        SKIP("this process may not make control groups of version 1");
    }
    (void)snprintf(inner, sizeof inner, "%s/memory.limit_in_bytes", outer);
    file = open(inner, O_WRONLY | O_CLOEXEC);
    limited = file >= 0 && write(file, "314572800", 9) == 9;
    (void)close(file);
    (void)snprintf(inner, sizeof inner, "%s/inner", outer);
    if (!limited || mkdir(inner, 0700) != 0) {
        (void)rmdir(outer);
        SKIP("this process may not limit control groups of version 1");
    }
    code = child_run(live_in_a_real_group, inner);
    CHECK_EQUAL(0, rmdir(inner));
    CHECK_EQUAL(0, rmdir(outer));
    if (code == TEST_SKIPPED) {
        TEST_LEAVE(TEST_SKIPPED);
    }
    CHECK_EQUAL(0, code);
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
          TEST(more_than_a_control_group_of_version_1_has_is_an_error), TEST(a_limit_of_a_group_further_up_counts),
          TEST(a_full_file_system_is_an_error_and_no_signal), TEST(without_dev_shm_there_is_memory_without_a_name),
          TEST(too_many_mappings_are_an_error_that_leaves_nothing), TEST(no_more_descriptors_is_a_limit),
          TEST(more_locked_memory_than_allowed_leaves_no_name))
