/* lock.c - mlock(2) and mlock2(2). */
#include "../posix/posix.h"
#include "kernel.h"

#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>

#ifndef MADV_POPULATE_READ
#define MADV_POPULATE_READ 22
#endif

static int lock(const page_range *range, uint32_t flags)
{
    if ((flags & MMAPIO_LOCK_ON_FAULT) != 0) {
        return (int)syscall(SYS_mlock2, range->address, (size_t)range->length, MLOCK_ONFAULT);
    }
    return mlock(range->address, (size_t)range->length);
}

/* mlock says ENOMEM for the limit and for pages that cannot be read in (it turns EFAULT into ENOMEM,
 * __mlock_posix_error_return() in mm/mlock.c). Reading them in tells which it was. */
static mmapio_status status_of(const page_range *range, int code)
{
    if (code == ENOMEM && madvise(range->address, (size_t)range->length, MADV_POPULATE_READ) != 0 && errno == EFAULT) {
        return MMAPIO_FAULT;
    }
    switch (code) {
    case ENOMEM:
    case EPERM: /* RLIMIT_MEMLOCK is 0 */
    case EAGAIN:
        return MMAPIO_LIMIT_REACHED;
    default:
        return mmapio_posix_status(code);
    }
}

mmapio_status mmapio_os_lock(mmapio_map *map, const page_range *range, uint32_t flags, mmapio_error *error)
{
    uint32_t call = (flags & MMAPIO_LOCK_ON_FAULT) != 0 ? CALL_MLOCK2 : CALL_MLOCK;
    int code;

    (void)map;
    if (lock(range, flags) == 0) {
        return MMAPIO_OK;
    }
    code = errno;
    /* A failure to read the pages in leaves the range marked as locked: take that back. */
    (void)munlock(range->address, (size_t)range->length);
    return mmapio_fail_os(error, status_of(range, code), MMAPIO_OS_ERRNO, code, call);
}
