/* test_linux_devices.c - what is no regular file, or only looks like one: block devices, pipes, files of /proc. */
#include "cached.h"
#include "child.h"
#include "linux_filter.h"
#include "linux_loop.h"
#include "shared.h"

#include <sys/socket.h>

/* ---- block devices ---- */

static void map_the_device(void *unused)
{
    const uint64_t length = CLAIMED * (uint64_t)fixture_page_size();
    int device = device_that_runs_full();
    mmapio_map_options options = options_of(READ_ONLY, SHARED, length + 1, 0);
    mmapio_map *map = map_whole(device, READ_WRITE, SHARED);
    mmapio_map *part;
    mmapio_error error = stale_error();
    uint64_t backed = 0;

    (void)unused;
    CHECK_EQUAL(length, mmapio_map_length(map));
    CHECK_OK(mmapio_map_backed_length(map, &backed, NULL));
    CHECK_EQUAL(length, backed);
    bytes_of(map)[length - 1] = 'd';
    CHECK_OK(mmapio_map_sync(map, 0, length, MMAPIO_MS_DURABLE, NULL));
    CHECK_EQUAL(0, lseek(device, 0, SEEK_CUR));
    CHECK_STATUS(MMAPIO_OUT_OF_RANGE, mmapio_map_file(device, &options, &part, &error));
    part = map_part(device, READ_WRITE, SHARED, length - 5000, 10000);
    CHECK_OK(mmapio_map_backed_length(part, &backed, NULL));
    CHECK_EQUAL(5000, backed);
    CHECK_EQUAL('d', bytes_of(part)[4999]);
    close_map(part);
    /* It can be neither cut nor made longer, and nothing has happened to it. */
    CHECK_STATUS(MMAPIO_UNSUPPORTED, mmapio_map_resize(map, length * 2, MMAPIO_RESIZE_MAY_MOVE, &error));
    CHECK_STATUS(MMAPIO_UNSUPPORTED, mmapio_map_resize(map, length / 2, MMAPIO_RESIZE_TRUNCATE, &error));
    CHECK_STATUS(MMAPIO_UNSUPPORTED, mmapio_file_allocate(device, 0, length, &error));
    CHECK_EQUAL(length, mmapio_map_length(map));
    CHECK_EQUAL('d', bytes_of(map)[length - 1]);
    close_map(map);
    (void)close(device);
}

static void a_block_device_has_a_length(void)
{
    need_a_real_kernel();
    child_must_pass(map_the_device, NULL);
}

/* Its node lies on a file system in memory. */
static void cache_the_device(void *unused)
{
    uint64_t length = 8 * (uint64_t)fixture_page_size();
    int device = device_that_runs_full();
    mmapio_map *map = map_part(device, READ_WRITE, SHARED, 0, length);
    mmapio_map_options options = options_of(READ_WRITE, SHARED, 0, length);
    uint32_t outcome = 99;
    mmapio_eviction report;

    (void)unused;
    CHECK_OK(mmapio_map_advise(map, 0, length, MMAPIO_MADV_RANDOM, NULL, NULL));
    CHECK_OK(mmapio_file_prefetch(device, 0, length, &outcome, NULL));
    CHECK_EQUAL(MMAPIO_ADVICE_APPLIED, outcome);
    outcome = 99;
    CHECK_OK(mmapio_map_prefetch(map, 0, length, &outcome, NULL));
    CHECK_EQUAL(MMAPIO_ADVICE_APPLIED, outcome);
    memset(bytes_of(map), 'd', length);
    report = evict_map(map, 0, length);
    CHECK_EQUAL(8, report.resident_before);
    CHECK_EQUAL(0, report.resident_after);
    CHECK_EQUAL(0, file_report(device, 0, length).resident);
    close_map(map);
    CHECK_OK(mmapio_map_import(device, &options, &map, NULL));
    filter_fail(SYS_msync, EIO);
    CHECK_STATUS(MMAPIO_IO, mmapio_map_sync(map, 0, length, MMAPIO_MS_SYNC, NULL));
    close_map(map);
    (void)close(device);
}

static void a_block_device_is_no_memory(void)
{
    need_a_real_kernel();
    child_must_pass(cache_the_device, NULL);
}

/* ---- what has no length ---- */

static void check_reason(intptr_t handle, uint32_t flags, uint64_t length, int32_t kind)
{
    mmapio_map_options options = options_of(READ_ONLY, SHARED | flags, 0, length);
    mmapio_error error = stale_error();
    mmapio_map *map = NULL;

    CHECK_STATUS(MMAPIO_UNSUPPORTED, mmapio_map_file(handle, &options, &map, &error));
    CHECK_STATUS(MMAPIO_UNSUPPORTED, error.status);
    CHECK_EQUAL(MMAPIO_OS_FILE, error.os_domain);
    CHECK_EQUAL(kind, error.os_code);
    CHECK(map == NULL);
}

/* Whether or not a length is asked for, and a handle kept. */
static void check_kind(intptr_t handle, int32_t kind)
{
    check_reason(handle, 0, 0, kind);
    check_reason(handle, 0, 100, kind);
    check_reason(handle, MMAPIO_MAP_NO_HANDLE, 0, kind);
    check_reason(handle, MMAPIO_MAP_NO_HANDLE, 100, kind);
}

static void what_it_is_that_has_no_length_is_told(void)
{
    intptr_t handles[] = {fixture_pipe(), fixture_directory(), open("/dev/null", O_RDONLY | O_CLOEXEC),
                          open("/dev/zero", O_RDONLY | O_CLOEXEC)};
    int sockets[2];

    CHECK_EQUAL(0, socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets));
    check_kind(handles[0], MMAPIO_FILE_PIPE);
    check_kind(sockets[0], MMAPIO_FILE_SOCKET);
    check_kind(handles[1], MMAPIO_FILE_DIRECTORY);
    check_kind(handles[2], MMAPIO_FILE_DEVICE);
    /* This one can be mapped, as far as one likes. */
    check_reason(handles[3], 0, 0, MMAPIO_FILE_DEVICE);
    for (size_t i = 0; i < sizeof handles / sizeof handles[0]; i++) {
        fixture_close(handles[i]);
    }
    (void)close(sockets[0]);
    (void)close(sockets[1]);
}

/* They call themselves regular files of 0 bytes, and of 4096 in /sys. */
static void a_file_that_is_made_when_it_is_read_is_no_empty_file(void)
{
    static const char *const paths[] = {
        "/proc/cpuinfo",
        "/proc/meminfo",
        "/proc/self/status",
        "/proc/self/maps",
        "/proc/sys/kernel/osrelease",
        "/proc/uptime",
        "/proc/kallsyms",
        "/proc/self/cgroup",
        "/sys/kernel/mm/transparent_hugepage/enabled",
        "/sys/fs/cgroup/cgroup.procs",
        "/sys/fs/cgroup/memory/cgroup.procs",
        "/sys/fs/cgroup/unified/cgroup.procs",
    };
    size_t met = 0;

    need_a_real_kernel();
    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
        int file = open(paths[i], O_RDONLY | O_CLOEXEC);
        if (file < 0) {
            continue;
        }
        met++;
        check_kind(file, MMAPIO_FILE_WITHOUT_PAGES);
        /* None of their pages is in memory, or nobody can tell. */
        CHECK_EQUAL(0, file_report(file, 0, 0).resident);
        CHECK_EQUAL(0, evict_file(file, 0, 0).resident_before);
        (void)close(file);
    }
    if (met == 0) {
        SKIP("there is neither /proc nor /sys here");
    }
}

static void check_no_bytes(mmapio_map *map)
{
    CHECK_EQUAL(0, mmapio_map_length(map));
    close_map(map);
}

static void check_empty(fixture_file file)
{
    intptr_t writing = fixture_open(&file, FIXTURE_WRITE_ONLY);
    intptr_t reading = fixture_open(&file, FIXTURE_READ);

    check_no_bytes(map_whole(file.handle, READ_WRITE, SHARED));
    check_no_bytes(map_whole(reading, READ_ONLY, SHARED));
    check_no_bytes(map_whole(reading, READ_WRITE, PRIVATE));
    check_no_bytes(map_whole(writing, READ_ONLY, SHARED));
    fixture_close(writing);
    fixture_close(reading);
    fixture_remove(&file);
}

static void an_empty_file_is_one_on_every_file_system(void)
{
    check_empty(fixture_create(FIXTURE_DISK));
    if (fixture_has(FIXTURE_MEMORY)) {
        check_empty(fixture_create(FIXTURE_MEMORY));
    }
}

TEST_MAIN(TEST(a_block_device_has_a_length), TEST(a_block_device_is_no_memory),
          TEST(what_it_is_that_has_no_length_is_told), TEST(a_file_that_is_made_when_it_is_read_is_no_empty_file),
          TEST(an_empty_file_is_one_on_every_file_system))
