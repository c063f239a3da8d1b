/* memory.c - memory that processes share: sections of the paging file, with a name in the session's namespace. */
#include "../range.h"
#include "win32.h"

#define PREFIX L"Local\\"

enum { SEALS = MMAPIO_SEAL_SHRINK | MMAPIO_SEAL_GROW };

/* What NtQuerySection says to a handle that is of no section. Anything else, it says of one. */
#define OBJECT_TYPE_MISMATCH ((NTSTATUS)0xC0000024)
#define INVALID_HANDLE ((NTSTATUS)0xC0000008)

typedef struct object_name {
    WCHAR text[sizeof PREFIX / sizeof(WCHAR) + MEMORY_NAME_SIZE];
} object_name;

/* Names are made of ASCII alone: every character of theirs is one here. */
static object_name name_of(const char *name)
{
    object_name result = {PREFIX};
    size_t start = sizeof PREFIX / sizeof(WCHAR) - 1;
    size_t i = 0;

    for (; name[i] != 0; i++) {
        result.text[start + i] = (WCHAR)name[i];
    }
    result.text[start + i] = 0;
    return result;
}

static HANDLE new_section(const mmapio_map *map, uint64_t length, DWORD kind)
{
    bool executes = (map->protection & MMAPIO_PROT_EXEC) != 0;
    DWORD pages = executes ? PAGE_EXECUTE_READWRITE : PAGE_READWRITE;
    ULARGE_INTEGER size = {.QuadPart = length};
    object_name name = name_of(map->name);

    /* Without a descriptor of its own, it is for whom the process's token names: its user, and the system. */
    return CreateFileMappingW(INVALID_HANDLE_VALUE, NULL, pages | kind, size.HighPart, size.LowPart,
                              map->name[0] == 0 ? NULL : name.text);
}

/* Of large pages, where it has to be or may be, and the process may have them. */
static HANDLE new_large_section(mmapio_map *map, uint64_t length, mmapio_error *error)
{
    uint64_t size = mmapio_win32_large_pages(map);
    HANDLE section;
    DWORD code;

    if (size == 0) {
        (void)mmapio_fail(error, MMAPIO_UNSUPPORTED);
        return NULL;
    }
    section = new_section(map, round_up(length, size), SEC_COMMIT | SEC_LARGE_PAGES);
    code = GetLastError();
    if (section == NULL) {
        (void)mmapio_win32_fail_as(error, mmapio_win32_large_status(code), code, CALL_CREATE_FILE_MAPPING);
    } else if (code != ERROR_ALREADY_EXISTS) {
        map->page_size = size;
        map->huge = MMAPIO_HUGE_REQUIRE;
    }
    SetLastError(code);
    return section;
}

static mmapio_status create(mmapio_map *map, uint64_t length, mmapio_error *error)
{
    HANDLE section = NULL;
    DWORD code;

    if (map->huge >= MMAPIO_HUGE_PREFER) {
        mmapio_error found;
        section = new_large_section(map, length, &found);
        if (section == NULL && map->huge == MMAPIO_HUGE_REQUIRE) {
            return mmapio_fail_os(error, found.status, found.os_domain, found.os_code, found.os_call);
        }
    }
    section = section == NULL ? new_section(map, length, SEC_COMMIT) : section;
    code = GetLastError();
    if (section == NULL) {
        /* Something else has the name, such as an event. */
        mmapio_status status = code == ERROR_INVALID_HANDLE ? MMAPIO_EXISTS : mmapio_win32_status(code);
        return mmapio_win32_fail_as(error, status, code, CALL_CREATE_FILE_MAPPING);
    }
    if (code == ERROR_ALREADY_EXISTS && (map->flags & MMAPIO_MAP_OPEN_OR_CREATE) == 0) {
        (void)CloseHandle(section);
        return mmapio_win32_fail(error, code, CALL_CREATE_FILE_MAPPING);
    }
    map->file = (intptr_t)section;
    return MMAPIO_OK;
}

mmapio_status mmapio_os_memory_open(mmapio_map *map, uint64_t length, mmapio_error *error)
{
    DWORD pages = mmapio_win32_protection(map, map->protection);
    object_name name = name_of(map->name);
    HANDLE section;
    DWORD code;

    if ((map->flags & (MMAPIO_MAP_CREATE | MMAPIO_MAP_OPEN_OR_CREATE)) != 0) {
        return create(map, length, error);
    }
    /* Copies are made in memory of this process: to read the section is enough. */
    if ((map->flags & MMAPIO_MAP_PRIVATE) != 0) {
        pages = (map->protection & MMAPIO_PROT_EXEC) != 0 ? PAGE_EXECUTE_READ : PAGE_READONLY;
    }
    /* Being allowed to write does not imply reading here, as it does of a view. */
    section = OpenFileMappingW(mmapio_win32_view_access(pages) | FILE_MAP_READ, FALSE, name.text);
    code = GetLastError();
    if (section == NULL) {
        mmapio_status status = code == ERROR_INVALID_HANDLE ? MMAPIO_NOT_FOUND : mmapio_win32_status(code);
        return mmapio_win32_fail_as(error, status, code, CALL_OPEN_FILE_MAPPING);
    }
    map->file = (intptr_t)section;
    return MMAPIO_OK;
}

/* The name goes with the last handle and view, wherever they are. */
mmapio_status mmapio_os_memory_close(mmapio_map *map, mmapio_error *error)
{
    return mmapio_os_file_close(map->file, error);
}

/* It goes with the handle. */
void mmapio_os_memory_discard(const mmapio_map *map)
{
    (void)map;
}

mmapio_status mmapio_os_memory_export(const mmapio_map *map, intptr_t *handle, mmapio_error *error)
{
    return mmapio_os_file_duplicate(map->file, handle, error);
}

mmapio_status mmapio_os_memory_unlink(const char *name, mmapio_error *error)
{
    object_name object = name_of(name);
    HANDLE section = OpenFileMappingW(FILE_MAP_READ, FALSE, object.text);
    DWORD code = GetLastError();

    if (section == NULL) {
        mmapio_status status = code == ERROR_INVALID_HANDLE ? MMAPIO_NOT_FOUND : mmapio_win32_status(code);
        return mmapio_win32_fail_as(error, status, code, CALL_OPEN_FILE_MAPPING);
    }
    (void)CloseHandle(section);
    return mmapio_fail(error, MMAPIO_UNSUPPORTED);
}

/* There is no call to ask for it that every handle permits: a view of all of it tells. Address space is what it costs. */
mmapio_status mmapio_os_memory_length(intptr_t memory, uint64_t *length, mmapio_error *error)
{
    unsigned char *view = MapViewOfFile((HANDLE)memory, FILE_MAP_READ, 0, 0, 0);
    MEMORY_BASIC_INFORMATION region;
    uint64_t found = 0;

    if (view == NULL) {
        return mmapio_win32_fail(error, GetLastError(), CALL_MAP_VIEW_OF_FILE);
    }
    while (VirtualQuery(view + found, &region, sizeof region) != 0 && region.AllocationBase == view) {
        found += region.RegionSize;
    }
    (void)UnmapViewOfFile(view);
    *length = found;
    return MMAPIO_OK;
}

bool mmapio_os_is_memory(intptr_t handle)
{
    const struct win32_system *system = mmapio_win32_system();
    struct {
        PVOID base;
        ULONG attributes;
        LARGE_INTEGER size;
    } basic;
    NTSTATUS status;

    if (system->query_section == NULL) {
        return false;
    }
    status = system->query_section((HANDLE)handle, 0, &basic, sizeof basic, NULL);
    return status != OBJECT_TYPE_MISMATCH && status != INVALID_HANDLE;
}

bool mmapio_os_memory_resizes(void)
{
    return false;
}

mmapio_status mmapio_os_seal(mmapio_map *map, uint32_t seals, mmapio_error *error)
{
    (void)map;
    return (seals & ~(uint32_t)SEALS) == 0 ? MMAPIO_OK : mmapio_fail(error, MMAPIO_UNSUPPORTED);
}

mmapio_status mmapio_os_seals(mmapio_map *map, uint32_t *seals, mmapio_error *error)
{
    (void)map;
    (void)error;
    *seals = SEALS;
    return MMAPIO_OK;
}
