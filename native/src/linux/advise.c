/* advise.c - madvise(2). */
#include "../posix/posix.h"

#include <errno.h>
#include <sys/mman.h>

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

mmapio_status mmapio_os_advise(mmapio_map *map, const page_range *range, uint32_t advice, uint32_t *outcome,
                               mmapio_error *error)
{
    int code;

    (void)map;
    if (madvise(range->address, (size_t)range->length, (int)advice) == 0) {
        *outcome = MMAPIO_ADVICE_APPLIED;
        return MMAPIO_OK;
    }
    code = errno;
    switch (code) {
    case EINVAL: /* this kernel, or this kind of mapping, does not know it */
    case EBADF:  /* WILLNEED without swap, on memory that has no file */
    case ENOSYS:
    case EOPNOTSUPP:
    case EAGAIN: /* KSM or the huge page collapse had no memory to work with */
    case EBUSY:
        return MMAPIO_OK;
    default:
        return mmapio_posix_fail(error, code, CALL_MADVISE);
    }
}
