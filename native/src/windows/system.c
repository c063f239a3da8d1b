/* system.c - the machine, and the calls that are looked up by name because older systems do not have them. */
#include "win32.h"

static INIT_ONCE once = INIT_ONCE_STATIC_INIT;
static struct win32_system found;

/* Converted by way of this type, no compiler suspects the cast of being a mistake. */
typedef void (*any_function)(void);

static any_function look_up(HMODULE library, const char *name)
{
    return library == NULL ? NULL : (any_function)GetProcAddress(library, name);
}

/* Wine has had the calls for longer than the placeholders, so one is made to see. */
static bool has_placeholders(win32_allocate allocate)
{
    void *place = allocate(NULL, NULL, found.allocation_granularity, MEM_RESERVE | WIN32_RESERVE_PLACEHOLDER,
                           PAGE_NOACCESS, NULL, 0);

    return place != NULL && VirtualFree(place, 0, MEM_RELEASE);
}

static void look_for_placeholders(HMODULE kernelbase)
{
    win32_allocate allocate = (win32_allocate)look_up(kernelbase, "VirtualAlloc2");
    win32_map_view map_view = (win32_map_view)look_up(kernelbase, "MapViewOfFile3");

    win32_unmap_view unmap_view = (win32_unmap_view)look_up(kernelbase, "UnmapViewOfFile2");

    if (allocate != NULL && map_view != NULL && unmap_view != NULL && has_placeholders(allocate)) {
        found.allocate = allocate;
        found.map_view = map_view;
        found.unmap_view = unmap_view;
    }
}

/* These libraries are in every process from its beginning to its end: nothing to load, nothing to free. */
static BOOL CALLBACK look_around(PINIT_ONCE unused, PVOID parameter, PVOID *context)
{
    HMODULE kernel32 = GetModuleHandleW(L"kernel32.dll");
    HMODULE ntdll = GetModuleHandleW(L"ntdll.dll");
    SYSTEM_INFO info;

    (void)unused;
    (void)parameter;
    (void)context;
    GetSystemInfo(&info);
    found.page_size = info.dwPageSize;
    found.allocation_granularity = info.dwAllocationGranularity;
    found.address_space = (uint64_t)(uintptr_t)info.lpMaximumApplicationAddress;
    found.query_working_set = (win32_query_working_set)look_up(kernel32, "K32QueryWorkingSetEx");
    found.prefetch = (win32_prefetch)look_up(kernel32, "PrefetchVirtualMemory");
    found.discard = (win32_discard)look_up(kernel32, "DiscardVirtualMemory");
    found.flush_file = (win32_flush_file)look_up(ntdll, "NtFlushBuffersFileEx");
    found.query_section = (win32_query_section)look_up(ntdll, "NtQuerySection");
    look_for_placeholders(GetModuleHandleW(L"kernelbase.dll"));
    found.code_of = (win32_code_of)look_up(ntdll, "RtlNtStatusToDosError");
    return TRUE;
}

const struct win32_system *mmapio_win32_system(void)
{
    (void)InitOnceExecuteOnce(&once, look_around, NULL, NULL);
    return &found;
}

uint32_t mmapio_os_page_size(void)
{
    return mmapio_win32_system()->page_size;
}

uint32_t mmapio_os_allocation_granularity(void)
{
    return mmapio_win32_system()->allocation_granularity;
}
