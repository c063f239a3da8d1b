/* lock.c - mlock(2). */
#include "../posix/posix.h"
#include "region.h"

#include <errno.h>
#include <pthread.h>
#include <sys/mman.h>

/* mlock(2) of macOS counts: two of them want two munlock(2). Our locks do not nest, so only pages that are not locked
 * yet are locked, which keeps the count at one. The mutex is there so that no two threads find a page unlocked at the
 * same time. Unlocking needs none: before or after a lock that runs meanwhile, either is an order of the two. */
static pthread_mutex_t counting = PTHREAD_MUTEX_INITIALIZER;

/* Gives 0 or the errno value of the mlock that failed. */
static int lock_what_is_not(const page_range *range)
{
    const unsigned char *end = range->address + range->length;
    struct region region = {NULL, VM_PROT_NONE, false};
    int result;

    for (const unsigned char *at = range->address; at < end; at = region.end) {
        if (region_at(at, &region) != KERN_SUCCESS) {
            return ENOMEM; /* mlock's own word for a hole */
        }
        if (region.end > end) {
            region.end = end;
        }
        if (!region.locked) {
            UNINTERRUPTED(result, mlock(at, (size_t)(region.end - at)));
            if (result != 0) {
                return errno;
            }
        }
    }
    return 0;
}

/* EAGAIN is the limit (RLIMIT_MEMLOCK, or the system's own: sysctl vm.user_wire_limit). ENOMEM stands for all the rest,
 * pages that cannot be read in among it: reading them tells. EACCES is said of executable pages, too, which Apple
 * silicon does not let be wired lest their signature be lost. */
static mmapio_status status_of(mmapio_map *map, const page_range *range, int code)
{
    mmapio_error ignored;

    if (code == ENOMEM && mmapio_os_populate(map, range, MMAPIO_PROT_READ, &ignored) == MMAPIO_FAULT) {
        return MMAPIO_FAULT;
    }
    return code == ENOMEM || code == EAGAIN ? MMAPIO_LIMIT_REACHED : mmapio_posix_status(code);
}

mmapio_status mmapio_os_lock(mmapio_map *map, const page_range *range, uint32_t flags, mmapio_error *error)
{
    int code;

    if ((flags & MMAPIO_LOCK_ON_FAULT) != 0) {
        return mmapio_fail(error, MMAPIO_UNSUPPORTED);
    }
    (void)pthread_mutex_lock(&counting);
    code = lock_what_is_not(range);
    if (code != 0) {
        /* Some of it may have been locked, now or earlier: the promise is that none is. */
        (void)munlock(range->address, (size_t)range->length);
    }
    (void)pthread_mutex_unlock(&counting);
    if (code != 0) {
        return mmapio_fail_os(error, status_of(map, range, code), MMAPIO_OS_ERRNO, code, CALL_MLOCK);
    }
    return MMAPIO_OK;
}
