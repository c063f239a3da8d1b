/*
 * asserts.h - what platform.h requires of the public functions, looked at in debug builds.
 *
 * Between the two: each call of the seam that has a precondition goes through a function here that asserts it. Included
 * by check.h, and so by every file of the common ones that takes arguments from outside.
 */
#ifndef MMAPIO_ASSERTS_H
#define MMAPIO_ASSERTS_H

#include "platform.h"

#ifndef NDEBUG

#include <assert.h>

static inline bool is_whole(uint64_t bytes)
{
    return bytes % mmapio_os_page_size() == 0;
}

/* As the picture above struct mmapio_map has it. */
static inline bool is_map(const mmapio_map *map)
{
    return map != NULL && is_whole(map->base_offset) && is_whole(map->base_length) && is_whole(map->guard) &&
           (map->length == 0 || (map->base != NULL && map->lead + map->length <= map->base_length));
}

static inline bool is_page_range(const mmapio_map *map, const page_range *range)
{
    return is_map(map) && map->base != NULL && range->length != 0 && is_whole(range->length) &&
           is_whole(range->map_offset) && range->address == map->base + range->map_offset &&
           range->map_offset <= map->base_length && range->length <= map->base_length - range->map_offset;
}

static inline bool is_file_range(intptr_t file, uint64_t offset, uint64_t length)
{
    return file != MMAPIO_NO_FILE && file != MMAPIO_CLOSED_FILE && length != 0 && is_whole(offset) && is_whole(length);
}

static inline bool is_shared_file(const mmapio_map *map)
{
    return (map->flags & MMAPIO_MAP_SHARED) != 0 && map->file != MMAPIO_NO_FILE && !map->is_memory;
}

/* ---- files ---- */

static inline mmapio_status assert_file_lengthen(intptr_t file, uint64_t end, mmapio_error *error)
{
    assert(end != 0);
    return mmapio_os_file_lengthen(file, end, error);
}

static inline mmapio_status assert_file_allocate(intptr_t file, uint64_t offset, uint64_t length, mmapio_error *error)
{
    assert(length != 0 && offset <= (uint64_t)INT64_MAX && length <= (uint64_t)INT64_MAX - offset);
    return mmapio_os_file_allocate(file, offset, length, error);
}

static inline mmapio_status assert_file_residency(intptr_t file, uint64_t offset, uint64_t length,
                                                  mmapio_residency *report, mmapio_error *error)
{
    assert(is_file_range(file, offset, length));
    assert(report->known == 0 && report->resident == 0 && report->dirty == 0);
    return mmapio_os_file_residency(file, offset, length, report, error);
}

static inline mmapio_status assert_file_prefetch(intptr_t file, uint64_t offset, uint64_t length, uint32_t *outcome,
                                                 mmapio_error *error)
{
    assert(is_file_range(file, offset, length) && *outcome == MMAPIO_ADVICE_IGNORED);
    return mmapio_os_file_prefetch(file, offset, length, outcome, error);
}

static inline mmapio_status assert_file_evict(intptr_t file, uint64_t offset, uint64_t length, mmapio_error *error)
{
    assert(is_file_range(file, offset, length));
    return mmapio_os_file_evict(file, offset, length, error);
}

static inline mmapio_status assert_file_advise(intptr_t file, uint64_t offset, uint64_t length, uint32_t advice,
                                               uint32_t *outcome, mmapio_error *error)
{
    assert(is_file_range(file, offset, length) && *outcome == MMAPIO_ADVICE_IGNORED);
    assert(advice <= MMAPIO_FADV_NOREUSE && advice != MMAPIO_FADV_WILLNEED);
    return mmapio_os_file_advise(file, offset, length, advice, outcome, error);
}

/* ---- mappings ---- */

static inline mmapio_status assert_map(mmapio_map *map, mmapio_error *error)
{
    mmapio_status status;

    assert(map->base == NULL && map->length != 0 && map->base_length != 0 && is_whole(map->base_length));
    status = mmapio_os_map(map, error);
    assert(status == MMAPIO_OK ? is_map(map) : map->base == NULL);
    return status;
}

static inline mmapio_status assert_unmap(mmapio_map *map, mmapio_error *error)
{
    assert(map->base != NULL);
    return mmapio_os_unmap(map, error);
}

static inline mmapio_status assert_remap(mmapio_map *map, uint64_t length, bool may_move, mmapio_error *error)
{
    uint64_t before = map->length;
    mmapio_status status;

    assert(is_map(map) && !map->mirrored);
    status = mmapio_os_remap(map, length, may_move, error);
    assert(is_map(map) && map->length == (status == MMAPIO_OK ? length : before));
    return status;
}

static inline mmapio_status assert_shrink_file(mmapio_map *map, uint64_t length, mmapio_error *error)
{
    assert(is_map(map) && length < map->length);
    assert((map->flags & MMAPIO_MAP_SHARED) != 0 && (map->protection & MMAPIO_PROT_WRITE) != 0);
    return mmapio_os_shrink_file(map, length, error);
}

static inline mmapio_status assert_clear(mmapio_map *map, uint64_t offset, uint64_t length, mmapio_error *error)
{
    assert(is_map(map) && map->file == MMAPIO_NO_FILE && (map->flags & MMAPIO_MAP_PRIVATE) != 0);
    assert((map->lead + offset) % map->page_size + length <= map->page_size);
    assert(map->lead + offset + length <= map->base_length);
    return mmapio_os_clear(map, offset, length, error);
}

/* ---- ranges of a mapping ---- */

static inline mmapio_status assert_advise(mmapio_map *map, const page_range *range, uint32_t advice, uint32_t *outcome,
                                          mmapio_error *error)
{
    assert(is_page_range(map, range) && *outcome == MMAPIO_ADVICE_IGNORED);
    assert((advice & MMAPIO_MADV_ALLOW_LOSS) == 0);
    return mmapio_os_advise(map, range, advice, outcome, error);
}

static inline mmapio_status assert_sync(mmapio_map *map, const page_range *range, uint32_t mode, mmapio_error *error)
{
    uint32_t kind = mode & ~(uint32_t)MMAPIO_MS_INVALIDATE;

    assert(is_page_range(map, range) && is_shared_file(map));
    assert(kind != 0 && (kind & (kind - 1)) == 0);
    return mmapio_os_sync(map, range, mode, error);
}

static inline mmapio_status assert_residency(mmapio_map *map, const page_range *range, mmapio_residency *report,
                                             uint8_t *pages, mmapio_error *error)
{
    assert(is_page_range(map, range));
    assert(report->known == 0 && report->resident == 0 && report->dirty == 0);
    return mmapio_os_residency(map, range, report, pages, error);
}

static inline mmapio_status assert_protect(mmapio_map *map, const page_range *range, uint32_t protection,
                                           mmapio_error *error)
{
    assert(is_page_range(map, range) && map->changed);
    return mmapio_os_protect(map, range, protection, error);
}

static inline mmapio_status assert_lock(mmapio_map *map, const page_range *range, uint32_t flags, mmapio_error *error)
{
    assert(is_page_range(map, range) && (flags & ~(uint32_t)MMAPIO_LOCK_ON_FAULT) == 0);
    return mmapio_os_lock(map, range, flags, error);
}

static inline mmapio_status assert_unlock(mmapio_map *map, const page_range *range, mmapio_error *error)
{
    assert(is_page_range(map, range));
    return mmapio_os_unlock(map, range, error);
}

static inline mmapio_status assert_populate(mmapio_map *map, const page_range *range, uint32_t protection,
                                            mmapio_error *error)
{
    assert(is_page_range(map, range));
    assert(protection == MMAPIO_PROT_READ || protection == MMAPIO_PROT_WRITE);
    return mmapio_os_populate(map, range, protection, error);
}

static inline mmapio_status assert_prefetch(mmapio_map *map, const page_range *ranges, uint32_t count,
                                            uint32_t *outcome, mmapio_error *error)
{
    assert(count != 0 && *outcome == MMAPIO_ADVICE_IGNORED);
    for (uint32_t i = 0; i < count; i++) {
        assert(is_page_range(map, &ranges[i]));
    }
    return mmapio_os_prefetch(map, ranges, count, outcome, error);
}

static inline mmapio_status assert_evict(mmapio_map *map, const page_range *range, mmapio_error *error)
{
    assert(is_page_range(map, range));
    return mmapio_os_evict(map, range, error);
}

/* ---- memory ---- */

static inline mmapio_status assert_copy(mmapio_map *map, uint64_t offset, void *buffer, uint64_t length, bool write,
                                        uint64_t *done, mmapio_error *error)
{
    assert(is_map(map) && length != 0 && offset <= map->length && length <= map->length - offset && *done == 0);
    return mmapio_os_copy(map, offset, buffer, length, write, done, error);
}

static inline uint64_t assert_zero_fill_good(const mmapio_map *map, uint64_t map_offset, uint64_t length)
{
    assert(map->zero_fill != 0 && length != 0 && map_offset + length <= map->base_length);
    return mmapio_os_zero_fill_good(map, map_offset, length);
}

static inline mmapio_status assert_seal(mmapio_map *map, uint32_t seals, mmapio_error *error)
{
    assert(map->is_memory);
    return mmapio_os_seal(map, seals, error);
}

static inline mmapio_status assert_seals(mmapio_map *map, uint32_t *seals, mmapio_error *error)
{
    assert(map->is_memory && *seals == 0);
    return mmapio_os_seals(map, seals, error);
}

#define mmapio_os_file_lengthen assert_file_lengthen
#define mmapio_os_file_allocate assert_file_allocate
#define mmapio_os_file_residency assert_file_residency
#define mmapio_os_file_prefetch assert_file_prefetch
#define mmapio_os_file_evict assert_file_evict
#define mmapio_os_file_advise assert_file_advise
#define mmapio_os_map assert_map
#define mmapio_os_unmap assert_unmap
#define mmapio_os_remap assert_remap
#define mmapio_os_shrink_file assert_shrink_file
#define mmapio_os_clear assert_clear
#define mmapio_os_advise assert_advise
#define mmapio_os_sync assert_sync
#define mmapio_os_residency assert_residency
#define mmapio_os_protect assert_protect
#define mmapio_os_lock assert_lock
#define mmapio_os_unlock assert_unlock
#define mmapio_os_populate assert_populate
#define mmapio_os_prefetch assert_prefetch
#define mmapio_os_evict assert_evict
#define mmapio_os_copy assert_copy
#define mmapio_os_zero_fill_good assert_zero_fill_good
#define mmapio_os_seal assert_seal
#define mmapio_os_seals assert_seals

#endif /* NDEBUG */

#endif /* MMAPIO_ASSERTS_H */
