/* advise.c - what comes near to madvise(2): prefetching, trimming, discarding, and punching holes. */
#include "../range.h"
#include "win32.h"

#include <winioctl.h>

bool mmapio_win32_prefetch(void *address, SIZE_T length)
{
    const struct win32_system *system = mmapio_win32_system();
    WIN32_MEMORY_RANGE_ENTRY range = {address, length};

    return system->prefetch != NULL && system->prefetch(GetCurrentProcess(), 1, &range, 0);
}

static bool is_present_unlocked(PSAPI_WORKING_SET_EX_BLOCK page)
{
    return page.Valid && !page.Locked;
}

static bool is_unlocked(PSAPI_WORKING_SET_EX_BLOCK page)
{
    return !mmapio_win32_is_locked(page);
}

static void note_run(void *address, SIZE_T length, void *seen)
{
    (void)address;
    (void)length;
    *(bool *)seen = true;
}

/* Unlocking what is not locked takes it out of the working set: documented, and reported as a failure. */
static void trim_run(void *address, SIZE_T length, void *seen)
{
    (void)VirtualUnlock(address, length);
    *(bool *)seen = true;
}

/* Where it fails, as on pages that may not be written, they are trimmed instead. */
static void discard_run(void *address, SIZE_T length, void *seen)
{
    if (mmapio_win32_system()->discard(address, length) != ERROR_SUCCESS) {
        (void)VirtualUnlock(address, length);
    }
    *(bool *)seen = true;
}

/* Trimming takes pages out of the working set; they stay in memory while there is room, and keep what was written,
 * unlike private pages of Linux. Discarding gives memory of no file back at once; it then contains anything, not zeros
 * as on Linux. Locked pages are left alone: both calls would unlock them. Linux refuses a range with one of them. */
static void drop(const page_range *range, bool discards, uint32_t *outcome)
{
    bool dropped = false;
    bool kept = false;
    bool known;

    mmapio_win32_locks_enter();
    known = discards ? mmapio_win32_each_run(range, is_unlocked, discard_run, &dropped)
                     : mmapio_win32_each_run(range, is_present_unlocked, trim_run, &dropped);
    if (known && !dropped) {
        known = mmapio_win32_each_run(range, mmapio_win32_is_locked, note_run, &kept);
    }
    mmapio_win32_locks_leave();
    if (known && !kept) {
        *outcome = MMAPIO_ADVICE_APPROXIMATED;
    }
}

void mmapio_win32_trim(const page_range *range, uint32_t *outcome)
{
    drop(range, false, outcome);
}

/* MEM_RESET lets the system drop pages that are not written again, and keeps them accessible meanwhile. After
 * OfferVirtualMemory they would not be: whoever offers must reclaim, and MADV_FREE has no such second half. */
static void reset(const page_range *range, uint32_t *outcome)
{
    if (VirtualAlloc(range->address, (SIZE_T)range->length, MEM_RESET, PAGE_NOACCESS) != NULL) {
        *outcome = MMAPIO_ADVICE_APPLIED;
    }
}

/* DeviceIoControl that waits for its end on any handle. Without an event of its own, a handle opened for overlapped
 * use would have it wait for whatever operation on the file ends next; with the event's lowest bit set, no completion
 * port that the caller bound the file to is told of an operation it does not know. */
static DWORD control(HANDLE file, DWORD operation, void *input, DWORD size)
{
    OVERLAPPED overlapped = {0};
    HANDLE event = CreateEventW(NULL, TRUE, FALSE, NULL);
    DWORD code = ERROR_SUCCESS;
    DWORD unused;

    if (event == NULL) {
        return GetLastError();
    }
    overlapped.hEvent = (HANDLE)((uintptr_t)event | 1);
    if (!DeviceIoControl(file, operation, input, size, NULL, 0, NULL, &overlapped)) {
        code = GetLastError();
        if (code == ERROR_IO_PENDING) {
            code = GetOverlappedResult(file, &overlapped, &unused, TRUE) ? ERROR_SUCCESS : GetLastError();
        }
    }
    (void)CloseHandle(event);
    return code;
}

/* Approximates: NTFS gives back whole units of 64 KiB only, and writes zeros to the rest. Where the file system knows
 * no holes, or refuses them while the file is mapped, nothing has happened to the file, and the outcome says so. */
static mmapio_status punch(const mmapio_map *map, const page_range *range, uint32_t *outcome, mmapio_error *error)
{
    HANDLE file = (HANDLE)map->file;
    page_range parts[2];
    uint32_t count = source_parts(map, range, parts);
    mmapio_status status;
    bool was_sparse;
    DWORD code;

    if (map->file == MMAPIO_CLOSED_FILE) {
        return MMAPIO_OK;
    }
    was_sparse = (mmapio_win32_attributes(file) & FILE_ATTRIBUTE_SPARSE_FILE) != 0;
    code = was_sparse ? ERROR_SUCCESS : control(file, FSCTL_SET_SPARSE, NULL, 0);
    for (uint32_t i = 0; i < count && code == ERROR_SUCCESS; i++) {
        FILE_ZERO_DATA_INFORMATION hole;
        hole.FileOffset.QuadPart = (LONGLONG)(map->base_offset + parts[i].map_offset);
        hole.BeyondFinalZero.QuadPart = hole.FileOffset.QuadPart + (LONGLONG)parts[i].length;
        code = control(file, FSCTL_SET_ZERO_DATA, &hole, sizeof hole);
        if (code != ERROR_SUCCESS && !was_sparse) {
            FILE_SET_SPARSE_BUFFER sparse = {FALSE};
            (void)control(file, FSCTL_SET_SPARSE, &sparse, sizeof sparse);
        }
    }
    if (code == ERROR_SUCCESS) {
        *outcome = MMAPIO_ADVICE_APPROXIMATED;
        return MMAPIO_OK;
    }
    status = mmapio_win32_status(code);
    if (status == MMAPIO_UNSUPPORTED || status == MMAPIO_BUSY) {
        return MMAPIO_OK;
    }
    return mmapio_win32_fail_as(error, status, code, CALL_DEVICE_IO_CONTROL);
}

static mmapio_status populate(mmapio_map *map, const page_range *range, uint32_t advice, uint32_t *outcome,
                              mmapio_error *error)
{
    bool writes = advice == MMAPIO_MADV_POPULATE_WRITE;
    mmapio_error found;
    mmapio_status status = mmapio_os_populate(map, range, writes ? MMAPIO_PROT_WRITE : MMAPIO_PROT_READ, &found);

    switch (status) {
    case MMAPIO_OK:
        *outcome = MMAPIO_ADVICE_APPLIED;
        return MMAPIO_OK;
    case MMAPIO_UNSUPPORTED:
    case MMAPIO_ACCESS_DENIED: /* not for this kind of mapping */
        return MMAPIO_OK;
    default:
        return mmapio_fail_os(error, status, found.os_domain, found.os_code, found.os_call);
    }
}

mmapio_status mmapio_os_advise(mmapio_map *map, const page_range *range, uint32_t advice, uint32_t *outcome,
                               mmapio_error *error)
{
    bool has_file = map->file != MMAPIO_NO_FILE;
    bool is_shared = (map->flags & MMAPIO_MAP_SHARED) != 0;
    bool is_plain_memory = !has_file && !is_shared;

    switch (advice) {
    case MMAPIO_MADV_WILLNEED:
        /* As on Linux, pages come into memory and not into the process: the first access to each still faults. */
        if (mmapio_win32_prefetch(range->address, (SIZE_T)range->length)) {
            *outcome = MMAPIO_ADVICE_APPLIED;
        }
        return MMAPIO_OK;
    case MMAPIO_MADV_POPULATE_READ:
    case MMAPIO_MADV_POPULATE_WRITE:
        return populate(map, range, advice, outcome, error);
    case MMAPIO_MADV_DONTNEED:
    case MMAPIO_MADV_DONTNEED_LOCKED:
        /* Only on private maps does it say that what was written may be lost. */
        drop(range, is_plain_memory && mmapio_win32_system()->discard != NULL, outcome);
        return MMAPIO_OK;
    case MMAPIO_MADV_COLD:
    case MMAPIO_MADV_PAGEOUT:
        mmapio_win32_trim(range, outcome);
        return MMAPIO_OK;
    case MMAPIO_MADV_FREE:
        if (is_plain_memory) {
            reset(range, outcome);
        }
        return MMAPIO_OK;
    case MMAPIO_MADV_REMOVE:
        if (has_file && !is_shared && !map->is_memory) {
            /* The file is not a private map's to change: as on Linux, that is no hint to be ignored. */
            return mmapio_fail(error, MMAPIO_ACCESS_DENIED);
        }
        return has_file && !map->is_memory ? punch(map, range, outcome, error) : MMAPIO_OK;
    default:
        /* The rest has nothing like it here: reading ahead is chosen when a file is opened (FILE_FLAG_RANDOM_ACCESS,
         * FILE_FLAG_SEQUENTIAL_SCAN), and there is neither fork() nor KSM nor a choice of page size afterwards. */
        return MMAPIO_OK;
    }
}
