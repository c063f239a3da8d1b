/* caps.c - what this kernel can do, asked of the kernel. */
#include "../posix/posix.h"
#include "kernel.h"

#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>

enum { LAST_ADVICE = MMAPIO_MADV_COLLAPSE };

/* An advice about no memory at all is checked and has no effect: EINVAL if the kernel does not know it. */
static uint64_t known_advice(void)
{
    uint64_t known = 0;

    for (int advice = 0; advice <= LAST_ADVICE; advice++) {
        bool ours = advice <= MMAPIO_MADV_DONTNEED || advice >= MMAPIO_MADV_FREE;
        if (ours && madvise(NULL, 0, advice) == 0) {
            known |= UINT64_C(1) << advice;
        }
    }
    return known;
}

/* Descriptor -1 makes the call fail: with EBADF where it exists. */
static bool has_cachestat(void)
{
    struct mmapio_cachestat_range range = {0, 0};
    struct mmapio_cachestat unused;

    return syscall(SYS_cachestat, -1, &range, &unused, 0) != 0 && errno == EBADF;
}

/* Sealing needs a memfd; the folder for names is one that a container may lack. */
static uint64_t memory_features(void)
{
    int file = (int)syscall(SYS_memfd_create, "mmapio", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    uint64_t features = access("/dev/shm", W_OK | X_OK) == 0 ? MMAPIO_FEATURE_SHARED | MMAPIO_FEATURE_SHARED_LASTS : 0u;

    if (file >= 0) {
        features |= MMAPIO_FEATURE_SEALS | MMAPIO_FEATURE_MIRRORED;
        (void)close(file);
    }
    features |= access("/sys/kernel/mm/hugepages", F_OK) == 0 ? MMAPIO_FEATURE_HUGE_PAGES : 0u;
    features |= access("/sys/kernel/mm/transparent_hugepage", F_OK) == 0 ? MMAPIO_FEATURE_TRANSPARENT : 0u;
    return features | MMAPIO_FEATURE_GUARD_PAGES;
}

/* Asked of a page that is there. */
static bool has_mincore(void)
{
    unsigned char answer;
    uintptr_t page = (uintptr_t)&answer & ~((uintptr_t)mmapio_os_page_size() - 1);

    return mincore((void *)page, 1, &answer) == 0;
}

/* Flags that there are none of are looked at first: before the limit, which may forbid locking even nothing. */
static bool has_mlock2(void)
{
    return syscall(SYS_mlock2, NULL, (size_t)0, ~MLOCK_ONFAULT) != 0 && errno == EINVAL;
}

static uint32_t known_file_advice(void)
{
    uint32_t old = 1u << MMAPIO_FADV_NORMAL | 1u << MMAPIO_FADV_RANDOM | 1u << MMAPIO_FADV_SEQUENTIAL |
                   1u << MMAPIO_FADV_WILLNEED | 1u << MMAPIO_FADV_DONTNEED;

    return mmapio_linux_has_noreuse() ? old | 1u << MMAPIO_FADV_NOREUSE : old;
}

void mmapio_os_caps(mmapio_caps *caps)
{
    caps->system = MMAPIO_SYSTEM_LINUX;
    caps->features = MMAPIO_FEATURE_POPULATE | MMAPIO_FEATURE_LOCK | MMAPIO_FEATURE_GUARD | MMAPIO_FEATURE_ZERO_FILL |
                     MMAPIO_FEATURE_RESERVE | MMAPIO_FEATURE_EVICT | MMAPIO_FEATURE_FILE_EVICT;
    caps->features |= has_mincore() ? MMAPIO_FEATURE_RESIDENCY | MMAPIO_FEATURE_FILE_RESIDENCY : 0u;
    caps->features |= memory_features();
    caps->features |= has_cachestat() ? MMAPIO_FEATURE_RESIDENCY_COUNTS : 0u;
    caps->features |= has_mlock2() ? MMAPIO_FEATURE_LOCK_ON_FAULT : 0u;
    caps->advice_applied = known_advice();
    caps->sync_applied = MMAPIO_MS_ASYNC | MMAPIO_MS_INVALIDATE | MMAPIO_MS_SYNC | MMAPIO_MS_DATA | MMAPIO_MS_DURABLE;
    caps->sync_approximated = MMAPIO_MS_BARRIER;
    caps->file_advice_applied = known_file_advice();
    caps->residency_scope =
        (caps->features & MMAPIO_FEATURE_RESIDENCY) != 0 ? MMAPIO_SCOPE_PAGE_CACHE : MMAPIO_SCOPE_UNKNOWN;
}
