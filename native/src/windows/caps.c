/* caps.c - what this Windows can do. */
#include "win32.h"

static uint64_t bit(uint32_t advice)
{
    return UINT64_C(1) << advice;
}

void mmapio_os_caps(mmapio_caps *caps)
{
    const struct win32_system *system = mmapio_win32_system();
    bool has_pages = system->query_working_set != NULL;

    caps->system = MMAPIO_SYSTEM_WINDOWS;
    caps->features = MMAPIO_FEATURE_POPULATE | MMAPIO_FEATURE_LOCK | MMAPIO_FEATURE_GUARD;
    caps->features |= MMAPIO_FEATURE_SHARED | MMAPIO_FEATURE_MIRRORED | MMAPIO_FEATURE_GUARD_PAGES;
    caps->features |= GetLargePageMinimum() != 0 ? MMAPIO_FEATURE_HUGE_PAGES : 0u;
    caps->features |= has_pages ? MMAPIO_FEATURE_RESIDENCY | MMAPIO_FEATURE_EVICT : 0u;
    caps->advice_applied = bit(MMAPIO_MADV_FREE) | bit(MMAPIO_MADV_POPULATE_READ) | bit(MMAPIO_MADV_POPULATE_WRITE);
    caps->advice_applied |= system->prefetch != NULL ? bit(MMAPIO_MADV_WILLNEED) : 0u;
    caps->advice_approximated = bit(MMAPIO_MADV_REMOVE);
    /* Pages are dropped one by one, leaving out the locked ones: which needs to know them. */
    caps->advice_approximated |= has_pages ? bit(MMAPIO_MADV_DONTNEED) | bit(MMAPIO_MADV_DONTNEED_LOCKED) |
                                                 bit(MMAPIO_MADV_COLD) | bit(MMAPIO_MADV_PAGEOUT)
                                           : 0u;
    caps->sync_applied = MMAPIO_MS_ASYNC | MMAPIO_MS_INVALIDATE | MMAPIO_MS_SYNC | MMAPIO_MS_DATA | MMAPIO_MS_DURABLE;
    caps->sync_approximated = MMAPIO_MS_BARRIER;
    caps->file_advice_applied = system->prefetch != NULL ? 1u << MMAPIO_FADV_WILLNEED : 0u;
    caps->residency_scope = MMAPIO_SCOPE_WORKING_SET;
}
