/* sync.c - FlushViewOfFile, FlushFileBuffers, and the form of the latter that leaves the timestamps alone. */
#include "win32.h"

enum { FLUSH_ATTEMPTS = 15, FLUSH_PAUSE_MS = 20 };

/* FLUSH_FLAGS_FILE_DATA_SYNC_ONLY of ntifs.h, which belongs to the driver kit. */
enum { FILE_DATA_SYNC_ONLY = 4 };

/* Writes the pages to the file, and waits. NTFS's log makes the call fail with ERROR_LOCK_VIOLATION now and then, which
 * passes by itself within milliseconds; as there is nothing to wait for but time, this sleeps and tries again. At once,
 * if somebody called CancelSynchronousIo on this thread: that says nothing of the data, and is not to be taken for a loss. */
DWORD mmapio_win32_flush_view(void *address, SIZE_T length)
{
    for (int attempt = 1;;) {
        DWORD code = FlushViewOfFile(address, length) ? ERROR_SUCCESS : GetLastError();
        if (code == ERROR_OPERATION_ABORTED) {
            continue;
        }
        if (code != ERROR_LOCK_VIOLATION || attempt == FLUSH_ATTEMPTS) {
            return code;
        }
        attempt++;
        Sleep(FLUSH_PAUSE_MS);
    }
}

static DWORD flush_all(HANDLE file)
{
    DWORD code;

    do {
        code = FlushFileBuffers(file) ? ERROR_SUCCESS : GetLastError();
    } while (code == ERROR_OPERATION_ABORTED);
    return code;
}

/* Flushes the device's cache, with the metadata needed to read the data back. Gives ERROR_NOT_SUPPORTED where this
 * needs the whole FlushFileBuffers: on systems before Windows 8, and on other file systems than NTFS. Any other
 * failure stands, for the error of a lost write may be told only once. */
static DWORD flush_data(HANDLE file)
{
    const struct win32_system *system = mmapio_win32_system();
    IO_STATUS_BLOCK block;
    NTSTATUS status;
    DWORD code;

    if (system->flush_file == NULL || system->code_of == NULL) {
        return ERROR_NOT_SUPPORTED;
    }
    do {
        status = system->flush_file(file, FILE_DATA_SYNC_ONLY, NULL, 0, &block);
        code = status >= 0 ? ERROR_SUCCESS : system->code_of(status);
    } while (code == ERROR_OPERATION_ABORTED);
    switch (code) {
    case ERROR_INVALID_FUNCTION:
    case ERROR_INVALID_PARAMETER:
    case ERROR_CALL_NOT_IMPLEMENTED:
        return ERROR_NOT_SUPPORTED;
    default:
        return code;
    }
}

/* ASYNC is left to the kernel: dirty pages of a view are written by the mapped page writer, sooner or later, and no
 * call makes it start without waiting for it. INVALIDATE has nothing to do: all views of a file are the same pages. */
mmapio_status mmapio_os_sync(mmapio_map *map, const page_range *range, uint32_t mode, mmapio_error *error)
{
    page_range first = mmapio_win32_first_view(map, range);
    page_range second = {first.address + first.length, range->length - first.length, 0};
    DWORD code;

    if ((mode & MMAPIO_MS_ASYNC) != 0) {
        return MMAPIO_OK;
    }
    code = mmapio_win32_flush_view(first.address, (SIZE_T)first.length);
    if (code == ERROR_SUCCESS && second.length != 0) {
        code = mmapio_win32_flush_view(second.address, (SIZE_T)second.length);
    }
    if (code != ERROR_SUCCESS) {
        return mmapio_win32_fail(error, code, CALL_FLUSH_VIEW_OF_FILE);
    }
    if ((mode & MMAPIO_MS_SYNC) != 0) {
        return MMAPIO_OK;
    }
    code = (mode & MMAPIO_MS_DURABLE) != 0 ? ERROR_NOT_SUPPORTED : flush_data((HANDLE)map->file);
    if (code == ERROR_SUCCESS) {
        return MMAPIO_OK;
    }
    if (code != ERROR_NOT_SUPPORTED) {
        return mmapio_win32_fail(error, code, CALL_NT_FLUSH_BUFFERS_FILE_EX);
    }
    code = flush_all((HANDLE)map->file);
    return code == ERROR_SUCCESS ? MMAPIO_OK : mmapio_win32_fail(error, code, CALL_FLUSH_FILE_BUFFERS);
}
