/* map_flags.c - the flags of mmap(2) that macOS has. */
#include "../posix/posix.h"

#include <sys/mman.h>

int mmapio_posix_map_flags(uint32_t flags)
{
    int native = (flags & MMAPIO_MAP_SHARED) != 0 ? MAP_SHARED : MAP_PRIVATE;

    /* Accepted and ignored by the kernel, which reserves no swap for anybody. POPULATE has no flag at all. */
    native |= (flags & MMAPIO_MAP_NORESERVE) != 0 ? MAP_NORESERVE : 0;
    return native;
}

/* What large pages there are (Intel only) are asked for with a number in place of the descriptor, for anonymous memory
 * alone, and are wired for good: not what is promised of them. */
uint64_t mmapio_posix_huge_page_size(const mmapio_map *map, bool *is_given)
{
    (void)map;
    *is_given = false;
    return 0;
}

int mmapio_posix_huge_flags(uint64_t size)
{
    (void)size;
    return 0;
}

/* The kernel chooses by itself, and listens to no advice. */
bool mmapio_posix_make_transparent(mmapio_map *map)
{
    (void)map;
    return false;
}
