/* test_linux_caps.c - the capabilities against what the kernel itself answers. */
#include "child.h"
#include "maps.h"

#include <errno.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef SYS_cachestat
#define SYS_cachestat 451
#endif

static void the_system_is_linux(void)
{
    mmapio_caps caps = caps_here();

    CHECK_EQUAL(1, caps.system);
    CHECK_EQUAL(MMAPIO_SCOPE_PAGE_CACHE, caps.residency_scope);
}

static void the_advice_is_what_the_kernel_knows(void)
{
    mmapio_caps caps = caps_here();

    for (int advice = 0; advice < 64; advice++) {
        bool ours = advice <= 4 || (advice >= 8 && advice <= 25);
        bool known = ours && madvise(NULL, 0, advice) == 0;
        if (known != ((caps.advice_applied >> advice & 1) != 0)) {
            printf("  advice %d\n", advice);
        }
        CHECK_EQUAL(known, caps.advice_applied >> advice & 1);
    }
    CHECK_EQUAL(0, caps.advice_approximated);
}

static void counts_are_announced_where_there_is_cachestat(void)
{
    uint64_t range[2] = {0, 0};
    uint64_t counts[5];
    bool there = syscall(SYS_cachestat, -1, range, counts, 0) == -1 && errno == EBADF;

    CHECK_EQUAL(there, (caps_here().features & MMAPIO_FEATURE_RESIDENCY_COUNTS) != 0);
}

static void syncing_knows_every_mode_and_has_no_barrier_of_its_own(void)
{
    mmapio_caps caps = caps_here();

    CHECK_EQUAL(1 | 2 | 4 | 0x100 | 0x200, caps.sync_applied);
    CHECK_EQUAL(0x400, caps.sync_approximated);
}

/* A limit is not a lack of the kernel, and may be raised again: the answer is constant for the life of the process. */
static void compare_without_locks(void *argument)
{
    const struct rlimit none = {0, 0};
    const mmapio_caps *before = argument;
    mmapio_caps after;

    CHECK_EQUAL(0, setrlimit(RLIMIT_MEMLOCK, &none));
    child_become_ordinary();
    after = caps_here();
    CHECK_EQUAL(before->features, after.features);
    CHECK(memcmp(before, &after, sizeof after) == 0);
}

static void the_limits_of_the_process_do_not_change_the_answer(void)
{
    mmapio_caps before = caps_here();

    child_must_pass(compare_without_locks, &before);
}

TEST_MAIN(TEST(the_system_is_linux), TEST(the_advice_is_what_the_kernel_knows),
          TEST(counts_are_announced_where_there_is_cachestat),
          TEST(syncing_knows_every_mode_and_has_no_barrier_of_its_own),
          TEST(the_limits_of_the_process_do_not_change_the_answer))
