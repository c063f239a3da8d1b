/* resize.c - making a map longer or shorter, and its file with it. */
#include "check.h"
#include "range.h"

#include <string.h>

enum { RESIZE_ALL = MMAPIO_RESIZE_MAY_MOVE | MMAPIO_RESIZE_TRUNCATE | MMAPIO_RESIZE_ALLOCATE };

/* No system gives a process more address space unasked. Said before the file is touched: some file systems would go and
 * allocate what can never be mapped. */
static const uint64_t MAX_LENGTH = (uint64_t)1 << 48;

static bool writes_to_file(const mmapio_map *map)
{
    return map->file != MMAPIO_NO_FILE && (map->flags & MMAPIO_MAP_SHARED) != 0 &&
           (map->protection & MMAPIO_PROT_WRITE) != 0;
}

/* What becomes of the file of a map that grows. */
typedef struct growth {
    uint64_t length; /* what it has */
    uint64_t end;    /* what the map needs */
    bool longer;     /* which is more */
    bool allocate;   /* with blocks */
} growth;

/* Tells whether the file must become longer, and whether it may. */
static mmapio_status measure_file(const mmapio_map *map, growth *file, mmapio_error *error)
{
    mmapio_status status = map->file == MMAPIO_NO_FILE ? MMAPIO_OK : source_length(map, &file->length, error);

    file->longer = status == MMAPIO_OK && map->file != MMAPIO_NO_FILE && file->end > file->length;
    file->allocate = file->allocate && file->longer;
    return file->longer && !writes_to_file(map) ? mmapio_fail(error, MMAPIO_OUT_OF_RANGE) : status;
}

/* Memory that processes share is made to be all there, unless its maker said otherwise. */
static uint32_t complete_flags(const mmapio_map *map, uint32_t flags)
{
    bool reserves = map->is_memory && (map->flags & MMAPIO_MAP_NORESERVE) == 0;

    return reserves ? flags | MMAPIO_RESIZE_ALLOCATE : flags;
}

/* Two copies in a row leave no room between them, some systems' memory has its length for good, and a file can only be
 * asked by a handle how long it is. */
static bool can_resize(const mmapio_map *map, uint64_t length, bool cuts)
{
    bool longer = length > map->length;

    if (map->mirrored || (map->is_memory && (longer || cuts) && !mmapio_os_memory_resizes()) ||
        (map->file == MMAPIO_CLOSED_FILE && (longer || cuts))) {
        return false;
    }
    /* The place of such maps in the table comes and goes with the mapping. */
    return (map->flags & MMAPIO_MAP_ZERO_FILL) == 0 || (length != 0 && map->length != 0);
}

/* Whether all of it may be locked is told before the file becomes longer: a file cannot be made shorter again, with
 * others writing to it. Reading the pages in comes when they are there. Not every system has a lock that waits. */
static mmapio_status lock_ahead(mmapio_map *map, uint64_t before, mmapio_error *error)
{
    mmapio_error refusal;
    page_range pages;

    if ((map->flags & MMAPIO_MAP_LOCKED) == 0 || !mmapio_pages_from(map, before, &pages) ||
        mmapio_os_lock(map, &pages, MMAPIO_LOCK_ON_FAULT, &refusal) != MMAPIO_LIMIT_REACHED) {
        return MMAPIO_OK;
    }
    return mmapio_fail_os(error, refusal.status, refusal.os_domain, refusal.os_code, refusal.os_call);
}

/* Gives the mapping its length, and the file its blocks. A disk that is full shall not move a map, nor a map that cannot
 * move leave blocks behind: so the blocks come between what may be possible where the map lies, and moving it. */
static mmapio_status remap(mmapio_map *map, uint64_t length, bool may_move, const growth *file, mmapio_error *error)
{
    mmapio_error refusal;
    mmapio_status status = mmapio_os_remap(map, length, false, &refusal);
    bool moves = status != MMAPIO_OK && may_move;

    if (status != MMAPIO_OK && !may_move) {
        return mmapio_fail_os(error, status, refusal.os_domain, refusal.os_code, refusal.os_call);
    }
    status =
        file->allocate ? mmapio_os_file_allocate(map->file, file->length, file->end - file->length, error) : MMAPIO_OK;
    if (status == MMAPIO_OK && moves) {
        status = mmapio_os_remap(map, length, true, error);
        if (status != MMAPIO_OK && file->allocate) {
            mmapio_os_file_give_back(map->file, file->length);
        }
    }
    return status;
}

/* The mapping first, the file's length second: a mapping that has become too long can be made shorter again, a file
 * cannot, with others writing to it. Where the order is the other way round (Windows), or what fails fails after that,
 * a file stays longer. */
static mmapio_status grow(mmapio_map *map, uint64_t length, uint32_t flags, mmapio_error *error)
{
    growth file = {0, map->base_offset + map->lead + length, false, (flags & MMAPIO_RESIZE_ALLOCATE) != 0};
    mmapio_error ignored;
    uint64_t before = map->length;
    mmapio_status status = measure_file(map, &file, error);

    if (status == MMAPIO_OK) {
        status = remap(map, length, (flags & MMAPIO_RESIZE_MAY_MOVE) != 0, &file, error);
    }
    if (status == MMAPIO_OK && file.longer) {
        status = lock_ahead(map, map->renewed ? 0 : before, error);
        if (status == MMAPIO_OK) {
            mmapio_clear_torn_tail(map->file, map->page_size, file.length);
            status = mmapio_os_file_lengthen(map->file, file.end, error);
        }
    }
    if (status == MMAPIO_OK) {
        status = mmapio_settle(map, map->renewed ? 0 : before, error);
    }
    if (status != MMAPIO_OK && map->length != before) {
        (void)mmapio_os_remap(map, before, true, &ignored);
    }
    return status;
}

/* Where what memory of no file has lost ends in its last page, which goes on being there; length for nothing. */
static uint64_t tail_end(const mmapio_map *map, uint64_t length, uint64_t before)
{
    uint64_t room = length == 0 ? 0 : round_up(map->lead + length, map->page_size) - map->lead;
    uint64_t end = before < room ? before : room;

    return map->file != MMAPIO_NO_FILE || (map->flags & MMAPIO_MAP_PRIVATE) == 0 || end < length ? length : end;
}

/* Memory that grows again shall have zeros there. Where nobody knows what may be done with the page, the system does;
 * whether it can is asked before anything else happens, of no bytes. */
static mmapio_status clear_tail(mmapio_map *map, uint64_t before, bool changed, mmapio_error *error)
{
    uint64_t end = tail_end(map, map->length, before);

    if (end == map->length) {
        return MMAPIO_OK;
    }
    if (!map->changed && (map->protection & MMAPIO_PROT_WRITE) != 0) {
        (void)memset(map->base + map->lead + map->length, 0, (size_t)(end - map->length));
        return MMAPIO_OK;
    }
    return changed ? mmapio_os_clear(map, map->length, end - map->length, error) : MMAPIO_OK;
}

/* A file is cut only by a map that has covered all that goes, now or before. */
static mmapio_status find_cut(const mmapio_map *map, uint64_t length, bool *cuts, mmapio_error *error)
{
    uint64_t start = map->base_offset + map->lead;
    uint64_t file_length = 0;
    mmapio_status status = *cuts ? source_length(map, &file_length, error) : MMAPIO_OK;

    *cuts = *cuts && status == MMAPIO_OK && file_length > start + length && file_length <= start + map->covered;
    return status;
}

static mmapio_status shrink(mmapio_map *map, uint64_t length, uint32_t flags, bool cuts, mmapio_error *error)
{
    bool may_move = (flags & MMAPIO_RESIZE_MAY_MOVE) != 0;
    mmapio_error ignored;
    uint64_t before = map->length;
    bool changed = map->changed;
    mmapio_status status = find_cut(map, length, &cuts, error);

    if (status == MMAPIO_OK) {
        status = mmapio_os_remap_check(map, length, may_move, error);
    }
    if (status == MMAPIO_OK && changed && tail_end(map, length, before) != length) {
        status = mmapio_os_clear(map, length, 0, error);
    }
    if (status != MMAPIO_OK) {
        return status;
    }
    status = cuts ? mmapio_os_shrink_file(map, length, error) : mmapio_os_remap(map, length, may_move, error);
    if (status == MMAPIO_OK) {
        status = clear_tail(map, before, changed, error);
    }
    if (status == MMAPIO_OK && map->renewed) {
        status = mmapio_settle(map, 0, error);
        if (status != MMAPIO_OK && !cuts) {
            (void)mmapio_os_remap(map, before, true, &ignored);
        }
    }
    return status;
}

mmapio_status mmapio_map_resize(mmapio_map *map, uint64_t length, uint32_t flags, mmapio_error *error)
{
    mmapio_status status;
    bool cuts;

    clear_error(error);
    if (map == NULL || (flags & ~(uint32_t)RESIZE_ALL) != 0) {
        return mmapio_fail(error, MMAPIO_INVALID_ARGUMENT);
    }
    if (length > MAX_LENGTH || !range_within(map->base_offset + map->lead, length, (uint64_t)INT64_MAX)) {
        return mmapio_fail(error, MMAPIO_OUT_OF_RANGE);
    }
    cuts = (flags & MMAPIO_RESIZE_TRUNCATE) != 0 && length < map->length && writes_to_file(map);
    if (!can_resize(map, length, cuts)) {
        return mmapio_fail(error, MMAPIO_UNSUPPORTED);
    }
    map->renewed = false;
    if (length == map->length) {
        return MMAPIO_OK;
    }
    status = length > map->length ? grow(map, length, complete_flags(map, flags), error)
                                  : shrink(map, length, flags, cuts, error);
    map->covered = map->length > map->covered ? map->length : map->covered;
    return status;
}

mmapio_status mmapio_file_allocate(intptr_t file, uint64_t offset, uint64_t length, mmapio_error *error)
{
    uint64_t file_length = 0;
    mmapio_status status;

    clear_error(error);
    if (file == MMAPIO_NO_FILE) {
        return mmapio_fail(error, MMAPIO_INVALID_ARGUMENT);
    }
    if (!range_within(offset, length, (uint64_t)INT64_MAX)) {
        return mmapio_fail(error, MMAPIO_OUT_OF_RANGE);
    }
    if (length == 0) {
        return MMAPIO_OK;
    }
    status = mmapio_os_file_length(file, &file_length, error);
    if (status == MMAPIO_OK) {
        status = mmapio_os_file_allocate(file, offset, length, error);
    }
    if (status == MMAPIO_OK && offset + length > file_length) {
        mmapio_clear_torn_tail(file, mmapio_os_page_size(), file_length);
        status = mmapio_os_file_lengthen(file, offset + length, error);
    }
    return status;
}
