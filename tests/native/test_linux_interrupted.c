/*
 * test_linux_interrupted.c - calls that a signal interrupts once, as any may be on FUSE or NFS.
 *
 * A thread answers for the kernel: by a seccomp filter it is told of the calls of one kind that the test's thread makes,
 * says EINTR to the first of them, and lets the others go on.
 */
#include "cached.h"
#include "child.h"
#include "linux_filter.h"
#include "linux_shared.h"
#include "shared.h"

#include <fcntl.h>
#include <pthread.h>
#include <sys/ioctl.h>

#ifndef SECCOMP_IOCTL_NOTIF_RECV
#define NO_NOTIFICATIONS
#endif

typedef struct interruption {
    long call;
    bool instead; /* made only where sync_file_range is not to be had */
    bool
        perhaps; /* C libraries open by either of two calls; sanitizers lock nothing; overlays have their pages elsewhere */
} interruption;

static const interruption CALLS[] = {
    {SYS_sync_file_range, false, true},
    {SYS_ftruncate, false, false},
    {SYS_fallocate, false, false},
    {SYS_msync, false, false},
    {SYS_fsync, false, false},
    {SYS_fdatasync, true, false},
    {SYS_flock, false, false},
    {SYS_openat, false, true},
    {SYS_memfd_create, false, false},
    {SYS_linkat, false, false},
    {SYS_fchmod, false, false},
    {SYS_madvise, false, false},
    {SYS_fadvise64, false, false},
    {SYS_mlock, false, true},
    {SYS_mlock2, false, true},
    {SYS_process_vm_readv, false, false},
    {SYS_process_vm_writev, false, false},
#ifdef SYS_open
    {SYS_open, false, true},
#endif
#ifdef SYS_unlink
    {SYS_unlink, false, false},
#else
    {SYS_unlinkat, false, false},
#endif
};

enum { CALL_COUNT = sizeof CALLS / sizeof CALLS[0] };

#ifndef NO_NOTIFICATIONS

/* The first call is interrupted, all others go to the kernel. Ends when the last thread with the filter has. */
static void *answer(void *argument)
{
    const int *pipe = argument;
    int listener = -1;
    bool first = true;

    if (read(pipe[0], &listener, sizeof listener) != sizeof listener) {
        return NULL;
    }
    for (;;) {
        struct seccomp_notif call;
        struct seccomp_notif_resp response;
        memset(&call, 0, sizeof call);
        memset(&response, 0, sizeof response);
        if (ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &call) != 0) {
            return NULL;
        }
        response.id = call.id;
        response.error = first ? -EINTR : 0;
        response.flags = first ? 0 : SECCOMP_USER_NOTIF_FLAG_CONTINUE;
        first = false;
        if (write(pipe[1], "1", 1) != 1 || ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &response) != 0) {
            return NULL;
        }
    }
}

/* Gives a pipe's end in which there is a byte for every such call. */
static int interrupt_first(long call)
{
    struct sock_filter lines[] = {FILTER_LOAD(nr), FILTER_SKIP_UNLESS(call, 1),
                                  BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF), FILTER_ALLOW};
    struct sock_fprog program = {sizeof lines / sizeof lines[0], lines};
    static int ends[4];
    static int given[2];
    pthread_t thread;
    int listener;

    CHECK_EQUAL(0, pipe(ends));
    CHECK_EQUAL(0, pipe(ends + 2));
    given[0] = ends[0];
    given[1] = ends[3];
    CHECK_EQUAL(0, pthread_create(&thread, NULL, answer, given));
    CHECK_EQUAL(0, prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
    listener = (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER, &program);
    if (listener < 0) {
        SKIP("this process may not be told of its own system calls");
    }
    CHECK_EQUAL(sizeof listener, write(ends[1], &listener, sizeof listener));
    CHECK_EQUAL(0, fcntl(ends[2], F_SETFL, O_NONBLOCK));
    return ends[2];
}

static void use_memory(void)
{
    mmapio_map_options locked = options_of(READ_WRITE, SHARED | MMAPIO_MAP_LOCKED, 0, 5000);
    shared_name name = own_name();
    mmapio_map *map = map_shared(name.text, CREATE | MMAPIO_MAP_DELETE_ON_CLOSE, 10000);

    close_map(map_shared(name.text, 0, 0));
    CHECK_OK(mmapio_map_resize(map, 20000, MMAPIO_RESIZE_MAY_MOVE, NULL));
    close_map(map);
    CHECK_STATUS(MMAPIO_NOT_FOUND, mmapio_shared_unlink(name.text, NULL));
    map = map_shared(name.text, CREATE, 10000);
    CHECK_OK(mmapio_shared_unlink(name.text, NULL));
    close_map(map);
    close_map(map_shared(NULL, 0, 10000));
    CHECK_OK(mmapio_map_anonymous(&locked, &map, NULL));
    CHECK_OK(mmapio_map_lock(map, 0, 5000, MMAPIO_LOCK_ON_FAULT, NULL));
    close_map(map);
}

static void use_file(const fixture_file *file)
{
    static const uint32_t modes[] = {MMAPIO_MS_ASYNC, MMAPIO_MS_SYNC, MMAPIO_MS_DATA, MMAPIO_MS_DURABLE};
    mmapio_map *map = map_whole(file->handle, READ_WRITE, SHARED);
    uint32_t outcome = 99;
    char bytes[16] = "interrupted";
    uint64_t done;

    bytes_of(map)[7] = 'x';
    (void)evict_map(map, 0, 5000);
    (void)evict_file(file->handle, 0, 0);
    for (size_t i = 0; i < sizeof modes / sizeof modes[0]; i++) {
        bytes_of(map)[i] = 'y';
        CHECK_OK(mmapio_map_sync(map, 0, 5000, modes[i], NULL));
    }
    CHECK_OK(mmapio_map_advise(map, 0, 5000, MMAPIO_MADV_RANDOM, &outcome, NULL));
    CHECK_EQUAL(MMAPIO_ADVICE_APPLIED, outcome);
    CHECK_OK(mmapio_file_advise(file->handle, 0, 0, MMAPIO_FADV_RANDOM, &outcome, NULL));
    CHECK_OK(mmapio_map_populate(map, 0, 5000, MMAPIO_PROT_READ, NULL));
    CHECK_OK(mmapio_file_allocate(file->handle, 0, 30000, NULL));
    CHECK_OK(mmapio_map_resize(map, 40000, MMAPIO_RESIZE_MAY_MOVE | MMAPIO_RESIZE_ALLOCATE, NULL));
    CHECK_OK(mmapio_map_resize(map, 20000, MMAPIO_RESIZE_MAY_MOVE | MMAPIO_RESIZE_TRUNCATE, NULL));
    CHECK_OK(mmapio_guard_set(MMAPIO_GUARD_SYSCALL));
    CHECK_OK(mmapio_map_write(map, 4090, bytes, sizeof bytes, &done, NULL));
    CHECK_EQUAL(sizeof bytes, done);
    CHECK_OK(mmapio_map_read(map, 4090, bytes, sizeof bytes, &done, NULL));
    CHECK_OK(mmapio_map_sync(map, 0, 5000, MMAPIO_MS_DURABLE, NULL));
    close_map(map);
    CHECK_EQUAL(20000, fixture_length(file->handle));
}

static void use_all(void *argument)
{
    const interruption *self = argument;
    fixture_file file = fixture_patterned(5000);
    char byte;
    int told;

    if (self->instead) {
        filter_fail(SYS_sync_file_range, ENOSYS);
    }
    told = interrupt_first(self->call);
    use_memory();
    use_file(&file);
    CHECK(read(told, &byte, 1) == 1 || self->perhaps);
    fixture_remove(&file);
}

static void a_call_that_is_interrupted_is_made_again(void)
{
    int code = 0;

    need_a_real_kernel();
    need_shared_memory();
    if (under_valgrind()) {
        SKIP("valgrind makes calls of its own");
    }
    for (size_t i = 0; i < CALL_COUNT && code == 0; i++) {
        interruption each = CALLS[i];
        code = child_run(use_all, &each);
        if (code != 0) {
            printf("  call %ld\n", each.call);
        }
    }
    if (code == TEST_SKIPPED) {
        TEST_LEAVE(TEST_SKIPPED);
    }
    CHECK_EQUAL(0, code);
}

#else

static void a_call_that_is_interrupted_is_made_again(void)
{
    SKIP("these headers are older than notifications of system calls (5.5)");
}

#endif

TEST_MAIN(TEST(a_call_that_is_interrupted_is_made_again))
