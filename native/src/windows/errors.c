/* errors.c - GetLastError() to status. */
#include "win32.h"

/* Codes that the headers of older compilers lack. */
enum { NO_SUCH_DEVICE = 433, DEVICE_HARDWARE_ERROR = 483, DISK_QUOTA_EXCEEDED = 1295, DYNAMIC_CODE_BLOCKED = 1655 };

/* What a disk, a cable or a server did. */
static bool is_device_error(DWORD code)
{
    switch (code) {
    case ERROR_NOT_READY:
    case ERROR_CRC:
    case ERROR_SEEK:
    case ERROR_SECTOR_NOT_FOUND:
    case ERROR_WRITE_FAULT:
    case ERROR_READ_FAULT:
    case ERROR_GEN_FAILURE:
    case ERROR_WRONG_DISK:
    case ERROR_BAD_NETPATH:
    case ERROR_DEV_NOT_EXIST:
    case ERROR_UNEXP_NET_ERR:
    case ERROR_NETNAME_DELETED:
    case ERROR_SEM_TIMEOUT:
    case NO_SUCH_DEVICE:
    case DEVICE_HARDWARE_ERROR:
    case ERROR_MEDIA_CHANGED:
    case ERROR_NO_MEDIA_IN_DRIVE:
    case ERROR_IO_DEVICE:
    case ERROR_DISK_OPERATION_FAILED:
    case ERROR_DEVICE_NOT_CONNECTED:
    case ERROR_FILE_CORRUPT:
    case ERROR_DISK_CORRUPT:
    case ERROR_DEVICE_REMOVED:
        return true;
    default:
        return false;
    }
}

mmapio_status mmapio_win32_status(DWORD code)
{
    switch (code) {
    case ERROR_INVALID_HANDLE:
    case ERROR_INVALID_PARAMETER:
    case ERROR_INVALID_ADDRESS:
        return MMAPIO_INVALID_ARGUMENT;
    case ERROR_FILE_TOO_LARGE:
        return MMAPIO_OUT_OF_RANGE;
    case ERROR_MAPPED_ALIGNMENT:
        return MMAPIO_MISALIGNED;
    case ERROR_ACCESS_DENIED:
    case ERROR_WRITE_PROTECT:
    case ERROR_PRIVILEGE_NOT_HELD:
    case DYNAMIC_CODE_BLOCKED: /* this process has forbidden itself executable memory */
        return MMAPIO_ACCESS_DENIED;
    case ERROR_SHARING_VIOLATION:
    case ERROR_LOCK_VIOLATION:
    case ERROR_BUSY:
    case ERROR_USER_MAPPED_FILE:
        return MMAPIO_BUSY;
    case ERROR_FILE_NOT_FOUND:
    case ERROR_PATH_NOT_FOUND:
        return MMAPIO_NOT_FOUND;
    case ERROR_FILE_EXISTS:
    case ERROR_ALREADY_EXISTS:
        return MMAPIO_EXISTS;
    case ERROR_NOT_ENOUGH_MEMORY:
    case ERROR_OUTOFMEMORY:
    case ERROR_NO_SYSTEM_RESOURCES:
    case ERROR_COMMITMENT_LIMIT:
    case ERROR_COMMITMENT_MINIMUM:
        return MMAPIO_OUT_OF_MEMORY;
    case ERROR_TOO_MANY_OPEN_FILES:
    case ERROR_NOT_ENOUGH_QUOTA:
    case ERROR_NONPAGED_SYSTEM_RESOURCES:
    case ERROR_PAGED_SYSTEM_RESOURCES:
    case ERROR_WORKING_SET_QUOTA:
    case ERROR_PAGEFILE_QUOTA:
        return MMAPIO_LIMIT_REACHED;
    case ERROR_HANDLE_DISK_FULL:
    case ERROR_DISK_FULL:
    case DISK_QUOTA_EXCEEDED:
        return MMAPIO_NO_SPACE;
    case ERROR_INVALID_FUNCTION:
    case ERROR_NOT_SUPPORTED:
    case ERROR_CALL_NOT_IMPLEMENTED:
    case ERROR_BAD_EXE_FORMAT: /* STATUS_INVALID_FILE_FOR_SECTION: a file system or device without mappings */
        return MMAPIO_UNSUPPORTED;
    case ERROR_FILE_INVALID: /* the volume was changed under the open file */
    case ERROR_PARTIAL_COPY:
    case ERROR_NOACCESS:
    case ERROR_SWAPERROR:
        return MMAPIO_FAULT;
    default:
        return is_device_error(code) ? MMAPIO_IO : MMAPIO_UNKNOWN;
    }
}

mmapio_status mmapio_win32_fail_as(mmapio_error *error, mmapio_status status, DWORD code, uint32_t call)
{
    return mmapio_fail_os(error, status, MMAPIO_OS_WIN32, (int32_t)code, call);
}

mmapio_status mmapio_win32_fail(mmapio_error *error, DWORD code, uint32_t call)
{
    return mmapio_win32_fail_as(error, mmapio_win32_status(code), code, call);
}
