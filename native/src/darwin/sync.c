/* sync.c - msync(2), and what takes the data through the device's own cache. */
#include "../posix/posix.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

/* How file systems say that they have no such command: SMB and NTFS answer ENOTSUP, WebDAV and FUSE EINVAL, ZFS and
 * devices ENOTTY. Anything else is a failure to write and must not be covered up by a second attempt, which may well
 * succeed after the kernel has dropped the pages. */
static bool command_is_unknown(int code)
{
    switch (code) {
    case EINVAL:
    case ENOSYS:
    case ENOTSUP:
    case ENOTTY:
    case EOPNOTSUPP:
        return true;
    default:
        return false;
    }
}

/* fsync(2) of macOS hands the data to the device and stops there. F_FULLFSYNC has the device empty its cache, and
 * F_BARRIERFSYNC has it keep the order. Where the file system knows neither, fsync is all there is, and on a server's
 * share it may well reach the platter; SQLite settles for the same. */
static mmapio_status flush_file(int file, uint32_t mode, mmapio_error *error)
{
    static const int commands[] = {F_BARRIERFSYNC, F_FULLFSYNC};
    int result;

    for (size_t i = (mode & MMAPIO_MS_BARRIER) != 0 ? 0 : 1; i < sizeof commands / sizeof commands[0]; i++) {
        UNINTERRUPTED(result, fcntl(file, commands[i], 0));
        if (result != -1) {
            return MMAPIO_OK;
        }
        if (!command_is_unknown(errno)) {
            return mmapio_posix_fail(error, errno, CALL_FCNTL);
        }
    }
    UNINTERRUPTED(result, fsync(file));
    return result == 0 ? MMAPIO_OK : mmapio_posix_fail(error, errno, CALL_FSYNC);
}

mmapio_status mmapio_os_sync(mmapio_map *map, const page_range *range, uint32_t mode, mmapio_error *error)
{
    /* Never both: the kernel refuses MS_SYNC together with MS_ASYNC. */
    int flags = (mode & MMAPIO_MS_ASYNC) != 0 ? MS_ASYNC : MS_SYNC;
    int result;

    if ((mode & MMAPIO_MS_INVALIDATE) != 0) {
        flags |= MS_INVALIDATE;
    }
    /* First in every mode: nothing says that the commands above write what was stored through a mapping. */
    UNINTERRUPTED(result, msync(range->address, (size_t)range->length, flags));
    if (result != 0) {
        return mmapio_posix_fail(error, errno, CALL_MSYNC);
    }
    if ((mode & (MMAPIO_MS_DATA | MMAPIO_MS_DURABLE | MMAPIO_MS_BARRIER)) == 0) {
        return MMAPIO_OK;
    }
    return flush_file((int)map->file, mode, error);
}
