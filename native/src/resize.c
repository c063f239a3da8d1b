/* resize.c - making a map longer or shorter, and its file with it. */
#include "check.h"
#include "range.h"

enum { RESIZE_ALL = MMAPIO_RESIZE_MAY_MOVE | MMAPIO_RESIZE_TRUNCATE | MMAPIO_RESIZE_ALLOCATE };

static bool writes_to_file(const mmapio_map *map)
{
    return map->file != MMAPIO_NO_FILE && (map->flags & MMAPIO_MAP_SHARED) != 0 &&
           (map->protection & MMAPIO_PROT_WRITE) != 0;
}

/* Tells whether the file must become longer to reach to end, and sees to it that it may, and has the blocks. */
static mmapio_status prepare_file(const mmapio_map *map, uint64_t end, uint32_t flags, bool *longer,
                                  mmapio_error *error)
{
    uint64_t file_length = 0;
    mmapio_status status = source_length(map, &file_length, error);

    *longer = status == MMAPIO_OK && end > file_length;
    if (!*longer) {
        return status;
    }
    if (!writes_to_file(map)) {
        return mmapio_fail(error, MMAPIO_OUT_OF_RANGE);
    }
    return (flags & MMAPIO_RESIZE_ALLOCATE) != 0
               ? mmapio_os_file_allocate(map->file, file_length, end - file_length, error)
               : MMAPIO_OK;
}

/* Memory that processes share is made to be all there, unless its maker said otherwise. */
static uint32_t complete_flags(const mmapio_map *map, uint32_t flags)
{
    bool reserves = map->is_memory && (map->flags & MMAPIO_MAP_NORESERVE) == 0;

    return reserves ? flags | MMAPIO_RESIZE_ALLOCATE : flags;
}

/* Two copies in a row leave no room between them, and some systems' memory has its length for good. */
static bool can_resize(const mmapio_map *map, uint64_t length, uint32_t flags)
{
    bool changes_memory = map->is_memory && (length > map->length || (flags & MMAPIO_RESIZE_TRUNCATE) != 0);

    if (map->mirrored || (changes_memory && !mmapio_os_memory_resizes())) {
        return false;
    }
    /* The place of such maps in the table comes and goes with the mapping. */
    return (map->flags & MMAPIO_MAP_ZERO_FILL) == 0 || (length != 0 && map->length != 0);
}

/* The mapping first, the file's length second: a mapping that has become too long can be made shorter again, a file
 * cannot, with others writing to it. Where the order is the other way round (Windows), a file may stay longer. */
static mmapio_status grow(mmapio_map *map, uint64_t length, uint32_t flags, mmapio_error *error)
{
    mmapio_error ignored;
    uint64_t end = map->base_offset + map->lead + length;
    uint64_t before = map->length;
    bool longer = false;
    mmapio_status status = map->file == MMAPIO_NO_FILE ? MMAPIO_OK : prepare_file(map, end, flags, &longer, error);

    if (status == MMAPIO_OK) {
        status = mmapio_os_remap(map, length, (flags & MMAPIO_RESIZE_MAY_MOVE) != 0, error);
    }
    if (status != MMAPIO_OK || !longer) {
        return status;
    }
    status = mmapio_os_file_set_length(map->file, end, error);
    if (status != MMAPIO_OK) {
        (void)mmapio_os_remap(map, before, true, &ignored);
    }
    return status;
}

mmapio_status mmapio_map_resize(mmapio_map *map, uint64_t length, uint32_t flags, mmapio_error *error)
{
    clear_error(error);
    if (map == NULL || (flags & ~(uint32_t)RESIZE_ALL) != 0) {
        return mmapio_fail(error, MMAPIO_INVALID_ARGUMENT);
    }
    if (!range_within(map->base_offset + map->lead, length, (uint64_t)INT64_MAX)) {
        return mmapio_fail(error, MMAPIO_OUT_OF_RANGE);
    }
    if (!can_resize(map, length, flags)) {
        return mmapio_fail(error, MMAPIO_UNSUPPORTED);
    }
    if (length > map->length) {
        return grow(map, length, complete_flags(map, flags), error);
    }
    if ((flags & MMAPIO_RESIZE_TRUNCATE) != 0 && writes_to_file(map)) {
        return mmapio_os_shrink_file(map, length, error);
    }
    return length == map->length ? MMAPIO_OK
                                 : mmapio_os_remap(map, length, (flags & MMAPIO_RESIZE_MAY_MOVE) != 0, error);
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
    status = mmapio_os_file_allocate(file, offset, length, error);
    if (status == MMAPIO_OK) {
        status = mmapio_os_file_length(file, &file_length, error);
    }
    return status == MMAPIO_OK && offset + length > file_length
               ? mmapio_os_file_set_length(file, offset + length, error)
               : status;
}
