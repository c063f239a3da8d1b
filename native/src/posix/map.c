/* map.c - mmap(2) and its kin. */
#include "posix.h"

#include "../range.h"

#include <errno.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <unistd.h>

/* Part of every call on a range, and constant: asked for once. */
uint32_t mmapio_os_page_size(void)
{
    static _Atomic(uint32_t) known;
    uint32_t size = atomic_load_explicit(&known, memory_order_relaxed);

    if (size == 0) {
        size = (uint32_t)sysconf(_SC_PAGESIZE);
        atomic_store_explicit(&known, size, memory_order_relaxed);
    }
    return size;
}

uint32_t mmapio_os_allocation_granularity(void)
{
    return mmapio_os_page_size();
}

int mmapio_posix_protection(uint32_t protection)
{
    int native = PROT_NONE;

    native |= (protection & MMAPIO_PROT_READ) != 0 ? PROT_READ : 0;
    native |= (protection & MMAPIO_PROT_WRITE) != 0 ? PROT_WRITE : 0;
    native |= (protection & MMAPIO_PROT_EXEC) != 0 ? PROT_EXEC : 0;
    return native;
}

/* EINVAL is what Linux says to huge pages of an ordinary file, and macOS to what has no length, such as a pipe or a
 * directory, where Linux says ENODEV. Devices have no length either, but they map. */
static mmapio_status map_failure(const mmapio_map *map, int code, mmapio_error *error)
{
    bool has_file = map->file != MMAPIO_NO_FILE;
    bool huge = (map->flags & MMAPIO_MAP_HUGETLB) != 0;
    uint64_t length;

    if (code == EINVAL && has_file && (huge || mmapio_os_file_length(map->file, &length, NULL) == MMAPIO_UNSUPPORTED)) {
        return mmapio_fail_os(error, MMAPIO_UNSUPPORTED, MMAPIO_OS_ERRNO, code, CALL_MMAP);
    }
    return mmapio_posix_fail(error, code, CALL_MMAP);
}

mmapio_status mmapio_os_map(mmapio_map *map, mmapio_error *error)
{
    /* The reserve lies beyond the end of the file, where mmap(2) allows mappings to reach: its pages come to life as
     * the file grows, with no further call. Reading in, and charging swap for, what is not there yet makes no sense. */
    uint64_t length = map->reserve > map->base_length ? map->reserve : map->base_length;
    uint32_t wanted =
        map->reserve == 0 ? map->flags : (map->flags & ~(uint32_t)MMAPIO_MAP_POPULATE) | MMAPIO_MAP_NORESERVE;
    int flags = mmapio_posix_map_flags(wanted);
    void *base;

    if (flags == -1) {
        return mmapio_fail(error, MMAPIO_UNSUPPORTED);
    }
    if ((map->flags & MMAPIO_MAP_HUGETLB) != 0) {
        /* mmap rounds up to whole huge pages by itself; munmap insists on being told so. */
        length = round_up(length, mmapio_posix_huge_page_size(map->file));
    }
    if (map->file == MMAPIO_NO_FILE) {
        flags |= MAP_ANONYMOUS;
    }
    base = mmap(NULL, (size_t)length, mmapio_posix_protection(map->protection), flags, (int)map->file,
                (off_t)map->base_offset);
    if (base == MAP_FAILED) {
        return map_failure(map, errno, error);
    }
    map->base = base;
    map->base_length = length;
    return MMAPIO_OK;
}

mmapio_status mmapio_os_unmap(mmapio_map *map, mmapio_error *error)
{
    if (munmap(map->base, (size_t)map->base_length) != 0) {
        return mmapio_posix_fail(error, errno, CALL_MUNMAP);
    }
    map->base = NULL;
    return MMAPIO_OK;
}

mmapio_status mmapio_os_protect(mmapio_map *map, const page_range *range, uint32_t protection, mmapio_error *error)
{
    (void)map;
    if (mprotect(range->address, (size_t)range->length, mmapio_posix_protection(protection)) != 0) {
        return mmapio_posix_fail(error, errno, CALL_MPROTECT);
    }
    return MMAPIO_OK;
}

mmapio_status mmapio_os_unlock(mmapio_map *map, const page_range *range, mmapio_error *error)
{
    (void)map;
    if (munlock(range->address, (size_t)range->length) != 0) {
        return mmapio_posix_fail(error, errno, CALL_MUNLOCK);
    }
    return MMAPIO_OK;
}

/* Does the mapping do as it is? One without a reserve is kept no longer than its length. */
static bool fits(const mmapio_map *map, uint64_t base_length)
{
    return map->base != NULL &&
           (base_length == map->base_length || (map->reserve != 0 && base_length <= map->base_length));
}

mmapio_status mmapio_os_remap(mmapio_map *map, uint64_t length, bool may_move, mmapio_error *error)
{
    uint64_t base_length = round_up(map->lead + length, mmapio_os_page_size());
    mmapio_status status = MMAPIO_OK;

    if (length == 0) {
        status = map->base == NULL ? MMAPIO_OK : mmapio_os_unmap(map, error);
        map->base_length = status == MMAPIO_OK ? 0 : map->base_length;
    } else if (map->base == NULL) {
        map->base_length = base_length;
        status = mmapio_os_map(map, error);
        map->base_length = status == MMAPIO_OK ? map->base_length : 0;
    } else if (!fits(map, base_length)) {
        status = map->zero_fill != 0 ? mmapio_fail(error, MMAPIO_UNSUPPORTED)
                                     : mmapio_posix_remap(map, base_length, may_move, error);
    }
    if (status == MMAPIO_OK) {
        map->length = length;
    }
    return status;
}

/* The file first: it may refuse, and the mapping will not. Nobody uses the pages that it loses. */
mmapio_status mmapio_os_shrink_file(mmapio_map *map, uint64_t length, mmapio_error *error)
{
    mmapio_status status = mmapio_os_file_set_length(map->file, map->base_offset + map->lead + length, error);

    return status == MMAPIO_OK ? mmapio_os_remap(map, length, false, error) : status;
}
