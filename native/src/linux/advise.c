/* advise.c - madvise(2). */
#include "kernel.h"
#include "linux.h"

#include <errno.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/sysinfo.h>
#include <sys/vfs.h>

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

/* Files in memory have no device to read from or to drop pages to; posix_fadvise(2) accepts every advice on them, and
 * does nothing. */
bool mmapio_linux_has_no_device(intptr_t file)
{
    struct statfs info;

    if (fstatfs((int)file, &info) != 0) {
        return false;
    }
    switch ((uint32_t)info.f_type) {
    case TMPFS_MAGIC: /* memfd, too */
    case 0x858458F6:  /* ramfs */
    case HUGETLBFS_MAGIC:
        return true;
    default:
        return false;
    }
}

static bool has_no_swap(void)
{
    struct sysinfo info;

    return sysinfo(&info) == 0 && info.totalswap == 0;
}

/* Asked once for each map: it costs a third of an advice. */
static bool has_no_device(mmapio_map *map)
{
    int device = atomic_load_explicit(&map->device, memory_order_relaxed);

    if (device == 0) {
        device = mmapio_linux_has_no_device(map->file) ? 2 : 1;
        atomic_store_explicit(&map->device, device, memory_order_relaxed);
    }
    return device == 2;
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
        return (map->file == MMAPIO_NO_FILE || has_no_device(map)) && has_no_swap();
    default:
        return false;
    }
}

/* A kernel that knows the advice, and says EINVAL to it, minds that the protection forbids the access. */
static bool is_denied(uint32_t advice)
{
    return (advice == MMAPIO_MADV_POPULATE_READ || advice == MMAPIO_MADV_POPULATE_WRITE) &&
           madvise(NULL, 0, (int)advice) == 0;
}

mmapio_status mmapio_linux_advise(const page_range *range, uint32_t advice, uint32_t *outcome, mmapio_error *error)
{
    int code;

    if (madvise(range->address, (size_t)range->length, (int)advice) == 0) {
        *outcome = MMAPIO_ADVICE_APPLIED;
        return MMAPIO_OK;
    }
    code = errno;
    switch (code) {
    case EINVAL: /* this kernel, or this kind of mapping, does not know it */
        return is_denied(advice) ? mmapio_fail_os(error, MMAPIO_ACCESS_DENIED, MMAPIO_OS_ERRNO, code, CALL_MADVISE)
                                 : MMAPIO_OK;
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
    if (mmapio_linux_does_nothing(map, advice)) {
        return MMAPIO_OK;
    }
    return mmapio_linux_advise(range, advice, outcome, error);
}
