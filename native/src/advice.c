/* advice.c - which advice there is, and which of it loses what was written. */
#include "check.h"

/* Gives 0 for a number that is no advice, 1 for one that keeps what was written, 2 for one that can lose it. */
static int advice_kind(uint32_t advice, uint32_t map_flags)
{
    switch (advice) {
    case MMAPIO_MADV_FREE:
    case MMAPIO_MADV_REMOVE:
        return 2;
    case MMAPIO_MADV_DONTNEED:
    case MMAPIO_MADV_DONTNEED_LOCKED:
        return (map_flags & MMAPIO_MAP_PRIVATE) != 0 ? 2 : 1;
    case MMAPIO_MADV_NORMAL:
    case MMAPIO_MADV_RANDOM:
    case MMAPIO_MADV_SEQUENTIAL:
    case MMAPIO_MADV_WILLNEED:
    case MMAPIO_MADV_DONTFORK:
    case MMAPIO_MADV_DOFORK:
    case MMAPIO_MADV_MERGEABLE:
    case MMAPIO_MADV_UNMERGEABLE:
    case MMAPIO_MADV_HUGEPAGE:
    case MMAPIO_MADV_NOHUGEPAGE:
    case MMAPIO_MADV_DONTDUMP:
    case MMAPIO_MADV_DODUMP:
    case MMAPIO_MADV_WIPEONFORK:
    case MMAPIO_MADV_KEEPONFORK:
    case MMAPIO_MADV_COLD:
    case MMAPIO_MADV_PAGEOUT:
    case MMAPIO_MADV_POPULATE_READ:
    case MMAPIO_MADV_POPULATE_WRITE:
    case MMAPIO_MADV_COLLAPSE:
        return 1;
    default:
        return 0;
    }
}

bool mmapio_advice_denied(const mmapio_map *map, uint32_t advice)
{
    /* Handles and kernels may permit more than the map was made for. */
    return (advice & ~(uint32_t)MMAPIO_MADV_ALLOW_LOSS) == MMAPIO_MADV_REMOVE &&
           (map->protection & MMAPIO_PROT_WRITE) == 0;
}

bool mmapio_advice_allowed(uint32_t advice, uint32_t map_flags)
{
    int kind = advice_kind(advice & ~(uint32_t)MMAPIO_MADV_ALLOW_LOSS, map_flags);

    return kind == 1 || (kind == 2 && (advice & MMAPIO_MADV_ALLOW_LOSS) != 0);
}
