/* resize.c - growing by mapping anew, and F_PREALLOCATE. */
#include "../posix/posix.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

/* A part of a mapping can be given back, but nothing can be added to one: growing takes a second mapping. */
static mmapio_status map_anew(mmapio_map *map, uint64_t base_length, mmapio_error *error)
{
    mmapio_map fresh = *map;
    mmapio_status status;

    fresh.base_length = base_length;
    fresh.reserve = 0;
    status = mmapio_os_map(&fresh, error);
    if (status != MMAPIO_OK) {
        return status;
    }
    if (map->file == MMAPIO_NO_FILE) {
        (void)memcpy(fresh.base, map->base, (size_t)map->base_length);
    }
    status = mmapio_os_unmap(map, error);
    if (status != MMAPIO_OK) {
        (void)mmapio_os_unmap(&fresh, NULL);
        return status;
    }
    map->base = fresh.base;
    map->base_length = base_length;
    map->reserve = 0;
    map->renewed = true;
    return MMAPIO_OK;
}

mmapio_status mmapio_posix_remap(mmapio_map *map, uint64_t base_length, bool may_move, mmapio_error *error)
{
    bool is_private = (map->flags & MMAPIO_MAP_PRIVATE) != 0;
    bool written = map->file != MMAPIO_NO_FILE && is_private && (map->protection & MMAPIO_PROT_WRITE) != 0;
    bool shared_memory = map->file == MMAPIO_NO_FILE && !is_private;

    if (base_length < map->base_length) {
        if (munmap(map->base + base_length, (size_t)(map->base_length - base_length)) != 0) {
            return mmapio_posix_fail(error, errno, CALL_MUNMAP);
        }
        map->base_length = base_length;
        return MMAPIO_OK;
    }
    if (!may_move || written || shared_memory) {
        return mmapio_fail(error, MMAPIO_UNSUPPORTED);
    }
    return map_anew(map, base_length, error);
}

/* MADV_DONTNEED would leave the contents. What was advised there is given again when the map grows. */
mmapio_status mmapio_posix_forget(mmapio_map *map, unsigned char *address, uint64_t length, mmapio_error *error)
{
    const int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED;

    if (mmap(address, (size_t)length, mmapio_posix_protection(map->protection), flags, -1, 0) == MAP_FAILED) {
        return mmapio_posix_fail(error, errno, CALL_MMAP);
    }
    return MMAPIO_OK;
}

/* Allocates behind the last block the file has, contiguously if it can be had and in pieces if not. */
mmapio_status mmapio_os_file_allocate(intptr_t file, uint64_t offset, uint64_t length, mmapio_error *error)
{
    uint64_t file_length = 0;
    mmapio_status status = mmapio_os_file_length(file, &file_length, error);
    fstore_t store = {F_ALLOCATECONTIG, F_PEOFPOSMODE, 0, 0, 0};
    int result;

    if (status != MMAPIO_OK || offset + length <= file_length) {
        return status;
    }
    store.fst_length = (off_t)(offset + length - file_length);
    UNINTERRUPTED(result, fcntl((int)file, F_PREALLOCATE, &store));
    if (result == -1) {
        store.fst_flags = F_ALLOCATEALL;
        UNINTERRUPTED(result, fcntl((int)file, F_PREALLOCATE, &store));
    }
    return result != -1 ? MMAPIO_OK : mmapio_posix_fail(error, errno, CALL_FCNTL);
}
