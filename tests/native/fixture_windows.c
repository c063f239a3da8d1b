/* fixture_windows.c - fixture.h on Windows, and on Wine. */
#include "fixture_parts.h"

#include <windows.h>

#include <psapi.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <winioctl.h>

void fixture_die(const char *what)
{
    fprintf(stderr, "fixture: %s: error %lu\n", what, (unsigned long)GetLastError());
    exit(1);
}

static HANDLE open_path(const char *path, DWORD access, DWORD flags)
{
    HANDLE handle = CreateFileA(path, access, FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, NULL,
                                OPEN_EXISTING, flags, NULL);

    if (handle == INVALID_HANDLE_VALUE) {
        fixture_die(path);
    }
    return handle;
}

/* There is no file system without a device to be counted on. */
bool fixture_has(fixture_place place)
{
    return place == FIXTURE_DISK;
}

fixture_file fixture_create(fixture_place place)
{
    fixture_file file;

    (void)place;
    if (GetTempFileNameA(".", "mio", 0, file.path) == 0) {
        fixture_die("GetTempFileName");
    }
    fixture_remember(file.path);
    file.handle = (intptr_t)open_path(file.path, GENERIC_READ | GENERIC_WRITE, FILE_ATTRIBUTE_NORMAL);
    return file;
}

bool fixture_sparse(fixture_place place, uint64_t length, fixture_file *file)
{
    DWORD unused;

    *file = fixture_create(place);
    /* Where that is refused, the file occupies what it is long. */
    (void)DeviceIoControl((HANDLE)file->handle, FSCTL_SET_SPARSE, NULL, 0, NULL, 0, &unused, NULL);
    if (fixture_resize(file->handle, length)) {
        return true;
    }
    fixture_remove(file);
    return false;
}

void fixture_remove(const fixture_file *file)
{
    fixture_close(file->handle);
    if (!DeleteFileA(file->path)) {
        fixture_die(file->path);
    }
    fixture_forget(file->path);
}

intptr_t fixture_open(const fixture_file *file, fixture_access access)
{
    DWORD wanted = access == FIXTURE_READ         ? GENERIC_READ
                   : access == FIXTURE_WRITE_ONLY ? GENERIC_WRITE
                                                  : GENERIC_READ | GENERIC_WRITE;

    return (intptr_t)open_path(file->path, wanted, FILE_ATTRIBUTE_NORMAL);
}

void fixture_close(intptr_t handle)
{
    if (!CloseHandle((HANDLE)handle)) {
        fixture_die("CloseHandle");
    }
}

static OVERLAPPED at(uint64_t offset)
{
    OVERLAPPED where;

    memset(&where, 0, sizeof where);
    where.Offset = (DWORD)offset;
    where.OffsetHigh = (DWORD)(offset >> 32);
    return where;
}

void fixture_read(intptr_t handle, uint64_t offset, void *bytes, size_t length)
{
    OVERLAPPED where = at(offset);
    DWORD done = 0;

    if (!ReadFile((HANDLE)handle, bytes, (DWORD)length, &done, &where) || done != length) {
        fixture_die("ReadFile");
    }
}

void fixture_write(intptr_t handle, uint64_t offset, const void *bytes, size_t length)
{
    OVERLAPPED where = at(offset);
    DWORD done = 0;

    if (!WriteFile((HANDLE)handle, bytes, (DWORD)length, &done, &where) || done != length) {
        fixture_die("WriteFile");
    }
}

uint64_t fixture_length(intptr_t handle)
{
    LARGE_INTEGER length;

    if (!GetFileSizeEx((HANDLE)handle, &length)) {
        fixture_die("GetFileSizeEx");
    }
    return (uint64_t)length.QuadPart;
}

bool fixture_resize(intptr_t handle, uint64_t length)
{
    LARGE_INTEGER end;
    DWORD code;

    end.QuadPart = (LONGLONG)length;
    if (SetFilePointerEx((HANDLE)handle, end, NULL, FILE_BEGIN) && SetEndOfFile((HANDLE)handle)) {
        return true;
    }
    code = GetLastError();
    if (code != ERROR_USER_MAPPED_FILE && code != ERROR_DISK_FULL && code != ERROR_INVALID_PARAMETER &&
        code != ERROR_FILE_TOO_LARGE) {
        fixture_die("SetEndOfFile");
    }
    return false;
}

bool fixture_evict(intptr_t handle)
{
    (void)handle;
    return false;
}

intptr_t fixture_pipe(void)
{
    HANDLE out;
    HANDLE in;

    if (!CreatePipe(&out, &in, NULL, 0)) {
        fixture_die("CreatePipe");
    }
    fixture_close((intptr_t)in);
    return (intptr_t)out;
}

intptr_t fixture_directory(void)
{
    return (intptr_t)open_path(".", GENERIC_READ, FILE_FLAG_BACKUP_SEMANTICS);
}

size_t fixture_page_size(void)
{
    SYSTEM_INFO info;

    GetSystemInfo(&info);
    return info.dwPageSize;
}

/* For Wine, whose count is always 0. Handles are small multiples of four. */
static size_t count_handles(void)
{
    enum { STEP = 4, BEYOND_ANY_OF_A_TEST = 4096 };
    size_t count = 0;
    DWORD flags;

    for (uintptr_t handle = STEP; handle < BEYOND_ANY_OF_A_TEST; handle += STEP) {
        count += GetHandleInformation((HANDLE)handle, &flags) ? 1u : 0u;
    }
    return count;
}

size_t fixture_open_handles(void)
{
    DWORD count = 0;

    if (!GetProcessHandleCount(GetCurrentProcess(), &count)) {
        fixture_die("GetProcessHandleCount");
    }
    return count != 0 ? count : count_handles();
}

int fixture_mappings_of(const fixture_file *file)
{
    /* The names of mappings are device paths; the last part of ours is unique. */
    const char *name = strrchr(file->path, '\\') + 1;
    MEMORY_BASIC_INFORMATION region;
    char mapped[1024];
    int found = 0;

    for (unsigned char *address = NULL; VirtualQuery(address, &region, sizeof region) != 0;
         address = (unsigned char *)region.BaseAddress + region.RegionSize) {
        if (region.Type == MEM_MAPPED && region.BaseAddress == region.AllocationBase &&
            GetMappedFileNameA(GetCurrentProcess(), region.BaseAddress, mapped, sizeof mapped) != 0) {
            const char *last = strrchr(mapped, '\\');
            found += last != NULL && _stricmp(last + 1, name) == 0;
        }
    }
    return found;
}

bool fixture_is_mapped(const void *address)
{
    MEMORY_BASIC_INFORMATION region;

    return VirtualQuery(address, &region, sizeof region) != 0 && region.State != MEM_FREE;
}

bool fixture_is_accessible(const void *address)
{
    MEMORY_BASIC_INFORMATION region;

    return VirtualQuery(address, &region, sizeof region) != 0 && region.State == MEM_COMMIT &&
           (region.Protect & PAGE_NOACCESS) == 0;
}

bool fixture_has_room(uint64_t length)
{
    void *room = length > SIZE_MAX ? NULL : VirtualAlloc(NULL, (SIZE_T)length, MEM_RESERVE, PAGE_NOACCESS);

    return room != NULL && VirtualFree(room, 0, MEM_RELEASE);
}

bool fixture_disk_is_memory(void)
{
    return false;
}

bool fixture_emulated(void)
{
    return GetProcAddress(GetModuleHandleA("ntdll.dll"), "wine_get_version") != NULL;
}

bool fixture_shows_residency(void)
{
    return true;
}

struct fixture_thread {
    HANDLE handle;
    void (*body)(void *);
    void *argument;
};

static DWORD WINAPI run_thread(void *argument)
{
    fixture_thread *thread = argument;

    thread->body(thread->argument);
    return 0;
}

fixture_thread *fixture_thread_start(void (*body)(void *), void *argument)
{
    fixture_thread *thread = malloc(sizeof *thread);

    if (thread == NULL) {
        fixture_die("malloc");
    }
    thread->body = body;
    thread->argument = argument;
    thread->handle = CreateThread(NULL, 0, run_thread, thread, 0, NULL);
    if (thread->handle == NULL) {
        fixture_die("CreateThread");
    }
    return thread;
}

void fixture_thread_join(fixture_thread *thread)
{
    if (WaitForSingleObject(thread->handle, INFINITE) != WAIT_OBJECT_0) {
        fixture_die("WaitForSingleObject");
    }
    fixture_close((intptr_t)thread->handle);
    free(thread);
}
