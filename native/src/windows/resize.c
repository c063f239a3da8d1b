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

/* A section that is longer than its file makes it longer, and none makes it shorter; while there is one, nothing else can
 * make the file shorter, either.
 * https://learn.microsoft.com/windows/win32/api/memoryapi/nf-memoryapi-createfilemappingw
 * https://learn.microsoft.com/windows/win32/api/fileapi/nf-fileapi-setendoffile */
static HANDLE section_to(intptr_t file, uint64_t end)
{
    ULARGE_INTEGER size = {.QuadPart = end};

    return CreateFileMappingW((HANDLE)file, NULL, PAGE_READWRITE, size.HighPart, size.LowPart, NULL);
}

/* A handle that may not read makes no section: there the length is set, with what others may append in between lost. */
mmapio_status mmapio_os_file_lengthen(intptr_t file, uint64_t end, mmapio_error *error)
{
    uint64_t found = 0;
    mmapio_status status = mmapio_os_file_length(file, &found, error);
    HANDLE section;
    DWORD code;

    if (status != MMAPIO_OK || found >= end) {
        return status;
    }
    section = section_to(file, end);
    code = GetLastError();
    if (section != NULL) {
        (void)CloseHandle(section);
        return MMAPIO_OK;
    }
    return code == ERROR_ACCESS_DENIED ? mmapio_os_file_set_length(file, end, error)
                                       : mmapio_win32_fail(error, code, CALL_CREATE_FILE_MAPPING);
}

/* By making the file longer: what is neither sparse nor compressed has all its blocks, and such as are cannot have them.
 * FileAllocationInfo would set blocks aside without that, and cut off what others have appended beyond them meanwhile.
 * https://learn.microsoft.com/windows-hardware/drivers/ddi/ntifs/ns-ntifs-_file_allocation_information */
mmapio_status mmapio_os_file_allocate(intptr_t file, uint64_t offset, uint64_t length, mmapio_error *error)
{
    const DWORD holes = FILE_ATTRIBUTE_SPARSE_FILE | FILE_ATTRIBUTE_COMPRESSED;

    if ((mmapio_win32_attributes((HANDLE)file) & holes) != 0) {
        return mmapio_fail(error, MMAPIO_UNSUPPORTED);
    }
    return mmapio_os_file_lengthen(file, offset + length, error);
}

/* The file is as long as its blocks by then. */
void mmapio_os_file_give_back(intptr_t file, uint64_t length)
{
    (void)file;
    (void)length;
}

static uint64_t pages_for(const mmapio_map *map, uint64_t length)
{
    return length == 0 ? 0 : round_up(map->lead + length, map->page_size);
}

static bool protect_all(const mmapio_map *map, uint64_t length, DWORD pages)
{
    DWORD before;

    return VirtualProtect(map->base, (SIZE_T)length, pages, &before);
}

/* Whatever the protections: of the new memory, which has its last one already, and of parts of the old, which goes.
 * Large pages have one protection for good. */
static mmapio_status copy(const mmapio_map *from, const mmapio_map *to, mmapio_error *error)
{
    uint64_t length = from->base_length < to->base_length ? from->base_length : to->base_length;
    DWORD pages = mmapio_win32_protection(to, to->protection);
    bool opens = pages != PAGE_READWRITE;

    if ((opens && !protect_all(to, to->base_length, PAGE_READWRITE)) ||
        ((opens || from->changed) && !protect_all(from, length, PAGE_READWRITE))) {
        return mmapio_win32_fail(error, GetLastError(), CALL_VIRTUAL_PROTECT);
    }
    (void)memcpy(to->base, from->base, (size_t)length);
    if (opens && !protect_all(to, to->base_length, pages)) {
        return mmapio_win32_fail(error, GetLastError(), CALL_VIRTUAL_PROTECT);
    }
    return MMAPIO_OK;
}

/* A view that the file is too short for makes it longer: what is left behind its end goes first. */
static void prepare_file(const mmapio_map *map, uint64_t length)
{
    bool grows = (map->flags & MMAPIO_MAP_SHARED) != 0 && (map->protection & MMAPIO_PROT_WRITE) != 0;
    uint64_t found = 0;

    if (grows && map->file != MMAPIO_NO_FILE && !map->is_memory &&
        mmapio_os_file_length(map->file, &found, NULL) == MMAPIO_OK && found < map->base_offset + map->lead + length) {
        mmapio_clear_torn_tail(map->file, map->page_size, found);
    }
}

/* The new view is made before the old one goes, so that a failure leaves things as they were. */
static mmapio_status map_anew(mmapio_map *map, uint64_t length, mmapio_error *error)
{
    mmapio_map fresh = *map;
    mmapio_status status = MMAPIO_OK;

    fresh.base = NULL;
    fresh.length = length;
    fresh.base_length = pages_for(map, length);
    if (length != 0) {
        prepare_file(map, length);
        status = mmapio_os_map(&fresh, error);
    }
    if (status == MMAPIO_OK && map->file == MMAPIO_NO_FILE && map->base != NULL && length != 0) {
        status = copy(map, &fresh, error);
    }
    if (status == MMAPIO_OK && map->base != NULL) {
        status = mmapio_os_unmap(map, error);
    }
    if (status != MMAPIO_OK) {
        if (fresh.base != NULL) {
            (void)mmapio_os_unmap(&fresh, NULL);
        }
        return status;
    }
    fresh.renewed = true;
    fresh.changed = false;
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

static bool commits(const mmapio_map *map, uint64_t length)
{
    return map->base != NULL && map->file == MMAPIO_NO_FILE && map->reserve != 0 && length != 0 &&
           pages_for(map, length) <= mmapio_os_reserve(map);
}

static bool fits(const mmapio_map *map, uint64_t length)
{
    return map->base != NULL && length != 0 && pages_for(map, length) == map->base_length;
}

mmapio_status mmapio_os_remap_check(const mmapio_map *map, uint64_t length, bool may_move, mmapio_error *error)
{
    bool is_private = (map->flags & MMAPIO_MAP_PRIVATE) != 0;
    bool written = map->file != MMAPIO_NO_FILE && is_private && (map->protection & MMAPIO_PROT_WRITE) != 0;

    if (fits(map, length) || commits(map, length)) {
        return MMAPIO_OK;
    }
    /* What is mapped anew needs something to be mapped. */
    return (map->base != NULL && (!may_move || written)) || (map->file == MMAPIO_CLOSED_FILE && length != 0)
               ? mmapio_fail(error, MMAPIO_UNSUPPORTED)
               : MMAPIO_OK;
}

mmapio_status mmapio_os_remap(mmapio_map *map, uint64_t length, bool may_move, mmapio_error *error)
{
    mmapio_status status = mmapio_os_remap_check(map, length, may_move, error);

    if (status != MMAPIO_OK) {
        return status;
    }
    if (fits(map, length)) {
        map->length = length;
        return MMAPIO_OK;
    }
    return commits(map, length) ? commit(map, length, error) : map_anew(map, length, error);
}

/* A file cannot be cut off while it is mapped anywhere, by us or by others, and only trying tells: the view goes first,
 * and comes back, where it was if nobody has taken the place in between. After a failure its pages are as they were. */
mmapio_status mmapio_os_shrink_file(mmapio_map *map, uint64_t length, mmapio_error *error)
{
    mmapio_map fresh = *map;
    struct win32_kept kept;
    mmapio_status status;
    mmapio_status back;

    if (!mmapio_win32_keep(map, &kept)) {
        return mmapio_fail_os(error, MMAPIO_OUT_OF_MEMORY, MMAPIO_OS_NONE, 0, CALL_MALLOC);
    }
    status = mmapio_os_unmap(map, error);
    if (status != MMAPIO_OK) {
        mmapio_win32_forget(&kept);
        return status;
    }
    status = mmapio_os_file_set_length(map->file, map->base_offset + map->lead + length, error);
    if (status == MMAPIO_OK) {
        fresh.length = length;
        fresh.base_length = pages_for(map, length);
        fresh.renewed = true;
        fresh.changed = false;
    }
    fresh.base = length == 0 && status == MMAPIO_OK ? NULL : fresh.base;
    back = fresh.length == 0 ? MMAPIO_OK : mmapio_os_map(&fresh, status == MMAPIO_OK ? error : NULL);
    if (back != MMAPIO_OK) {
        /* Nothing is left to be as it was. */
        fresh.base = NULL;
        fresh.base_length = 0;
        fresh.length = 0;
    } else if (status != MMAPIO_OK) {
        mmapio_win32_put_back(&fresh, &kept);
    }
    mmapio_win32_forget(&kept);
    *map = fresh;
    return status == MMAPIO_OK ? back : status;
}
