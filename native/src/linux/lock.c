/* lock.c - mlock(2) and mlock2(2). */
#include "../posix/posix.h"
#include "kernel.h"

#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

static int lock(const page_range *range, uint32_t flags)
{
    bool on_fault = (flags & MMAPIO_LOCK_ON_FAULT) != 0;
    int result;

    UNINTERRUPTED(result, on_fault ? (int)syscall(SYS_mlock2, range->address, (size_t)range->length, MLOCK_ONFAULT)
                                   : mlock(range->address, (size_t)range->length));
    return result;
}

/* msync(2) does nothing but that for MS_INVALIDATE alone (mm/msync.c). */
static bool has_locked(const unsigned char *address, uint64_t length)
{
    return msync((void *)address, (size_t)length, MS_INVALIDATE) != 0 && errno == EBUSY;
}

/* mlock says ENOMEM for a limit and for pages that cannot be read in (it turns EFAULT into ENOMEM,
 * __mlock_posix_error_return() in mm/mlock.c). Limits are looked at first: only what could not be read in has been marked
 * as locked, up to its last page. Where some was locked before, locking without reading tells, which older kernels refuse
 * for pages that may not be read, too. */
static bool limit_is_reached(const page_range *range, bool had_locked)
{
    uint64_t page = mmapio_os_page_size();

    return had_locked ? syscall(SYS_mlock2, range->address, (size_t)range->length, MLOCK_ONFAULT) != 0
                      : !has_locked(range->address + range->length - page, page);
}

/* That is when the kernel says EPERM; otherwise it comes from a sandbox. */
static bool nothing_may_be_locked(void)
{
    struct rlimit limit;

    return getrlimit(RLIMIT_MEMLOCK, &limit) == 0 && limit.rlim_cur == 0;
}

static mmapio_status status_of(const page_range *range, bool had_locked, int code)
{
    switch (code) {
    case ENOMEM:
        return limit_is_reached(range, had_locked) ? MMAPIO_LIMIT_REACHED : MMAPIO_FAULT;
    case EPERM:
        return nothing_may_be_locked() ? MMAPIO_LIMIT_REACHED : MMAPIO_UNSUPPORTED;
    case EAGAIN:
        return MMAPIO_LIMIT_REACHED;
    default:
        return mmapio_posix_status(code);
    }
}

mmapio_status mmapio_os_lock(mmapio_map *map, const page_range *range, uint32_t flags, mmapio_error *error)
{
    uint32_t call = (flags & MMAPIO_LOCK_ON_FAULT) != 0 ? CALL_MLOCK2 : CALL_MLOCK;
    bool had_locked;
    mmapio_status status;
    int code;

    if ((map->protection & MMAPIO_PROT_READ) == 0 && !map->changed) {
        /* The kernel would say that the pages cannot be read in. They can, but not by us. */
        return mmapio_fail(error, MMAPIO_ACCESS_DENIED);
    }
    had_locked = has_locked(range->address, range->length);
    if (lock(range, flags) == 0) {
        return MMAPIO_OK;
    }
    code = errno;
    status = status_of(range, had_locked, code);
    /* A failure to read pages in leaves the range marked as locked, a want of mappings some of it. A limit is looked at
     * before anything is done. */
    if (!had_locked || status != MMAPIO_LIMIT_REACHED) {
        (void)munlock(range->address, (size_t)range->length);
    }
    return mmapio_fail_os(error, status, MMAPIO_OS_ERRNO, code, call);
}
