/* copy.c - copies without a handler of ours: the kernel does them, and says EFAULT where we would fault. */
#include "../posix/posix.h"
#include "../range.h"

#include <errno.h>
#include <fcntl.h>
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

/* For sandboxes and emulators without those calls: into a pipe, and out of it, which says EFAULT just as well. It tells
 * nothing of the bytes before a fault in its page, so a round ends where a page of either side does. */
static ssize_t round_by_pipe(const int ends[2], const unsigned char *from, unsigned char *to, size_t length,
                             uint32_t *call)
{
    uint64_t page_size = mmapio_os_page_size();
    uint64_t from_left = page_size - (uintptr_t)from % page_size;
    uint64_t to_left = page_size - (uintptr_t)to % page_size;
    ssize_t put;

    length = length < from_left ? length : (size_t)from_left;
    length = length < to_left ? length : (size_t)to_left;
    *call = CALL_WRITE;
    put = write(ends[1], from, length);
    if (put <= 0) {
        return put;
    }
    *call = CALL_READ;
    return read(ends[0], to, (size_t)put);
}

/* The file would be shorter to go by, but there may be none, or its descriptor only append (pwrite(2): "regardless of
 * the value of offset"), refuse what is not aligned, or not be for reading. */
static mmapio_status copy_by_pipe(const unsigned char *from, unsigned char *to, uint64_t length, uint64_t *done,
                                  mmapio_error *error)
{
    mmapio_status status = MMAPIO_OK;
    uint32_t call = CALL_PIPE;
    int ends[2];

    if (pipe2(ends, O_CLOEXEC) != 0) {
        int code = errno;
        return code == EMFILE || code == ENFILE
                   ? mmapio_posix_fail(error, code, call)
                   : mmapio_fail_os(error, MMAPIO_UNSUPPORTED, MMAPIO_OS_ERRNO, code, call);
    }
    while (*done < length && status == MMAPIO_OK) {
        ssize_t got = round_by_pipe(ends, from + *done, to + *done, (size_t)(length - *done), &call);
        if (got > 0) {
            *done += (uint64_t)got;
        } else if (errno != EINTR || call == CALL_READ) {
            status = mmapio_posix_fail(error, errno, call);
        }
    }
    (void)close(ends[0]);
    (void)close(ends[1]);
    return status;
}

mmapio_status mmapio_os_copy(mmapio_map *map, uint64_t offset, void *buffer, uint64_t length, bool write,
                             uint64_t *done, mmapio_error *error)
{
    unsigned char *data = map->base + map->lead + offset;

    while (*done < length) {
        unsigned char *part = (unsigned char *)buffer + *done;
        ssize_t got = round_by_process_vm(data + *done, part, (size_t)(length - *done), write);
        if (got > 0) {
            *done += (uint64_t)got;
        } else if (got < 0 && errno == EINTR) {
            continue;
        } else if (errno == ENOSYS || errno == EPERM || errno == EACCES) {
            return write ? copy_by_pipe(buffer, data, length, done, error)
                         : copy_by_pipe(data, buffer, length, done, error);
        } else {
            return mmapio_posix_fail(error, errno, write ? CALL_PROCESS_VM_WRITEV : CALL_PROCESS_VM_READV);
        }
    }
    return MMAPIO_OK;
}
