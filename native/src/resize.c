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

/* Gives a file the length it had, and back what was allocated beyond, unless somebody else has changed it meanwhile. */
static void restore_file(intptr_t file, uint64_t present, uint64_t length)
{
    mmapio_error ignored;
    uint64_t found = 0;

    if (mmapio_os_file_length(file, &found, &ignored) == MMAPIO_OK && found == present) {
        (void)mmapio_os_file_set_length(file, length, &ignored);
    }
}

/* A file system that runs full on the way keeps what it has allocated by then, beyond the end where nobody sees it. */
static mmapio_status allocate(intptr_t file, uint64_t file_length, uint64_t end, mmapio_error *error)
{
    mmapio_status status = mmapio_os_file_allocate(file, file_length, end - file_length, error);

    if (status != MMAPIO_OK) {
        restore_file(file, file_length, file_length);
    }
    return status;
}

/* Tells whether the file must become longer to reach to end, and sees to it that it may, and has the blocks. */
static mmapio_status prepare_file(const mmapio_map *map, uint64_t end, uint32_t flags, uint64_t *file_length,
                                  bool *longer, mmapio_error *error)
{
    mmapio_status status = source_length(map, file_length, error);

    *longer = status == MMAPIO_OK && end > *file_length;
    if (!*longer) {
        return status;
    }
    if (!writes_to_file(map)) {
        return mmapio_fail(error, MMAPIO_OUT_OF_RANGE);
    }
    return (flags & MMAPIO_RESIZE_ALLOCATE) != 0 ? allocate(map->file, *file_length, end, error) : MMAPIO_OK;
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
    uint64_t file_length = 0;
    bool longer = false;
    bool lengthened = false;
    mmapio_status status =
        map->file == MMAPIO_NO_FILE ? MMAPIO_OK : prepare_file(map, end, flags, &file_length, &longer, error);

    if (status != MMAPIO_OK) {
        return status;
    }
    status = mmapio_os_remap(map, length, (flags & MMAPIO_RESIZE_MAY_MOVE) != 0, error);
    if (status == MMAPIO_OK && longer) {
        status = mmapio_os_file_set_length(map->file, end, error);
        lengthened = status == MMAPIO_OK;
    }
    if (status == MMAPIO_OK) {
        status = mmapio_settle(map, map->renewed ? 0 : before, error);
    }
    if (status != MMAPIO_OK && map->length != before) {
        (void)mmapio_os_remap(map, before, true, &ignored);
    }
    if (status != MMAPIO_OK && longer && (lengthened || (flags & MMAPIO_RESIZE_ALLOCATE) != 0)) {
        restore_file(map->file, lengthened ? end : file_length, file_length);
    }
    return status;
}

/* The rest of the last page goes on being there: memory that grows again shall have zeros in it. */
static void clear_tail(mmapio_map *map, uint64_t before)
{
    static unsigned char zeros[4096];
    uint64_t room = map->length == 0 ? 0 : round_up(map->lead + map->length, map->page_size) - map->lead;
    uint64_t end = before < room ? before : room;

    if (map->file != MMAPIO_NO_FILE || (map->flags & MMAPIO_MAP_PRIVATE) == 0 || end <= map->length) {
        return;
    }
    if (!map->changed) {
        if ((map->protection & MMAPIO_PROT_WRITE) != 0) {
            (void)memset(map->base + map->lead + map->length, 0, (size_t)(end - map->length));
        }
        return;
    }
    /* Nobody knows what may be done with the page now: the system does. */
    for (uint64_t at = map->length; at < end; at += sizeof zeros) {
        uint64_t part = end - at < sizeof zeros ? end - at : sizeof zeros;
        mmapio_error ignored;
        uint64_t done = 0;
        (void)mmapio_os_copy(map, at, zeros, part, true, &done, &ignored);
    }
}

static mmapio_status shrink(mmapio_map *map, uint64_t length, uint32_t flags, mmapio_error *error)
{
    bool cuts = (flags & MMAPIO_RESIZE_TRUNCATE) != 0 && writes_to_file(map);
    uint64_t before = map->length;
    mmapio_status status = MMAPIO_OK;

    if (cuts) {
        status = mmapio_os_shrink_file(map, length, error);
    } else if (length != before) {
        status = mmapio_os_remap(map, length, (flags & MMAPIO_RESIZE_MAY_MOVE) != 0, error);
    }
    if (status == MMAPIO_OK && map->renewed) {
        status = mmapio_settle(map, 0, error);
    }
    if (status == MMAPIO_OK) {
        clear_tail(map, before);
    }
    return status;
}

mmapio_status mmapio_map_resize(mmapio_map *map, uint64_t length, uint32_t flags, mmapio_error *error)
{
    clear_error(error);
    if (map == NULL || (flags & ~(uint32_t)RESIZE_ALL) != 0) {
        return mmapio_fail(error, MMAPIO_INVALID_ARGUMENT);
    }
    if (length > MAX_LENGTH || !range_within(map->base_offset + map->lead, length, (uint64_t)INT64_MAX)) {
        return mmapio_fail(error, MMAPIO_OUT_OF_RANGE);
    }
    if (!can_resize(map, length, flags)) {
        return mmapio_fail(error, MMAPIO_UNSUPPORTED);
    }
    map->renewed = false;
    return length > map->length ? grow(map, length, complete_flags(map, flags), error)
                                : shrink(map, length, flags, error);
}

/* Others may have made it as long, or longer, meanwhile. */
static mmapio_status lengthen(intptr_t file, uint64_t end, mmapio_error *error)
{
    uint64_t found = 0;
    mmapio_status status = mmapio_os_file_length(file, &found, error);

    return status == MMAPIO_OK && end > found ? mmapio_os_file_set_length(file, end, error) : status;
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
        status = lengthen(file, offset + length, error);
    }
    if (status != MMAPIO_OK && offset + length > file_length) {
        restore_file(file, file_length, file_length);
    }
    return status;
}
