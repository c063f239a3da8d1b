/* sync.c - msync(2) and fsync(2). */
#include "../posix/posix.h"

#include <sys/mman.h>
#include <unistd.h>

/* MS_SYNC ends in vfs_fsync_range() with datasync set (mm/msync.c): the range is written, and the device's cache is
 * flushed, just as fdatasync(2) does. SYNC, DATA and BARRIER are one call here. */
mmapio_status mmapio_os_sync(mmapio_map *map, const page_range *range, uint32_t mode, mmapio_error *error)
{
    int flags = (mode & MMAPIO_MS_ASYNC) != 0 ? MS_ASYNC : MS_SYNC;
    int result;

    if ((mode & MMAPIO_MS_INVALIDATE) != 0) {
        flags |= MS_INVALIDATE;
    }
    UNINTERRUPTED(result, msync(range->address, (size_t)range->length, flags));
    if (result != 0) {
        return mmapio_posix_fail(error, errno, CALL_MSYNC);
    }
    if ((mode & MMAPIO_MS_DURABLE) == 0) {
        return MMAPIO_OK;
    }
    UNINTERRUPTED(result, fsync((int)map->file));
    return result == 0 ? MMAPIO_OK : mmapio_posix_fail(error, errno, CALL_FSYNC);
}
