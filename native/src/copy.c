/* copy.c - copies from and to a map that survive when its pages are gone. */
#include "check.h"
#include "guard.h"
#include "range.h"

enum { PIECE = 4096 }; /* bytes that a copy of overlapping memory keeps on the stack at a time */

/* How one copy is made: by the operating system, or by instructions of ours. */
typedef struct copy_way {
    mmapio_map *map;
    unsigned char *data; /* the first byte of the caller's */
    bool by_system;
} copy_way;

static _Atomic(uint32_t) guard_mode = MMAPIO_GUARD_HANDLER;
static _Atomic(uint64_t) copies_cut_short;

/* Has any copy of this process been left to a handler of ours? */
static _Atomic(bool) relies_on_handler;

mmapio_status mmapio_guard_set(uint32_t mode)
{
    if (mode != MMAPIO_GUARD_HANDLER && mode != MMAPIO_GUARD_SYSCALL) {
        return MMAPIO_INVALID_ARGUMENT;
    }
    guard_mode = mode;
    return MMAPIO_OK;
}

/* A copy that began before the mode was another may be under way still. Hence the order below: it says so first, and
 * looks at the mode then. */
bool mmapio_copies_by_handler(void)
{
    return guard_mode == MMAPIO_GUARD_HANDLER || relies_on_handler;
}

static bool choose_handler(void)
{
    if (guard_mode != MMAPIO_GUARD_HANDLER) {
        return false;
    }
    if (!relies_on_handler) {
        relies_on_handler = true;
    }
    return guard_mode == MMAPIO_GUARD_HANDLER;
}

uint64_t mmapio_guard_faults(void)
{
    return copies_cut_short + mmapio_os_zero_fill_total();
}

uint64_t mmapio_map_torn_pages(const mmapio_map *map)
{
    return map == NULL || map->zero_fill == 0 ? 0 : mmapio_os_zero_fill_pages(map);
}

/* Everything but the copying itself. */
static mmapio_status check(const mmapio_map *map, uint64_t offset, const void *buffer, uint64_t length, bool write)
{
    if (map == NULL || (buffer == NULL && length != 0)) {
        return MMAPIO_INVALID_ARGUMENT;
    }
    if (!range_within(offset, length, map->length)) {
        return MMAPIO_OUT_OF_RANGE;
    }
    if ((map->protection & (write ? MMAPIO_PROT_WRITE : MMAPIO_PROT_READ)) == 0 && length != 0) {
        return MMAPIO_ACCESS_DENIED;
    }
    return MMAPIO_OK;
}

/* Between a range of the map and a buffer that does not overlap it. */
static mmapio_status move(const copy_way *way, uint64_t offset, void *buffer, uint64_t length, bool write,
                          uint64_t *done, mmapio_error *error)
{
    unsigned char *data = way->data + offset;
    uint64_t left;

    if (way->by_system) {
        return mmapio_os_copy(way->map, offset, buffer, length, write, done, error);
    }
    left = write ? mmapio_guard_move(data, buffer, (size_t)length) : mmapio_guard_move(buffer, data, (size_t)length);
    *done = length - left;
    return left == 0 ? MMAPIO_OK : mmapio_fail(error, MMAPIO_FAULT);
}

/* Between a part of a buffer that overlaps the map, and room that does not. Memory outside of the map is ordinary. */
static mmapio_status move_part(const copy_way *way, void *part, void *room, uint64_t length, bool to_part,
                               uint64_t *done, mmapio_error *error)
{
    uint64_t offset = (uint64_t)((uintptr_t)part - (uintptr_t)way->data);

    if (range_within(offset, length, way->map->length)) {
        return move(way, offset, room, length, to_part, done, error);
    }
    memcpy(to_part ? part : room, to_part ? room : part, (size_t)length);
    *done = length;
    return MMAPIO_OK;
}

static mmapio_status move_piece(const copy_way *way, uint64_t offset, void *part, uint64_t length, bool write,
                                uint64_t *done, mmapio_error *error)
{
    unsigned char room[PIECE];
    uint64_t taken = 0;
    mmapio_status took = write ? move_part(way, part, room, length, false, &taken, error)
                               : move(way, offset, room, length, false, &taken, error);
    mmapio_status put = taken == 0 ? MMAPIO_OK
                        : write    ? move(way, offset, room, taken, true, done, error)
                                   : move_part(way, part, room, taken, true, done, error);

    return put != MMAPIO_OK ? put : took;
}

/* As memmove: from the end, where the destination begins within the source. There a fault ends nothing: what comes
 * before it is still to be copied, and is what counts. */
static mmapio_status move_overlapping(const copy_way *way, uint64_t offset, unsigned char *buffer, uint64_t length,
                                      bool write, uint64_t *done, mmapio_error *error)
{
    bool buffer_first = (uintptr_t)buffer < (uintptr_t)(way->data + offset);
    bool from_end = write == buffer_first;
    mmapio_status status = MMAPIO_OK;
    uint64_t part;

    *done = length;
    for (uint64_t moved = 0; moved < length; moved += part) {
        uint64_t good = 0;
        uint64_t at;
        mmapio_status piece;
        part = length - moved < PIECE ? length - moved : PIECE;
        at = from_end ? length - moved - part : moved;
        piece = move_piece(way, offset + at, buffer + at, part, write, &good, error);
        if (piece != MMAPIO_OK) {
            status = piece;
            *done = at + good;
            if (!from_end) {
                break;
            }
        }
    }
    return status;
}

/* How many of these bytes are the source's, and not those of pages of zeros that stand in for what is gone, nor those
 * that lie behind the end of the source in its last page. The private pages of a map that may be written are the
 * process's own, wherever they lie. */
static uint64_t good_bytes(mmapio_map *map, uint64_t offset, uint64_t length, backing how)
{
    bool own_pages =
        (map->flags & MMAPIO_MAP_PRIVATE) != 0 && ((map->protection & MMAPIO_PROT_WRITE) != 0 || map->changed);
    bool asks = map->file != MMAPIO_NO_FILE && map->file != MMAPIO_CLOSED_FILE && !own_pages;

    if (map->zero_fill != 0) {
        length = mmapio_os_zero_fill_good(map, map->lead + offset, length);
    }
    return length == 0 || !asks ? length : mmapio_os_backed(map, offset, length, how);
}

/* The source may be cut while it is copied, so it is looked at again afterwards. What is read for nothing does no harm;
 * what is written for nothing might come to light when the source grows. */
static mmapio_status copy(mmapio_map *map, uint64_t offset, void *buffer, uint64_t length, bool write, uint64_t *done,
                          mmapio_error *error)
{
    /* A page protected against the access is known to the kernel alone. */
    copy_way way = {map, map->base + map->lead,
                    !choose_handler() || map->changed || mmapio_os_guard_install(NULL) != MMAPIO_OK ||
                        !mmapio_os_guard_serves(map)};
    backing sure = way.by_system ? BACKING_ASKED : BACKING_WITNESSED;
    uint64_t good = good_bytes(map, offset, length, write ? sure : BACKING_REMEMBERED);
    uintptr_t apart = (uintptr_t)buffer - (uintptr_t)(way.data + offset);
    mmapio_status status = MMAPIO_OK;

    if (good != 0) {
        status = apart < good || 0 - apart < good ? move_overlapping(&way, offset, buffer, good, write, done, error)
                                                  : move(&way, offset, buffer, good, write, done, error);
    }
    if (*done != 0) {
        *done = good_bytes(map, offset, *done, sure);
    }
    return status == MMAPIO_OK && *done < length ? mmapio_fail(error, MMAPIO_FAULT) : status;
}

static mmapio_status checked_copy(mmapio_map *map, uint64_t offset, void *buffer, uint64_t length, bool write,
                                  uint64_t *done, mmapio_error *error)
{
    uint64_t unused;
    uint64_t *count = done == NULL ? &unused : done;
    mmapio_status status = check(map, offset, buffer, length, write);

    clear_error(error);
    *count = 0;
    if (status != MMAPIO_OK) {
        return mmapio_fail(error, status);
    }
    if (length != 0) {
        status = copy(map, offset, buffer, length, write, count, error);
    }
    if (status == MMAPIO_FAULT) {
        copies_cut_short++;
        if (error != NULL && error->os_call == CALL_NONE) {
            error->os_call = write ? CALL_MAP_WRITE : CALL_MAP_READ;
        }
    }
    return status;
}

mmapio_status mmapio_map_read(mmapio_map *map, uint64_t offset, void *destination, uint64_t length, uint64_t *done,
                              mmapio_error *error)
{
    return checked_copy(map, offset, destination, length, false, done, error);
}

mmapio_status mmapio_map_write(mmapio_map *map, uint64_t offset, const void *source, uint64_t length, uint64_t *done,
                               mmapio_error *error)
{
    /* Only read from: the one copy serves both directions. */
    return checked_copy(map, offset, (void *)(uintptr_t)source, length, true, done, error);
}
