/* caps.c - what macOS can do. Nothing here differs between the releases this library runs on (11 and later). */
#include "../platform.h"

#define BIT(advice) (UINT64_C(1) << MMAPIO_MADV_##advice)

void mmapio_os_caps(mmapio_caps *caps)
{
    caps->system = MMAPIO_SYSTEM_DARWIN;
    caps->features = MMAPIO_FEATURE_POPULATE | MMAPIO_FEATURE_LOCK | MMAPIO_FEATURE_RESIDENCY | MMAPIO_FEATURE_GUARD |
                     MMAPIO_FEATURE_ZERO_FILL | MMAPIO_FEATURE_RESERVE | MMAPIO_FEATURE_EVICT |
                     MMAPIO_FEATURE_FILE_RESIDENCY | MMAPIO_FEATURE_FILE_EVICT | MMAPIO_FEATURE_SHARED |
                     MMAPIO_FEATURE_SHARED_LASTS | MMAPIO_FEATURE_MIRRORED | MMAPIO_FEATURE_GUARD_PAGES;
    caps->advice_applied = BIT(NORMAL) | BIT(RANDOM) | BIT(SEQUENTIAL) | BIT(WILLNEED) | BIT(FREE) | BIT(REMOVE) |
                           BIT(DONTFORK) | BIT(DOFORK) | BIT(COLD) | BIT(POPULATE_READ) | BIT(POPULATE_WRITE);
    caps->advice_approximated = BIT(DONTNEED) | BIT(PAGEOUT);
    caps->sync_applied =
        MMAPIO_MS_ASYNC | MMAPIO_MS_INVALIDATE | MMAPIO_MS_SYNC | MMAPIO_MS_DURABLE | MMAPIO_MS_BARRIER;
    /* F_FULLFSYNC writes all of the file's metadata, too. */
    caps->sync_approximated = MMAPIO_MS_DATA;
    caps->file_advice_applied = 1u << MMAPIO_FADV_WILLNEED;
    caps->file_advice_approximated =
        1u << MMAPIO_FADV_NORMAL | 1u << MMAPIO_FADV_RANDOM | 1u << MMAPIO_FADV_SEQUENTIAL | 1u << MMAPIO_FADV_DONTNEED;
    caps->residency_scope = MMAPIO_SCOPE_PAGE_CACHE;
}
