/*
 * test_linux_sandbox.c - calls that a sandbox forbids: it answers EPERM or ENOSYS, and what the library says of it stays
 * true. Hints have an outcome, questions an answer or none, and nothing counts as known that nobody was asked.
 */
#include "cached.h"
#include "child.h"
#include "linux_filter.h"
#include "linux_proc.h"
#include "linux_shared.h"
#include "shared.h"

/* Every call that the library can do without, in one way or another. (A C library cannot do without futex.) */
static const struct optional_call {
    const char *name;
    long number;
} CALLS[] = {
    {"cachestat", SYS_cachestat},
    {"mincore", SYS_mincore},
    {"madvise", SYS_madvise},
    {"fadvise64", SYS_fadvise64},
    {"sync_file_range", SYS_sync_file_range},
    {"fdatasync", SYS_fdatasync},
    {"msync", SYS_msync},
    {"fsync", SYS_fsync},
    {"mlock", SYS_mlock},
    {"mlock2", SYS_mlock2},
    {"process_vm_readv", SYS_process_vm_readv},
    {"process_vm_writev", SYS_process_vm_writev},
    {"memfd_create", SYS_memfd_create},
    {"fallocate", SYS_fallocate},
    {"ftruncate", SYS_ftruncate},
    {"fstatfs", SYS_fstatfs},
    {"statfs", SYS_statfs},
    {"mremap", SYS_mremap},
    {"pread64", SYS_pread64},
    {"pwrite64", SYS_pwrite64},
    {"getrlimit", SYS_prlimit64},
    {"uname", SYS_uname},
    {"sysinfo", SYS_sysinfo},
    {"faccessat", SYS_faccessat},
};

static const int CODES[] = {EPERM, ENOSYS};

enum { CALL_COUNT = sizeof CALLS / sizeof CALLS[0], ABSENT = -1 };

typedef struct ban {
    long calls[2];
    int code;
    const fixture_file *file;
} ban;

static bool is_banned(const ban *self, long call)
{
    return self->calls[0] == call || self->calls[1] == call;
}

static void check_one_of(mmapio_status status, mmapio_status other, mmapio_status third)
{
    if (status != MMAPIO_OK && status != other && status != third) {
        printf("  status %s\n", mmapio_status_name(status));
    }
    CHECK(status == MMAPIO_OK || status == other || status == third);
}

static void check_hints(const ban *self, mmapio_map *map)
{
    static const uint32_t advice[] = {
        MMAPIO_MADV_NORMAL,    MMAPIO_MADV_RANDOM,        MMAPIO_MADV_SEQUENTIAL, MMAPIO_MADV_WILLNEED,
        MMAPIO_MADV_DONTNEED,  MMAPIO_MADV_DONTFORK,      MMAPIO_MADV_DOFORK,     MMAPIO_MADV_HUGEPAGE,
        MMAPIO_MADV_COLD,      MMAPIO_MADV_PAGEOUT,       MMAPIO_MADV_DONTDUMP,   MMAPIO_MADV_COLLAPSE,
        MMAPIO_MADV_MERGEABLE, MMAPIO_MADV_POPULATE_READ,
    };
    uint32_t outcome;

    for (size_t i = 0; i < sizeof advice / sizeof advice[0]; i++) {
        outcome = 99;
        CHECK_OK(mmapio_map_advise(map, 0, 100, advice[i], &outcome, NULL));
        CHECK(outcome <= MMAPIO_ADVICE_APPLIED);
        CHECK(!is_banned(self, SYS_madvise) || outcome == MMAPIO_ADVICE_IGNORED);
    }
    outcome = 99;
    CHECK_OK(mmapio_map_prefetch(map, 0, 100, &outcome, NULL));
    CHECK(!is_banned(self, SYS_madvise) || outcome == MMAPIO_ADVICE_IGNORED);
    for (uint32_t i = MMAPIO_FADV_NORMAL; i <= MMAPIO_FADV_NOREUSE; i++) {
        outcome = 99;
        CHECK_OK(mmapio_file_advise(self->file->handle, 0, 0, i, &outcome, NULL));
        CHECK(outcome <= MMAPIO_ADVICE_APPLIED);
        CHECK(!is_banned(self, SYS_fadvise64) || outcome == MMAPIO_ADVICE_IGNORED);
    }
    CHECK_OK(mmapio_file_prefetch(self->file->handle, 0, 0, &outcome, NULL));
    CHECK(!is_banned(self, SYS_fadvise64) || outcome == MMAPIO_ADVICE_IGNORED);
}

static bool somebody_counts(const ban *self)
{
    return !is_banned(self, SYS_mincore) ||
           (!is_banned(self, SYS_cachestat) && !is_banned(self, SYS_fstatfs) && !on_an_overlay() &&
            (caps_here().features & MMAPIO_FEATURE_RESIDENCY_COUNTS) != 0);
}

static void check_questions(const ban *self, mmapio_map *map)
{
    bool can_count = somebody_counts(self);
    mmapio_residency report;
    mmapio_status status;

    memset(&report, 0, sizeof report);
    report.struct_size = (uint32_t)sizeof report;
    status = mmapio_map_residency(map, 0, 100, &report, NULL, NULL);
    check_one_of(status, can_count ? MMAPIO_OK : MMAPIO_UNSUPPORTED, MMAPIO_OK);
    CHECK_EQUAL(can_count, (report.known & MMAPIO_KNOWN_RESIDENT) != 0);
    CHECK_EQUAL(can_count ? 1 : 0, report.resident);
    memset(&report, 0, sizeof report);
    report.struct_size = (uint32_t)sizeof report;
    status = mmapio_file_residency(self->file->handle, 0, 0, &report, NULL);
    check_one_of(status, can_count ? MMAPIO_OK : MMAPIO_UNSUPPORTED, MMAPIO_OK);
    CHECK_EQUAL(can_count, (report.known & MMAPIO_KNOWN_RESIDENT) != 0);
    CHECK_EQUAL(can_count ? 1 : 0, report.resident);
}

static void check_evictions(const ban *self, mmapio_map *map)
{
    uint32_t known = somebody_counts(self) ? MMAPIO_KNOWN_RESIDENT : 0;

    bytes_of(map)[0] = 'e';
    CHECK_EQUAL(known, evict_map(map, 0, 100).known);
    CHECK_EQUAL('e', bytes_of(map)[0]);
    CHECK_EQUAL(known, evict_file(self->file->handle, 0, 0).known);
}

/* What cannot be kept is said, by a status that the header has for it; nothing that was forbidden has lost anything. */
static void check_promises(const ban *self, mmapio_map *map)
{
    mmapio_map *memory = NULL;
    mmapio_status status;
    char byte = 0;

    for (int i = 0; i < 2; i++) {
        status = mmapio_map_sync(map, 0, 100, MMAPIO_MS_DURABLE, NULL);
        check_one_of(status, MMAPIO_UNSUPPORTED, MMAPIO_ACCESS_DENIED);
        CHECK_EQUAL(status == MMAPIO_OK, !is_banned(self, SYS_msync) && !is_banned(self, SYS_fsync));
    }
    check_one_of(mmapio_map_lock(map, 0, 100, 0, NULL), MMAPIO_UNSUPPORTED, MMAPIO_UNSUPPORTED);
    check_one_of(mmapio_map_lock(map, 0, 100, MMAPIO_LOCK_ON_FAULT, NULL), MMAPIO_UNSUPPORTED, MMAPIO_UNSUPPORTED);
    CHECK_OK(mmapio_map_unlock(map, 0, 100, NULL));
    CHECK_OK(mmapio_map_populate(map, 0, 100, MMAPIO_PROT_READ, NULL));
    CHECK_OK(mmapio_map_populate(map, 0, 100, MMAPIO_PROT_WRITE, NULL));
    CHECK_OK(mmapio_guard_set(MMAPIO_GUARD_SYSCALL));
    CHECK_OK(mmapio_map_read(map, 0, &byte, 1, NULL, NULL));
    CHECK_OK(mmapio_map_write(map, 0, &byte, 1, NULL, NULL));
    CHECK_OK(mmapio_guard_set(MMAPIO_GUARD_HANDLER));
    status = try_shared(NULL, 0, 100, &memory, NULL);
    check_one_of(status, MMAPIO_UNSUPPORTED, MMAPIO_ACCESS_DENIED);
    CHECK_OK(mmapio_map_close(memory));
    check_one_of(mmapio_file_allocate(self->file->handle, 0, 5000, NULL), MMAPIO_UNSUPPORTED, MMAPIO_ACCESS_DENIED);
    check_one_of(mmapio_map_resize(map, 9000, MMAPIO_RESIZE_MAY_MOVE, NULL), MMAPIO_UNSUPPORTED, MMAPIO_ACCESS_DENIED);
}

/* Where the kernel does not copy by one call, it does by two: through a pipe. */
static void check_memory(void)
{
    mmapio_map *memory = map_memory(PRIVATE, 100);
    char byte = 0;

    CHECK_OK(mmapio_guard_set(MMAPIO_GUARD_SYSCALL));
    CHECK_OK(mmapio_map_read(memory, 0, &byte, 1, NULL, NULL));
    CHECK_OK(mmapio_guard_set(MMAPIO_GUARD_HANDLER));
    CHECK_OK(mmapio_map_read(memory, 0, &byte, 1, NULL, NULL));
    CHECK_OK(mmapio_map_populate(memory, 0, 100, MMAPIO_PROT_READ, NULL));
    CHECK_OK(mmapio_map_populate(memory, 0, 100, MMAPIO_PROT_WRITE, NULL));
    close_map(memory);
}

static void check_caps(const ban *self)
{
    mmapio_caps caps = caps_here();

    CHECK(!is_banned(self, SYS_madvise) || caps.advice_applied == 0);
    CHECK(!is_banned(self, SYS_cachestat) || (caps.features & MMAPIO_FEATURE_RESIDENCY_COUNTS) == 0);
    CHECK(!is_banned(self, SYS_mincore) || (caps.features & MMAPIO_FEATURE_RESIDENCY) == 0);
    CHECK(!is_banned(self, SYS_mlock2) || (caps.features & MMAPIO_FEATURE_LOCK_ON_FAULT) == 0);
    CHECK(!is_banned(self, SYS_memfd_create) || (caps.features & MMAPIO_FEATURE_SEALS) == 0);
}

static void live_with(void *argument)
{
    const ban *self = argument;
    mmapio_map *map;

    for (size_t i = 0; i < 2; i++) {
        if (self->calls[i] != ABSENT) {
            filter_fail(self->calls[i], self->code);
        }
    }
    map = map_whole(self->file->handle, READ_WRITE, SHARED);
    bytes_of(map)[0] = 'l';
    check_caps(self);
    check_questions(self, map);
    check_hints(self, map);
    check_evictions(self, map);
    check_promises(self, map);
    check_memory();
    close_map(map);
}

static void run(long first, long second, const char *name)
{
    int code = 0;

    for (size_t i = 0; i < 2 && code == 0; i++) {
        fixture_file file = fixture_patterned(100);
        ban each = {{first, second}, CODES[i], &file};
        code = child_run(live_with, &each);
        fixture_remove(&file);
        if (code == TEST_FAILED) {
            printf("  %s, with %s\n", name, CODES[i] == EPERM ? "EPERM" : "ENOSYS");
        }
    }
    if (code == TEST_SKIPPED) {
        TEST_LEAVE(TEST_SKIPPED);
    }
    CHECK_EQUAL(0, code);
}

static void need_a_sandbox(void)
{
    need_a_real_kernel();
    if (under_valgrind()) {
        SKIP("valgrind makes calls of its own");
    }
}

static void whichever_call_is_forbidden_nothing_is_said_that_is_not_so(void)
{
    need_a_sandbox();
    for (size_t i = 0; i < CALL_COUNT; i++) {
        run(CALLS[i].number, ABSENT, CALLS[i].name);
    }
}

static void where_nobody_counts_nothing_is_known(void)
{
    need_a_sandbox();
    run(SYS_mincore, SYS_cachestat, "mincore, cachestat");
    run(SYS_mincore, SYS_fstatfs, "mincore, fstatfs");
}

static void where_nobody_writes_pages_stay(void)
{
    need_a_sandbox();
    run(SYS_sync_file_range, SYS_msync, "sync_file_range, msync");
    run(SYS_sync_file_range, SYS_fdatasync, "sync_file_range, fdatasync");
}

static void populate_without_futex(void *unused)
{
    mmapio_map *memory = map_memory(PRIVATE, 100);
    mmapio_error error = stale_error();

    (void)unused;
    filter_fail(SYS_madvise, EPERM);
    filter_fail(SYS_futex, EPERM);
    CHECK_STATUS(MMAPIO_UNSUPPORTED, mmapio_map_populate(memory, 0, 100, MMAPIO_PROT_WRITE, &error));
    CHECK_ERRNO(MMAPIO_UNSUPPORTED, EPERM, "futex", error);
}

static void populating_is_unsupported_where_no_call_does_it(void)
{
    need_a_sandbox();
    child_must_pass(populate_without_futex, NULL);
}

TEST_MAIN(TEST(whichever_call_is_forbidden_nothing_is_said_that_is_not_so), TEST(where_nobody_counts_nothing_is_known),
          TEST(where_nobody_writes_pages_stay), TEST(populating_is_unsupported_where_no_call_does_it))
