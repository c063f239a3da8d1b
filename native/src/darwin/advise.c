/* advise.c - madvise(2), and the other calls of macOS that do what Linux has an advice for. */
#include "../posix/posix.h"
#include "../range.h"
#include "darwin.h"

#include <fcntl.h>
#include <mach/vm_inherit.h>
#include <sys/mman.h>

/* Advice that this system or this kind of mapping has no use for, or that a sandbox forbids, is not an error; a failure
 * on the way is. */
static mmapio_status refused(int code, uint32_t call, mmapio_error *error)
{
    switch (code) {
    case EPERM:
    case EBADF: /* the descriptor is a shared memory object's, not a file's */
    case EINVAL:
    case ENOSYS:
    case ENOTSUP:
    case ENOTTY:
    case EOPNOTSUPP:
        return MMAPIO_OK;
    default:
        return mmapio_posix_fail(error, code, call);
    }
}

/* Gives native, one of MADV_*. What it amounts to, if it is taken, is worth. */
static mmapio_status give(const page_range *range, int native, uint32_t worth, uint32_t *outcome, mmapio_error *error)
{
    int result;

    UNINTERRUPTED(result, madvise(range->address, (size_t)range->length, native));
    if (result != 0) {
        return refused(errno, CALL_MADVISE, error);
    }
    *outcome = worth;
    return MMAPIO_OK;
}

static bool is_shared_file(const mmapio_map *map)
{
    return map->file != MMAPIO_NO_FILE && (map->flags & MMAPIO_MAP_SHARED) != 0;
}

/* Finds the part of the file that the range maps: [*start, *end), empty beyond the file's last page. Gives false for
 * what is no file, such as a shared memory object. */
static bool part_of_file(const mmapio_map *map, const page_range *range, uint64_t *start, uint64_t *end)
{
    mmapio_error ignored;
    uint64_t length = 0;

    if (mmapio_os_file_length(map->file, &length, &ignored) != MMAPIO_OK) {
        return false;
    }
    length = round_up(length, mmapio_os_page_size());
    *start = map->base_offset + range->map_offset;
    *end = *start + range->length;
    *end = *end < length ? *end : length;
    return true;
}

/* On a file, F_RDADVISE does what is asked for: it starts reading, and waits for nothing. MADV_WILLNEED would stop
 * after one transfer; it is left for file systems without the former. On anonymous memory it makes every page there
 * and then, which goes beyond the advice. On a private map of a file it might copy what was only to be read. */
static mmapio_status will_need(const mmapio_map *map, const page_range *range, uint32_t *outcome, mmapio_error *error)
{
    page_range parts[2];
    uint32_t count = source_parts(map, range, parts);
    int code = 0;

    if (map->file == MMAPIO_NO_FILE) {
        return give(range, MADV_WILLNEED, MMAPIO_ADVICE_APPROXIMATED, outcome, error);
    }
    for (uint32_t i = 0; i < count && code == 0; i++) {
        uint64_t start = 0;
        uint64_t end = 0;
        if (!part_of_file(map, &parts[i], &start, &end)) {
            return MMAPIO_OK;
        }
        code = start < end ? mmapio_darwin_read_ahead(map->file, start, end) : 0;
    }
    if (code != 0) {
        return is_shared_file(map) ? give(range, MADV_WILLNEED, MMAPIO_ADVICE_APPROXIMATED, outcome, error)
                                   : refused(code, CALL_FCNTL, error);
    }
    *outcome = MMAPIO_ADVICE_APPLIED;
    return MMAPIO_OK;
}

/* A hole must begin and end with a block of the file system, which whole pages do. As on Linux the file keeps its
 * length, and what lies beyond its end is no hole to punch. */
static mmapio_status remove_blocks(const mmapio_map *map, const page_range *range, uint32_t *outcome,
                                   mmapio_error *error)
{
    fpunchhole_t hole = {0, 0, 0, 0};
    int result;
    uint64_t start = 0;
    uint64_t end = 0;

    if (map->file != MMAPIO_NO_FILE && !is_shared_file(map)) {
        /* The file is not a private map's to change: as on Linux, that is no hint to be ignored. */
        return mmapio_fail(error, MMAPIO_ACCESS_DENIED);
    }
    if (!is_shared_file(map) || !part_of_file(map, range, &start, &end)) {
        return MMAPIO_OK;
    }
    if (start < end) {
        /* Stores that wait in the page cache go to disk first, lest they be written into the hole later. */
        UNINTERRUPTED(result, msync(range->address, (size_t)range->length, MS_SYNC));
        if (result != 0) {
            return refused(errno, CALL_MSYNC, error);
        }
        hole.fp_offset = (off_t)start;
        hole.fp_length = (off_t)(end - start);
        UNINTERRUPTED(result, fcntl((int)map->file, F_PUNCHHOLE, &hole));
        if (result == -1) {
            /* EPERM is the file system's answer to a file that may not be changed: more than a hint that is refused. */
            return errno == EPERM ? mmapio_posix_fail(error, errno, CALL_FCNTL) : refused(errno, CALL_FCNTL, error);
        }
    }
    *outcome = MMAPIO_ADVICE_APPLIED;
    return MMAPIO_OK;
}

static mmapio_status remove_parts(const mmapio_map *map, const page_range *range, uint32_t *outcome,
                                  mmapio_error *error)
{
    page_range parts[2];
    uint32_t count = source_parts(map, range, parts);
    mmapio_status status = MMAPIO_OK;

    for (uint32_t i = 0; i < count && status == MMAPIO_OK; i++) {
        *outcome = MMAPIO_ADVICE_IGNORED;
        status = remove_blocks(map, &parts[i], outcome, error);
    }
    return status;
}

/* MADV_PAGEOUT is there in name only: release kernels answer ENOTSUP. Invalidating writes a file's pages back and drops
 * them for every process, short of the locked ones; for the rest, first in line to go is all one can have. */
static mmapio_status page_out(const mmapio_map *map, const page_range *range, uint32_t *outcome, mmapio_error *error)
{
    int result;

    if (!is_shared_file(map)) {
        return give(range, MADV_DONTNEED, MMAPIO_ADVICE_APPROXIMATED, outcome, error);
    }
    UNINTERRUPTED(result, msync(range->address, (size_t)range->length, MS_SYNC | MS_INVALIDATE));
    if (result != 0) {
        /* EBUSY: locked pages, which stay. */
        return errno == EBUSY ? MMAPIO_OK : refused(errno, CALL_MSYNC, error);
    }
    *outcome = MMAPIO_ADVICE_APPROXIMATED;
    return MMAPIO_OK;
}

/* inheritance is one of VM_INHERIT_*. There is none that would wipe. */
static mmapio_status inherit(const page_range *range, vm_inherit_t inheritance, uint32_t *outcome)
{
    if (minherit(range->address, (size_t)range->length, (int)inheritance) == 0) {
        *outcome = MMAPIO_ADVICE_APPLIED;
    }
    return MMAPIO_OK;
}

static mmapio_status populate(mmapio_map *map, const page_range *range, uint32_t protection, uint32_t *outcome,
                              mmapio_error *error)
{
    mmapio_error failure;
    mmapio_status status = mmapio_os_populate(map, range, protection, &failure);

    if (status == MMAPIO_OK) {
        *outcome = MMAPIO_ADVICE_APPLIED;
    } else if (status != MMAPIO_UNSUPPORTED) {
        return mmapio_fail_os(error, status, failure.os_domain, failure.os_code, failure.os_call);
    }
    return MMAPIO_OK;
}

mmapio_status mmapio_os_advise(mmapio_map *map, const page_range *range, uint32_t advice, uint32_t *outcome,
                               mmapio_error *error)
{
    bool shared = (map->flags & MMAPIO_MAP_SHARED) != 0;

    switch (advice) {
    case MMAPIO_MADV_NORMAL:
        return give(range, MADV_NORMAL, MMAPIO_ADVICE_APPLIED, outcome, error);
    case MMAPIO_MADV_RANDOM:
        return give(range, MADV_RANDOM, MMAPIO_ADVICE_APPLIED, outcome, error);
    case MMAPIO_MADV_SEQUENTIAL:
        return give(range, MADV_SEQUENTIAL, MMAPIO_ADVICE_APPLIED, outcome, error);
    case MMAPIO_MADV_WILLNEED:
        return will_need(map, range, outcome, error);
    case MMAPIO_MADV_DONTNEED:
        /* Pages become the first to be reclaimed, but stay, and so do the contents of private ones: less than asked. */
        return give(range, MADV_DONTNEED, MMAPIO_ADVICE_APPROXIMATED, outcome, error);
    case MMAPIO_MADV_COLD:
        /* Which is word for word what this one asks for. */
        return give(range, MADV_DONTNEED, MMAPIO_ADVICE_APPLIED, outcome, error);
    case MMAPIO_MADV_FREE:
        /* On any other mapping it would throw away a file's unwritten pages, or memory that others share. */
        if (shared || map->file != MMAPIO_NO_FILE) {
            return MMAPIO_OK;
        }
        return give(range, MADV_FREE, MMAPIO_ADVICE_APPLIED, outcome, error);
    case MMAPIO_MADV_REMOVE:
        return remove_parts(map, range, outcome, error);
    case MMAPIO_MADV_PAGEOUT:
        return page_out(map, range, outcome, error);
    case MMAPIO_MADV_DONTFORK:
        return inherit(range, VM_INHERIT_NONE, outcome);
    case MMAPIO_MADV_DOFORK:
        return inherit(range, shared ? VM_INHERIT_SHARE : VM_INHERIT_COPY, outcome);
    case MMAPIO_MADV_POPULATE_READ:
        return populate(map, range, MMAPIO_PROT_READ, outcome, error);
    case MMAPIO_MADV_POPULATE_WRITE:
        return populate(map, range, MMAPIO_PROT_WRITE, outcome, error);
    default:
        /* Merging, huge pages, core dumps, wiping on fork, locked pages: macOS has no such thing. */
        return MMAPIO_OK;
    }
}
