/* file.c - the map's own descriptor. */
#include "posix.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

mmapio_status mmapio_os_file_measure(intptr_t file, uint64_t *length, uint64_t *block, mmapio_error *error)
{
    struct stat info;

    if (fstat((int)file, &info) != 0) {
        return mmapio_posix_fail(error, errno, CALL_FSTAT);
    }
    if (!S_ISREG(info.st_mode)) {
        return mmapio_fail(error, MMAPIO_UNSUPPORTED);
    }
    *length = (uint64_t)info.st_size;
    *block = (uint64_t)info.st_blksize;
    return MMAPIO_OK;
}

mmapio_status mmapio_os_file_length(intptr_t file, uint64_t *length, mmapio_error *error)
{
    uint64_t block;

    return mmapio_os_file_measure(file, length, &block, error);
}

mmapio_status mmapio_os_file_duplicate(intptr_t file, intptr_t *duplicate, mmapio_error *error)
{
    int copy;

    if (file < 0 || file > INT32_MAX) {
        return mmapio_fail(error, MMAPIO_INVALID_ARGUMENT);
    }
    copy = fcntl((int)file, F_DUPFD_CLOEXEC, 0);
    if (copy < 0) {
        return mmapio_posix_fail(error, errno, CALL_FCNTL);
    }
    *duplicate = copy;
    return MMAPIO_OK;
}

mmapio_status mmapio_os_file_close(intptr_t file, mmapio_error *error)
{
    /* After EINTR the descriptor is closed all the same (Linux, macOS): trying again could close somebody else's. */
    if (close((int)file) != 0 && errno != EINTR) {
        return mmapio_posix_fail(error, errno, CALL_CLOSE);
    }
    return MMAPIO_OK;
}

mmapio_status mmapio_os_file_set_length(intptr_t file, uint64_t length, mmapio_error *error)
{
    mmapio_error refusal;
    uint64_t present = 0;

    /* To become shorter is allowed at any length. */
    if (mmapio_posix_check_size(length, CALL_FTRUNCATE, &refusal) != MMAPIO_OK &&
        (mmapio_os_file_length(file, &present, NULL) != MMAPIO_OK || present < length)) {
        return mmapio_fail_os(error, refusal.status, refusal.os_domain, refusal.os_code, refusal.os_call);
    }
    if (ftruncate((int)file, (off_t)length) != 0) {
        return mmapio_posix_fail(error, errno, CALL_FTRUNCATE);
    }
    return MMAPIO_OK;
}
