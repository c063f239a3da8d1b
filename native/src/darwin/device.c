/* device.c - how long a block device is. */
#include "../posix/posix.h"

#include <sys/ioctl.h>

/* The numbers of <sys/disk.h>, which not every SDK has. */
#ifndef DKIOCGETBLOCKSIZE
#define DKIOCGETBLOCKSIZE _IOR('d', 24, uint32_t)
#define DKIOCGETBLOCKCOUNT _IOR('d', 25, uint64_t)
#endif

/* fstat(2) says 0, and lseek(2) would move the position, which is the caller's. */
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
