/* map.c - making and closing a map. */
#include "check.h"
#include "range.h"

#include <stdlib.h>

enum {
    MAP_ANY = MMAPIO_MAP_SHARED | MMAPIO_MAP_PRIVATE | MMAPIO_MAP_LOCKED | MMAPIO_MAP_NORESERVE | MMAPIO_MAP_POPULATE |
              MMAPIO_MAP_NONBLOCK | MMAPIO_MAP_HUGETLB | MMAPIO_MAP_ZERO_FILL | MMAPIO_MAP_GUARD_PAGES |
              MMAPIO_MAP_STEADY_SIGNALS,
    MAP_MAKES = MMAPIO_MAP_CREATE | MMAPIO_MAP_OPEN_OR_CREATE,
    MAP_MEMORY = MAP_ANY | MAP_MAKES | MMAPIO_MAP_DELETE_ON_CLOSE | MMAPIO_MAP_MIRRORED
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

static uint32_t allowed_flags(const map_source *source)
{
    switch (source->kind) {
    case SOURCE_MEMORY:
        return MAP_MEMORY;
    case SOURCE_HANDLE:
        return MAP_ANY | MMAPIO_MAP_MIRRORED;
    default:
        return MAP_ANY | MMAPIO_MAP_ADOPT_FILE | MMAPIO_MAP_NO_HANDLE;
    }
}

static bool flags_make_sense(const map_source *source, uint32_t flags)
{
    uint32_t sharing = flags & (MMAPIO_MAP_SHARED | MMAPIO_MAP_PRIVATE);
    uint32_t makes = flags & (uint32_t)MAP_MAKES;

    if ((flags & ~allowed_flags(source)) != 0 || (sharing != MMAPIO_MAP_SHARED && sharing != MMAPIO_MAP_PRIVATE)) {
        return false;
    }
    /* New memory that this map alone could see the contents of would be of no use. */
    return makes == 0 ? source->kind != SOURCE_MEMORY || (flags & MMAPIO_MAP_DELETE_ON_CLOSE) == 0
                      : makes != (uint32_t)MAP_MAKES && sharing == MMAPIO_MAP_SHARED;
}

/* Memory is made in one piece; what has a source of its own can be mapped in part. */
static bool place_makes_sense(const map_source *source, const mmapio_map_options *options)
{
    switch (source->kind) {
    case SOURCE_NONE:
        return options->length != 0 && options->offset == 0;
    case SOURCE_MEMORY:
        return options->offset == 0 && (options->length != 0 || (options->flags & (uint32_t)MAP_MAKES) == 0);
    default:
        return source->handle != MMAPIO_NO_FILE;
    }
}

static bool huge_pages_make_sense(const mmapio_map_options *options)
{
    uint64_t size = options->huge_page_size;

    return options->huge_pages <= MMAPIO_HUGE_REQUIRE && options->reserved == 0 && (size & (size - 1)) == 0;
}

static mmapio_status check_options(const map_source *source, const mmapio_map_options *options)
{
    if ((options->protection & ~(uint32_t)MMAPIO_PROT_ALL) != 0 || !flags_make_sense(source, options->flags) ||
        !huge_pages_make_sense(options) || !mmapio_advice_allowed(options->advice, options->flags)) {
        return MMAPIO_INVALID_ARGUMENT;
    }
    if (!range_within(options->offset, options->length, (uint64_t)INT64_MAX) ||
        !range_within(options->offset, options->reserve, (uint64_t)INT64_MAX)) {
        return MMAPIO_OUT_OF_RANGE;
    }
    if (!place_makes_sense(source, options)) {
        return MMAPIO_INVALID_ARGUMENT;
    }
    /* Nothing follows the second copy but an end. */
    return (options->flags & MMAPIO_MAP_MIRRORED) != 0 && options->reserve != 0 ? MMAPIO_INVALID_ARGUMENT : MMAPIO_OK;
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
    if (map->file != MMAPIO_NO_FILE && map->file != MMAPIO_CLOSED_FILE) {
        mmapio_error *where = status == MMAPIO_OK ? error : &ignored;
        mmapio_status closed =
            map->is_memory ? mmapio_os_memory_close(map, where) : mmapio_os_file_close(map->file, where);
        status = status == MMAPIO_OK ? closed : status;
    }
    free(map);
    return status;
}

/* How many bytes there are to map: what was asked for, or all there is. Memory has an end that no map outreaches. */
static mmapio_status measure(mmapio_map *map, const mmapio_map_options *options, uint64_t *length, mmapio_error *error)
{
    uint64_t whole = 0;
    mmapio_status status;

    *length = options->length;
    if (map->file == MMAPIO_NO_FILE || (*length != 0 && !map->is_memory)) {
        return MMAPIO_OK;
    }
    status = map->is_memory ? mmapio_os_memory_length(map->file, &whole, error)
                            : mmapio_os_file_measure(map->file, &whole, &map->block, error);
    if (status != MMAPIO_OK) {
        return status;
    }
    if (map->is_memory && map->name[0] != 0 && whole == 0) {
        return mmapio_fail(error, MMAPIO_BUSY);
    }
    if (options->offset > whole || (map->is_memory && *length > whole - options->offset)) {
        return mmapio_fail(error, MMAPIO_OUT_OF_RANGE);
    }
    *length = *length == 0 ? whole - options->offset : *length;
    return MMAPIO_OK;
}

/* Fills in where the mapping starts and how long it is. base_length stays 0 for a map of nothing. */
static mmapio_status place(mmapio_map *map, const mmapio_map_options *options, mmapio_error *error)
{
    uint64_t unit = mmapio_os_allocation_granularity();
    uint64_t length = 0;
    mmapio_status status = measure(map, options, &length, error);

    if (status != MMAPIO_OK) {
        return status;
    }
    map->base_offset = round_down(options->offset, unit);
    map->lead = options->offset - map->base_offset;
    map->mirrored = (map->flags & MMAPIO_MAP_MIRRORED) != 0;
    if (map->mirrored) {
        if (map->lead != 0 || length != round_down(length, unit)) {
            return mmapio_fail(error, MMAPIO_MISALIGNED);
        }
        length *= 2;
    }
    map->length = length;
    map->covered = length;
    map->guard = (map->flags & MMAPIO_MAP_GUARD_PAGES) != 0 ? unit : 0;
    map->reserve = options->reserve == 0 ? 0 : round_up(map->lead + options->reserve, mmapio_os_page_size());
    map->base_length = length == 0 ? 0 : round_up(map->lead + length, mmapio_os_page_size());
    if (map->base_length > SIZE_MAX || map->reserve > SIZE_MAX) {
        return mmapio_fail(error, MMAPIO_OUT_OF_RANGE);
    }
    return MMAPIO_OK;
}

/* What follows a successful mmapio_os_map: what else was asked for, and the hint. */
static mmapio_status settle(mmapio_map *map, mmapio_error *error)
{
    mmapio_status status = (map->flags & MMAPIO_MAP_ZERO_FILL) != 0 ? mmapio_os_zero_fill_begin(map, error) : MMAPIO_OK;

    return status == MMAPIO_OK ? mmapio_settle(map, 0, error) : status;
}

static mmapio_map *new_map(const mmapio_map_options *options)
{
    mmapio_map *map = calloc(1, sizeof *map);

    if (map != NULL) {
        map->file = MMAPIO_NO_FILE;
        map->flags = options->flags;
        map->advice = options->advice;
        map->protection = complete_protection(options->protection);
        map->huge = (options->flags & MMAPIO_MAP_HUGETLB) != 0 ? MMAPIO_HUGE_REQUIRE : options->huge_pages;
        map->huge_size = options->huge_page_size;
        map->page_size = mmapio_os_page_size();
    }
    return map;
}

/* Gives the map a handle of its own to what it is of. */
static mmapio_status open_source(mmapio_map *map, const map_source *source, uint64_t length, mmapio_error *error)
{
    switch (source->kind) {
    case SOURCE_MEMORY:
        if (source->name != NULL) {
            memcpy(map->name, source->name, strlen(source->name) + 1);
        }
        map->is_memory = true;
        return mmapio_os_memory_open(map, length, error);
    case SOURCE_FILE:
    case SOURCE_HANDLE:
        if ((map->flags & (MMAPIO_MAP_ADOPT_FILE | MMAPIO_MAP_NO_HANDLE)) != 0) {
            map->file = source->handle;
            return MMAPIO_OK;
        }
        map->is_memory = source->kind == SOURCE_HANDLE && mmapio_os_is_memory(source->handle);
        return mmapio_os_file_duplicate(source->handle, &map->file, error);
    default:
        return MMAPIO_OK;
    }
}

/* A map without a handle can never ask again how long its file is: all of it has to be there. A device has no length to
 * run out of; what cannot be mapped will say so itself. */
static mmapio_status check_backing(const mmapio_map *map, mmapio_error *error)
{
    mmapio_error refusal;
    uint64_t file_length = 0;
    uint64_t block;
    mmapio_status status = mmapio_os_file_measure(map->file, &file_length, &block, &refusal);

    if (status == MMAPIO_OK && map->base_offset + map->lead + map->length > file_length) {
        return mmapio_fail(error, MMAPIO_OUT_OF_RANGE);
    }
    return status == MMAPIO_OK || status == MMAPIO_UNSUPPORTED
               ? MMAPIO_OK
               : mmapio_fail_os(error, status, refusal.os_domain, refusal.os_code, refusal.os_call);
}

/* Lets go of the file: it is the caller's, unless he gave it away. That it could not be closed is no reason for a map
 * that works not to be. */
static void leave_file(mmapio_map *map)
{
    mmapio_os_file_remember(map);
    if ((map->flags & MMAPIO_MAP_ADOPT_FILE) != 0) {
        (void)mmapio_os_file_close(map->file, NULL);
    }
    map->file = MMAPIO_CLOSED_FILE;
}

/* Takes back what there is of a map that could not be made. */
static void abandon(mmapio_map *map)
{
    if (map->created && map->name[0] != 0) {
        mmapio_os_memory_discard(map);
    }
    if ((map->flags & (MMAPIO_MAP_ADOPT_FILE | MMAPIO_MAP_NO_HANDLE)) != 0) {
        map->file = MMAPIO_CLOSED_FILE; /* still the caller's */
    }
    (void)release(map, NULL);
}

mmapio_status mmapio_make(const map_source *source, const mmapio_map_options *given, mmapio_map **result,
                          mmapio_error *error)
{
    mmapio_map_options options;
    mmapio_map *map;
    mmapio_status status = read_options(given, &options);

    if (source->kind == SOURCE_MEMORY && source->name == NULL && (options.flags & (uint32_t)MAP_MAKES) == 0) {
        /* What has no name cannot be there yet. */
        options.flags |= MMAPIO_MAP_CREATE;
    }
    if (status == MMAPIO_OK) {
        status = check_options(source, &options);
    }
    if (status != MMAPIO_OK) {
        return mmapio_fail(error, status);
    }
    map = new_map(&options);
    if (map == NULL) {
        return mmapio_fail_os(error, MMAPIO_OUT_OF_MEMORY, MMAPIO_OS_NONE, 0, CALL_MALLOC);
    }
    status = open_source(map, source, options.length, error);
    if (status == MMAPIO_OK) {
        status = place(map, &options, error);
    }
    if (status == MMAPIO_OK && (map->flags & MMAPIO_MAP_NO_HANDLE) != 0) {
        status = check_backing(map, error);
    }
    if (status == MMAPIO_OK && map->base_length != 0) {
        status = mmapio_os_map(map, error);
        if (status == MMAPIO_OK) {
            status = settle(map, error);
        }
    }
    if (status != MMAPIO_OK) {
        abandon(map);
        return status;
    }
    if ((map->flags & MMAPIO_MAP_NO_HANDLE) != 0) {
        leave_file(map);
    }
    /* What was tried first, and was no success, is nobody's concern. */
    clear_error(error);
    *result = map;
    return MMAPIO_OK;
}

mmapio_status mmapio_map_file(intptr_t file, const mmapio_map_options *options, mmapio_map **map, mmapio_error *error)
{
    map_source source = {SOURCE_FILE, file, NULL};

    clear_error(error);
    if (map == NULL) {
        return mmapio_fail(error, MMAPIO_INVALID_ARGUMENT);
    }
    *map = NULL;
    return mmapio_make(&source, options, map, error);
}

mmapio_status mmapio_map_anonymous(const mmapio_map_options *options, mmapio_map **map, mmapio_error *error)
{
    map_source source = {SOURCE_NONE, MMAPIO_NO_FILE, NULL};

    clear_error(error);
    if (map == NULL) {
        return mmapio_fail(error, MMAPIO_INVALID_ARGUMENT);
    }
    *map = NULL;
    return mmapio_make(&source, options, map, error);
}

mmapio_status mmapio_map_close(mmapio_map *map)
{
    mmapio_error ignored;

    return map == NULL ? MMAPIO_OK : release(map, &ignored);
}

void *mmapio_map_data(const mmapio_map *map)
{
    return map == NULL || map->length == 0 ? NULL : map->base + map->lead;
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
    if (map->length == 0 || map->file == MMAPIO_NO_FILE || map->file == MMAPIO_CLOSED_FILE) {
        *backed = map->length;
        return MMAPIO_OK;
    }
    status = source_length(map, &file_length, error);
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
    if (map->mirrored) {
        /* What is missing at the end of the first copy is missing in the middle. */
        uint64_t once = map->length / 2;
        *backed = file_length >= start + once ? map->length : file_length > start ? file_length - start : 0;
        return MMAPIO_OK;
    }
    if (file_length > start) {
        *backed = file_length - start < map->length ? file_length - start : map->length;
    }
    return MMAPIO_OK;
}
