/* map.c - making and closing a map. */
#include "check.h"
#include "range.h"

#include <stdlib.h>

enum {
    MAP_ALL = MMAPIO_MAP_SHARED | MMAPIO_MAP_PRIVATE | MMAPIO_MAP_LOCKED | MMAPIO_MAP_NORESERVE | MMAPIO_MAP_POPULATE |
              MMAPIO_MAP_NONBLOCK | MMAPIO_MAP_HUGETLB | MMAPIO_MAP_ZERO_FILL | MMAPIO_MAP_ADOPT_FILE
};

/* Brings the caller's options, of whatever size, into today's shape, with defaults for what is missing. */
static mmapio_status read_options(const mmapio_map_options *given, mmapio_map_options *options)
{
    static const mmapio_map_options defaults = MMAPIO_MAP_OPTIONS_INIT;
    const unsigned char *bytes = (const unsigned char *)given;

    *options = defaults;
    if (given == NULL) {
        return MMAPIO_OK;
    }
    if (given->struct_size < sizeof given->struct_size || given->struct_size > MAX_STRUCT_SIZE) {
        return MMAPIO_ABI_MISMATCH;
    }
    for (uint32_t i = sizeof *options; i < given->struct_size; i++) {
        if (bytes[i] != 0) {
            return MMAPIO_ABI_MISMATCH;
        }
    }
    memcpy(options, given, smaller(given->struct_size, sizeof *options));
    return MMAPIO_OK;
}

static mmapio_status check_options(const mmapio_map_options *options)
{
    uint32_t sharing = options->flags & (MMAPIO_MAP_SHARED | MMAPIO_MAP_PRIVATE);

    if ((options->protection & ~(uint32_t)MMAPIO_PROT_ALL) != 0 || (options->flags & ~(uint32_t)MAP_ALL) != 0) {
        return MMAPIO_INVALID_ARGUMENT;
    }
    if (sharing != MMAPIO_MAP_SHARED && sharing != MMAPIO_MAP_PRIVATE) {
        return MMAPIO_INVALID_ARGUMENT;
    }
    if (!mmapio_advice_allowed(options->advice, options->flags)) {
        return MMAPIO_INVALID_ARGUMENT;
    }
    return range_within(options->offset, options->length, (uint64_t)INT64_MAX) &&
                   range_within(options->offset, options->reserve, (uint64_t)INT64_MAX)
               ? MMAPIO_OK
               : MMAPIO_OUT_OF_RANGE;
}

/* Releases everything a map owns, in reverse order of making it. The first error wins. */
static mmapio_status release(mmapio_map *map, mmapio_error *error)
{
    mmapio_error ignored;
    mmapio_status status = MMAPIO_OK;

    if (map->zero_fill != 0) {
        mmapio_os_zero_fill_end(map);
    }
    if (map->base != NULL) {
        status = mmapio_os_unmap(map, error);
    }
    if (map->file != MMAPIO_NO_FILE) {
        mmapio_status closed = mmapio_os_file_close(map->file, status == MMAPIO_OK ? error : &ignored);
        status = status == MMAPIO_OK ? closed : status;
    }
    free(map);
    return status;
}

/* Fills in where the mapping starts and how long it is. base_length stays 0 for a map of nothing. */
static mmapio_status place(mmapio_map *map, const mmapio_map_options *options, mmapio_error *error)
{
    uint64_t length = options->length;

    if (map->file != MMAPIO_NO_FILE && length == 0) {
        uint64_t file_length = 0;
        mmapio_status status = mmapio_os_file_length(map->file, &file_length, error);
        if (status != MMAPIO_OK) {
            return status;
        }
        if (options->offset > file_length) {
            return mmapio_fail(error, MMAPIO_OUT_OF_RANGE);
        }
        length = file_length - options->offset;
    }
    map->length = length;
    map->base_offset = round_down(options->offset, mmapio_os_allocation_granularity());
    map->lead = options->offset - map->base_offset;
    map->reserve = options->reserve == 0 ? 0 : round_up(map->lead + options->reserve, mmapio_os_page_size());
    map->base_length = length == 0 ? 0 : round_up(map->lead + length, mmapio_os_page_size());
    if (map->base_length > SIZE_MAX || map->reserve > SIZE_MAX) {
        return mmapio_fail(error, MMAPIO_OUT_OF_RANGE);
    }
    return MMAPIO_OK;
}

/* What follows a successful mmapio_os_map: what else was asked for, and the hint. */
static mmapio_status settle(mmapio_map *map, const mmapio_map_options *options, mmapio_error *error)
{
    uint32_t outcome = MMAPIO_ADVICE_IGNORED;
    uint32_t advice = options->advice & ~(uint32_t)MMAPIO_MADV_ALLOW_LOSS;
    page_range pages = range_pages(map, 0, map->length, mmapio_os_page_size());

    if ((map->flags & MMAPIO_MAP_ZERO_FILL) != 0) {
        mmapio_status status = mmapio_os_zero_fill_begin(map, error);
        if (status != MMAPIO_OK) {
            return status;
        }
    }
    if ((map->flags & MMAPIO_MAP_LOCKED) != 0) {
        mmapio_status status = mmapio_os_lock(map, &pages, 0, error);
        if (status != MMAPIO_OK) {
            return status;
        }
    }
    if (advice != MMAPIO_MADV_NORMAL) {
        mmapio_error ignored;
        (void)mmapio_os_advise(map, &pages, advice, &outcome, &ignored);
    }
    return MMAPIO_OK;
}

static mmapio_status make(intptr_t file, const mmapio_map_options *options, mmapio_map **result, mmapio_error *error)
{
    mmapio_error ignored;
    mmapio_status status = MMAPIO_OK;
    mmapio_map *map = calloc(1, sizeof *map);

    if (map == NULL) {
        return mmapio_fail_os(error, MMAPIO_OUT_OF_MEMORY, MMAPIO_OS_NONE, 0, CALL_MALLOC);
    }
    map->file = MMAPIO_NO_FILE;
    map->flags = options->flags;
    map->protection = complete_protection(options->protection);
    if ((options->flags & MMAPIO_MAP_ADOPT_FILE) != 0) {
        map->file = file;
    } else if (file != MMAPIO_NO_FILE) {
        status = mmapio_os_file_duplicate(file, &map->file, error);
    }
    if (status == MMAPIO_OK) {
        status = place(map, options, error);
    }
    if (status == MMAPIO_OK && map->base_length != 0) {
        status = mmapio_os_map(map, error);
        if (status == MMAPIO_OK) {
            status = settle(map, options, error);
        }
    }
    if (status != MMAPIO_OK) {
        if ((options->flags & MMAPIO_MAP_ADOPT_FILE) != 0) {
            map->file = MMAPIO_NO_FILE; /* still the caller's */
        }
        (void)release(map, &ignored);
        return status;
    }
    *result = map;
    return MMAPIO_OK;
}

mmapio_status mmapio_map_file(intptr_t file, const mmapio_map_options *options, mmapio_map **map, mmapio_error *error)
{
    mmapio_map_options full;
    mmapio_status status;

    clear_error(error);
    if (map == NULL) {
        return mmapio_fail(error, MMAPIO_INVALID_ARGUMENT);
    }
    *map = NULL;
    status = read_options(options, &full);
    if (status == MMAPIO_OK) {
        status = check_options(&full);
    }
    if (status == MMAPIO_OK && file == MMAPIO_NO_FILE) {
        status = MMAPIO_INVALID_ARGUMENT;
    }
    return status == MMAPIO_OK ? make(file, &full, map, error) : mmapio_fail(error, status);
}

mmapio_status mmapio_map_anonymous(const mmapio_map_options *options, mmapio_map **map, mmapio_error *error)
{
    mmapio_map_options full;
    mmapio_status status;

    clear_error(error);
    if (map == NULL) {
        return mmapio_fail(error, MMAPIO_INVALID_ARGUMENT);
    }
    *map = NULL;
    status = read_options(options, &full);
    if (status == MMAPIO_OK) {
        status = check_options(&full);
    }
    if (status == MMAPIO_OK && (full.length == 0 || full.offset != 0)) {
        status = MMAPIO_INVALID_ARGUMENT;
    }
    return status == MMAPIO_OK ? make(MMAPIO_NO_FILE, &full, map, error) : mmapio_fail(error, status);
}

mmapio_status mmapio_map_close(mmapio_map *map)
{
    mmapio_error ignored;

    return map == NULL ? MMAPIO_OK : release(map, &ignored);
}

void *mmapio_map_data(const mmapio_map *map)
{
    return map == NULL || map->base == NULL ? NULL : map->base + map->lead;
}

uint64_t mmapio_map_length(const mmapio_map *map)
{
    return map == NULL ? 0 : map->length;
}

mmapio_status mmapio_map_backed_length(const mmapio_map *map, uint64_t *backed, mmapio_error *error)
{
    uint64_t file_length = 0;
    uint64_t start;
    mmapio_status status;

    clear_error(error);
    if (backed != NULL) {
        *backed = 0;
    }
    if (map == NULL || backed == NULL) {
        return mmapio_fail(error, MMAPIO_INVALID_ARGUMENT);
    }
    if (map->length == 0 || map->file == MMAPIO_NO_FILE) {
        *backed = map->length;
        return MMAPIO_OK;
    }
    status = mmapio_os_file_length(map->file, &file_length, error);
    if (status == MMAPIO_UNSUPPORTED) {
        /* A device has no length to run out of. */
        clear_error(error);
        *backed = map->length;
        return MMAPIO_OK;
    }
    if (status != MMAPIO_OK) {
        return status;
    }
    start = map->base_offset + map->lead;
    if (file_length > start) {
        /* The rest of the last page reads as zeros: no access to it faults (mmap(2)). */
        uint64_t usable = round_up(file_length, mmapio_os_page_size()) - start;
        *backed = usable < map->length ? usable : map->length;
    }
    return MMAPIO_OK;
}
