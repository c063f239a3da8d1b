/* advise.c - madvise(2). */
#include "kernel.h"
#include "linux.h"

#include <sys/mman.h>
#include <sys/sysinfo.h>

/* The kernel's ABI fixes these numbers for every architecture this library is built for (asm-generic/mman-common.h);
 * ours are the same, so that the translation is the identity. Held to where the C library's headers know the name. */
#define SAME(name) _Static_assert(MMAPIO_##name == name, #name " has another number in the kernel")

SAME(MADV_NORMAL);
SAME(MADV_RANDOM);
SAME(MADV_SEQUENTIAL);
SAME(MADV_WILLNEED);
SAME(MADV_DONTNEED);
SAME(MADV_REMOVE);
SAME(MADV_DONTFORK);
SAME(MADV_DOFORK);
SAME(MADV_MERGEABLE);
SAME(MADV_UNMERGEABLE);
SAME(MADV_HUGEPAGE);
SAME(MADV_NOHUGEPAGE);
SAME(MADV_DONTDUMP);
SAME(MADV_DODUMP);
#ifdef MADV_FREE
SAME(MADV_FREE);
#endif
#ifdef MADV_WIPEONFORK
SAME(MADV_WIPEONFORK);
SAME(MADV_KEEPONFORK);
#endif
#ifdef MADV_COLD
SAME(MADV_COLD);
SAME(MADV_PAGEOUT);
#endif
#ifdef MADV_POPULATE_READ
SAME(MADV_POPULATE_READ);
SAME(MADV_POPULATE_WRITE);
#endif
#ifdef MADV_COLLAPSE
SAME(MADV_DONTNEED_LOCKED);
SAME(MADV_COLLAPSE);
#endif

static bool has_no_swap(void)
{
    struct sysinfo info;

    return sysinfo(&info) == 0 && info.totalswap == 0;
}

/* KSM takes private pages only, and memory comes from, and goes to, swap only. */
bool mmapio_linux_does_nothing(mmapio_map *map, uint32_t advice)
{
    switch (advice) {
    case MMAPIO_MADV_MERGEABLE:
    case MMAPIO_MADV_UNMERGEABLE:
        return (map->flags & MMAPIO_MAP_SHARED) != 0;
    case MMAPIO_MADV_PAGEOUT:
    case MMAPIO_MADV_WILLNEED:
        return (map->file == MMAPIO_NO_FILE || (mmapio_linux_ground_of(map) & GROUND_NO_DEVICE) != 0) && has_no_swap();
    default:
        return false;
    }
}

/* Advice about no memory at all: it fails where this kernel does not know it, and where a sandbox forbids it. */
static bool is_known(uint32_t advice)
{
    return madvise(NULL, 0, (int)advice) == 0;
}

/* What a mapping cannot take is no error, unless it is more than a hint: to populate, or to punch a hole. */
mmapio_status mmapio_linux_advise(const page_range *range, uint32_t advice, uint32_t *outcome, mmapio_error *error)
{
    bool populates = advice == MMAPIO_MADV_POPULATE_READ || advice == MMAPIO_MADV_POPULATE_WRITE;
    int result;
    int code;

    UNINTERRUPTED(result, madvise(range->address, (size_t)range->length, (int)advice));
    code = errno;
    if (result == 0) {
        *outcome = MMAPIO_ADVICE_APPLIED;
        return MMAPIO_OK;
    }
    if (!is_known(advice)) {
        return MMAPIO_OK;
    }
    switch (code) {
    case EINVAL: /* of a kernel that knows it: not for this kind of mapping, or its protection forbids the access */
        return populates ? mmapio_fail_os(error, MMAPIO_ACCESS_DENIED, MMAPIO_OS_ERRNO, code, CALL_MADVISE) : MMAPIO_OK;
    case EBADF: /* WILLNEED without swap, on memory that has no file */
    case ENOSYS:
    case EOPNOTSUPP:
    case EAGAIN: /* KSM or the huge page collapse had no memory to work with */
    case EBUSY:
        return MMAPIO_OK;
    default:
        return mmapio_posix_fail(error, code, CALL_MADVISE);
    }
}

mmapio_status mmapio_os_advise(mmapio_map *map, const page_range *range, uint32_t advice, uint32_t *outcome,
                               mmapio_error *error)
{
    mmapio_status status;

    if (mmapio_linux_does_nothing(map, advice)) {
        return MMAPIO_OK;
    }
    status = mmapio_linux_advise(range, advice, outcome, error);
    if (advice == MMAPIO_MADV_HUGEPAGE && *outcome == MMAPIO_ADVICE_APPLIED && !mmapio_linux_makes_huge(map)) {
        /* Taken down, for the day that the administrator allows it. Until then it does nothing. */
        *outcome = MMAPIO_ADVICE_IGNORED;
    }
    return status;
}
