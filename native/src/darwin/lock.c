/* lock.c - mlock(2). */
#include "../posix/posix.h"
#include "region.h"

#include <errno.h>
#include <pthread.h>
#include <sys/mman.h>

/* mlock(2) of macOS counts: two of them want two munlock(2). Our locks do not nest: what was locked before is unlocked
 * once, which keeps the count at one. A range is locked as a whole or not at all: the kernel takes back by itself what it
 * has locked before a page fails (vm_map_wire_nested() in osfmk/vm/vm_map.c of xnu), and does not count pages twice
 * against the limit. The mutex is there so that no two threads find the same pages locked twice. Unlocking needs none:
 * before or after a lock that runs meanwhile, either is an order of the two. */
static pthread_mutex_t counting = PTHREAD_MUTEX_INITIALIZER;

static void count_once(const page_range *range)
{
    const unsigned char *end = range->address + range->length;
    struct region region = {NULL, VM_PROT_NONE, 0};

    for (const unsigned char *at = range->address; at < end && region_at(at, &region) == KERN_SUCCESS;
         at = region.end) {
        const unsigned char *stop = region.end < end ? region.end : end;
        if (region.locks > 1) {
            int result;
            UNINTERRUPTED(result, munlock(at, (size_t)(stop - at)));
        }
    }
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
    int code = 0;

    if ((flags & MMAPIO_LOCK_ON_FAULT) != 0) {
        return mmapio_fail(error, MMAPIO_UNSUPPORTED);
    }
    (void)pthread_mutex_lock(&counting);
    if (mlock(range->address, (size_t)range->length) != 0) {
        code = errno;
    } else {
        count_once(range);
    }
    (void)pthread_mutex_unlock(&counting);
    if (code != 0) {
        return mmapio_fail_os(error, status_of(map, range, code), MMAPIO_OS_ERRNO, code, CALL_MLOCK);
    }
    return MMAPIO_OK;
}
