/* resize.c - growing by mapping anew, and F_PREALLOCATE. */
#include "../posix/posix.h"
#include "region.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

bool mmapio_posix_can_grow(const mmapio_map *map, bool may_move)
{
    bool is_private = (map->flags & MMAPIO_MAP_PRIVATE) != 0;
    bool written = map->file != MMAPIO_NO_FILE && is_private && (map->protection & MMAPIO_PROT_WRITE) != 0;
    bool shared_memory = map->file == MMAPIO_NO_FILE && !is_private;

    return may_move && !written && !shared_memory;
}

/* Whatever the protections: of the new mapping, which has its last one already, and of parts of the old, which goes. The
 * new one is given its own again, which the system has allowed a moment ago. */
static mmapio_status copy(const mmapio_map *from, const mmapio_map *to, mmapio_error *error)
{
    const int open = PROT_READ | PROT_WRITE;

    if (mprotect(to->base, (size_t)to->base_length, open) != 0 ||
        mprotect(from->base, (size_t)from->base_length, open) != 0) {
        return mmapio_posix_fail(error, errno, CALL_MPROTECT);
    }
    (void)memcpy(to->base, from->base, (size_t)from->base_length);
    if (mprotect(to->base, (size_t)to->base_length, mmapio_posix_protection(to->protection)) != 0) {
        return mmapio_posix_fail(error, errno, CALL_MPROTECT);
    }
    return MMAPIO_OK;
}

/* A part of a mapping can be given back, but nothing can be added to one: growing takes a second mapping. */
mmapio_status mmapio_posix_grow(mmapio_map *map, uint64_t base_length, bool may_move, mmapio_error *error)
{
    mmapio_map fresh = *map;
    mmapio_status status;

    (void)may_move;
    fresh.base_length = base_length;
    fresh.reserve = 0;
    status = mmapio_os_map(&fresh, error);
    if (status != MMAPIO_OK) {
        return status;
    }
    if (map->file == MMAPIO_NO_FILE) {
        status = copy(map, &fresh, error);
    }
    status = status == MMAPIO_OK ? mmapio_os_unmap(map, error) : status;
    if (status != MMAPIO_OK) {
        (void)mmapio_os_unmap(&fresh, NULL);
        return status;
    }
    map->base = fresh.base;
    map->base_length = base_length;
    map->reserve = 0;
    map->renewed = true;
    map->changed = false;
    return MMAPIO_OK;
}

/* MADV_DONTNEED would leave the contents. What was advised there is given again when the map grows. */
mmapio_status mmapio_posix_forget(mmapio_map *map, unsigned char *address, uint64_t length, mmapio_error *error)
{
    const int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED;
    int protection = map->guard != 0 ? PROT_NONE : mmapio_posix_protection(map->protection);

    if (mmap(address, (size_t)length, protection, flags, -1, 0) == MAP_FAILED) {
        return mmapio_posix_fail(error, errno, CALL_MMAP);
    }
    return MMAPIO_OK;
}

/* What is beside the range on its page is in use, and keeps being readable meanwhile. */
mmapio_status mmapio_os_clear(mmapio_map *map, uint64_t offset, uint64_t length, mmapio_error *error)
{
    size_t page_size = mmapio_os_page_size();
    unsigned char *at = map->base + map->lead + offset;
    unsigned char *page = at - (uintptr_t)at % page_size;
    struct region region = {NULL, VM_PROT_NONE, 0};
    int code = region_at(at, &region) == KERN_SUCCESS ? 0 : ENOMEM;
    bool open = (region.protection & VM_PROT_WRITE) != 0;

    if (code == 0 && !open && mprotect(page, page_size, PROT_READ | PROT_WRITE) != 0) {
        code = errno;
    }
    if (code == 0) {
        (void)memset(at, 0, (size_t)length);
        /* VM_PROT_* are the numbers of PROT_*. */
        if (!open && mprotect(page, page_size, region.protection) != 0) {
            code = errno;
        }
    }
    return code == 0 ? MMAPIO_OK : mmapio_posix_fail(error, code, CALL_MPROTECT);
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

/* The file system takes such blocks back by itself when the file is closed for the last time (fcntl(2)). */
void mmapio_os_file_give_back(intptr_t file, uint64_t length)
{
    (void)file;
    (void)length;
}

/* By writing the last byte: ftruncate(2) would cut off what others have made it longer by since. What it could damage is
 * that one byte, if somebody has just written beyond it. A descriptor for appending writes elsewhere, and a shared
 * memory object takes no writing: neither leaves another way. */
mmapio_status mmapio_os_file_lengthen(intptr_t file, uint64_t end, mmapio_error *error)
{
    uint64_t found = 0;
    mmapio_status status = mmapio_os_file_length(file, &found, error);
    int flags = fcntl((int)file, F_GETFL);

    if (status != MMAPIO_OK || found >= end) {
        return status;
    }
    status = mmapio_posix_check_size(end, CALL_PWRITE, error);
    if (status != MMAPIO_OK ||
        (flags >= 0 && (flags & O_APPEND) == 0 && pwrite((int)file, "", 1, (off_t)(end - 1)) == 1)) {
        return status;
    }
    return mmapio_os_file_set_length(file, end, error);
}
