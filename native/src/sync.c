/*
 * sync.c - writing a map's pages to its file, and remembering when that failed.
 *
 * Linux reports a failed writeback once for each open file, and marks the pages clean; a second msync(2) or fsync(2)
 * succeeds with the data gone (the "fsyncgate" of PostgreSQL). What one thread was told, another must not be able to
 * overlook, so the map keeps the first failure until somebody says that he knows.
 */
#include "check.h"
#include "range.h"

#include <stdatomic.h>

enum { MS_KINDS = MMAPIO_MS_ASYNC | MMAPIO_MS_SYNC | MMAPIO_MS_DATA | MMAPIO_MS_DURABLE | MMAPIO_MS_BARRIER };

/* A failure in one word, for one atomic store: never 0, since calls begin at 1. */
static uint64_t pack(const mmapio_error *failure)
{
    return (uint64_t)failure->os_call << 40 | (uint64_t)(failure->os_domain & 0xFF) << 32 | (uint32_t)failure->os_code;
}

/* Whatever else a device or file system may report (ETIMEDOUT, ESTALE, ...) has no status of its own. Refusals that
 * have one, such as BUSY and ACCESS_DENIED, leave the pages as dirty as they were. */
static bool means_loss(mmapio_status status)
{
    switch (status) {
    case MMAPIO_IO:
    case MMAPIO_NO_SPACE:
    case MMAPIO_FAULT:
    case MMAPIO_UNKNOWN:
        return true;
    default:
        return false;
    }
}

bool mmapio_is_lost(mmapio_map *map, mmapio_error *error)
{
    uint64_t lost = atomic_load(&map->lost);

    if (lost != 0) {
        (void)mmapio_fail_os(error, MMAPIO_DURABILITY_LOST, (uint32_t)(lost >> 32) & 0xFF, (int32_t)(uint32_t)lost,
                             (uint32_t)(lost >> 40));
    }
    return lost != 0;
}

mmapio_status mmapio_note_failure(mmapio_map *map, const mmapio_error *failure, mmapio_error *error)
{
    uint64_t none = 0;

    if (means_loss(failure->status)) {
        (void)atomic_compare_exchange_strong(&map->lost, &none, pack(failure));
    }
    return mmapio_fail_os(error, failure->status, failure->os_domain, failure->os_code, failure->os_call);
}

/* What was written to pages of zeros that stand in for the file's is in no file, and never will be. */
static bool is_torn(const mmapio_map *map, const page_range *pages)
{
    return map->zero_fill != 0 && (map->protection & MMAPIO_PROT_WRITE) != 0 &&
           mmapio_os_zero_fill_good(map, pages->map_offset, pages->length) < pages->length;
}

mmapio_status mmapio_map_sync(mmapio_map *map, uint64_t offset, uint64_t length, uint32_t mode, mmapio_error *error)
{
    page_range pages;
    bool done;
    mmapio_status status = mmapio_range_enter(map, offset, length, &pages, &done, error);
    uint32_t kind = mode & (uint32_t)MS_KINDS;
    bool promises = kind != MMAPIO_MS_ASYNC;
    mmapio_error failure;

    if (status == MMAPIO_OK &&
        ((mode & ~(uint32_t)(MS_KINDS | MMAPIO_MS_INVALIDATE)) != 0 || kind == 0 || (kind & (kind - 1)) != 0)) {
        return mmapio_fail(error, MMAPIO_INVALID_ARGUMENT);
    }
    if (!done && map->file == MMAPIO_CLOSED_FILE && (kind & ~(uint32_t)(MMAPIO_MS_ASYNC | MMAPIO_MS_SYNC)) != 0 &&
        (map->flags & MMAPIO_MAP_PRIVATE) == 0) {
        return mmapio_fail(error, MMAPIO_UNSUPPORTED);
    }
    if (done || map->file == MMAPIO_NO_FILE || map->is_memory || (map->flags & MMAPIO_MAP_PRIVATE) != 0) {
        return status;
    }
    if (promises && mmapio_is_lost(map, error)) {
        return MMAPIO_DURABILITY_LOST;
    }
    if (mmapio_os_sync(map, &pages, mode, &failure) != MMAPIO_OK) {
        return mmapio_note_failure(map, &failure, error);
    }
    /* Another thread may have been told meanwhile what was then kept from this one. */
    if (promises && mmapio_is_lost(map, error)) {
        return MMAPIO_DURABILITY_LOST;
    }
    return promises && is_torn(map, &pages) ? mmapio_fail(error, MMAPIO_FAULT) : MMAPIO_OK;
}

mmapio_status mmapio_map_acknowledge_loss(mmapio_map *map, mmapio_error *error)
{
    clear_error(error);
    if (map == NULL) {
        return mmapio_fail(error, MMAPIO_INVALID_ARGUMENT);
    }
    atomic_store(&map->lost, 0);
    return MMAPIO_OK;
}
