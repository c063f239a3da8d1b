/* resize.c - mremap(2) and fallocate(2). */
#include "../posix/posix.h"
#include "../range.h"
#include "linux.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>

/* Advice, locks and protections on parts make several mappings of one, in the kernel's books. mremap(2) takes a piece
 * of one of them only, and says EFAULT to more: before it looks at limits and room, so that asking for a page more,
 * which is never to be had where the next mapping begins, tells whether the range is of one piece. */
static bool is_one_piece(unsigned char *start, uint64_t length, uint64_t page)
{
    if (mremap(start, (size_t)length, (size_t)(length + page), 0) == MAP_FAILED) {
        return errno != EFAULT;
    }
    (void)munmap(start + length, (size_t)page);
    return true;
}

/* Where the piece begins that ends at end: an offset from base. */
static uint64_t last_piece(unsigned char *base, uint64_t end, uint64_t page)
{
    uint64_t lowest = 0;
    uint64_t highest = end - page; /* a page is of one piece */

    while (lowest < highest) {
        uint64_t middle = round_down((lowest + highest) / 2, page);
        if (is_one_piece(base + middle, end - middle, page)) {
            highest = middle;
        } else {
            lowest = middle + page;
        }
    }
    return highest;
}

static bool move(unsigned char *from, uint64_t length, uint64_t new_length, unsigned char *to)
{
    return mremap(from, (size_t)length, (size_t)new_length, MREMAP_MAYMOVE | MREMAP_FIXED, to) != MAP_FAILED;
}

/* Takes back the pieces from offset begin on. Others may have mapped something there since. */
static bool move_back(const mmapio_map *map, unsigned char *place, uint64_t begin)
{
    unsigned char *hole = map->base + begin;
    uint64_t end = map->base_length;
    void *kept = mmap(hole, (size_t)(end - begin), PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

    if (kept != hole) {
        if (kept != MAP_FAILED) {
            (void)munmap(kept, (size_t)(end - begin));
        }
        return false;
    }
    while (end > begin) {
        uint64_t start = begin + last_piece(place + begin, end - begin, map->page_size);
        if (!move(place + start, end - start, end - start, map->base + start)) {
            return false;
        }
        end = start;
    }
    return true;
}

/* Moves piece by piece into a stretch of addresses set aside for all of them, the last one, which grows, first: what
 * can fail for a limit fails while all the others are where they were. Each of them keeps its advice and its locks. */
static mmapio_status move_pieces(mmapio_map *map, uint64_t base_length, mmapio_error *error)
{
    uint64_t begin = map->base_length;
    uint64_t grown = base_length - map->base_length;
    unsigned char *place =
        mmap(NULL, (size_t)base_length, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

    if (place == MAP_FAILED) {
        return mmapio_posix_fail(error, errno, CALL_MMAP);
    }
    while (begin > 0) {
        uint64_t start = last_piece(map->base, begin, map->page_size);
        uint64_t more = begin == map->base_length ? grown : 0;
        if (!move(map->base + start, begin - start, begin - start + more, place + start)) {
            int code = errno;
            /* The kernel may have freed the place that this piece was to have: it is no longer ours to give back. */
            (void)munmap(place, (size_t)start);
            if (begin == map->base_length) {
                return mmapio_posix_fail(error, code, CALL_MREMAP);
            }
            (void)munmap(place + map->base_length, (size_t)grown);
            return mmapio_fail_os(error, move_back(map, place, begin) ? mmapio_posix_status(code) : MMAPIO_FAULT,
                                  MMAPIO_OS_ERRNO, code, CALL_MREMAP);
        }
        begin = start;
    }
    map->base = place;
    map->base_length = base_length;
    return MMAPIO_OK;
}

/* The pages of a file are in the file: no need to move them. */
static mmapio_status map_anew(mmapio_map *map, uint64_t base_length, mmapio_error *error)
{
    mmapio_map fresh = *map;
    mmapio_status status;

    fresh.base_length = base_length;
    status = mmapio_os_map(&fresh, error);
    if (status != MMAPIO_OK) {
        return status;
    }
    status = mmapio_os_unmap(map, error);
    if (status != MMAPIO_OK) {
        (void)mmapio_os_unmap(&fresh, NULL);
        return status;
    }
    map->base = fresh.base;
    map->base_length = fresh.base_length;
    map->renewed = true;
    return MMAPIO_OK;
}

static mmapio_status grow_of_pieces(mmapio_map *map, uint64_t base_length, bool may_move, mmapio_error *error)
{
    uint64_t page = map->page_size;
    unsigned char *last = map->base + map->base_length - page;

    /* The last piece alone, where it is. */
    if (mremap(last, (size_t)page, (size_t)(base_length - map->base_length + page), 0) != MAP_FAILED) {
        map->base_length = base_length;
        return MMAPIO_OK;
    }
    if (!may_move) {
        return mmapio_posix_fail(error, errno, CALL_MREMAP);
    }
    return (map->flags & MMAPIO_MAP_SHARED) != 0 ? map_anew(map, base_length, error)
                                                 : move_pieces(map, base_length, error);
}

static mmapio_status grow(mmapio_map *map, uint64_t base_length, bool may_move, mmapio_error *error)
{
    void *base = mremap(map->base, (size_t)map->base_length, (size_t)base_length, may_move ? MREMAP_MAYMOVE : 0);

    if (base != MAP_FAILED) {
        map->base = base;
        map->base_length = base_length;
        return MMAPIO_OK;
    }
    if (errno == EINVAL && map->page_size == mmapio_os_page_size()) {
        /* What no address space has room for: of ordinary pages, nothing else can be invalid. */
        return mmapio_fail_os(error, MMAPIO_OUT_OF_MEMORY, MMAPIO_OS_ERRNO, errno, CALL_MREMAP);
    }
    return errno == EFAULT ? grow_of_pieces(map, base_length, may_move, error)
                           : mmapio_posix_fail(error, errno, CALL_MREMAP);
}

mmapio_status mmapio_posix_remap(mmapio_map *map, uint64_t base_length, bool may_move, mmapio_error *error)
{
    bool shared_memory = map->file == MMAPIO_NO_FILE && (map->flags & MMAPIO_MAP_SHARED) != 0;
    uint64_t before = map->base_length;
    mmapio_status status;

    if (base_length < before) {
        if (munmap(map->base + base_length, (size_t)(before - base_length)) != 0) {
            return mmapio_posix_fail(error, errno, CALL_MUNMAP);
        }
        map->base_length = base_length;
        return MMAPIO_OK;
    }
    if (shared_memory) {
        /* The object behind it keeps its first length: mremap would succeed, and the new pages fault. */
        return mmapio_fail(error, MMAPIO_UNSUPPORTED);
    }
    status = grow(map, base_length, may_move, error);
    /* Only now: a failure changes no protections. */
    if (status == MMAPIO_OK && map->changed && !map->renewed &&
        mprotect(map->base, (size_t)base_length, mmapio_posix_protection(map->protection)) != 0) {
        status = mmapio_posix_fail(error, errno, CALL_MPROTECT);
        (void)munmap(map->base + before, (size_t)(base_length - before));
        map->base_length = before;
    }
    return status;
}

/* Locked pages are refused, and pages of hugetlbfs by kernels before 5.18. */
mmapio_status mmapio_posix_forget(mmapio_map *map, unsigned char *address, uint64_t length, mmapio_error *error)
{
    if (madvise(address, (size_t)length, MADV_DONTNEED) == 0) {
        return MMAPIO_OK;
    }
    (void)munlock(address, (size_t)length);
    if (madvise(address, (size_t)length, MADV_DONTNEED) == 0) {
        return MMAPIO_OK;
    }
    if (mprotect(address, (size_t)length, PROT_READ | PROT_WRITE) != 0) {
        return mmapio_posix_fail(error, errno, CALL_MPROTECT);
    }
    (void)memset(address, 0, (size_t)length);
    if (mprotect(address, (size_t)length, mmapio_posix_protection(map->protection)) != 0) {
        return mmapio_posix_fail(error, errno, CALL_MPROTECT);
    }
    return MMAPIO_OK;
}

/* Not posix_fallocate, which writes zeros where the file system cannot allocate: that takes as long as it takes. */
mmapio_status mmapio_os_file_allocate(intptr_t file, uint64_t offset, uint64_t length, mmapio_error *error)
{
    mmapio_status status = mmapio_linux_check_room(file, length, error);
    int result;

    if (status != MMAPIO_OK) {
        return status;
    }
    UNINTERRUPTED(result, fallocate((int)file, FALLOC_FL_KEEP_SIZE, (off_t)offset, (off_t)length));
    return result == 0 ? MMAPIO_OK : mmapio_posix_fail(error, errno, CALL_FALLOCATE);
}
