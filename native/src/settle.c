/* settle.c - what a map was asked to be besides mapped, for all of it and for what is added to it later. */
#include "check.h"
#include "range.h"

/* Does this advice describe the mapping, so that it can be given before there is anything in it, or is it something to
 * be done with pages? */
static bool describes_mapping(uint32_t advice)
{
    switch (advice) {
    case MMAPIO_MADV_WILLNEED:
    case MMAPIO_MADV_DONTNEED:
    case MMAPIO_MADV_DONTNEED_LOCKED:
    case MMAPIO_MADV_FREE:
    case MMAPIO_MADV_REMOVE:
    case MMAPIO_MADV_COLD:
    case MMAPIO_MADV_PAGEOUT:
    case MMAPIO_MADV_POPULATE_READ:
    case MMAPIO_MADV_POPULATE_WRITE:
    case MMAPIO_MADV_COLLAPSE:
        return false;
    default:
        return true;
    }
}

/* The reserve gets what describes the mapping at once, which keeps it in one piece for the system. */
static void advise(mmapio_map *map, const page_range *pages)
{
    uint32_t advice = map->advice & ~(uint32_t)MMAPIO_MADV_ALLOW_LOSS;
    uint32_t outcome = MMAPIO_ADVICE_IGNORED;
    page_range range = *pages;
    mmapio_error ignored;

    if (advice == MMAPIO_MADV_NORMAL || mmapio_advice_denied(map, advice)) {
        return;
    }
    if (describes_mapping(advice)) {
        range.length = map->base_length - range.map_offset;
    }
    (void)mmapio_os_advise(map, &range, advice, &outcome, &ignored);
}

bool mmapio_pages_from(const mmapio_map *map, uint64_t from, page_range *pages)
{
    uint64_t first = from == 0 ? 0 : round_up(map->lead + from, map->page_size);
    uint64_t end = round_up(map->lead + map->length, map->page_size);

    if (map->length == 0 || first >= end) {
        return false;
    }
    pages->address = map->base + first;
    pages->length = end - first;
    pages->map_offset = first;
    return true;
}

mmapio_status mmapio_settle(mmapio_map *map, uint64_t from, mmapio_error *error)
{
    page_range pages;

    if (!mmapio_pages_from(map, from, &pages)) {
        return MMAPIO_OK;
    }
    if ((map->flags & MMAPIO_MAP_LOCKED) != 0) {
        mmapio_status status = mmapio_os_lock(map, &pages, 0, error);
        if (status != MMAPIO_OK) {
            return status;
        }
    }
    advise(map, &pages);
    return MMAPIO_OK;
}
