/* errors.c - errno to status. */
#include "posix.h"

#include <errno.h>

mmapio_status mmapio_posix_status(int code)
{
    switch (code) {
    case EINVAL:
    case EBADF:
        return MMAPIO_INVALID_ARGUMENT;
    case EACCES:
    case EPERM:
    case EROFS:
        return MMAPIO_ACCESS_DENIED;
    case EBUSY:
    case ETXTBSY:
        return MMAPIO_BUSY;
    case ENOENT:
        return MMAPIO_NOT_FOUND;
    case EEXIST:
        return MMAPIO_EXISTS;
    case ENOMEM:
        return MMAPIO_OUT_OF_MEMORY;
    case EAGAIN:
    case EMFILE:
    case ENFILE:
        return MMAPIO_LIMIT_REACHED;
    case ENOSPC:
    case EDQUOT:
        return MMAPIO_NO_SPACE;
    case EOVERFLOW:
    case EFBIG:
        return MMAPIO_OUT_OF_RANGE;
    case ENODEV:
    case ENOTTY:
    case ENXIO:
    case EISDIR:
    case ENOSYS:
    case ENOTSUP:
#if EOPNOTSUPP != ENOTSUP
    case EOPNOTSUPP:
#endif
        return MMAPIO_UNSUPPORTED;
    case EIO:
        return MMAPIO_IO;
    case EFAULT:
#ifdef EHWPOISON
    case EHWPOISON:
#endif
        return MMAPIO_FAULT;
    default:
        return MMAPIO_UNKNOWN;
    }
}

mmapio_status mmapio_posix_fail(mmapio_error *error, int code, uint32_t call)
{
    return mmapio_fail_os(error, mmapio_posix_status(code), MMAPIO_OS_ERRNO, code, call);
}
