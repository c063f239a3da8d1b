/* cache.c - reading ahead and evicting: fcntl(2) and msync(2). */
#include "../posix/posix.h"
#include "darwin.h"

#include <fcntl.h>
#include <sys/mman.h>

/* F_RDADVISE counts in an int. */
enum { READ_AHEAD = 1 << 30 };

int mmapio_darwin_read_ahead(intptr_t file, uint64_t start, uint64_t end)
{
    for (; start < end; start += READ_AHEAD) {
        uint64_t count = end - start < READ_AHEAD ? end - start : READ_AHEAD;
        struct radvisory ahead = {(off_t)start, (int)count};
        int result;
        UNINTERRUPTED(result, fcntl((int)file, F_RDADVISE, &ahead));
        if (result == -1) {
            /* EFBIG: the file has become shorter, and what there is of it is on its way. */
            return errno == EFBIG ? 0 : errno;
        }
    }
    return 0;
}

mmapio_status mmapio_os_prefetch(mmapio_map *map, const page_range *ranges, uint32_t count, uint32_t *outcome,
                                 mmapio_error *error)
{
    uint32_t least = MMAPIO_ADVICE_APPLIED;

    for (uint32_t i = 0; i < count; i++) {
        uint32_t became = MMAPIO_ADVICE_IGNORED;
        mmapio_status status = mmapio_os_advise(map, &ranges[i], MMAPIO_MADV_WILLNEED, &became, error);
        if (status != MMAPIO_OK) {
            return status;
        }
        least = became < least ? became : least;
    }
    *outcome = least;
    return MMAPIO_OK;
}

/* Writes pages back and drops them for every process. Never MS_INVALIDATE alone: it would drop modified ones unwritten.
 * EBUSY is said of locked pages, which stay; EINVAL of what has no pager behind it, such as memory. */
static mmapio_status invalidate(const page_range *range, void *context, mmapio_error *error)
{
    int result;

    (void)context;
    UNINTERRUPTED(result, msync(range->address, (size_t)range->length, MS_SYNC | MS_INVALIDATE));
    return result == 0 || errno == EBUSY || errno == EINVAL ? MMAPIO_OK : mmapio_posix_fail(error, errno, CALL_MSYNC);
}

/* Private maps and memory are left alone: invalidating what has no file behind it would throw it away. */
mmapio_status mmapio_os_evict(mmapio_map *map, const page_range *range, mmapio_error *error)
{
    bool shares_file = map->file != MMAPIO_NO_FILE && (map->flags & MMAPIO_MAP_SHARED) != 0;

    return shares_file ? invalidate(range, NULL, error) : MMAPIO_OK;
}

mmapio_status mmapio_os_file_evict(intptr_t file, uint64_t offset, uint64_t length, mmapio_error *error)
{
    return mmapio_posix_each_window(file, offset, length, invalidate, NULL, error);
}

mmapio_status mmapio_os_file_residency(intptr_t file, uint64_t offset, uint64_t length, mmapio_residency *report,
                                       mmapio_error *error)
{
    mmapio_status status = mmapio_posix_file_mincore(file, offset, length, &report->resident, error);

    report->scope = MMAPIO_SCOPE_PAGE_CACHE;
    report->known = status == MMAPIO_OK ? MMAPIO_KNOWN_RESIDENT : 0;
    return status;
}

/* What this file, or its file system, knows no such command for, or a sandbox forbids, is a hint that is not followed. */
static mmapio_status refused(int code, mmapio_error *error)
{
    switch (code) {
    case EPERM:
    case EINVAL:
    case ENOSYS:
    case ENOTSUP:
    case ENOTTY:
    case EOPNOTSUPP:
        return MMAPIO_OK;
    default:
        return mmapio_posix_fail(error, code, CALL_FCNTL);
    }
}

mmapio_status mmapio_os_file_prefetch(intptr_t file, uint64_t offset, uint64_t length, uint32_t *outcome,
                                      mmapio_error *error)
{
    int code = mmapio_darwin_read_ahead(file, offset, offset + length);

    if (code != 0) {
        return refused(code, error);
    }
    *outcome = MMAPIO_ADVICE_APPLIED;
    return MMAPIO_OK;
}

/* Reading ahead is on or off, for an open file as a whole: near to RANDOM and to the rest. F_NOCACHE would be more than
 * NOREUSE asks for, since it changes how later reads are made. */
mmapio_status mmapio_os_file_advise(intptr_t file, uint64_t offset, uint64_t length, uint32_t advice, uint32_t *outcome,
                                    mmapio_error *error)
{
    int result;

    switch (advice) {
    case MMAPIO_FADV_NORMAL:
    case MMAPIO_FADV_SEQUENTIAL:
    case MMAPIO_FADV_RANDOM:
        UNINTERRUPTED(result, fcntl((int)file, F_RDAHEAD, advice == MMAPIO_FADV_RANDOM ? 0 : 1));
        if (result == -1) {
            return refused(errno, error);
        }
        break;
    case MMAPIO_FADV_DONTNEED: {
        mmapio_status status = mmapio_os_file_evict(file, offset, length, error);
        if (status != MMAPIO_OK) {
            return status;
        }
        break;
    }
    default:
        return MMAPIO_OK;
    }
    *outcome = MMAPIO_ADVICE_APPROXIMATED;
    return MMAPIO_OK;
}

void mmapio_os_file_remember(mmapio_map *map)
{
    (void)map;
}
