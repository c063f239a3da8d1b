/* map.c - views of files, memory of no file, and their protection.
 *
 * A map of a file is a view of a section; memory of no file comes from VirtualAlloc and not from a section of the
 * paging file, since MEM_RESET, DiscardVirtualMemory and placeholders that are split and joined work on private memory
 * only. Whether there is a file therefore tells which of the two a map is. */
#include "win32.h"

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

/* The FILE_MAP_* that gives a view pages of this PAGE_*. */
static DWORD view_access(DWORD pages)
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

static mmapio_status map_view(mmapio_map *map, mmapio_error *error)
{
    /* A view without access could never be given any; one that can be read is closed below. */
    bool closed = map->protection == MMAPIO_PROT_NONE;
    DWORD pages = mmapio_win32_protection(map, closed ? MMAPIO_PROT_READ : map->protection);
    uint64_t length = map->lead + map->length;
    /* To the byte and not to the page: a file open for writing grows to the size of its section. It stays grown if
     * the view then fails, for cutting it back could take what somebody else has appended. */
    ULARGE_INTEGER end = {.QuadPart = map->base_offset + length};
    ULARGE_INTEGER start = {.QuadPart = map->base_offset};
    HANDLE section = CreateFileMappingW((HANDLE)map->file, NULL, pages, end.HighPart, end.LowPart, NULL);
    DWORD code;
    DWORD before;

    if (section == NULL) {
        return section_failed(map, end.QuadPart, GetLastError(), error);
    }
    map->base = MapViewOfFile(section, view_access(pages), start.HighPart, start.LowPart, (SIZE_T)length);
    code = map->base == NULL ? GetLastError() : ERROR_SUCCESS;
    /* The view keeps the section alive. */
    (void)CloseHandle(section);
    if (map->base == NULL) {
        return mmapio_win32_fail(error, code, CALL_MAP_VIEW_OF_FILE);
    }
    if (closed && !VirtualProtect(map->base, (SIZE_T)map->base_length, PAGE_NOACCESS, &before)) {
        code = GetLastError();
        (void)UnmapViewOfFile(map->base);
        map->base = NULL;
        return mmapio_win32_fail(error, code, CALL_VIRTUAL_PROTECT);
    }
    return MMAPIO_OK;
}

static mmapio_status allocate(mmapio_map *map, mmapio_error *error)
{
    map->base = VirtualAlloc(NULL, (SIZE_T)map->base_length, MEM_RESERVE | MEM_COMMIT,
                             mmapio_win32_protection(map, map->protection));
    if (map->base == NULL) {
        return mmapio_win32_fail(error, GetLastError(), CALL_VIRTUAL_ALLOC);
    }
    return MMAPIO_OK;
}

mmapio_status mmapio_os_map(mmapio_map *map, mmapio_error *error)
{
    mmapio_status status;

    /* Large pages hold memory of no file only, lock all of it, and take a privilege that hardly any account has
     * (SeLockMemoryPrivilege): a request for them is refused, never quietly served with small ones. */
    if ((map->flags & MMAPIO_MAP_HUGETLB) != 0) {
        return mmapio_fail(error, MMAPIO_UNSUPPORTED);
    }
    /* Asked here, since CreateFileMapping would grow the file before MapViewOfFile finds out. */
    if (map->base_length > mmapio_win32_system()->address_space) {
        return mmapio_fail(error, MMAPIO_OUT_OF_MEMORY);
    }
    status = map->file == MMAPIO_NO_FILE ? allocate(map, error) : map_view(map, error);
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
        if (!VirtualFree(map->base, 0, MEM_RELEASE)) {
            return mmapio_win32_fail(error, GetLastError(), CALL_VIRTUAL_FREE);
        }
    } else if (!UnmapViewOfFile(map->base)) {
        return mmapio_win32_fail(error, GetLastError(), CALL_UNMAP_VIEW_OF_FILE);
    }
    map->base = NULL;
    return MMAPIO_OK;
}

mmapio_status mmapio_os_protect(mmapio_map *map, const page_range *range, uint32_t protection, mmapio_error *error)
{
    DWORD before;
    DWORD code;

    if (VirtualProtect(range->address, (SIZE_T)range->length, mmapio_win32_protection(map, protection), &before)) {
        return MMAPIO_OK;
    }
    code = GetLastError();
    /* The arguments are in order, so what is invalid is the wish: more than the view was mapped with. */
    if (code == ERROR_INVALID_PARAMETER) {
        return mmapio_win32_fail_as(error, MMAPIO_ACCESS_DENIED, code, CALL_VIRTUAL_PROTECT);
    }
    return mmapio_win32_fail(error, code, CALL_VIRTUAL_PROTECT);
}
