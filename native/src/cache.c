/* cache.c - what is in memory of maps and of files: reading ahead, evicting, asking, advising. */
#include "check.h"
#include "range.h"

/* Ranges handed to the platform at once: 6 KiB of stack. */
enum { BATCH = 256 };

static uint32_t least(uint32_t a, uint32_t b)
{
    return a < b ? a : b;
}

static mmapio_status check_ranges(const mmapio_map *map, const mmapio_range *ranges, uint32_t count)
{
    if (map == NULL || (ranges == NULL && count != 0)) {
        return MMAPIO_INVALID_ARGUMENT;
    }
    for (uint32_t i = 0; i < count; i++) {
        if (!range_within(ranges[i].offset, ranges[i].length, map->length)) {
            return MMAPIO_OUT_OF_RANGE;
        }
    }
    return MMAPIO_OK;
}

mmapio_status mmapio_map_prefetch_ranges(mmapio_map *map, const mmapio_range *ranges, uint32_t count, uint32_t *outcome,
                                         mmapio_error *error)
{
    page_range batch[BATCH];
    uint32_t result = MMAPIO_ADVICE_APPLIED;
    bool any = false;
    mmapio_status status = check_ranges(map, ranges, count);

    clear_error(error);
    if (outcome != NULL) {
        *outcome = MMAPIO_ADVICE_IGNORED;
    }
    if (status != MMAPIO_OK) {
        return mmapio_fail(error, status);
    }
    for (uint32_t i = 0; i < count;) {
        uint32_t filled = 0;
        uint32_t became = MMAPIO_ADVICE_IGNORED;
        for (; i < count && filled < BATCH; i++) {
            if (ranges[i].length != 0) {
                batch[filled++] = range_pages(map, ranges[i].offset, ranges[i].length, mmapio_os_page_size());
            }
        }
        if (filled == 0) {
            break;
        }
        status = mmapio_os_prefetch(map, batch, filled, &became, error);
        if (status != MMAPIO_OK) {
            return status;
        }
        any = true;
        result = least(result, became);
    }
    if (outcome != NULL && any) {
        *outcome = result;
    }
    return MMAPIO_OK;
}

mmapio_status mmapio_map_prefetch(mmapio_map *map, uint64_t offset, uint64_t length, uint32_t *outcome,
                                  mmapio_error *error)
{
    mmapio_range range = {offset, length};

    return mmapio_map_prefetch_ranges(map, &range, 1, outcome, error);
}

/* Where an eviction counts its pages: a map's, or a file's where map is NULL. */
typedef struct place {
    mmapio_map *map;
    page_range range;
    intptr_t file;
    uint64_t offset;
    uint64_t length;
} place;

/* That nobody can count, or that this handle may not, is no reason not to evict: the report says that it is not known. */
static mmapio_residency count(const place *where)
{
    mmapio_residency found = {0};
    mmapio_error ignored;
    mmapio_status status = where->map != NULL
                               ? mmapio_os_residency(where->map, &where->range, &found, NULL, &ignored)
                               : mmapio_os_file_residency(where->file, where->offset, where->length, &found, &ignored);

    if (status != MMAPIO_OK) {
        found.known = 0;
    }
    return found;
}

static mmapio_status evict(const place *where, mmapio_eviction *full, mmapio_error *error)
{
    mmapio_residency before = count(where);
    mmapio_residency after;
    mmapio_error failure;
    mmapio_status status = MMAPIO_OK;

    if (where->map == NULL) {
        status = mmapio_os_file_evict(where->file, where->offset, where->length, error);
    } else if (mmapio_os_evict(where->map, &where->range, &failure) != MMAPIO_OK) {
        status = mmapio_note_failure(where->map, &failure, error);
    }
    if (status != MMAPIO_OK) {
        return status;
    }
    after = count(where);
    full->scope = before.scope;
    if ((before.known & after.known & MMAPIO_KNOWN_RESIDENT) != 0) {
        full->known = MMAPIO_KNOWN_RESIDENT;
        full->resident_before = before.resident;
        full->resident_after = after.resident;
    }
    return MMAPIO_OK;
}

mmapio_status mmapio_map_evict(mmapio_map *map, uint64_t offset, uint64_t length, mmapio_eviction *report,
                               mmapio_error *error)
{
    mmapio_eviction full = {0};
    place where = {map, {0}, MMAPIO_NO_FILE, 0, 0};
    bool done;
    mmapio_status status = mmapio_range_enter(map, offset, length, &where.range, &done, error);

    if (!report_begin(report, offsetof(mmapio_eviction, pages)) && status == MMAPIO_OK) {
        return mmapio_fail(error, MMAPIO_INVALID_ARGUMENT);
    }
    if (status != MMAPIO_OK) {
        return status;
    }
    full.page_size = mmapio_os_page_size();
    if (!done) {
        if (mmapio_is_lost(map, error)) {
            return MMAPIO_DURABILITY_LOST;
        }
        full.pages = where.range.length / full.page_size;
        status = evict(&where, &full, error);
    }
    if (status == MMAPIO_OK) {
        report_end(report, &full, sizeof full);
    }
    return status;
}

/* The common beginning of every call on a file. Makes of the range the whole pages it touches; *length is 0 if there is
 * nothing to do. *partial tells whether that is less than the file. */
static mmapio_status enter_file(intptr_t file, uint64_t *offset, uint64_t *length, bool *partial, mmapio_error *error)
{
    uint64_t page_size = mmapio_os_page_size();
    uint64_t file_length = 0;
    uint64_t start;
    uint64_t end;
    mmapio_status status;

    clear_error(error);
    if (file == MMAPIO_NO_FILE) {
        return mmapio_fail(error, MMAPIO_INVALID_ARGUMENT);
    }
    status = mmapio_os_file_length(file, &file_length, error);
    if (status != MMAPIO_OK) {
        return status;
    }
    if (!range_within(*offset, *length, file_length)) {
        return mmapio_fail(error, MMAPIO_OUT_OF_RANGE);
    }
    end = *length == 0 ? file_length : *offset + *length;
    start = round_down(*offset, page_size);
    *partial = *offset != 0 || end != file_length;
    *length = *offset == end ? 0 : round_up(end, page_size) - start;
    *offset = start;
    return MMAPIO_OK;
}

mmapio_status mmapio_file_residency(intptr_t file, uint64_t offset, uint64_t length, mmapio_residency *report,
                                    mmapio_error *error)
{
    mmapio_residency full;
    bool partial = false;
    mmapio_status status = enter_file(file, &offset, &length, &partial, error);

    if (!report_begin(report, offsetof(mmapio_residency, pages)) && status == MMAPIO_OK) {
        return mmapio_fail(error, MMAPIO_INVALID_ARGUMENT);
    }
    if (status != MMAPIO_OK) {
        return status;
    }
    memset(&full, 0, sizeof full);
    full.page_size = mmapio_os_page_size();
    if (length != 0) {
        full.pages = length / full.page_size;
        status = mmapio_os_file_residency(file, offset, length, &full, error);
    }
    if (status == MMAPIO_OK) {
        report_end(report, &full, sizeof full);
    }
    return status;
}

mmapio_status mmapio_file_evict(intptr_t file, uint64_t offset, uint64_t length, mmapio_eviction *report,
                                mmapio_error *error)
{
    mmapio_eviction full = {0};
    bool partial = false;
    mmapio_status status = enter_file(file, &offset, &length, &partial, error);

    if (!report_begin(report, offsetof(mmapio_eviction, pages)) && status == MMAPIO_OK) {
        return mmapio_fail(error, MMAPIO_INVALID_ARGUMENT);
    }
    if (status != MMAPIO_OK) {
        return status;
    }
    full.page_size = mmapio_os_page_size();
    if (length != 0) {
        place where = {NULL, {0}, file, offset, length};
        full.pages = length / full.page_size;
        status = evict(&where, &full, error);
    }
    if (status == MMAPIO_OK) {
        report_end(report, &full, sizeof full);
    }
    return status;
}

mmapio_status mmapio_file_advise(intptr_t file, uint64_t offset, uint64_t length, uint32_t advice, uint32_t *outcome,
                                 mmapio_error *error)
{
    uint32_t became = MMAPIO_ADVICE_IGNORED;
    bool partial = false;
    mmapio_status status = enter_file(file, &offset, &length, &partial, error);
    bool whole_files = advice != MMAPIO_FADV_WILLNEED && advice != MMAPIO_FADV_DONTNEED;

    if (outcome != NULL) {
        *outcome = MMAPIO_ADVICE_IGNORED;
    }
    if (status == MMAPIO_OK && advice > MMAPIO_FADV_NOREUSE) {
        return mmapio_fail(error, MMAPIO_INVALID_ARGUMENT);
    }
    if (status != MMAPIO_OK || length == 0) {
        return status;
    }
    status = advice == MMAPIO_FADV_WILLNEED ? mmapio_os_file_prefetch(file, offset, length, &became, error)
                                            : mmapio_os_file_advise(file, offset, length, advice, &became, error);
    if (outcome != NULL && status == MMAPIO_OK) {
        *outcome = partial && whole_files ? least(became, MMAPIO_ADVICE_APPROXIMATED) : became;
    }
    return status;
}

mmapio_status mmapio_file_prefetch(intptr_t file, uint64_t offset, uint64_t length, uint32_t *outcome,
                                   mmapio_error *error)
{
    return mmapio_file_advise(file, offset, length, MMAPIO_FADV_WILLNEED, outcome, error);
}
