/* resize.c - a view of another length is another view. */
#include "../range.h"
#include "win32.h"

#include <string.h>

mmapio_status mmapio_os_file_set_length(intptr_t file, uint64_t length, mmapio_error *error)
{
    FILE_END_OF_FILE_INFO info;

    info.EndOfFile.QuadPart = (LONGLONG)length;
    if (!SetFileInformationByHandle((HANDLE)file, FileEndOfFileInfo, &info, sizeof info)) {
        return mmapio_win32_fail(error, GetLastError(), CALL_SET_FILE_INFORMATION);
    }
    return MMAPIO_OK;
}

mmapio_status mmapio_os_file_allocate(intptr_t file, uint64_t offset, uint64_t length, mmapio_error *error)
{
    FILE_ALLOCATION_INFO info;
    uint64_t file_length = 0;
    mmapio_status status = mmapio_os_file_length(file, &file_length, error);

    if (status != MMAPIO_OK || offset + length <= file_length) {
        /* Setting a smaller allocation would cut the file off. */
        return status;
    }
    info.AllocationSize.QuadPart = (LONGLONG)(offset + length);
    if (!SetFileInformationByHandle((HANDLE)file, FileAllocationInfo, &info, sizeof info)) {
        return mmapio_win32_fail(error, GetLastError(), CALL_SET_FILE_INFORMATION);
    }
    return MMAPIO_OK;
}

static uint64_t pages_for(const mmapio_map *map, uint64_t length)
{
    return round_up(map->lead + length, map->page_size);
}

/* The new view is made before the old one goes, so that a failure leaves things as they were. */
static mmapio_status map_anew(mmapio_map *map, uint64_t length, mmapio_error *error)
{
    mmapio_map fresh = *map;
    mmapio_status status;

    fresh.base = NULL;
    fresh.length = length;
    fresh.base_length = length == 0 ? 0 : pages_for(map, length);
    status = length == 0 ? MMAPIO_OK : mmapio_os_map(&fresh, error);
    if (status != MMAPIO_OK) {
        return status;
    }
    if (map->file == MMAPIO_NO_FILE && map->base != NULL && length != 0) {
        uint64_t kept = map->base_length < fresh.base_length ? map->base_length : fresh.base_length;
        (void)memcpy(fresh.base, map->base, (size_t)kept);
    }
    if (map->base != NULL) {
        status = mmapio_os_unmap(map, error);
        if (status != MMAPIO_OK) {
            if (fresh.base != NULL) {
                (void)mmapio_os_unmap(&fresh, NULL);
            }
            return status;
        }
    }
    fresh.renewed = true;
    *map = fresh;
    return MMAPIO_OK;
}

/* Within its reserve, memory of no file is made longer by committing more of it, and shorter by giving that back. */
static mmapio_status commit(mmapio_map *map, uint64_t length, mmapio_error *error)
{
    uint64_t needed = pages_for(map, length);
    DWORD pages = mmapio_win32_protection(map, map->protection);

    if (needed > map->base_length) {
        if (VirtualAlloc(map->base + map->base_length, (SIZE_T)(needed - map->base_length), MEM_COMMIT, pages) ==
            NULL) {
            return mmapio_win32_fail(error, GetLastError(), CALL_VIRTUAL_ALLOC);
        }
        map->base_length = needed;
    }
    if (needed < map->base_length) {
        if (!VirtualFree(map->base + needed, (SIZE_T)(map->base_length - needed), MEM_DECOMMIT)) {
            return mmapio_win32_fail(error, GetLastError(), CALL_VIRTUAL_FREE);
        }
        map->base_length = needed;
    }
    map->length = length;
    return MMAPIO_OK;
}

mmapio_status mmapio_os_remap(mmapio_map *map, uint64_t length, bool may_move, mmapio_error *error)
{
    bool is_private = (map->flags & MMAPIO_MAP_PRIVATE) != 0;
    bool written = map->file != MMAPIO_NO_FILE && is_private && (map->protection & MMAPIO_PROT_WRITE) != 0;

    if (map->base != NULL && length != 0 && pages_for(map, length) == map->base_length) {
        map->length = length;
        return MMAPIO_OK;
    }
    if (map->base != NULL && map->file == MMAPIO_NO_FILE && map->reserve != 0 && length != 0 &&
        pages_for(map, length) <= mmapio_os_reserve(map)) {
        return commit(map, length, error);
    }
    if (map->base != NULL && (!may_move || written)) {
        return mmapio_fail(error, MMAPIO_UNSUPPORTED);
    }
    return map_anew(map, length, error);
}

/* A file cannot be cut off while it is mapped anywhere, by us or by others: the view goes first, and comes back. */
mmapio_status mmapio_os_shrink_file(mmapio_map *map, uint64_t length, mmapio_error *error)
{
    mmapio_map fresh = *map;
    mmapio_status status = map->base == NULL ? MMAPIO_OK : mmapio_os_unmap(map, error);
    mmapio_status back;

    if (status != MMAPIO_OK) {
        return status;
    }
    status = mmapio_os_file_set_length(map->file, map->base_offset + map->lead + length, error);
    if (status == MMAPIO_OK) {
        fresh.length = length;
        fresh.base_length = length == 0 ? 0 : pages_for(map, length);
    }
    fresh.base = NULL;
    back = fresh.length == 0 ? MMAPIO_OK : mmapio_os_map(&fresh, status == MMAPIO_OK ? error : NULL);
    if (back != MMAPIO_OK) {
        map->base = NULL;
        map->base_length = 0;
        map->length = 0;
        return back;
    }
    fresh.renewed = true;
    *map = fresh;
    return status;
}
