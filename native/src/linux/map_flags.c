/* map_flags.c - the flags of mmap(2) that Linux has. */
#include "../posix/posix.h"

#include <sys/mman.h>

int mmapio_posix_map_flags(uint32_t flags)
{
    int native = (flags & MMAPIO_MAP_SHARED) != 0 ? MAP_SHARED : MAP_PRIVATE;

    native |= (flags & MMAPIO_MAP_NORESERVE) != 0 ? MAP_NORESERVE : 0;
    native |= (flags & MMAPIO_MAP_POPULATE) != 0 ? MAP_POPULATE : 0;
    native |= (flags & MMAPIO_MAP_NONBLOCK) != 0 ? MAP_NONBLOCK : 0;
    return native;
}
