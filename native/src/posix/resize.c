/* resize.c - moving the end of a mapping, where it lies. Making it longer than it can be there is each system's own. */
#include "posix.h"

#include "../range.h"

#include <errno.h>
#include <sys/mman.h>

static uint64_t end_of(const mmapio_map *map, uint64_t length)
{
    return length == 0 ? 0 : round_up(map->lead + length, map->page_size);
}

/* Does the mapping do as it is? One without a reserve is kept no longer than its length. */
static bool fits(const mmapio_map *map, uint64_t base_length)
{
    return base_length == map->base_length || (map->reserve != 0 && base_length <= map->base_length);
}

mmapio_status mmapio_os_remap_check(const mmapio_map *map, uint64_t length, bool may_move, mmapio_error *error)
{
    uint64_t base_length = end_of(map, length);

    if (length == 0 || map->base == NULL || fits(map, base_length)) {
        return MMAPIO_OK;
    }
    if (map->zero_fill != 0 || map->guard != 0 ||
        (base_length > map->base_length && !mmapio_posix_can_grow(map, may_move))) {
        return mmapio_fail(error, MMAPIO_UNSUPPORTED);
    }
    return MMAPIO_OK;
}

/* Moves the end within the mapping. What lies behind it is the reserve: nobody's, and guarded where the ends are. Pages
 * that are added get the protection of the map; those that are there already are in use, and left alone. */
static mmapio_status move_end(mmapio_map *map, uint64_t end, mmapio_error *error)
{
    uint64_t before = end_of(map, map->length);
    bool shorter = end < before;
    unsigned char *address = map->base + (shorter ? end : before);
    uint64_t length = shorter ? before - end : end - before;
    bool protect = map->guard != 0 || (map->changed && !shorter);
    int native = shorter ? PROT_NONE : mmapio_posix_protection(map->protection);

    if (length == 0) {
        return MMAPIO_OK;
    }
    /* The only step that can be refused: it may split a mapping, of which there is a limit. */
    if (protect && mprotect(address, (size_t)length, native) != 0) {
        return mmapio_posix_fail(error, errno, CALL_MPROTECT);
    }
    if (shorter) {
        (void)munlock(address, (size_t)length);
    }
    if (shorter && map->file == MMAPIO_NO_FILE && (map->flags & MMAPIO_MAP_PRIVATE) != 0) {
        return mmapio_posix_forget(map, address, length, error);
    }
    return MMAPIO_OK;
}

/* Gives back what lies behind the end. At the limit of mappings the kernel may not be able to, if it has made one of
 * ours and its neighbour's: then that stays, as a reserve. */
static mmapio_status cut_mapping(mmapio_map *map, uint64_t end, mmapio_error *error)
{
    unsigned char *address = map->base - (end == 0 ? map->guard : 0) + end;
    uint64_t length = map->base_length - end + (end == 0 ? 2 * map->guard : 0);

    if (munmap(address, (size_t)length) != 0) {
        map->reserve = map->base_length;
        return move_end(map, end, error);
    }
    map->base_length = end;
    map->base = end == 0 ? NULL : map->base;
    return MMAPIO_OK;
}

static mmapio_status map_again(mmapio_map *map, uint64_t base_length, mmapio_error *error)
{
    mmapio_status status;

    map->base_length = base_length;
    status = mmapio_os_map(map, error);
    map->base_length = status == MMAPIO_OK ? map->base_length : 0;
    map->renewed = true;
    return status;
}

mmapio_status mmapio_os_remap(mmapio_map *map, uint64_t length, bool may_move, mmapio_error *error)
{
    uint64_t base_length = end_of(map, length);
    mmapio_status status = mmapio_os_remap_check(map, length, may_move, error);

    if (status != MMAPIO_OK) {
        return status;
    }
    if (map->base == NULL) {
        status = length == 0 ? MMAPIO_OK : map_again(map, base_length, error);
    } else if (length != 0 && fits(map, base_length)) {
        status = map->zero_fill != 0 ? mmapio_posix_zero_fill_renew(map, length, error) : MMAPIO_OK;
        status = status == MMAPIO_OK ? move_end(map, base_length, error) : status;
    } else if (base_length < map->base_length) {
        status = cut_mapping(map, base_length, error);
    } else {
        /* What there is of a reserve is added first. */
        status = move_end(map, map->base_length, error);
        status = status == MMAPIO_OK ? mmapio_posix_grow(map, base_length, may_move, error) : status;
    }
    if (status == MMAPIO_OK) {
        map->length = length;
    }
    return status;
}

/* The file first: it may refuse, and what follows will not. Guards alone can: behind the new end of the file no access
 * succeeds without them. */
mmapio_status mmapio_os_shrink_file(mmapio_map *map, uint64_t length, mmapio_error *error)
{
    mmapio_status status = mmapio_os_file_set_length(map->file, map->base_offset + map->lead + length, error);

    if (status == MMAPIO_OK && mmapio_os_remap(map, length, false, NULL) != MMAPIO_OK) {
        map->length = length;
    }
    return status;
}
