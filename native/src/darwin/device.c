/* device.c - how long a block device is. */
#include "../posix/posix.h"

#include <sys/disk.h>
#include <sys/ioctl.h>

/* fstat(2) says 0. The calls are those of <sys/disk.h>. */
mmapio_status mmapio_posix_device_length(int file, uint64_t *length, mmapio_error *error)
{
    uint64_t count = 0;
    uint32_t size = 0;

    if (ioctl(file, DKIOCGETBLOCKCOUNT, &count) != 0 || ioctl(file, DKIOCGETBLOCKSIZE, &size) != 0) {
        return mmapio_posix_fail(error, errno, CALL_IOCTL);
    }
    *length = count * size;
    return MMAPIO_OK;
}
