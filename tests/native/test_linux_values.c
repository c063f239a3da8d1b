/* test_linux_values.c - the same numbers against the system's own header, as far as that knows them. */
#include "maps.h"

#include <sys/mman.h>

#define SAME(prefix, name) CHECK_EQUAL(prefix##_##name, MMAPIO_##prefix##_##name)

static void protection_is_the_systems(void)
{
    SAME(PROT, NONE);
    SAME(PROT, READ);
    SAME(PROT, WRITE);
    SAME(PROT, EXEC);
}

static void map_flags_are_the_systems(void)
{
    SAME(MAP, SHARED);
    SAME(MAP, PRIVATE);
    SAME(MAP, LOCKED);
    SAME(MAP, NORESERVE);
    SAME(MAP, POPULATE);
    SAME(MAP, NONBLOCK);
    SAME(MAP, HUGETLB);
}

static void advice_is_the_systems(void)
{
    SAME(MADV, NORMAL);
    SAME(MADV, RANDOM);
    SAME(MADV, SEQUENTIAL);
    SAME(MADV, WILLNEED);
    SAME(MADV, DONTNEED);
    SAME(MADV, REMOVE);
    SAME(MADV, DONTFORK);
    SAME(MADV, DOFORK);
    SAME(MADV, MERGEABLE);
    SAME(MADV, UNMERGEABLE);
    SAME(MADV, HUGEPAGE);
    SAME(MADV, NOHUGEPAGE);
    SAME(MADV, DONTDUMP);
    SAME(MADV, DODUMP);
}

static void newer_advice_is_the_systems(void)
{
#ifdef MADV_FREE
    SAME(MADV, FREE);
#endif
#ifdef MADV_WIPEONFORK
    SAME(MADV, WIPEONFORK);
    SAME(MADV, KEEPONFORK);
#endif
#ifdef MADV_COLD
    SAME(MADV, COLD);
    SAME(MADV, PAGEOUT);
#endif
#ifdef MADV_POPULATE_READ
    SAME(MADV, POPULATE_READ);
    SAME(MADV, POPULATE_WRITE);
#endif
#ifdef MADV_DONTNEED_LOCKED
    SAME(MADV, DONTNEED_LOCKED);
#endif
#ifdef MADV_COLLAPSE
    SAME(MADV, COLLAPSE);
#endif
#ifndef MADV_FREE
    SKIP("the system's header knows none of them");
#endif
}

static void sync_modes_are_the_systems(void)
{
    SAME(MS, ASYNC);
    SAME(MS, INVALIDATE);
    SAME(MS, SYNC);
}

TEST_MAIN(TEST(protection_is_the_systems), TEST(map_flags_are_the_systems), TEST(advice_is_the_systems),
          TEST(newer_advice_is_the_systems), TEST(sync_modes_are_the_systems))
