/* file.c - the map's own handle. */
#include "win32.h"

/* A directory answers GetFileSizeEx, with the size of its index. */
static bool is_directory(HANDLE file)
{
    FILE_STANDARD_INFO info;

    return GetFileInformationByHandleEx(file, FileStandardInfo, &info, sizeof info) && info.Directory;
}

DWORD mmapio_win32_attributes(HANDLE file)
{
    FILE_BASIC_INFO info;

    return GetFileInformationByHandleEx(file, FileBasicInfo, &info, sizeof info) ? info.FileAttributes : 0;
}

mmapio_status mmapio_os_file_length(intptr_t file, uint64_t *length, mmapio_error *error)
{
    HANDLE handle = (HANDLE)file;
    LARGE_INTEGER size;

    /* A pipe too would answer, with what is waiting in it. */
    switch (GetFileType(handle)) {
    case FILE_TYPE_CHAR:
        return mmapio_fail_os(error, MMAPIO_UNSUPPORTED, MMAPIO_OS_FILE, MMAPIO_FILE_DEVICE, CALL_NONE);
    case FILE_TYPE_PIPE: /* or a socket */
        return mmapio_fail_os(error, MMAPIO_UNSUPPORTED, MMAPIO_OS_FILE, MMAPIO_FILE_PIPE, CALL_NONE);
    default:
        break; /* a disk, or something that is no file at all, as the next call will say */
    }
    if (!GetFileSizeEx(handle, &size)) {
        return mmapio_win32_fail(error, GetLastError(), CALL_GET_FILE_SIZE_EX);
    }
    if (is_directory(handle)) {
        return mmapio_fail_os(error, MMAPIO_UNSUPPORTED, MMAPIO_OS_FILE, MMAPIO_FILE_DIRECTORY, CALL_NONE);
    }
    *length = (uint64_t)size.QuadPart;
    return MMAPIO_OK;
}

mmapio_status mmapio_os_file_measure(intptr_t file, uint64_t *length, uint64_t *block, mmapio_error *error)
{
    *block = 0;
    return mmapio_os_file_length(file, length, error);
}

mmapio_status mmapio_os_file_duplicate(intptr_t file, intptr_t *duplicate, mmapio_error *error)
{
    HANDLE self = GetCurrentProcess();
    HANDLE copy;

    if (!DuplicateHandle(self, (HANDLE)file, self, &copy, 0, FALSE, DUPLICATE_SAME_ACCESS)) {
        return mmapio_win32_fail(error, GetLastError(), CALL_DUPLICATE_HANDLE);
    }
    *duplicate = (intptr_t)copy;
    return MMAPIO_OK;
}

mmapio_status mmapio_os_file_close(intptr_t file, mmapio_error *error)
{
    if (!CloseHandle((HANDLE)file)) {
        return mmapio_win32_fail(error, GetLastError(), CALL_CLOSE_HANDLE);
    }
    return MMAPIO_OK;
}

void mmapio_os_file_remember(mmapio_map *map)
{
    (void)map;
}
