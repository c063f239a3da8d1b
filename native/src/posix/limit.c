/* limit.c - RLIMIT_FSIZE, which a call that goes beyond meets with a signal first (SIGXFSZ) that ends the process. */
#include "posix.h"

#include <errno.h>
#include <sys/resource.h>

/* Asked beforehand, rather than keeping the signal away: macOS sends it to the process, whichever thread takes it. */
mmapio_status mmapio_posix_check_size(uint64_t end, uint32_t call, mmapio_error *error)
{
    struct rlimit limit;

    if (getrlimit(RLIMIT_FSIZE, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY && end > (uint64_t)limit.rlim_cur) {
        return mmapio_fail_os(error, MMAPIO_LIMIT_REACHED, MMAPIO_OS_ERRNO, EFBIG, call);
    }
    return MMAPIO_OK;
}
