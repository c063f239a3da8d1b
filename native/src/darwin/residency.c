/* residency.c - mincore(2). */
#include "../posix/posix.h"

/* The answer comes from the memory object behind the mapping: of a file, that is the page cache's own, whichever
 * process read the page in; of anonymous memory, it is the pages this process (and its children) made. Unlike on
 * Linux nobody is told less than the truth for want of permissions. */
mmapio_status mmapio_os_residency(mmapio_map *map, const page_range *range, mmapio_residency *report, uint8_t *pages,
                                  mmapio_error *error)
{
    mmapio_status status = mmapio_posix_mincore(range, pages, &report->resident, error);

    report->scope = map->file == MMAPIO_NO_FILE ? MMAPIO_SCOPE_WORKING_SET : MMAPIO_SCOPE_PAGE_CACHE;
    report->known = status == MMAPIO_OK ? MMAPIO_KNOWN_RESIDENT : 0;
    return status;
}
