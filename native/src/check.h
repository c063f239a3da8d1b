/* check.h - what the public functions share in checking their arguments. */
#ifndef MMAPIO_CHECK_H
#define MMAPIO_CHECK_H

#include "asserts.h"
#include "platform.h"

#include <string.h>

enum { MMAPIO_PROT_ALL = MMAPIO_PROT_READ | MMAPIO_PROT_WRITE | MMAPIO_PROT_EXEC };

/* No struct of ours will ever be as large: a struct_size above is something that was never set. */
enum { MAX_STRUCT_SIZE = 4096 };

static inline void clear_error(mmapio_error *error)
{
    if (error != NULL) {
        memset(error, 0, sizeof *error);
    }
}

static inline uint32_t smaller(uint32_t a, size_t b)
{
    return a < b ? a : (uint32_t)b;
}

/* A report is a struct that begins with its struct_size and is filled with results. Zeroes the rest of it. Returns
 * false for none at all, and for a size that was never set or has not even room for the first fixed bytes. */
static inline bool report_begin(void *report, size_t fixed)
{
    uint32_t size = 0;

    if (report != NULL) {
        memcpy(&size, report, sizeof size);
    }
    if (size <= sizeof size || size > MAX_STRUCT_SIZE) {
        return false;
    }
    memset((char *)report + sizeof size, 0, size - sizeof size);
    return size >= fixed;
}

/* Fills a report that has begun from full, as far as both go, and writes back how far that was. */
static inline void report_end(void *report, const void *full, size_t full_size)
{
    uint32_t size;

    memcpy(&size, report, sizeof size);
    size = smaller(size, full_size);
    memcpy(report, full, size);
    memcpy(report, &size, sizeof size);
}

/* Writing implies reading, on every system alike. */
static inline uint32_t complete_protection(uint32_t protection)
{
    return (protection & MMAPIO_PROT_WRITE) != 0 ? protection | MMAPIO_PROT_READ : protection;
}

/* What a map shall be made of. */
typedef struct map_source {
    enum { SOURCE_NONE, SOURCE_FILE, SOURCE_MEMORY, SOURCE_HANDLE } kind; /* of nothing, by a handle, by a name */
    intptr_t handle;                                                      /* of FILE and HANDLE */
    const char *name;                                                     /* of MEMORY: checked; NULL for none */
} map_source;

/* Checks the options against what kind of source it is, and maps. */
mmapio_status mmapio_make(const map_source *source, const mmapio_map_options *options, mmapio_map **map,
                          mmapio_error *error);

/* The length of what a map is of. The map has a handle to it. */
static inline mmapio_status source_length(const mmapio_map *map, uint64_t *length, mmapio_error *error)
{
    return map->is_memory ? mmapio_os_memory_length(map->file, length, error)
                          : mmapio_os_file_length(map->file, length, error);
}

/* Is this a known advice, possibly with MMAPIO_MADV_ALLOW_LOSS, that may be given to a map of these flags? */
bool mmapio_advice_allowed(uint32_t advice, uint32_t map_flags);

/* Is this advice, of those that are allowed, one that this map's protection forbids? */
bool mmapio_advice_denied(const mmapio_map *map, uint32_t advice);

/* The pages that the map has gained since it had the length from: all of them for 0. False for none. */
bool mmapio_pages_from(const mmapio_map *map, uint64_t from, page_range *pages);

/* Locks and advises what the map has from the offset from on, as it was asked to when it was made: 0 for all of it. */
mmapio_status mmapio_settle(mmapio_map *map, uint64_t from, mmapio_error *error);

/* May copies be under way with a handler of ours, as far as the process chose? */
bool mmapio_copies_by_handler(void);

/* Has a failure to write this map's pages not been acknowledged? Fills *error then, as the first failure was. */
bool mmapio_is_lost(mmapio_map *map, mmapio_error *error);

/* Keeps in mind that writing failed so, if that means that data is lost. Fills *error (nullable), returns its status. */
mmapio_status mmapio_note_failure(mmapio_map *map, const mmapio_error *failure, mmapio_error *error);

#endif /* MMAPIO_CHECK_H */
