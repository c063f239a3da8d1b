/* protection.c - what may be done with pages, and how they were before a view that comes back has gone. */
#include "../range.h"
#include "win32.h"

#include <stdlib.h>
#include <string.h>

DWORD mmapio_win32_protection(const mmapio_map *map, uint32_t protection)
{
    bool copies = map->file != MMAPIO_NO_FILE && (map->flags & MMAPIO_MAP_PRIVATE) != 0;
    bool executes = (protection & MMAPIO_PROT_EXEC) != 0;

    if ((protection & MMAPIO_PROT_WRITE) != 0) {
        if (copies) {
            return executes ? PAGE_EXECUTE_WRITECOPY : PAGE_WRITECOPY;
        }
        return executes ? PAGE_EXECUTE_READWRITE : PAGE_READWRITE;
    }
    /* Sections know no execution without reading, and neither do most processors. */
    if (executes) {
        return PAGE_EXECUTE_READ;
    }
    return (protection & MMAPIO_PROT_READ) != 0 ? PAGE_READONLY : PAGE_NOACCESS;
}

DWORD mmapio_win32_view_access(DWORD pages)
{
    switch (pages) {
    case PAGE_READWRITE:
        return FILE_MAP_WRITE;
    case PAGE_EXECUTE_READWRITE:
        return FILE_MAP_WRITE | FILE_MAP_EXECUTE;
    case PAGE_WRITECOPY:
        return FILE_MAP_COPY;
    case PAGE_EXECUTE_WRITECOPY:
        return FILE_MAP_COPY | FILE_MAP_EXECUTE;
    case PAGE_EXECUTE_READ:
        return FILE_MAP_READ | FILE_MAP_EXECUTE;
    default:
        return FILE_MAP_READ;
    }
}

page_range mmapio_win32_first_view(const mmapio_map *map, const page_range *range)
{
    page_range first = *range;
    uint64_t middle = map->base_length / 2;

    if (map->mirrored && range->map_offset < middle && range->length > middle - range->map_offset) {
        first.length = middle - range->map_offset;
    }
    return first;
}

static DWORD protect(const page_range *range, DWORD pages)
{
    DWORD before;

    return VirtualProtect(range->address, (SIZE_T)range->length, pages, &before) ? ERROR_SUCCESS : GetLastError();
}

mmapio_status mmapio_os_protect(mmapio_map *map, const page_range *range, uint32_t protection, mmapio_error *error)
{
    DWORD pages = mmapio_win32_protection(map, protection);
    page_range first = mmapio_win32_first_view(map, range);
    page_range second = {first.address + first.length, range->length - first.length, 0};
    DWORD code = protect(&first, pages);

    if (code == ERROR_SUCCESS && second.length != 0) {
        code = protect(&second, pages);
    }
    /* The arguments are in order, so what is invalid is the wish: more than the view was mapped with. */
    if (code == ERROR_INVALID_PARAMETER) {
        return mmapio_win32_fail_as(error, MMAPIO_ACCESS_DENIED, code, CALL_VIRTUAL_PROTECT);
    }
    return code == ERROR_SUCCESS ? MMAPIO_OK : mmapio_win32_fail(error, code, CALL_VIRTUAL_PROTECT);
}

/* ---- pages as they are ----------------------------------------------------------------------------------------- */

static uint64_t page_count(const mmapio_map *map)
{
    return map->base_length / mmapio_win32_system()->page_size;
}

/* PAGE_* of every page; 0 for what is not committed. */
static void note_protections(const mmapio_map *map, DWORD *pages)
{
    uint64_t page_size = mmapio_win32_system()->page_size;
    MEMORY_BASIC_INFORMATION region;

    for (uint64_t i = 0; i < page_count(map);) {
        uint64_t end = i + 1;
        if (VirtualQuery(map->base + i * page_size, &region, sizeof region) != 0) {
            end = (uint64_t)((unsigned char *)region.BaseAddress + region.RegionSize - map->base) / page_size;
        }
        for (; i < end && i < page_count(map); i++) {
            pages[i] = region.Protect;
        }
    }
}

bool mmapio_win32_keep(const mmapio_map *map, struct win32_kept *kept)
{
    page_range all = {map->base, map->base_length, 0};

    kept->count = page_count(map);
    kept->locked = mmapio_win32_locked_pages(&all);
    kept->pages = calloc((size_t)kept->count, sizeof *kept->pages);
    if (kept->locked == NULL || kept->pages == NULL) {
        mmapio_win32_forget(kept);
        return false;
    }
    note_protections(map, kept->pages);
    return true;
}

void mmapio_win32_forget(struct win32_kept *kept)
{
    free(kept->locked);
    free(kept->pages);
    kept->locked = NULL;
    kept->pages = NULL;
}

/* How many pages from first on are alike. */
static uint64_t alike(const struct win32_kept *kept, uint64_t first)
{
    uint64_t end = first + 1;

    while (end < kept->count && kept->pages[end] == kept->pages[first] && kept->locked[end] == kept->locked[first]) {
        end++;
    }
    return end - first;
}

void mmapio_win32_put_back(const mmapio_map *map, const struct win32_kept *kept)
{
    uint64_t page_size = mmapio_win32_system()->page_size;

    for (uint64_t i = 0, run; i < kept->count; i += run) {
        page_range range = {map->base + i * page_size, 0, i * page_size};
        run = alike(kept, i);
        range.length = run * page_size;
        if (kept->locked[i] != 0) {
            mmapio_win32_locks_enter();
            (void)mmapio_win32_lock(range.address, (SIZE_T)range.length);
            mmapio_win32_locks_leave();
        }
        if (kept->pages[i] != 0) {
            (void)protect(&range, kept->pages[i]);
        }
    }
}

/* What is beside the range on its page is in use, and keeps being readable meanwhile. */
mmapio_status mmapio_os_clear(mmapio_map *map, uint64_t offset, uint64_t length, mmapio_error *error)
{
    uint64_t page_size = mmapio_win32_system()->page_size;
    unsigned char *at = map->base + map->lead + offset;
    unsigned char *page = at - (uintptr_t)at % page_size;
    DWORD before;

    if (!VirtualProtect(page, (SIZE_T)page_size, PAGE_READWRITE, &before)) {
        return mmapio_win32_fail(error, GetLastError(), CALL_VIRTUAL_PROTECT);
    }
    memset(at, 0, (size_t)length);
    if (before != PAGE_READWRITE && !VirtualProtect(page, (SIZE_T)page_size, before, &before)) {
        return mmapio_win32_fail(error, GetLastError(), CALL_VIRTUAL_PROTECT);
    }
    return MMAPIO_OK;
}
