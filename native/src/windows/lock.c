/* lock.c - VirtualLock and VirtualUnlock. */
#include "win32.h"

#include <stdlib.h>

static SRWLOCK locks = SRWLOCK_INIT;

void mmapio_win32_locks_enter(void)
{
    AcquireSRWLockExclusive(&locks);
}

void mmapio_win32_locks_leave(void)
{
    ReleaseSRWLockExclusive(&locks);
}

/* A process may lock about as many pages as the minimum of its working set has: 50, unless somebody raised it. The room
 * stays after the unlock, since nobody knows which of it is still in use; but if it does not help, it is given back. */
static DWORD lock_enlarged(void *address, SIZE_T length)
{
    HANDLE self = GetCurrentProcess();
    SIZE_T minimum;
    SIZE_T maximum;
    DWORD flags;
    DWORD code;

    if (!GetProcessWorkingSetSizeEx(self, &minimum, &maximum, &flags) || length > SIZE_MAX - minimum ||
        length > SIZE_MAX - maximum || !SetProcessWorkingSetSizeEx(self, minimum + length, maximum + length, flags)) {
        return ERROR_WORKING_SET_QUOTA;
    }
    if (VirtualLock(address, length)) {
        return ERROR_SUCCESS;
    }
    code = GetLastError();
    (void)SetProcessWorkingSetSizeEx(self, minimum, maximum, flags);
    return code;
}

DWORD mmapio_win32_lock(void *address, SIZE_T length)
{
    DWORD code;

    if (VirtualLock(address, length)) {
        return ERROR_SUCCESS;
    }
    code = GetLastError();
    return code == ERROR_WORKING_SET_QUOTA ? lock_enlarged(address, length) : code;
}

/* Is there a page in the range that may not be accessed at all? VirtualLock says ERROR_NOACCESS of it, too. */
static bool has_closed_pages(const page_range *range)
{
    unsigned char *end = range->address + range->length;
    MEMORY_BASIC_INFORMATION region;

    for (unsigned char *at = range->address; at < end; at = (unsigned char *)region.BaseAddress + region.RegionSize) {
        if (VirtualQuery(at, &region, sizeof region) == 0 || region.Protect == PAGE_NOACCESS) {
            return true;
        }
    }
    return false;
}

struct locked_before {
    const unsigned char *first; /* page */
    const unsigned char *pages; /* a byte for each */
};

static void unlock_new(void *address, SIZE_T length, void *context)
{
    const struct locked_before *before = context;
    uint64_t page_size = mmapio_win32_system()->page_size;

    for (unsigned char *at = address; at < (unsigned char *)address + length; at += page_size) {
        if (before->pages[(uint64_t)(at - before->first) / page_size] == 0) {
            (void)VirtualUnlock(at, (SIZE_T)page_size);
        }
    }
}

static DWORD lock_pages(const page_range *range)
{
    DWORD code = ERROR_SUCCESS;

    /* Reading the pages in can take long: other threads may lock theirs meanwhile. */
    AcquireSRWLockShared(&locks);
    if (!VirtualLock(range->address, (SIZE_T)range->length)) {
        code = GetLastError();
    }
    ReleaseSRWLockShared(&locks);
    if (code == ERROR_WORKING_SET_QUOTA) {
        mmapio_win32_locks_enter();
        code = lock_enlarged(range->address, (SIZE_T)range->length);
        mmapio_win32_locks_leave();
    }
    return code;
}

/* Nothing says that a VirtualLock that fails leaves no page locked. */
mmapio_status mmapio_os_lock(mmapio_map *map, const page_range *range, uint32_t flags, mmapio_error *error)
{
    struct locked_before before = {range->address, NULL};
    unsigned char *pages;
    DWORD code;

    (void)map;
    if ((flags & MMAPIO_LOCK_ON_FAULT) != 0) {
        return mmapio_fail(error, MMAPIO_UNSUPPORTED);
    }
    pages = mmapio_win32_locked_pages(range);
    if (pages == NULL) {
        return mmapio_fail_os(error, MMAPIO_OUT_OF_MEMORY, MMAPIO_OS_NONE, 0, CALL_MALLOC);
    }
    before.pages = pages;
    code = lock_pages(range);
    if (code != ERROR_SUCCESS) {
        mmapio_win32_locks_enter();
        (void)mmapio_win32_each_run(range, mmapio_win32_is_locked, unlock_new, &before);
        mmapio_win32_locks_leave();
    }
    free(pages);
    if (code == ERROR_NOACCESS && has_closed_pages(range)) {
        return mmapio_win32_fail_as(error, MMAPIO_ACCESS_DENIED, code, CALL_VIRTUAL_LOCK);
    }
    return code == ERROR_SUCCESS ? MMAPIO_OK : mmapio_win32_fail(error, code, CALL_VIRTUAL_LOCK);
}

static void unlock_run(void *address, SIZE_T length, void *context)
{
    (void)context;
    (void)VirtualUnlock(address, length);
}

mmapio_status mmapio_os_unlock(mmapio_map *map, const page_range *range, mmapio_error *error)
{
    DWORD code = ERROR_SUCCESS;

    (void)map;
    mmapio_win32_locks_enter();
    if (!VirtualUnlock(range->address, (SIZE_T)range->length)) {
        code = GetLastError();
    }
    /* One page that is not locked makes the call fail, and leaves open what became of the others. */
    if (code == ERROR_NOT_LOCKED) {
        (void)mmapio_win32_each_run(range, mmapio_win32_is_locked, unlock_run, NULL);
        code = ERROR_SUCCESS;
    }
    mmapio_win32_locks_leave();
    return code == ERROR_SUCCESS ? MMAPIO_OK : mmapio_win32_fail(error, code, CALL_VIRTUAL_UNLOCK);
}
