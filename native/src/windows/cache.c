/* cache.c - reading ahead and evicting: PrefetchVirtualMemory, and what trims the working set.
 *
 * The cache of files belongs to Windows alone: no call that is documented tells what it holds, or drops a file from it.
 * What a process can ask about, and evict, is its own working set. */
#include "win32.h"

enum { ENTRIES = 128 };

/* 1 GiB: a multiple of the allocation granularity, and room can be found for it. */
#define WINDOW (UINT64_C(1) << 30)

mmapio_status mmapio_os_prefetch(mmapio_map *map, const page_range *ranges, uint32_t count, uint32_t *outcome,
                                 mmapio_error *error)
{
    const struct win32_system *system = mmapio_win32_system();
    WIN32_MEMORY_RANGE_ENTRY entries[ENTRIES];

    (void)map;
    (void)error;
    if (system->prefetch == NULL) {
        return MMAPIO_OK;
    }
    for (uint32_t done = 0; done < count;) {
        uint32_t part = count - done < ENTRIES ? count - done : ENTRIES;
        for (uint32_t i = 0; i < part; i++) {
            entries[i].VirtualAddress = ranges[done + i].address;
            entries[i].NumberOfBytes = (SIZE_T)ranges[done + i].length;
        }
        if (!system->prefetch(GetCurrentProcess(), part, entries, 0)) {
            return MMAPIO_OK;
        }
        done += part;
    }
    *outcome = MMAPIO_ADVICE_APPLIED;
    return MMAPIO_OK;
}

/* Trimmed pages keep what they contain: those of a file are written first, others go to the paging file if need be. */
mmapio_status mmapio_os_evict(mmapio_map *map, const page_range *range, mmapio_error *error)
{
    uint32_t outcome = MMAPIO_ADVICE_IGNORED;

    if (map->file != MMAPIO_NO_FILE && !map->is_memory && !map->mirrored && (map->flags & MMAPIO_MAP_SHARED) != 0) {
        DWORD code = mmapio_win32_flush_view(range->address, (SIZE_T)range->length);
        if (code != ERROR_SUCCESS) {
            return mmapio_win32_fail(error, code, CALL_FLUSH_VIEW_OF_FILE);
        }
    }
    mmapio_win32_trim(range, &outcome);
    return MMAPIO_OK;
}

mmapio_status mmapio_os_file_residency(intptr_t file, uint64_t offset, uint64_t length, mmapio_residency *report,
                                       mmapio_error *error)
{
    (void)file;
    (void)offset;
    (void)length;
    (void)report;
    return mmapio_fail(error, MMAPIO_UNSUPPORTED);
}

mmapio_status mmapio_os_file_evict(intptr_t file, uint64_t offset, uint64_t length, mmapio_error *error)
{
    (void)file;
    (void)offset;
    (void)length;
    return mmapio_fail(error, MMAPIO_UNSUPPORTED);
}

/* Prefetches [start, end) of a section through a view that exists for as long as that takes: what was read stays on the
 * list of standby pages, which is where a prefetch puts it anyway. start is where a view may begin. */
static mmapio_status prefetch_view(HANDLE section, uint64_t start, uint64_t end, bool *followed, mmapio_error *error)
{
    ULARGE_INTEGER from = {.QuadPart = start};
    void *view = MapViewOfFile(section, FILE_MAP_READ, from.HighPart, from.LowPart, (SIZE_T)(end - start));

    if (view == NULL) {
        return mmapio_win32_fail(error, GetLastError(), CALL_MAP_VIEW_OF_FILE);
    }
    *followed = mmapio_win32_prefetch(view, (SIZE_T)(end - start));
    if (!UnmapViewOfFile(view)) {
        return mmapio_win32_fail(error, GetLastError(), CALL_UNMAP_VIEW_OF_FILE);
    }
    return MMAPIO_OK;
}

mmapio_status mmapio_os_file_prefetch(intptr_t file, uint64_t offset, uint64_t length, uint32_t *outcome,
                                      mmapio_error *error)
{
    const struct win32_system *system = mmapio_win32_system();
    uint64_t start = offset - offset % system->allocation_granularity;
    uint64_t file_length = 0;
    uint64_t end;
    bool followed = system->prefetch != NULL;
    mmapio_status status = mmapio_os_file_length(file, &file_length, error);
    HANDLE section;

    if (status != MMAPIO_OK || !followed) {
        return status;
    }
    /* The section is as long as the file, and no view of it may be longer. */
    end = offset + length < file_length ? offset + length : file_length;
    section = CreateFileMappingW((HANDLE)file, NULL, PAGE_READONLY, 0, 0, NULL);
    if (section == NULL) {
        return mmapio_win32_fail(error, GetLastError(), CALL_CREATE_FILE_MAPPING);
    }
    for (; status == MMAPIO_OK && followed && start < end; start += WINDOW) {
        uint64_t stop = end - start < WINDOW ? end : start + WINDOW;
        status = prefetch_view(section, start, stop, &followed, error);
    }
    (void)CloseHandle(section);
    if (status == MMAPIO_OK && followed) {
        *outcome = MMAPIO_ADVICE_APPLIED;
    }
    return status;
}

/* How a file will be read is said when it is opened: FILE_FLAG_RANDOM_ACCESS, FILE_FLAG_SEQUENTIAL_SCAN. */
mmapio_status mmapio_os_file_advise(intptr_t file, uint64_t offset, uint64_t length, uint32_t advice, uint32_t *outcome,
                                    mmapio_error *error)
{
    (void)file;
    (void)offset;
    (void)length;
    (void)advice;
    (void)outcome;
    (void)error;
    return MMAPIO_OK;
}
