/* device.c - how long a block device is. */
#include "../posix/posix.h"

#include <linux/fs.h>
#include <sys/syscall.h>
#include <unistd.h>

/* fstat(2) says 0, and lseek(2) would move the position, which is the caller's. (C libraries do not agree on the type of
 * the number in ioctl(2).) */
mmapio_status mmapio_posix_device_length(int file, uint64_t *length, mmapio_error *error)
{
    return syscall(SYS_ioctl, file, BLKGETSIZE64, length) == 0 ? MMAPIO_OK
                                                               : mmapio_posix_fail(error, errno, CALL_IOCTL);
}
