/*
 * backed.c - where the file or memory of a map ends, to the byte.
 *
 * Whoever may write a file may cut it, at any time, and no page tells of an end within it: the rest of that page reads
 * as zeros and takes writes that nobody keeps (mmap(2)). To ask is a system call. But an access to a page behind the end
 * faults, and so one page bears witness for all before it: if the last page that the source had is still there, they are
 * whole. It is touched instead of asking, two nanoseconds instead of some hundred, and always the same one. Only what
 * lies in that page itself has to be asked for.
 * (A kernel that could not split a huge page of which a part was cut off may leave all of it mapped, so that its witness
 * lies, as would any access: Linux before 6.18, and only in the last two megabytes.)
 */
#include "posix.h"

#include "../guard.h"
#include "../range.h"

#include <stdatomic.h>

/* The length of what has none to run out of, such as a device. */
static const uint64_t no_end = UINT64_MAX;

static bool ask(mmapio_map *map)
{
    uint64_t length = 0;
    mmapio_status status = map->is_memory ? mmapio_os_memory_length(map->file, &length, NULL)
                                          : mmapio_os_file_length(map->file, &length, NULL);

    if (status == MMAPIO_OK || status == MMAPIO_UNSUPPORTED) {
        atomic_store_explicit(&map->source_length, status == MMAPIO_OK ? length : no_end, memory_order_relaxed);
    }
    return status == MMAPIO_OK;
}

uint64_t mmapio_os_backed(mmapio_map *map, uint64_t offset, uint64_t length, backing how)
{
    uint64_t page_size = mmapio_os_page_size();
    uint64_t known = atomic_load_explicit(&map->source_length, memory_order_relaxed);
    uint64_t mapped = map->mirrored ? map->base_length / 2 : round_up(map->lead + map->length, page_size);
    uint64_t begin = map->lead + offset;
    uint64_t there = known > map->base_offset ? known - map->base_offset : 0;

    /* A file of explicit huge pages has whole ones. */
    if (known == no_end || map->page_size != page_size) {
        return length;
    }
    begin = map->mirrored && begin >= mapped ? begin - mapped : begin;
    there = there < mapped ? there : mapped;
    if (how == BACKING_REMEMBERED && begin + length <= there) {
        return length;
    }
    if (how == BACKING_WITNESSED && there != 0 && begin + length <= round_down(there - 1, page_size) &&
        mmapio_guard_peek(map->base + round_down(there - 1, page_size))) {
        return length;
    }
    if (!ask(map)) {
        return length;
    }
    known = atomic_load_explicit(&map->source_length, memory_order_relaxed);
    there = known > map->base_offset ? known - map->base_offset : 0;
    if (there >= mapped || begin + length <= there) {
        return length;
    }
    return begin < there ? there - begin : 0;
}
