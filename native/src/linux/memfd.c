/* memfd.c - memory without a name: memfd_create(2). */
#include "../range.h"
#include "kernel.h"
#include "linux.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

mmapio_status mmapio_linux_fill(const mmapio_map *map, uint64_t length, mmapio_error *error)
{
    mmapio_status status = mmapio_os_file_set_length(map->file, length, error);

    if (status == MMAPIO_OK && (map->flags & MMAPIO_MAP_NORESERVE) == 0) {
        status = mmapio_os_file_allocate(map->file, 0, length, error);
    }
    return status;
}

mmapio_status mmapio_linux_let_go(mmapio_map *map, mmapio_status status)
{
    (void)close((int)map->file);
    map->file = MMAPIO_NO_FILE;
    return status;
}

static int new_memfd(unsigned flags)
{
    /* Asked for since 6.3, which may otherwise warn or, by vm.memfd_noexec, refuse. */
    int file;

    UNINTERRUPTED(file, (int)syscall(SYS_memfd_create, "mmapio", flags | MFD_NOEXEC_SEAL));
    if (file < 0 && errno == EINVAL) {
        UNINTERRUPTED(file, (int)syscall(SYS_memfd_create, "mmapio", flags));
    }
    return file;
}

/* Of huge pages, where it has to be or may be, and there are enough. */
static mmapio_status make_huge(mmapio_map *map, uint64_t length, mmapio_error *error)
{
    uint64_t size = mmapio_linux_huge_page_size(map->huge_size);
    unsigned flags = MFD_CLOEXEC | MFD_ALLOW_SEALING | MFD_HUGETLB;
    mmapio_status status;

    if (size == 0 || (map->flags & (MMAPIO_MAP_MIRRORED | MMAPIO_MAP_GUARD_PAGES)) != 0) {
        return mmapio_fail(error, MMAPIO_UNSUPPORTED);
    }
    map->file = new_memfd(flags | (unsigned)mmapio_linux_huge_bits(size));
    if (map->file < 0) {
        int code = errno;
        bool unsupported = code == EINVAL || code == ENODEV || code == ENOENT;
        map->file = MMAPIO_NO_FILE;
        return unsupported ? mmapio_fail_os(error, MMAPIO_UNSUPPORTED, MMAPIO_OS_ERRNO, code, CALL_MEMFD_CREATE)
                           : mmapio_posix_fail(error, code, CALL_MEMFD_CREATE);
    }
    status = mmapio_os_file_set_length(map->file, round_up(length, size), error);
    if (status == MMAPIO_OK) {
        status = mmapio_os_file_allocate(map->file, 0, round_up(length, size), error);
        if (status == MMAPIO_NO_SPACE && error != NULL) {
            error->status = MMAPIO_LIMIT_REACHED;
        }
        status = status == MMAPIO_NO_SPACE ? MMAPIO_LIMIT_REACHED : status;
    }
    return status == MMAPIO_OK ? MMAPIO_OK : mmapio_linux_let_go(map, status);
}

mmapio_status mmapio_linux_memfd(mmapio_map *map, uint64_t length, mmapio_error *error)
{
    mmapio_error ignored;
    mmapio_status status;

    if (map->huge >= MMAPIO_HUGE_PREFER) {
        bool may_do_without = map->huge == MMAPIO_HUGE_PREFER;
        status = make_huge(map, length, may_do_without ? &ignored : error);
        if (status == MMAPIO_OK || !may_do_without) {
            return status;
        }
    }
    map->file = new_memfd(MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (map->file < 0) {
        int code = errno;
        map->file = MMAPIO_NO_FILE;
        /* EPERM: of a sandbox. The kernel says that of huge pages only. */
        return mmapio_fail_os(error, code == EPERM ? MMAPIO_UNSUPPORTED : mmapio_posix_status(code), MMAPIO_OS_ERRNO,
                              code, CALL_MEMFD_CREATE);
    }
    status = mmapio_linux_fill(map, length, error);
    return status == MMAPIO_OK ? MMAPIO_OK : mmapio_linux_let_go(map, status);
}

/* Where /proc is not there to tell, what has no name will be. */
bool mmapio_linux_is_memfd(intptr_t file)
{
    char path[32];
    char target[32];
    ssize_t length;

    (void)snprintf(path, sizeof path, "/proc/self/fd/%d", (int)file);
    length = readlink(path, target, sizeof target);
    return length < 7 || strncmp(target, "/memfd:", 7) == 0;
}
