/* advise.c - madvise(2). */
#include "../posix/posix.h"

#include <errno.h>
#include <sys/mman.h>

/* The kernel's ABI fixes these numbers for every architecture this library is built for (asm-generic/mman-common.h);
 * our constants carry the same ones, so that the translation is the identity, which these lines hold to. */
_Static_assert(MMAPIO_MADV_NORMAL == MADV_NORMAL && MMAPIO_MADV_RANDOM == MADV_RANDOM &&
                   MMAPIO_MADV_SEQUENTIAL == MADV_SEQUENTIAL && MMAPIO_MADV_WILLNEED == MADV_WILLNEED &&
                   MMAPIO_MADV_DONTNEED == MADV_DONTNEED && MMAPIO_MADV_REMOVE == MADV_REMOVE &&
                   MMAPIO_MADV_DONTFORK == MADV_DONTFORK && MMAPIO_MADV_DOFORK == MADV_DOFORK &&
                   MMAPIO_MADV_MERGEABLE == MADV_MERGEABLE && MMAPIO_MADV_HUGEPAGE == MADV_HUGEPAGE &&
                   MMAPIO_MADV_NOHUGEPAGE == MADV_NOHUGEPAGE && MMAPIO_MADV_DONTDUMP == MADV_DONTDUMP &&
                   MMAPIO_MADV_DODUMP == MADV_DODUMP,
               "advice numbers differ from the kernel's");

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
