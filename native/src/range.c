/* range.c - the calls on a range of a map: check it, work out its pages, hand over to the platform. */
#include "range.h"
#include "check.h"

mmapio_status mmapio_range_enter(const mmapio_map *map, uint64_t offset, uint64_t length, page_range *pages, bool *done,
                                 mmapio_error *error)
{
    clear_error(error);
    *done = true;
    if (map == NULL) {
        return mmapio_fail(error, MMAPIO_INVALID_ARGUMENT);
    }
    if (!range_within(offset, length, map->length)) {
        return mmapio_fail(error, MMAPIO_OUT_OF_RANGE);
    }
    if (length == 0) {
        return MMAPIO_OK;
    }
    *pages = range_pages(map, offset, length, map->page_size);
    *done = false;
    return MMAPIO_OK;
}

mmapio_status mmapio_map_advise(mmapio_map *map, uint64_t offset, uint64_t length, uint32_t advice, uint32_t *outcome,
                                mmapio_error *error)
{
    uint32_t unused;
    uint32_t *result = outcome == NULL ? &unused : outcome;
    page_range pages;
    bool done;
    mmapio_status status;

    *result = MMAPIO_ADVICE_IGNORED;
    status = mmapio_range_enter(map, offset, length, &pages, &done, error);
    if (status == MMAPIO_OK && !mmapio_advice_allowed(advice, map->flags)) {
        return mmapio_fail(error, MMAPIO_INVALID_ARGUMENT);
    }
    if (done) {
        return status;
    }
    if (mmapio_advice_denied(map, advice)) {
        return mmapio_fail(error, MMAPIO_ACCESS_DENIED);
    }
    return mmapio_os_advise(map, &pages, advice & ~(uint32_t)MMAPIO_MADV_ALLOW_LOSS, result, error);
}

mmapio_status mmapio_map_residency(mmapio_map *map, uint64_t offset, uint64_t length, mmapio_residency *report,
                                   uint8_t *pages, mmapio_error *error)
{
    mmapio_residency full;
    page_range range;
    bool done;
    mmapio_status status = mmapio_range_enter(map, offset, length, &range, &done, error);

    if (!report_begin(report, offsetof(mmapio_residency, pages)) && status == MMAPIO_OK) {
        return mmapio_fail(error, MMAPIO_INVALID_ARGUMENT);
    }
    if (status != MMAPIO_OK) {
        return status;
    }
    memset(&full, 0, sizeof full);
    full.page_size = mmapio_os_page_size();
    if (!done) {
        /* In ordinary pages even of huge ones, as the room for the answer is. */
        range = range_pages(map, offset, length, full.page_size);
        full.pages = range.length / full.page_size;
        if (pages != NULL) {
            memset(pages, 0, (size_t)full.pages);
        }
        status = mmapio_os_residency(map, &range, &full, pages, error);
    }
    if (status == MMAPIO_OK) {
        report_end(report, &full, sizeof full);
    }
    return status;
}

/* A copy that is under way when its pages lose the right to be read or written is to meet a fault, and no signal. */
static mmapio_status await_copies(const mmapio_map *map, uint32_t protection, mmapio_error *error)
{
    uint32_t lost = map->protection & ~complete_protection(protection) & (MMAPIO_PROT_READ | MMAPIO_PROT_WRITE);

    return lost == 0 || (protection & MMAPIO_PROT_QUIET) != 0 || !mmapio_copies_by_handler()
               ? MMAPIO_OK
               : mmapio_os_guard_install_protected(error);
}

mmapio_status mmapio_map_protect(mmapio_map *map, uint64_t offset, uint64_t length, uint32_t protection,
                                 mmapio_error *error)
{
    page_range pages;
    bool done;
    mmapio_status status = mmapio_range_enter(map, offset, length, &pages, &done, error);

    if (status == MMAPIO_OK && (protection & ~(uint32_t)(MMAPIO_PROT_ALL | MMAPIO_PROT_QUIET)) != 0) {
        return mmapio_fail(error, MMAPIO_INVALID_ARGUMENT);
    }
    if (done) {
        return status;
    }
    if ((map->flags & MMAPIO_MAP_ZERO_FILL) != 0) {
        /* A page that is filled gets the protection of the map: the handler knows no other. */
        return mmapio_fail(error, MMAPIO_UNSUPPORTED);
    }
    status = await_copies(map, protection, error);
    if (status != MMAPIO_OK) {
        return status;
    }
    map->changed = true;
    return mmapio_os_protect(map, &pages, complete_protection(protection & MMAPIO_PROT_ALL), error);
}

mmapio_status mmapio_map_lock(mmapio_map *map, uint64_t offset, uint64_t length, uint32_t flags, mmapio_error *error)
{
    page_range pages;
    bool done;
    mmapio_status status = mmapio_range_enter(map, offset, length, &pages, &done, error);

    if (status == MMAPIO_OK && (flags & ~(uint32_t)MMAPIO_LOCK_ON_FAULT) != 0) {
        return mmapio_fail(error, MMAPIO_INVALID_ARGUMENT);
    }
    return done ? status : mmapio_os_lock(map, &pages, flags, error);
}

mmapio_status mmapio_map_unlock(mmapio_map *map, uint64_t offset, uint64_t length, mmapio_error *error)
{
    page_range pages;
    bool done;
    mmapio_status status = mmapio_range_enter(map, offset, length, &pages, &done, error);

    return done ? status : mmapio_os_unlock(map, &pages, error);
}

mmapio_status mmapio_map_populate(mmapio_map *map, uint64_t offset, uint64_t length, uint32_t protection,
                                  mmapio_error *error)
{
    page_range pages;
    bool done;
    mmapio_status status = mmapio_range_enter(map, offset, length, &pages, &done, error);

    if (status == MMAPIO_OK && protection != MMAPIO_PROT_READ && protection != MMAPIO_PROT_WRITE) {
        return mmapio_fail(error, MMAPIO_INVALID_ARGUMENT);
    }
    return done ? status : mmapio_os_populate(map, &pages, protection, error);
}
