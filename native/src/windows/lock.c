/* lock.c - VirtualLock and VirtualUnlock. */
#include "win32.h"

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

mmapio_status mmapio_os_lock(mmapio_map *map, const page_range *range, uint32_t flags, mmapio_error *error)
{
    SIZE_T length = (SIZE_T)range->length;
    DWORD code = ERROR_SUCCESS;

    (void)map;
    if ((flags & MMAPIO_LOCK_ON_FAULT) != 0) {
        return mmapio_fail(error, MMAPIO_UNSUPPORTED);
    }
    /* Reading the pages in can take long: other threads may lock theirs meanwhile. */
    AcquireSRWLockShared(&locks);
    if (!VirtualLock(range->address, length)) {
        code = GetLastError();
    }
    ReleaseSRWLockShared(&locks);
    if (code == ERROR_WORKING_SET_QUOTA) {
        mmapio_win32_locks_enter();
        code = lock_enlarged(range->address, length);
        mmapio_win32_locks_leave();
    }
    if (code == ERROR_NOACCESS && has_closed_pages(range)) {
        return mmapio_win32_fail_as(error, MMAPIO_ACCESS_DENIED, code, CALL_VIRTUAL_LOCK);
    }
    return code == ERROR_SUCCESS ? MMAPIO_OK : mmapio_win32_fail(error, code, CALL_VIRTUAL_LOCK);
}

static bool is_locked(PSAPI_WORKING_SET_EX_BLOCK page)
{
    return page.Valid && page.Locked;
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
        (void)mmapio_win32_each_run(range, is_locked, unlock_run, NULL);
        code = ERROR_SUCCESS;
    }
    mmapio_win32_locks_leave();
    return code == ERROR_SUCCESS ? MMAPIO_OK : mmapio_win32_fail(error, code, CALL_VIRTUAL_UNLOCK);
}
