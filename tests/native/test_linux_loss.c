/*
 * test_linux_loss.c - writes that are lost, and nobody may overlook it.
 *
 * Some tests have a device that really fails: a loop device over a sparse file in a tmpfs that is full. For them only
 * root will do. The others forbid a child its system calls.
 */
#include "cached.h"
#include "child.h"
#include "linux_filter.h"
#include "linux_loop.h"

#include <sys/mman.h>

enum { SYNCS = 4 };

static const uint32_t promises[SYNCS] = {MMAPIO_MS_SYNC, MMAPIO_MS_DATA, MMAPIO_MS_DURABLE, MMAPIO_MS_BARRIER};

static void check_lost(mmapio_map *map, int code, const char *call)
{
    mmapio_eviction eviction = {0};
    mmapio_error error;

    for (size_t i = 0; i < SYNCS; i++) {
        error = stale_error();
        CHECK_STATUS(MMAPIO_DURABILITY_LOST, mmapio_map_sync(map, 0, 1, promises[i], &error));
        CHECK_ERRNO(MMAPIO_DURABILITY_LOST, code, call, error);
        CHECK_STATUS(MMAPIO_DURABILITY_LOST, mmapio_map_sync(map, 0, 1, promises[i], NULL));
    }
    /* The pages may be the only copy left. */
    eviction.struct_size = (uint32_t)sizeof eviction;
    error = stale_error();
    CHECK_STATUS(MMAPIO_DURABILITY_LOST, mmapio_map_evict(map, 0, 1, &eviction, &error));
    CHECK_ERRNO(MMAPIO_DURABILITY_LOST, code, call, error);
    /* An empty range has nothing to lose. */
    CHECK_OK(mmapio_map_sync(map, 0, 0, MMAPIO_MS_DURABLE, NULL));
}

static void check_acknowledged(mmapio_map *map)
{
    mmapio_error error = stale_error();

    CHECK_OK(mmapio_map_acknowledge_loss(map, &error));
    CHECK_OWN_ERROR(MMAPIO_OK, error);
}

static void lose_writes_to_the_device(void *unused)
{
    int device = device_that_runs_full();
    uint64_t length = CLAIMED * (uint64_t)fixture_page_size();
    mmapio_map *map = map_part(device, READ_WRITE, SHARED, 0, length);
    mmapio_error error = stale_error();

    (void)unused;
    bytes_of(map)[0] = 1;
    CHECK_OK(mmapio_map_sync(map, 0, length, MMAPIO_MS_SYNC, NULL));
    memset(bytes_of(map), 2, length);
    CHECK_STATUS(MMAPIO_IO, mmapio_map_sync(map, 0, length, MMAPIO_MS_SYNC, &error));
    CHECK_ERRNO(MMAPIO_IO, EIO, "msync", error);
    /* The kernel has forgotten: it would say that all is well. */
    CHECK_EQUAL(0, msync(bytes_of(map), length, MS_SYNC));
    check_lost(map, EIO, "msync");
    /* What promises nothing breaks no promise. */
    CHECK_OK(mmapio_map_sync(map, 0, length, MMAPIO_MS_ASYNC, NULL));
    check_acknowledged(map);
    CHECK_OK(mmapio_map_sync(map, 0, length, MMAPIO_MS_SYNC, NULL));
    close_map(map);
    (void)close(device);
}

static void a_device_that_runs_full_is_told_until_it_is_acknowledged(void)
{
    child_must_pass(lose_writes_to_the_device, NULL);
}

static void evict_from_the_device(void *unused)
{
    int device = device_that_runs_full();
    uint64_t length = CLAIMED * (uint64_t)fixture_page_size();
    mmapio_map *map = map_part(device, READ_WRITE, SHARED, 0, length);
    mmapio_eviction report = {0};
    mmapio_error error = stale_error();

    (void)unused;
    memset(bytes_of(map), 3, length);
    report.struct_size = (uint32_t)sizeof report;
    CHECK_STATUS(MMAPIO_IO, mmapio_map_evict(map, 0, length, &report, &error));
    CHECK_ERRNO(MMAPIO_IO, EIO, "sync_file_range", error);
    CHECK_EQUAL(0, report.pages);
    for (uint64_t i = 0; i < length; i++) {
        CHECK_EQUAL(3, bytes_of(map)[i]);
    }
    check_lost(map, EIO, "sync_file_range");
    close_map(map);
    (void)close(device);
}

static void evicting_drops_nothing_that_could_not_be_written(void)
{
    child_must_pass(evict_from_the_device, NULL);
}

typedef struct failure {
    mmapio_map *map;
    long call;
    int code;
    mmapio_status status;
    const char *name;
    bool lost; /* or is it a refusal, after which everything is as it was? */
} failure;

static void sync_and_fail(void *argument)
{
    const failure *self = argument;
    mmapio_error error = stale_error();

    filter_fail(self->call, self->code);
    CHECK_STATUS(self->status, mmapio_map_sync(self->map, 0, 100, MMAPIO_MS_DURABLE, &error));
    CHECK_ERRNO(self->status, self->code, self->name, error);
    if (self->lost) {
        check_lost(self->map, self->code, self->name);
        check_acknowledged(self->map);
    }
    /* The call still fails, and its failure is the first one again. */
    CHECK_STATUS(self->status, mmapio_map_sync(self->map, 0, 100, MMAPIO_MS_DURABLE, NULL));
}

static void only_what_means_a_loss_is_kept(void)
{
    static const failure failures[] = {
        {NULL, SYS_msync, EIO, MMAPIO_IO, "msync", true},
        {NULL, SYS_msync, ENOSPC, MMAPIO_NO_SPACE, "msync", true},
        {NULL, SYS_fsync, EDQUOT, MMAPIO_NO_SPACE, "fsync", true},
        {NULL, SYS_fsync, EIO, MMAPIO_IO, "fsync", true},
        {NULL, SYS_fsync, ESTALE, MMAPIO_UNKNOWN, "fsync", true},
        {NULL, SYS_fsync, EBADF, MMAPIO_INVALID_ARGUMENT, "fsync", false},
        {NULL, SYS_fsync, EACCES, MMAPIO_ACCESS_DENIED, "fsync", false},
        {NULL, SYS_msync, EBUSY, MMAPIO_BUSY, "msync", false},
        {NULL, SYS_msync, ENOMEM, MMAPIO_OUT_OF_MEMORY, "msync", false},
    };
    fixture_file file = fixture_patterned(100);
    mmapio_map *map = map_whole(file.handle, READ_WRITE, SHARED);
    int code = 0;

    for (size_t i = 0; i < sizeof failures / sizeof failures[0] && code == 0; i++) {
        failure each = failures[i];
        each.map = map;
        code = child_run(sync_and_fail, &each);
    }
    /* The children's losses are not this process's. */
    CHECK_OK(mmapio_map_sync(map, 0, 100, MMAPIO_MS_DURABLE, NULL));
    close_map(map);
    fixture_remove(&file);
    if (code == TEST_SKIPPED) {
        TEST_LEAVE(TEST_SKIPPED);
    }
    CHECK_EQUAL(0, code);
}

static void lose_twice(void *argument)
{
    mmapio_map *map = argument;
    mmapio_error error = stale_error();

    filter_fail(SYS_fsync, EIO);
    CHECK_STATUS(MMAPIO_IO, mmapio_map_sync(map, 0, 100, MMAPIO_MS_DURABLE, NULL));
    filter_fail(SYS_msync, ENOSPC);
    /* ASYNC goes to the system, and its failure is its own: the first one is kept. */
    CHECK_STATUS(MMAPIO_NO_SPACE, mmapio_map_sync(map, 0, 100, MMAPIO_MS_ASYNC, &error));
    CHECK_ERRNO(MMAPIO_NO_SPACE, ENOSPC, "msync", error);
    error = stale_error();
    CHECK_STATUS(MMAPIO_DURABILITY_LOST, mmapio_map_sync(map, 0, 100, MMAPIO_MS_SYNC, &error));
    CHECK_ERRNO(MMAPIO_DURABILITY_LOST, EIO, "fsync", error);
}

static void the_first_failure_is_the_one_that_is_told(void)
{
    fixture_file file = fixture_patterned(100);
    mmapio_map *map = map_whole(file.handle, READ_WRITE, SHARED);

    child_must_pass(lose_twice, map);
    close_map(map);
    fixture_remove(&file);
}

static void lose_on_one_map(void *argument)
{
    const fixture_file *file = argument;
    mmapio_map *map = map_whole(file->handle, READ_WRITE, SHARED);
    mmapio_map *other = map_whole(file->handle, READ_WRITE, SHARED);
    mmapio_map *private = map_whole(file->handle, READ_WRITE, PRIVATE);

    filter_fail(SYS_fsync, EIO);
    CHECK_STATUS(MMAPIO_IO, mmapio_map_sync(map, 0, 100, MMAPIO_MS_DURABLE, NULL));
    CHECK_OK(mmapio_map_sync(other, 0, 100, MMAPIO_MS_SYNC, NULL));
    CHECK_OK(mmapio_map_sync(private, 0, 100, MMAPIO_MS_DURABLE, NULL));
    check_acknowledged(other);
    check_lost(map, EIO, "fsync");
    close_map(map);
    close_map(other);
    close_map(private);
}

static void a_loss_belongs_to_its_map(void)
{
    fixture_file file = fixture_patterned(100);

    child_must_pass(lose_on_one_map, &file);
    fixture_remove(&file);
}

/* CHECK belongs to the thread of the test. */
typedef struct syncer {
    mmapio_map *map;
    int unexpected;
} syncer;

static void sync_many_times(void *argument)
{
    syncer *self = argument;

    for (int round = 0; round < 1000; round++) {
        mmapio_error error;
        mmapio_status status = mmapio_map_sync(self->map, 0, 100, MMAPIO_MS_DURABLE, &error);
        bool whole = error.status == status && error.os_code == EIO && error.os_domain == MMAPIO_OS_ERRNO;
        self->unexpected += (status != MMAPIO_IO && status != MMAPIO_DURABILITY_LOST) || !whole;
    }
}

static void lose_on_many_threads(void *argument)
{
    enum { THREADS = 4 };
    fixture_thread *threads[THREADS];
    syncer syncers[THREADS];

    filter_fail(SYS_fsync, EIO);
    for (size_t i = 0; i < THREADS; i++) {
        syncers[i] = (syncer){argument, 0};
        threads[i] = fixture_thread_start(sync_many_times, &syncers[i]);
    }
    for (size_t i = 0; i < THREADS; i++) {
        fixture_thread_join(threads[i]);
        CHECK_EQUAL(0, syncers[i].unexpected);
    }
    check_lost(argument, EIO, "fsync");
}

static void threads_that_sync_at_the_same_time_are_all_told(void)
{
    fixture_file file = fixture_patterned(100);
    mmapio_map *map = map_whole(file.handle, READ_WRITE, SHARED);

    child_must_pass(lose_on_many_threads, map);
    close_map(map);
    fixture_remove(&file);
}

static void acknowledging_without_a_loss_does_nothing(void)
{
    mmapio_map *map = map_memory(PRIVATE, 100);
    mmapio_error error = stale_error();

    check_acknowledged(map);
    check_acknowledged(map);
    close_map(map);
    CHECK_STATUS(MMAPIO_INVALID_ARGUMENT, mmapio_map_acknowledge_loss(NULL, &error));
    CHECK_OWN_ERROR(MMAPIO_INVALID_ARGUMENT, error);
    CHECK_STATUS(MMAPIO_INVALID_ARGUMENT, mmapio_map_acknowledge_loss(NULL, NULL));
}

TEST_MAIN(TEST(a_device_that_runs_full_is_told_until_it_is_acknowledged),
          TEST(evicting_drops_nothing_that_could_not_be_written), TEST(only_what_means_a_loss_is_kept),
          TEST(the_first_failure_is_the_one_that_is_told), TEST(a_loss_belongs_to_its_map),
          TEST(threads_that_sync_at_the_same_time_are_all_told), TEST(acknowledging_without_a_loss_does_nothing))
