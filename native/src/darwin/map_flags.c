/* map_flags.c - the flags of mmap(2) that macOS has. */
#include "../posix/posix.h"

#include <sys/mman.h>

int mmapio_posix_map_flags(uint32_t flags)
{
    int native = (flags & MMAPIO_MAP_SHARED) != 0 ? MAP_SHARED : MAP_PRIVATE;

    /* What large pages there are (Intel only) are asked for with a number in place of the descriptor, for anonymous
     * memory alone, and are wired for good: not what the flag promises. */
    if ((flags & MMAPIO_MAP_HUGETLB) != 0) {
        return -1;
    }
    /* Accepted and ignored by the kernel, which reserves no swap for anybody. POPULATE has no flag at all. */
    native |= (flags & MMAPIO_MAP_NORESERVE) != 0 ? MAP_NORESERVE : 0;
    return native;
}

/* There are none to be had this way: mmapio_posix_map_flags refuses the flag. */
uint64_t mmapio_posix_huge_page_size(intptr_t file)
{
    (void)file;
    return mmapio_os_page_size();
}
