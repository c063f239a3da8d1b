/* cache.c - reading ahead and evicting: madvise(2), posix_fadvise(2), sync_file_range(2). */
#include "../range.h"
#include "kernel.h"
#include "linux.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/utsname.h>
#include <unistd.h>

#ifndef MADV_PAGEOUT
#define MADV_PAGEOUT 21
#endif

/* One call reads no more than the larger of the device's read-ahead and its largest transfer, and drops the rest of the
 * range without a word (force_page_cache_ra() in mm/readahead.c; measured: 8 of 256 MiB). Neither is below 128 KiB
 * unless somebody made it so. Larger pieces, and many ranges in one process_madvise(2), were no faster. */
enum { PIECE = 128 * 1024 };

static mmapio_status prefetch_range(const page_range *range, uint32_t *outcome, mmapio_error *error)
{
    for (uint64_t done = 0; done < range->length; done += PIECE) {
        page_range piece = {range->address + done, range->length - done, range->map_offset + done};
        mmapio_status status;
        piece.length = piece.length < PIECE ? piece.length : PIECE;
        *outcome = MMAPIO_ADVICE_IGNORED;
        status = mmapio_linux_advise(&piece, MMAPIO_MADV_WILLNEED, outcome, error);
        if (status != MMAPIO_OK || *outcome == MMAPIO_ADVICE_IGNORED) {
            return status;
        }
    }
    return MMAPIO_OK;
}

mmapio_status mmapio_os_prefetch(mmapio_map *map, const page_range *ranges, uint32_t count, uint32_t *outcome,
                                 mmapio_error *error)
{
    uint32_t least = MMAPIO_ADVICE_APPLIED;

    if (mmapio_linux_does_nothing(map, MMAPIO_MADV_WILLNEED)) {
        return MMAPIO_OK;
    }
    for (uint32_t i = 0; i < count; i++) {
        uint32_t became = MMAPIO_ADVICE_IGNORED;
        mmapio_status status = prefetch_range(&ranges[i], &became, error);
        if (status != MMAPIO_OK) {
            return status;
        }
        least = became < least ? became : least;
    }
    *outcome = least;
    return MMAPIO_OK;
}

/* Writes what is modified and waits, without a flush of the device's cache or a commit of the journal: nobody asked for
 * durability. False, with errno, if that failed, or is not to be had. */
static bool write_range(intptr_t file, uint64_t offset, uint64_t length)
{
    const unsigned all = SYNC_FILE_RANGE_WAIT_BEFORE | SYNC_FILE_RANGE_WRITE | SYNC_FILE_RANGE_WAIT_AFTER;
    int result;

    UNINTERRUPTED(result, sync_file_range((int)file, (off_t)offset, (off_t)length, all));
    return result == 0;
}

/* Where no call writes, modified pages just stay. */
static mmapio_status written(int result, uint32_t call, mmapio_error *error)
{
    return result == 0 || mmapio_linux_is_refusal(errno) ? MMAPIO_OK : mmapio_posix_fail(error, errno, call);
}

/* On stacked file systems the range of the descriptor's inode has nothing to write, and says that it was written. */
static mmapio_status write_part(mmapio_map *map, const page_range *part, mmapio_error *error)
{
    int result;

    if ((mmapio_linux_ground_of(map) & GROUND_OWN_PAGES) != 0) {
        if (write_range(map->file, map->base_offset + part->map_offset, part->length)) {
            return MMAPIO_OK;
        }
        if (!mmapio_linux_is_refusal(errno)) {
            return mmapio_posix_fail(error, errno, CALL_SYNC_FILE_RANGE);
        }
    }
    UNINTERRUPTED(result, msync(part->address, (size_t)part->length, MS_SYNC));
    return written(result, CALL_MSYNC, error);
}

/* Without a mapping there is fdatasync(2), of all of the file, which file systems pass on to those below. */
static mmapio_status write_back(intptr_t file, uint64_t offset, uint64_t length, mmapio_error *error)
{
    int result;

    if ((mmapio_linux_ground(file) & GROUND_OWN_PAGES) != 0) {
        if (write_range(file, offset, length)) {
            return MMAPIO_OK;
        }
        if (!mmapio_linux_is_refusal(errno)) {
            return mmapio_posix_fail(error, errno, CALL_SYNC_FILE_RANGE);
        }
    }
    UNINTERRUPTED(result, fdatasync((int)file));
    return written(result, CALL_FDATASYNC, error);
}

/* Whatever is left of a shared file leaves the page tables first, both copies' if it is mapped twice: that loses
 * nothing, and fadvise spares pages that are mapped anywhere. */
static void drop(const mmapio_map *map, const page_range *part)
{
    (void)madvise(part->address, (size_t)part->length, MADV_DONTNEED);
    if (map->mirrored) {
        (void)madvise(part->address + map->base_length / 2, (size_t)part->length, MADV_DONTNEED);
    }
    (void)posix_fadvise((int)map->file, (off_t)(map->base_offset + part->map_offset), (off_t)part->length,
                        POSIX_FADV_DONTNEED);
}

/* Paging out keeps what private and anonymous pages contain: they go to swap, or stay. It takes pages that this mapping
 * alone uses, and only of files that the process might write. Locked pages make all of it fail. */
mmapio_status mmapio_os_evict(mmapio_map *map, const page_range *range, mmapio_error *error)
{
    bool shares_file = map->file >= 0 && (map->flags & MMAPIO_MAP_SHARED) != 0;
    page_range parts[2];
    uint32_t count = source_parts(map, range, parts);

    for (uint32_t i = 0; i < count && shares_file; i++) {
        mmapio_status status = write_part(map, &parts[i], error);
        if (status != MMAPIO_OK) {
            return status;
        }
    }
    (void)madvise(range->address, (size_t)range->length, MADV_PAGEOUT);
    /* Pages that stand in for torn ones belong to no file: dropped, they would lose what was written to them. */
    if (shares_file && (map->zero_fill == 0 || mmapio_os_zero_fill_pages(map) == 0)) {
        for (uint32_t i = 0; i < count; i++) {
            drop(map, &parts[i]);
        }
    }
    return MMAPIO_OK;
}

/* A hint: what this file, this kernel or a sandbox has no use for changes nothing. */
static mmapio_status fadvise(intptr_t file, uint64_t offset, uint64_t length, int advice, uint32_t *outcome,
                             mmapio_error *error)
{
    int code;

    do {
        code = posix_fadvise((int)file, (off_t)offset, (off_t)length, advice);
    } while (code == EINTR);
    if (code == 0) {
        *outcome = MMAPIO_ADVICE_APPLIED;
    }
    return code == 0 || mmapio_linux_is_refusal(code) ? MMAPIO_OK : mmapio_posix_fail(error, code, CALL_POSIX_FADVISE);
}

mmapio_status mmapio_os_file_evict(intptr_t file, uint64_t offset, uint64_t length, mmapio_error *error)
{
    uint32_t outcome = MMAPIO_ADVICE_IGNORED;
    mmapio_status status = write_back(file, offset, length, error);

    return status == MMAPIO_OK ? fadvise(file, offset, length, POSIX_FADV_DONTNEED, &outcome, error) : status;
}

/* Before 6.3 the kernel accepts NOREUSE, and does nothing. Nothing but its version tells. */
bool mmapio_linux_has_noreuse(void)
{
    struct utsname name;
    unsigned major = 0;
    unsigned minor = 0;

    return uname(&name) == 0 && sscanf(name.release, "%u.%u", &major, &minor) == 2 &&
           (major > 6 || (major == 6 && minor >= 3));
}

static int native_advice(uint32_t advice)
{
    switch (advice) {
    case MMAPIO_FADV_NORMAL:
        return POSIX_FADV_NORMAL;
    case MMAPIO_FADV_RANDOM:
        return POSIX_FADV_RANDOM;
    case MMAPIO_FADV_SEQUENTIAL:
        return POSIX_FADV_SEQUENTIAL;
    case MMAPIO_FADV_WILLNEED:
        return POSIX_FADV_WILLNEED;
    case MMAPIO_FADV_DONTNEED:
        return POSIX_FADV_DONTNEED;
    case MMAPIO_FADV_NOREUSE:
        return POSIX_FADV_NOREUSE;
    default:
        return -1;
    }
}

mmapio_status mmapio_os_file_advise(intptr_t file, uint64_t offset, uint64_t length, uint32_t advice, uint32_t *outcome,
                                    mmapio_error *error)
{
    /* Files in memory have no device to read from or to drop pages to: every advice is accepted, and does nothing. */
    if ((mmapio_linux_ground(file) & GROUND_NO_DEVICE) != 0 ||
        (advice == MMAPIO_FADV_NOREUSE && !mmapio_linux_has_noreuse())) {
        return MMAPIO_OK;
    }
    return fadvise(file, offset, length, native_advice(advice), outcome, error);
}

mmapio_status mmapio_os_file_prefetch(intptr_t file, uint64_t offset, uint64_t length, uint32_t *outcome,
                                      mmapio_error *error)
{
    for (uint64_t done = 0; done < length; done += PIECE) {
        uint64_t piece = length - done < PIECE ? length - done : PIECE;
        mmapio_status status;
        *outcome = MMAPIO_ADVICE_IGNORED;
        status = mmapio_os_file_advise(file, offset + done, piece, MMAPIO_FADV_WILLNEED, outcome, error);
        if (status != MMAPIO_OK || *outcome == MMAPIO_ADVICE_IGNORED) {
            return status;
        }
    }
    return MMAPIO_OK;
}
