/* seals.c - fcntl(2) F_ADD_SEALS, of memory without a name. */
#include "kernel.h"
#include "linux.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum {
    SEALS = MMAPIO_SEAL_SEAL | MMAPIO_SEAL_SHRINK | MMAPIO_SEAL_GROW | MMAPIO_SEAL_WRITE | MMAPIO_SEAL_FUTURE_WRITE
};

/* Files of /dev/shm, and others of tmpfs, are born sealed against sealing: what they have are no seals. */
static bool can_have_seals(const mmapio_map *map)
{
    return map->name[0] == 0 && mmapio_linux_is_memfd(map->file);
}

mmapio_status mmapio_os_seal(mmapio_map *map, uint32_t seals, mmapio_error *error)
{
    int code;

    if (!can_have_seals(map)) {
        return mmapio_fail(error, MMAPIO_UNSUPPORTED);
    }
    if (fcntl((int)map->file, F_ADD_SEALS, (int)seals) == 0) {
        return MMAPIO_OK;
    }
    code = errno;
    /* A seal, or a kernel, that does not know the other. */
    return code == EINVAL ? mmapio_fail_os(error, MMAPIO_UNSUPPORTED, MMAPIO_OS_ERRNO, code, CALL_FCNTL)
                          : mmapio_posix_fail(error, code, CALL_FCNTL);
}

mmapio_status mmapio_os_seals(mmapio_map *map, uint32_t *seals, mmapio_error *error)
{
    int found;

    if (!can_have_seals(map)) {
        return MMAPIO_OK;
    }
    found = fcntl((int)map->file, F_GET_SEALS);
    if (found < 0) {
        int code = errno;
        return code == EINVAL ? MMAPIO_OK : mmapio_posix_fail(error, code, CALL_FCNTL);
    }
    *seals = (uint32_t)found & (uint32_t)SEALS;
    return MMAPIO_OK;
}
