/* populate.c - making pages present without an access of our own that could raise an exception. */
#include "win32.h"

enum { PIECE = 16 };

/* Has the kernel read a byte of each page that is not in the working set yet: it answers ERROR_PARTIAL_COPY where our
 * own read would raise EXCEPTION_IN_PAGE_ERROR. The prefetch before makes one transfer of many. */
static mmapio_status read_in(unsigned char *address, uint64_t length, mmapio_error *error)
{
    PSAPI_WORKING_SET_EX_INFORMATION pages[WIN32_BATCH];
    HANDLE self = GetCurrentProcess();
    uint64_t page_size = mmapio_win32_system()->page_size;

    while (length != 0) {
        size_t count = length / page_size < WIN32_BATCH ? (size_t)(length / page_size) : WIN32_BATCH;
        bool known = mmapio_win32_query(address, count, pages);
        bool prefetched = false;
        for (size_t i = 0; i < count; i++) {
            unsigned char byte;
            if (known && pages[i].VirtualAttributes.Valid) {
                continue;
            }
            if (!prefetched) {
                prefetched = true;
                (void)mmapio_win32_prefetch(address, (SIZE_T)(count * page_size));
            }
            if (!ReadProcessMemory(self, address + i * page_size, &byte, 1, NULL)) {
                return mmapio_win32_fail(error, GetLastError(), CALL_READ_PROCESS_MEMORY);
            }
        }
        address += count * page_size;
        length -= count * page_size;
    }
    return MMAPIO_OK;
}

/* Makes this process its own copy of a page. The store must not lose what another thread stores at the same time, so
 * it replaces a value by itself, atomically: if that fails, the other thread has made the copy. (An atomic "or 0"
 * would not do, as compilers turn it into a load.) Exceptions cannot arise, since the page is locked in memory. */
static void touch_locked(unsigned char *page)
{
    volatile LONG *first = (volatile LONG *)(void *)page;
    LONG seen = *first;

    (void)InterlockedCompareExchange(first, seen, seen);
}

static DWORD copy_piece(unsigned char *address, size_t count)
{
    PSAPI_WORKING_SET_EX_INFORMATION pages[PIECE];
    SIZE_T page_size = mmapio_win32_system()->page_size;

    if (!mmapio_win32_query(address, count, pages)) {
        return GetLastError();
    }
    for (size_t i = 0; i < count; i++) {
        unsigned char *page = address + i * page_size;
        bool locked = pages[i].VirtualAttributes.Valid && pages[i].VirtualAttributes.Locked;
        DWORD code = locked ? ERROR_SUCCESS : mmapio_win32_lock(page, page_size);
        if (code != ERROR_SUCCESS) {
            return code;
        }
        touch_locked(page);
        if (!locked) {
            (void)VirtualUnlock(page, page_size);
        }
    }
    return ERROR_SUCCESS;
}

/* Makes private copies of pages that are copied when written. */
static mmapio_status copy(unsigned char *address, uint64_t length, mmapio_error *error)
{
    uint64_t page_size = mmapio_win32_system()->page_size;
    mmapio_status status = read_in(address, length, error);

    while (status == MMAPIO_OK && length != 0) {
        size_t count = length / page_size < PIECE ? (size_t)(length / page_size) : PIECE;
        DWORD code;
        mmapio_win32_locks_enter();
        code = copy_piece(address, count);
        mmapio_win32_locks_leave();
        if (code != ERROR_SUCCESS) {
            status = mmapio_win32_fail(error, code, CALL_VIRTUAL_LOCK);
        }
        address += count * page_size;
        length -= count * page_size;
    }
    return status;
}

/* Populates pages of one protection. A page that is writable already needs no store: memory of no file is given a
 * page of its own by the first read (there is no shared page of zeros), and so is a page of a shared file. */
static mmapio_status populate_region(unsigned char *address, uint64_t length, DWORD pages, bool writes,
                                     mmapio_error *error)
{
    switch (pages) {
    case PAGE_READWRITE:
    case PAGE_EXECUTE_READWRITE:
        return read_in(address, length, error);
    case PAGE_WRITECOPY:
    case PAGE_EXECUTE_WRITECOPY:
        return writes ? copy(address, length, error) : read_in(address, length, error);
    case PAGE_READONLY:
    case PAGE_EXECUTE_READ:
        return writes ? mmapio_fail(error, MMAPIO_ACCESS_DENIED) : read_in(address, length, error);
    default:
        return mmapio_fail(error, MMAPIO_ACCESS_DENIED);
    }
}

/* A sparse or compressed file is given blocks when its pages are written back, long after the store: whether there
 * will be room cannot be found out by touching them. */
static bool may_lack_blocks(const mmapio_map *map)
{
    const DWORD holes = FILE_ATTRIBUTE_SPARSE_FILE | FILE_ATTRIBUTE_COMPRESSED;

    return map->file != MMAPIO_NO_FILE && (map->flags & MMAPIO_MAP_SHARED) != 0 &&
           (map->file == MMAPIO_CLOSED_FILE || (mmapio_win32_attributes((HANDLE)map->file) & holes) != 0);
}

mmapio_status mmapio_os_populate(mmapio_map *map, const page_range *range, uint32_t protection, mmapio_error *error)
{
    bool writes = protection == MMAPIO_PROT_WRITE;
    unsigned char *end = range->address + range->length;
    mmapio_status status = MMAPIO_OK;

    if (writes && may_lack_blocks(map)) {
        return mmapio_fail(error, MMAPIO_UNSUPPORTED);
    }
    for (unsigned char *at = range->address; status == MMAPIO_OK && at < end;) {
        MEMORY_BASIC_INFORMATION region;
        unsigned char *stop;
        if (VirtualQuery(at, &region, sizeof region) == 0) {
            return mmapio_win32_fail(error, GetLastError(), CALL_VIRTUAL_QUERY);
        }
        stop = (unsigned char *)region.BaseAddress + region.RegionSize;
        stop = stop < end ? stop : end;
        status = populate_region(at, (uint64_t)(stop - at), region.Protect, writes, error);
        at = stop;
    }
    return status;
}
