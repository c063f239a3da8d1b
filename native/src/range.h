/* range.h - the one place where offsets and lengths are checked, added and rounded. */
#ifndef MMAPIO_RANGE_H
#define MMAPIO_RANGE_H

#include "platform.h"

/* Is [offset, offset + length) inside [0, limit)? Cannot overflow. */
static inline bool range_within(uint64_t offset, uint64_t length, uint64_t limit)
{
    return offset <= limit && length <= limit - offset;
}

/* The unit is a power of two: a page size or an allocation granularity. */
static inline uint64_t round_down(uint64_t value, uint64_t unit)
{
    return value & ~(unit - 1);
}

/* value + unit does not overflow: values here are at most INT64_MAX. */
static inline uint64_t round_up(uint64_t value, uint64_t unit)
{
    return round_down(value + unit - 1, unit);
}

/* The pages that [offset, offset + length) of the map touches; length is not 0, and the range is within the map. */
static inline page_range range_pages(const mmapio_map *map, uint64_t offset, uint64_t length, uint64_t page_size)
{
    uint64_t first = round_down(map->lead + offset, page_size);
    uint64_t last = round_up(map->lead + offset + length, page_size);
    page_range pages = {map->base + first, last - first, first};

    return pages;
}

/* The pages of the first copy that a range stands for, as offsets from base, which are those of the source from
 * base_offset on: one part, or, across the middle of a mirrored map, two. Returns how many. */
static inline uint32_t source_parts(const mmapio_map *map, const page_range *range, page_range parts[2])
{
    uint64_t middle = map->mirrored ? map->base_length / 2 : map->base_length;

    parts[0] = *range;
    if (range->map_offset >= middle) {
        parts[0].map_offset -= middle;
        parts[0].address -= middle;
        return 1;
    }
    if (range->length <= middle - range->map_offset) {
        return 1;
    }
    parts[0].length = middle - range->map_offset;
    parts[1].address = map->base;
    parts[1].map_offset = 0;
    parts[1].length = range->length - parts[0].length;
    return 2;
}

/* The common beginning of every call on a range. *done tells that there is nothing to do, or that it failed. */
mmapio_status mmapio_range_enter(const mmapio_map *map, uint64_t offset, uint64_t length, page_range *pages, bool *done,
                                 mmapio_error *error);

#endif /* MMAPIO_RANGE_H */
