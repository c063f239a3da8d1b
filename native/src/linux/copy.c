/* copy.c - copies for hosts that forbid signal handlers: the kernel does them, and says EFAULT where we would fault. */
#include "../posix/posix.h"
#include "../range.h"

#include <errno.h>
#include <sys/uio.h>
#include <unistd.h>

/* One round through process_vm_readv or _writev on ourselves. Pages before a fault are copied, and counted. */
static ssize_t round_by_process_vm(unsigned char *address, unsigned char *buffer, size_t length, bool write)
{
    struct iovec ours = {buffer, length};
    struct iovec mapped = {address, length};

    return write ? process_vm_writev(getpid(), &ours, 1, &mapped, 1, 0)
                 : process_vm_readv(getpid(), &ours, 1, &mapped, 1, 0);
}

/* For kernels and emulators without those calls: the file itself, through the map's descriptor. Not past the end of the
 * file, where pwrite would make it longer; the bytes between it and the end of its last page are zeros nobody keeps. */
static ssize_t round_by_file(mmapio_map *map, uint64_t offset, unsigned char *buffer, size_t length, bool write)
{
    uint64_t file_offset = map->base_offset + map->lead + offset;
    uint64_t file_length = 0;
    uint64_t usable;

    if (mmapio_os_file_length(map->file, &file_length, NULL) != MMAPIO_OK) {
        return -1;
    }
    if (file_offset < file_length) {
        size_t inside = length < file_length - file_offset ? length : (size_t)(file_length - file_offset);
        if (write && mmapio_posix_check_size(file_offset + inside, CALL_PWRITE, NULL) != MMAPIO_OK) {
            errno = EFBIG; /* a file that is longer than the process may write */
            return -1;
        }
        return write ? pwrite((int)map->file, buffer, inside, (off_t)file_offset)
                     : pread((int)map->file, buffer, inside, (off_t)file_offset);
    }
    usable = round_up(file_length, mmapio_os_page_size());
    if (file_offset >= usable) {
        errno = EFAULT;
        return -1;
    }
    length = length < usable - file_offset ? length : (size_t)(usable - file_offset);
    for (size_t i = 0; i < length && !write; i++) {
        buffer[i] = 0;
    }
    return (ssize_t)length;
}

/* Not past a protection, which the file knows nothing of. */
static bool has_way_through_file(const mmapio_map *map)
{
    return map->file >= 0 && (map->flags & MMAPIO_MAP_SHARED) != 0 && !map->changed && !map->mirrored;
}

mmapio_status mmapio_os_copy(mmapio_map *map, uint64_t offset, void *buffer, uint64_t length, bool write,
                             uint64_t *done, mmapio_error *error)
{
    bool by_file = false;

    while (*done < length) {
        unsigned char *part = (unsigned char *)buffer + *done;
        size_t rest = (size_t)(length - *done);
        ssize_t got = by_file ? round_by_file(map, offset + *done, part, rest, write)
                              : round_by_process_vm(map->base + map->lead + offset + *done, part, rest, write);
        if (got > 0) {
            *done += (uint64_t)got;
        } else if (got < 0 && errno == EINTR) {
            continue;
        } else if (!by_file && (errno == ENOSYS || errno == EPERM) && has_way_through_file(map)) {
            by_file = true;
        } else {
            int code = errno;
            uint32_t call = write ? CALL_PROCESS_VM_WRITEV : CALL_PROCESS_VM_READV;
            /* What the file refuses, such as more blocks on a full disk, is what would have been a fault. */
            if (!by_file && (code == EPERM || code == EACCES)) {
                /* Of ourselves the kernel says neither: a sandbox forbids the call. */
                return mmapio_fail_os(error, MMAPIO_UNSUPPORTED, MMAPIO_OS_ERRNO, code, call);
            }
            return by_file
                       ? mmapio_fail_os(error, MMAPIO_FAULT, MMAPIO_OS_ERRNO, code, write ? CALL_PWRITE : CALL_PREAD)
                       : mmapio_posix_fail(error, code, call);
        }
    }
    return MMAPIO_OK;
}
