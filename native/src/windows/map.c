/* map.c - views of files, memory of no file, and their protection.
 *
 * A map of a file is a view of a section; memory of no file comes from VirtualAlloc and not from a section of the
 * paging file, since MEM_RESET, DiscardVirtualMemory and placeholders that are split and joined work on private memory
 * only. Whether there is a file therefore tells which of the two a map is. */
#include "../range.h"
#include "win32.h"

/* Says what CreateFileMapping means. It reports a section longer than a file that it may not grow as want of memory
 * (STATUS_SECTION_TOO_BIG becomes ERROR_NOT_ENOUGH_MEMORY), and what cannot be mapped at all in a number of ways. */
static mmapio_status section_failed(const mmapio_map *map, uint64_t end, DWORD code, mmapio_error *error)
{
    bool grows = (map->flags & MMAPIO_MAP_SHARED) != 0 && (map->protection & MMAPIO_PROT_WRITE) != 0;
    uint64_t file_length = 0;
    mmapio_error ignored;
    mmapio_status status = mmapio_os_file_length(map->file, &file_length, &ignored);

    if (status == MMAPIO_OK) {
        bool too_long = !grows && file_length < end && (code == ERROR_NOT_ENOUGH_MEMORY || code == ERROR_FILE_INVALID);
        status = too_long ? MMAPIO_OUT_OF_RANGE : mmapio_win32_status(code);
    } else if (status != MMAPIO_UNSUPPORTED) {
        status = mmapio_win32_status(code);
    }
    return mmapio_win32_fail_as(error, status, code, CALL_CREATE_FILE_MAPPING);
}

static struct win32_layout layout_of(const mmapio_map *map, HANDLE section, DWORD pages)
{
    struct win32_layout layout = {0};

    layout.section = section;
    layout.offset = map->base_offset;
    layout.copies = map->mirrored ? 2 : 1;
    layout.length = (SIZE_T)((map->lead + map->length) / layout.copies);
    layout.room = (SIZE_T)(map->base_length / layout.copies);
    layout.guard = (SIZE_T)map->guard;
    layout.pages = pages;
    return layout;
}

/* At an address, if that is free. */
static void *map_at(void *wanted, HANDLE section, DWORD access, ULARGE_INTEGER start, SIZE_T length)
{
    void *view = NULL;

    if (wanted != NULL) {
        view = MapViewOfFileEx(section, access, start.HighPart, start.LowPart, length, wanted);
    }
    return view != NULL ? view : MapViewOfFile(section, access, start.HighPart, start.LowPart, length);
}

/* A view where the map was, or wherever there is room for it; or one that has to lie between others. */
static mmapio_status place_view(mmapio_map *map, HANDLE section, DWORD pages, mmapio_error *error)
{
    struct win32_layout layout = layout_of(map, section, pages);
    DWORD access = mmapio_win32_view_access(pages);
    ULARGE_INTEGER start = {.QuadPart = map->base_offset};
    uint32_t call = CALL_MAP_VIEW_OF_FILE;
    DWORD code = ERROR_SUCCESS;

    if (layout.guard != 0 || layout.copies != 1) {
        map->base = mmapio_win32_place_views(&layout, &code, &call);
    } else {
        access |= map->page_size > mmapio_win32_system()->page_size ? WIN32_MAP_LARGE_PAGES : 0;
        map->base = map_at(map->base, section, access, start, layout.length);
        code = map->base == NULL ? GetLastError() : ERROR_SUCCESS;
    }
    return map->base == NULL ? mmapio_win32_fail(error, code, call) : MMAPIO_OK;
}

static mmapio_status map_view(mmapio_map *map, mmapio_error *error)
{
    /* A view without access could never be given any; one that can be read is closed below. */
    bool closed = map->protection == MMAPIO_PROT_NONE;
    DWORD pages = mmapio_win32_protection(map, closed ? MMAPIO_PROT_READ : map->protection);
    /* To the byte and not to the page: a file open for writing grows to the size of its section. It stays grown if
     * the view then fails, for cutting it back could take what somebody else has appended. */
    uint64_t once = map->mirrored ? map->length / 2 : map->length;
    ULARGE_INTEGER end = {.QuadPart = map->base_offset + map->lead + once};
    HANDLE section = map->is_memory
                         ? (HANDLE)map->file
                         : CreateFileMappingW((HANDLE)map->file, NULL, pages, end.HighPart, end.LowPart, NULL);
    mmapio_status status;
    DWORD before;

    if (section == NULL) {
        return section_failed(map, end.QuadPart, GetLastError(), error);
    }
    status = place_view(map, section, pages, error);
    if (!map->is_memory) {
        /* The view keeps the section alive. */
        (void)CloseHandle(section);
    }
    if (status == MMAPIO_OK && closed && !VirtualProtect(map->base, (SIZE_T)map->base_length, PAGE_NOACCESS, &before)) {
        DWORD code = GetLastError();
        (void)mmapio_os_unmap(map, NULL);
        return mmapio_win32_fail(error, code, CALL_VIRTUAL_PROTECT);
    }
    return status;
}

/* The reserve is address space alone, whose pages are committed as the map grows; guards are never committed. */
static mmapio_status allocate(mmapio_map *map, mmapio_error *error)
{
    DWORD pages = mmapio_win32_protection(map, map->protection);
    SIZE_T length = (SIZE_T)(map->reserve > map->base_length ? map->reserve : map->base_length);
    SIZE_T guard = (SIZE_T)map->guard;
    unsigned char *place = VirtualAlloc(NULL, length + 2 * guard, MEM_RESERVE, pages);
    DWORD code;

    if (place == NULL) {
        return mmapio_win32_fail(error, GetLastError(), CALL_VIRTUAL_ALLOC);
    }
    if (VirtualAlloc(place + guard, (SIZE_T)map->base_length, MEM_COMMIT, pages) == NULL) {
        code = GetLastError();
        (void)VirtualFree(place, 0, MEM_RELEASE);
        return mmapio_win32_fail(error, code, CALL_VIRTUAL_ALLOC);
    }
    map->base = place + guard;
    return MMAPIO_OK;
}

/* Large pages are all committed and locked, and take a privilege that hardly any account has and that the process must
 * have enabled (SeLockMemoryPrivilege). */
static mmapio_status allocate_large(mmapio_map *map, mmapio_error *error)
{
    const DWORD kind = MEM_RESERVE | MEM_COMMIT | MEM_LARGE_PAGES;
    uint64_t size = mmapio_win32_large_pages(map);
    uint64_t length;
    DWORD code;

    if (size == 0 || map->reserve != 0) {
        return mmapio_fail(error, MMAPIO_UNSUPPORTED);
    }
    length = round_up(map->base_length, size);
    map->base = VirtualAlloc(NULL, (SIZE_T)length, kind, mmapio_win32_protection(map, map->protection));
    if (map->base == NULL) {
        code = GetLastError();
        return mmapio_win32_fail_as(error, mmapio_win32_large_status(code), code, CALL_VIRTUAL_ALLOC);
    }
    map->base_length = length;
    map->page_size = size;
    map->huge = MMAPIO_HUGE_REQUIRE;
    return MMAPIO_OK;
}

uint64_t mmapio_win32_large_pages(const mmapio_map *map)
{
    uint64_t size = GetLargePageMinimum();
    bool fits = (map->huge_size == 0 || map->huge_size == size) &&
                (map->flags & (MMAPIO_MAP_GUARD_PAGES | MMAPIO_MAP_MIRRORED)) == 0;

    return fits ? size : 0;
}

mmapio_status mmapio_win32_large_status(DWORD code)
{
    switch (code) {
    case ERROR_INVALID_PARAMETER: /* Wine */
        return MMAPIO_UNSUPPORTED;
    case ERROR_NO_SYSTEM_RESOURCES:
        return MMAPIO_LIMIT_REACHED;
    default:
        return mmapio_win32_status(code);
    }
}

static mmapio_status map_memory_or_file(mmapio_map *map, mmapio_error *error)
{
    mmapio_error ignored;
    uint32_t asked = map->huge;
    mmapio_status status;

    if (map->is_memory && map->page_size > mmapio_win32_system()->page_size) {
        /* It was made of large pages. */
        map->base_length = round_up(map->base_length, map->page_size);
        return map_view(map, error);
    }
    if (asked >= MMAPIO_HUGE_PREFER && map->file == MMAPIO_NO_FILE) {
        status = allocate_large(map, asked == MMAPIO_HUGE_REQUIRE ? error : &ignored);
        if (status == MMAPIO_OK || asked == MMAPIO_HUGE_REQUIRE) {
            return status;
        }
    }
    /* Files have none, and there are no transparent ones. A wish is passed over, a demand is refused. */
    if (asked == MMAPIO_HUGE_REQUIRE) {
        return mmapio_fail(error, MMAPIO_UNSUPPORTED);
    }
    map->huge = MMAPIO_HUGE_NONE;
    return map->file == MMAPIO_NO_FILE ? allocate(map, error) : map_view(map, error);
}

mmapio_status mmapio_os_map(mmapio_map *map, mmapio_error *error)
{
    mmapio_status status;

    /* Asked here, since CreateFileMapping would grow the file before MapViewOfFile finds out. */
    if (map->base_length > mmapio_win32_system()->address_space) {
        return mmapio_fail(error, MMAPIO_OUT_OF_MEMORY);
    }
    status = map_memory_or_file(map, error);
    if (status == MMAPIO_OK && (map->flags & (MMAPIO_MAP_POPULATE | MMAPIO_MAP_NONBLOCK)) == MMAPIO_MAP_POPULATE) {
        page_range all = {map->base, map->base_length, 0};
        mmapio_error ignored;
        (void)mmapio_os_populate(map, &all, MMAPIO_PROT_READ, &ignored);
    }
    return status;
}

mmapio_status mmapio_os_unmap(mmapio_map *map, mmapio_error *error)
{
    if (map->file == MMAPIO_NO_FILE) {
        if (!VirtualFree(map->base - map->guard, 0, MEM_RELEASE)) {
            return mmapio_win32_fail(error, GetLastError(), CALL_VIRTUAL_FREE);
        }
    } else {
        struct win32_layout layout = layout_of(map, NULL, 0);
        DWORD code = mmapio_win32_remove_views(map->base, &layout);
        if (code != ERROR_SUCCESS) {
            return mmapio_win32_fail(error, code, CALL_UNMAP_VIEW_OF_FILE);
        }
    }
    map->base = NULL;
    return MMAPIO_OK;
}

uint64_t mmapio_os_reserve(const mmapio_map *map)
{
    bool is_kept = map->file == MMAPIO_NO_FILE && map->reserve > map->base_length;

    return is_kept ? map->reserve : map->base_length;
}
