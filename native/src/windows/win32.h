/* win32.h - what the files of windows/ share. */
#ifndef MMAPIO_WIN32_H
#define MMAPIO_WIN32_H

#include "../platform.h"

/* Declares what Windows 10 has; what older ones lack is looked up at run time. Some toolchains define it already. */
#ifndef _WIN32_WINNT
#define _WIN32_WINNT 0x0A00
#endif
#include <windows.h>

/* psapi.h and winternl.h need what windows.h declares. */
#include <psapi.h>
#include <winternl.h>

/* Calls that not every Windows has, and the version that brought them. They are asked for by name at run time, so that
 * one library loads on all of them. */
typedef BOOL(WINAPI *win32_query_working_set)(HANDLE process, PVOID pages, DWORD size);          /* 7, in kernel32 */
typedef BOOL(WINAPI *win32_prefetch)(HANDLE, ULONG_PTR, PWIN32_MEMORY_RANGE_ENTRY, ULONG flags); /* 8 */
typedef DWORD(WINAPI *win32_discard)(PVOID address, SIZE_T length);                              /* 8.1 */
typedef NTSTATUS(NTAPI *win32_flush_file)(HANDLE, ULONG flags, PVOID, ULONG, PIO_STATUS_BLOCK);  /* 8 */
typedef ULONG(NTAPI *win32_code_of)(NTSTATUS status);

typedef NTSTATUS(NTAPI *win32_query_section)(HANDLE, int kind, PVOID, SIZE_T, SIZE_T *);                   /* NT */
typedef PVOID(WINAPI *win32_allocate)(HANDLE, PVOID, SIZE_T, ULONG kind, ULONG pages, PVOID, ULONG count); /* 10 1803 */
typedef PVOID(WINAPI *win32_map_view)(HANDLE section, HANDLE process, PVOID, ULONG64 offset, SIZE_T, ULONG kind,
                                      ULONG pages, PVOID, ULONG count);          /* 10 1803 */
typedef BOOL(WINAPI *win32_unmap_view)(HANDLE process, PVOID view, ULONG flags); /* 10 1703 */

/* What is known of this machine. A call that is missing is NULL. */
struct win32_system {
    uint32_t page_size;
    uint32_t allocation_granularity;
    uint64_t address_space;                    /* bytes, about */
    win32_query_working_set query_working_set; /* QueryWorkingSetEx */
    win32_prefetch prefetch;                   /* PrefetchVirtualMemory */
    win32_discard discard;                     /* DiscardVirtualMemory: the return value is the error */
    win32_flush_file flush_file;               /* NtFlushBuffersFileEx */
    win32_code_of code_of;                     /* RtlNtStatusToDosError */
    win32_query_section query_section;         /* NtQuerySection */
    win32_allocate allocate;                   /* VirtualAlloc2, with placeholders; else NULL */
    win32_map_view map_view;                   /* MapViewOfFile3, with placeholders; else NULL */
    win32_unmap_view unmap_view;               /* UnmapViewOfFile2, with placeholders; else NULL */
};

/* The one of this process. Never NULL, and constant once returned. */
const struct win32_system *mmapio_win32_system(void);

/* The status that fits a GetLastError value, where the call that set it does not give it a meaning of its own. */
mmapio_status mmapio_win32_status(DWORD code);

/* Records GetLastError value code of the given call, with the status that fits it. */
mmapio_status mmapio_win32_fail(mmapio_error *error, DWORD code, uint32_t call);

/* The same, with a status of the caller's choice. */
mmapio_status mmapio_win32_fail_as(mmapio_error *error, mmapio_status status, DWORD code, uint32_t call);

/* Is this exception one of memory that cannot be used so? */
bool mmapio_win32_is_fault(DWORD code);

/* MMAPIO_PROT_* to PAGE_*, for pages of this map. */
DWORD mmapio_win32_protection(const mmapio_map *map, uint32_t protection);

/* The FILE_MAP_* that gives a view pages of this PAGE_*. */
DWORD mmapio_win32_view_access(DWORD pages);

/* The part of a range that lies in one view, from its start on: some calls do not take more, which a mirrored map's
 * range may be. */
page_range mmapio_win32_first_view(const mmapio_map *map, const page_range *range);

/* How the pages of a view are. */
struct win32_kept {
    uint64_t count;
    DWORD *pages;          /* PAGE_* of each */
    unsigned char *locked; /* is it? */
};

/* Notes them, before a view goes; false for want of memory. */
bool mmapio_win32_keep(const mmapio_map *map, struct win32_kept *kept);

/* Makes the pages of a view like that again, as far as the system lets it. */
void mmapio_win32_put_back(const mmapio_map *map, const struct win32_kept *kept);

/* Frees what was noted. */
void mmapio_win32_forget(struct win32_kept *kept);

/* The size of the large pages that the map could have; 0 where it cannot. */
uint64_t mmapio_win32_large_pages(const mmapio_map *map);

/* The status that fits what a request for large pages failed with. */
mmapio_status mmapio_win32_large_status(DWORD code);

/* Some headers lack these: Windows 10 1803, and 1703. */
enum { WIN32_PRESERVE_PLACEHOLDER = 0x2, WIN32_REPLACE_PLACEHOLDER = 0x4000, WIN32_RESERVE_PLACEHOLDER = 0x40000 };
#define WIN32_MAP_LARGE_PAGES 0x20000000u

/* ---- views that lie at chosen addresses (views.c) -------------------------------------------------------------- */

/*   guard   |   view   |   the same view   |   up to 64 KiB that cannot be allocated   |   guard   */
struct win32_layout {
    HANDLE section;
    uint64_t offset; /* a multiple of the allocation granularity */
    SIZE_T length;   /* bytes of one view, as the section has them */
    SIZE_T room;     /* the same in whole pages; of mirrored views, a multiple of the allocation granularity */
    SIZE_T guard;    /* bytes on each side, a multiple of the allocation granularity; or 0 */
    unsigned copies; /* 1 or 2 */
    DWORD pages;     /* PAGE_* */
};

/* Gives the address of the first view; NULL on failure, with *code and *call set. */
unsigned char *mmapio_win32_place_views(const struct win32_layout *layout, DWORD *code, uint32_t *call);

/* Undoes it. Of the layout only room, guard and copies matter. Returns a Win32 code. */
DWORD mmapio_win32_remove_views(unsigned char *first, const struct win32_layout *layout);

/* FILE_ATTRIBUTE_* of an open file, 0 where it has none to tell. */
DWORD mmapio_win32_attributes(HANDLE file);

/* Starts reading a range in. Tells whether the system accepted the hint. */
bool mmapio_win32_prefetch(void *address, SIZE_T length);

/* Takes the pages of a range out of the working set, short of locked ones. Whatever they contain stays. */
void mmapio_win32_trim(const page_range *range, uint32_t *outcome);

/* Writes modified pages of a view to their file, and waits. Returns a Win32 code. */
DWORD mmapio_win32_flush_view(void *address, SIZE_T length);

/* ---- pages of the working set (residency.c) ------------------------------------------------------------------- */

/* Pages asked about in one call: 8 KiB of stack. */
enum { WIN32_BATCH = 512 };

/* Tells of count pages from address on, at most WIN32_BATCH. On failure GetLastError tells why. */
bool mmapio_win32_query(unsigned char *address, size_t count, PSAPI_WORKING_SET_EX_INFORMATION *pages);

/* Hands every run of neighbouring pages that is wanted to act, with context. Returns false if the system cannot tell
 * one page from another; act has not been called for all of them then. */
bool mmapio_win32_each_run(const page_range *range, bool (*wanted)(PSAPI_WORKING_SET_EX_BLOCK page),
                           void (*act)(void *address, SIZE_T length, void *context), void *context);

bool mmapio_win32_is_locked(PSAPI_WORKING_SET_EX_BLOCK page);

/* A byte for each page of a range, to be freed: is it locked? NULL for want of memory. */
unsigned char *mmapio_win32_locked_pages(const page_range *range);

/* ---- locked pages (lock.c) ------------------------------------------------------------------------------------ */

/* VirtualLock does not nest, and VirtualUnlock also serves to trim pages that nobody locked. Whoever looks whether a
 * page is locked and then acts on the answer does so between these two, lest somebody locks it in the meantime. */
void mmapio_win32_locks_enter(void);
void mmapio_win32_locks_leave(void);

/* Locks pages, enlarging the working set if need be. To be called between enter and leave. Returns a Win32 code. */
DWORD mmapio_win32_lock(void *address, SIZE_T length);

#endif /* MMAPIO_WIN32_H */
