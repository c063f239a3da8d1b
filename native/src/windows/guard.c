/*
 * guard.c - the vectored exception handler behind fault-safe copies.
 *
 * A mapped file cannot be truncated on Windows, but its device or network can fail, which arrives as
 * EXCEPTION_IN_PAGE_ERROR, and another thread can protect its pages while they are copied. Vectored handlers see it before any frame does, runtimes' own handlers included.
 */
#include "win32.h"

#include "../guard.h"

#if defined(_M_ARM64) || defined(__aarch64__)
#define PROGRAM_COUNTER(context) ((context)->Pc)
#else
#define PROGRAM_COUNTER(context) ((context)->Rip)
#endif

static INIT_ONCE once = INIT_ONCE_STATIC_INIT;

bool mmapio_win32_is_fault(DWORD code)
{
    return code == (DWORD)EXCEPTION_IN_PAGE_ERROR || code == (DWORD)EXCEPTION_ACCESS_VIOLATION ||
           code == (DWORD)EXCEPTION_GUARD_PAGE;
}

static LONG CALLBACK on_exception(PEXCEPTION_POINTERS info)
{
    uintptr_t landing;

    if (!mmapio_win32_is_fault(info->ExceptionRecord->ExceptionCode)) {
        return EXCEPTION_CONTINUE_SEARCH;
    }
    landing = mmapio_guard_landing((uintptr_t)PROGRAM_COUNTER(info->ContextRecord));
    if (landing == 0) {
        return EXCEPTION_CONTINUE_SEARCH;
    }
    PROGRAM_COUNTER(info->ContextRecord) = landing;
    return EXCEPTION_CONTINUE_EXECUTION;
}

/* The handler is code of this library, which must not be unloaded from under it: pinned, as -z nodelete does on Linux.
 */
static BOOL CALLBACK install(PINIT_ONCE unused, PVOID parameter, PVOID *context)
{
    HMODULE self;

    (void)unused;
    (void)parameter;
    (void)context;
    (void)GetModuleHandleExW(GET_MODULE_HANDLE_EX_FLAG_PIN | GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS,
                             (LPCWSTR)(const void *)&once, &self);
    return AddVectoredExceptionHandler(1, on_exception) != NULL;
}

mmapio_status mmapio_os_guard_install(mmapio_error *error)
{
    if (!InitOnceExecuteOnce(&once, install, NULL, NULL)) {
        return mmapio_win32_fail(error, GetLastError(), CALL_ADD_VECTORED_EXCEPTION_HANDLER);
    }
    return MMAPIO_OK;
}

/* The one handler is for all faults. */
mmapio_status mmapio_os_guard_install_protected(mmapio_error *error)
{
    return mmapio_os_guard_install(error);
}

/* Nobody can block an exception. */
bool mmapio_os_guard_serves(const mmapio_map *map)
{
    (void)map;
    return true;
}

/* A file is no shorter than its mapped views, for as long as there are any (SetEndOfFile: ERROR_USER_MAPPED_FILE). */
uint64_t mmapio_os_backed(mmapio_map *map, uint64_t offset, uint64_t length, backing how)
{
    (void)map;
    (void)offset;
    (void)how;
    return length;
}

/* A page of a view cannot be replaced by another. What makes pages vanish elsewhere, a shorter file, cannot happen. */
mmapio_status mmapio_os_zero_fill_begin(mmapio_map *map, mmapio_error *error)
{
    (void)map;
    return mmapio_fail(error, MMAPIO_UNSUPPORTED);
}

void mmapio_os_zero_fill_end(mmapio_map *map)
{
    (void)map;
}

uint64_t mmapio_os_zero_fill_pages(const mmapio_map *map)
{
    (void)map;
    return 0;
}

uint64_t mmapio_os_zero_fill_good(const mmapio_map *map, uint64_t map_offset, uint64_t length)
{
    (void)map;
    (void)map_offset;
    return length;
}

uint64_t mmapio_os_zero_fill_total(void)
{
    return 0;
}
