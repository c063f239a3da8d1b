/* file.c - the map's own descriptor. */
#include "posix.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/* What a handle is of that has no length, for the error to say. */
static mmapio_status fail_kind(mmapio_error *error, mode_t mode)
{
    int32_t kind = MMAPIO_FILE_DEVICE;

    if (S_ISFIFO(mode)) {
        kind = MMAPIO_FILE_PIPE;
    } else if (S_ISSOCK(mode)) {
        kind = MMAPIO_FILE_SOCKET;
    } else if (S_ISDIR(mode)) {
        kind = MMAPIO_FILE_DIRECTORY;
    }
    return mmapio_fail_os(error, MMAPIO_UNSUPPORTED, MMAPIO_OS_FILE, kind, CALL_FSTAT);
}

static mmapio_status measure(int file, struct stat *info, uint64_t *length, mmapio_error *error)
{
    if (fstat(file, info) != 0) {
        return mmapio_posix_fail(error, errno, CALL_FSTAT);
    }
    if (S_ISBLK(info->st_mode)) {
        return mmapio_posix_device_length(file, length, error);
    }
    if (!S_ISREG(info->st_mode)) {
        return fail_kind(error, info->st_mode);
    }
    *length = (uint64_t)info->st_size;
    return MMAPIO_OK;
}

static mmapio_status fail_without_pages(mmapio_error *error)
{
    return mmapio_fail_os(error, MMAPIO_UNSUPPORTED, MMAPIO_OS_FILE, MMAPIO_FILE_WITHOUT_PAGES, CALL_MMAP);
}

/* A file that is made when it is read, as those of /proc are, says that it has 0 bytes, and looks in no other way unlike
 * an empty one: such file systems are many (cgroup, debugfs, tracefs, ...), and new ones come about. What they have in
 * common is what matters here, that their files have no pages; an empty file that has some can be mapped, beyond its
 * end. (/proc/cpuinfo says EIO, most others ENODEV. EACCES is said of a handle that may not read.) */
static bool has_pages(int file)
{
    size_t length = mmapio_os_page_size();
    void *page = mmap(NULL, length, PROT_NONE, MAP_PRIVATE, file, 0);

    if (page == MAP_FAILED) {
        return errno != ENODEV && errno != EIO;
    }
    (void)munmap(page, length);
    return true;
}

mmapio_status mmapio_os_file_measure(intptr_t file, uint64_t *length, uint64_t *block, mmapio_error *error)
{
    struct stat info;
    mmapio_status status = measure((int)file, &info, length, error);

    if (status != MMAPIO_OK) {
        return status;
    }
    if (*length == 0 && !has_pages((int)file)) {
        return fail_without_pages(error);
    }
    *block = (uint64_t)info.st_blksize;
    return MMAPIO_OK;
}

/* Files of /sys say that they have some bytes, and have no pages either. */
mmapio_status mmapio_posix_explain(intptr_t file, mmapio_error *error)
{
    struct stat info;
    uint64_t length = 0;
    mmapio_status status = measure((int)file, &info, &length, error);

    return status == MMAPIO_OK && S_ISREG(info.st_mode) && !has_pages((int)file) ? fail_without_pages(error) : status;
}

mmapio_status mmapio_os_file_length(intptr_t file, uint64_t *length, mmapio_error *error)
{
    struct stat info;

    return measure((int)file, &info, length, error);
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
    struct stat info;
    uint64_t present = 0;
    int result;

    /* To become shorter is allowed at any length. */
    if (mmapio_posix_check_size(length, CALL_FTRUNCATE, &refusal) != MMAPIO_OK &&
        (mmapio_os_file_length(file, &present, NULL) != MMAPIO_OK || present < length)) {
        return mmapio_fail_os(error, refusal.status, refusal.os_domain, refusal.os_code, refusal.os_call);
    }
    UNINTERRUPTED(result, ftruncate((int)file, (off_t)length));
    if (result != 0 && errno == EINVAL && fstat((int)file, &info) == 0 && !S_ISREG(info.st_mode)) {
        return fail_kind(error, info.st_mode); /* a device has the size it has */
    }
    if (result != 0) {
        return mmapio_posix_fail(error, errno, CALL_FTRUNCATE);
    }
    return MMAPIO_OK;
}
