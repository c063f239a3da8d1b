/*
 * platform.h - the seam between the public functions (map.c, range.c, about.c) and the operating systems.
 *
 * The public functions have checked every argument before they call anything here: maps exist, ranges lie within
 * them and are not empty, flags and advice are known values, output pointers are not NULL. What is declared here is
 * implemented once per operating system, in linux/, darwin/ or windows/ (with posix/ for what the first two share),
 * and once in unsupported/. CMake chooses the folder; no file chooses by #if.
 *
 * A function that fails returns a status and has filled *error (nullable) through one of the two helpers below,
 * reading the operating system's code on the line after the call that failed. It leaves nothing half done unless it
 * says so.
 */
#ifndef MMAPIO_PLATFORM_H
#define MMAPIO_PLATFORM_H

#include "mmapio.h"

#include <stdbool.h>
#include <stddef.h>

#include "calls.h"

/* No file behind a mapping. A valid POSIX descriptor is never negative; a HANDLE of -1 is INVALID_HANDLE_VALUE. */
#define MMAPIO_NO_FILE ((intptr_t)-1)

/* The map is of a file, and has no handle to it (any more). Neither a descriptor nor a HANDLE, either. */
#define MMAPIO_CLOSED_FILE ((intptr_t)-2)

/* The longest name of shared memory with its end: macOS has 31 characters, one of which is a slash. */
enum { MEMORY_NAME_SIZE = 31 };

/*
 *   base             base + lead                 base + lead + length    base + base_length
 *   |----------------|---- the caller's bytes ---|-----------------------|
 *   ^ multiple of the allocation granularity                             ^ multiple of the page size
 */
struct mmapio_map {
    unsigned char *base;      /* start of the mapping; NULL for a map of length 0, which maps nothing */
    uint64_t base_length;     /* whole pages */
    uint64_t base_offset;     /* offset of base in the file */
    uint64_t lead;            /* from base to the first byte the caller asked for */
    uint64_t length;          /* bytes the caller asked for */
    uint64_t covered;         /* the longest it has been */
    uint64_t reserve;         /* bytes from base the mapping was made longer for, whole pages; 0 for none */
    uint32_t protection;      /* MMAPIO_PROT_* at the time of mapping */
    uint32_t flags;           /* MMAPIO_MAP_* */
    uint32_t advice;          /* MMAPIO_MADV_* given when it was made, and to what it grows by */
    uint32_t zero_fill;       /* place in the platform's table of MMAPIO_MAP_ZERO_FILL maps, from 1; 0 for none */
    _Atomic(bool) changed;    /* mmapio_map_protect was called: protection may no longer be the truth */
    _Atomic(uint64_t) lost;   /* the first failure to write that nobody has acknowledged, see sync.c; 0 for none */
    intptr_t file;            /* the map's own handle, MMAPIO_NO_FILE, or MMAPIO_CLOSED_FILE */
    _Atomic(uint32_t) ground; /* Linux: what the file lies on, bits of linux.h; 0 for not asked */

    /* Memory that processes share has a handle, too: of something that is no file, or is not for being a file. */
    bool is_memory;
    bool created;                /* by this map */
    int32_t maker;               /* macOS: the process that made it, if this map did */
    char name[MEMORY_NAME_SIZE]; /* "" for none, and in maps by a handle */

    bool renewed;       /* by mmapio_os_remap and _shrink_file: the mapping is a new one, of no advice and no locks */
    uint64_t guard;     /* bytes before base, and after base + base_length, that nobody may touch; 0 for none */
    bool mirrored;      /* base_length is two times the same pages, in a row */
    uint32_t huge;      /* MMAPIO_HUGE_*: what was asked for, from mmapio_os_map on what came of it */
    uint64_t huge_size; /* bytes of a huge page that were asked for, or 0 */
    uint64_t page_size; /* bytes of the pages that ranges are rounded to */
    uint64_t block;     /* bytes of a block of the file, from mmapio_os_file_measure; 0 for not known */

    _Atomic(uint64_t) source_length; /* of the file or memory, in bytes, as mmapio_os_backed last found it; 0 before */
};

/* The whole pages that a range of a map touches. */
typedef struct page_range {
    unsigned char *address; /* page-aligned, inside the mapping */
    uint64_t length;        /* a multiple of the page size, never 0 */
    uint64_t map_offset;    /* of address in the mapping, from base */
} page_range;

/* Records a failure that the library itself found. Returns status. */
mmapio_status mmapio_fail(mmapio_error *error, mmapio_status status);

/* Records a failure of the operating system. Returns status. */
mmapio_status mmapio_fail_os(mmapio_error *error, mmapio_status status, uint32_t domain, int32_t code, uint32_t call);

/* Makes zeros of what mappings have left behind the end of a file that is about to become longer, up to the end of its
 * last page. Does without where the handle may not read and write. */
void mmapio_clear_torn_tail(intptr_t file, uint64_t page_size, uint64_t file_length);

/* ---- the machine ---------------------------------------------------------------------------------------------- */

uint32_t mmapio_os_page_size(void);
uint32_t mmapio_os_allocation_granularity(void);

/* Fills every field but struct_size, page_size and allocation_granularity. */
void mmapio_os_caps(mmapio_caps *caps);

/* ---- files ---------------------------------------------------------------------------------------------------- */

/* Gives the file's length in bytes. Refuses what has none, such as a pipe or a directory: MMAPIO_UNSUPPORTED. */
mmapio_status mmapio_os_file_length(intptr_t file, uint64_t *length, mmapio_error *error);

/* The same, and the size of a block of the file in bytes, or 0 where that would take another call. */
mmapio_status mmapio_os_file_measure(intptr_t file, uint64_t *length, uint64_t *block, mmapio_error *error);

/* Gives another handle to the same open file, not inherited by child processes. */
mmapio_status mmapio_os_file_duplicate(intptr_t file, intptr_t *duplicate, mmapio_error *error);

mmapio_status mmapio_os_file_close(intptr_t file, mmapio_error *error);

/* Learns of a map's file what later calls would ask its handle, which goes now: see MMAPIO_MAP_NO_HANDLE. */
void mmapio_os_file_remember(mmapio_map *map);

/* Gives a file its length. What others append meanwhile may be cut off: for files that are new, or to be shorter. */
mmapio_status mmapio_os_file_set_length(intptr_t file, uint64_t length, mmapio_error *error);

/* Makes a file reach to end, which is not 0. One that is as long already, or becomes so meanwhile, stays as it is. */
mmapio_status mmapio_os_file_lengthen(intptr_t file, uint64_t end, mmapio_error *error);

/* Allocates the blocks of a range that is not empty, also past the end of the file, whose length stays as it is
 * (Windows: which may become as long). */
mmapio_status mmapio_os_file_allocate(intptr_t file, uint64_t offset, uint64_t length, mmapio_error *error);

/* Undoes it past the end of a file, which is not made longer after all, and ends at length. */
void mmapio_os_file_give_back(intptr_t file, uint64_t length);

/* The four below get a range of a regular file in whole pages, which begins within the file and is not empty. */

/* As mmapio_os_residency, of the file's pages in the page cache. */
mmapio_status mmapio_os_file_residency(intptr_t file, uint64_t offset, uint64_t length, mmapio_residency *report,
                                       mmapio_error *error);

/* *outcome is MMAPIO_ADVICE_IGNORED on entry. */
mmapio_status mmapio_os_file_prefetch(intptr_t file, uint64_t offset, uint64_t length, uint32_t *outcome,
                                      mmapio_error *error);

/* Writes what is modified, then drops what can be dropped. Drops nothing if writing failed. */
mmapio_status mmapio_os_file_evict(intptr_t file, uint64_t offset, uint64_t length, mmapio_error *error);

/* advice is one MMAPIO_FADV_* other than WILLNEED. *outcome is MMAPIO_ADVICE_IGNORED on entry; what is done to more
 * than the range is for the caller to call approximated. */
mmapio_status mmapio_os_file_advise(intptr_t file, uint64_t offset, uint64_t length, uint32_t advice, uint32_t *outcome,
                                    mmapio_error *error);

/* ---- mappings ------------------------------------------------------------------------------------------------- */

/* Maps what the other fields describe and sets base, and base_length, huge and page_size where huge pages make them
 * others than asked for. On failure nothing is mapped. POPULATE is acted on as far as that
 * can be done without risk of a fault; LOCKED is not. */
mmapio_status mmapio_os_map(mmapio_map *map, mmapio_error *error);

/* Undoes mmapio_os_map. */
mmapio_status mmapio_os_unmap(mmapio_map *map, mmapio_error *error);

/* Makes the mapping end at map->lead + length, where the file, if any, is long enough already. Sets base, base_length
 * and length; on failure they, and the mapping, are as they were. Length 0 leaves no mapping and base NULL. Within the
 * reserve, whole pages that private memory loses are zeros when it has them again. */
mmapio_status mmapio_os_remap(mmapio_map *map, uint64_t length, bool may_move, mmapio_error *error);

/* Would mmapio_os_remap be refused with MMAPIO_UNSUPPORTED? Changes nothing. */
mmapio_status mmapio_os_remap_check(const mmapio_map *map, uint64_t length, bool may_move, mmapio_error *error);

/* Makes zeros of a range within one page of private memory of no file, whatever its protection is, and stays. offset is
 * from the first byte of the caller's; the range may go on to the end of the page. With length 0, tells whether it can. */
mmapio_status mmapio_os_clear(mmapio_map *map, uint64_t offset, uint64_t length, mmapio_error *error);

/* Makes the mapping shorter and cuts its file off at the new end, which lies before the end of the file. A remap to that
 * length would not be refused. */
mmapio_status mmapio_os_shrink_file(mmapio_map *map, uint64_t length, mmapio_error *error);

/* How far the mapping reaches without moving, from base: its length, or the reserve that was to be had. */
uint64_t mmapio_os_reserve(const mmapio_map *map);

/* ---- memory that processes share ------------------------------------------------------------------------------- */

/* Makes or opens memory as map->name and map->flags say; length is 0 only for what exists. Sets file; nothing is left
 * of what fails. */
mmapio_status mmapio_os_memory_open(mmapio_map *map, uint64_t length, mmapio_error *error);

/* Closes the handle, and takes away the name where it goes with the last map. */
mmapio_status mmapio_os_memory_close(mmapio_map *map, mmapio_error *error);

/* Gives another handle to the memory, not inherited by child processes, that does not count as a map of it. */
mmapio_status mmapio_os_memory_export(const mmapio_map *map, intptr_t *handle, mmapio_error *error);

/* Takes away the name of memory that this map has made and that nobody shall find, unless it is another's by now. */
void mmapio_os_memory_discard(const mmapio_map *map);

mmapio_status mmapio_os_memory_unlink(const char *name, mmapio_error *error);

/* What mmapio_os_file_length is for files. */
mmapio_status mmapio_os_memory_length(intptr_t memory, uint64_t *length, mmapio_error *error);

/* Is this handle of memory, and not of a file? */
bool mmapio_os_is_memory(intptr_t handle);

/* Can memory change its length after it was made? If so, mmapio_os_file_set_length and _allocate do it. */
bool mmapio_os_memory_resizes(void);

/* seals are known ones. The map is of memory. */
mmapio_status mmapio_os_seal(mmapio_map *map, uint32_t seals, mmapio_error *error);

/* *seals is 0 on entry. The map is of memory. */
mmapio_status mmapio_os_seals(mmapio_map *map, uint32_t *seals, mmapio_error *error);

/* ---- ranges of a mapping -------------------------------------------------------------------------------------- */

/* advice is one known MMAPIO_MADV_* without MMAPIO_MADV_ALLOW_LOSS. *outcome is MMAPIO_ADVICE_IGNORED on entry. */
mmapio_status mmapio_os_advise(mmapio_map *map, const page_range *range, uint32_t advice, uint32_t *outcome,
                               mmapio_error *error);

/* The map is shared and has a file that is not memory. mode has exactly one of ASYNC, SYNC, DATA, DURABLE and BARRIER. */
mmapio_status mmapio_os_sync(mmapio_map *map, const page_range *range, uint32_t mode, mmapio_error *error);

/* Fills known, scope and the counts (all zero on entry), and pages unless NULL (all zero on entry). */
mmapio_status mmapio_os_residency(mmapio_map *map, const page_range *range, mmapio_residency *report, uint8_t *pages,
                                  mmapio_error *error);

mmapio_status mmapio_os_protect(mmapio_map *map, const page_range *range, uint32_t protection, mmapio_error *error);

/* On failure the range is not locked. */
mmapio_status mmapio_os_lock(mmapio_map *map, const page_range *range, uint32_t flags, mmapio_error *error);

mmapio_status mmapio_os_unlock(mmapio_map *map, const page_range *range, mmapio_error *error);

/* protection is MMAPIO_PROT_READ or MMAPIO_PROT_WRITE. Must not raise a signal or an exception, whatever the state
 * of the file. */
mmapio_status mmapio_os_populate(mmapio_map *map, const page_range *range, uint32_t protection, mmapio_error *error);

/* Starts reading count ranges in. *outcome is MMAPIO_ADVICE_IGNORED on entry, and becomes the least of all. */
mmapio_status mmapio_os_prefetch(mmapio_map *map, const page_range *ranges, uint32_t count, uint32_t *outcome,
                                 mmapio_error *error);

/* Writes what is modified to the file, then drops what can be dropped of what mmapio_os_residency counts, in such a way
 * that the contents stay. Drops nothing if writing failed. That nothing could be dropped is no failure. */
mmapio_status mmapio_os_evict(mmapio_map *map, const page_range *range, mmapio_error *error);

/* ---- memory that may not be there ----------------------------------------------------------------------------- */

/* Makes what guard.h declares survive faults from now on. Called before each use; does its work once. */
mmapio_status mmapio_os_guard_install(mmapio_error *error);

/* The same for the faults of pages that are protected while somebody copies. */
mmapio_status mmapio_os_guard_install_protected(mmapio_error *error);

/* Does it serve this thread, after it was installed? Who blocks the signals it lives by dies of them. */
bool mmapio_os_guard_serves(const mmapio_map *map);

/* How mmapio_os_backed may come to its answer. */
typedef enum backing {
    BACKING_REMEMBERED, /* as it was when last asked */
    BACKING_WITNESSED,  /* by a guarded look at a page behind the range: if that is there, the range is */
    BACKING_ASKED
} backing;

/* How many bytes of a range that is not empty the map's file or memory has, to the last byte: what lies behind its end
 * in the same page does not fault, but nobody keeps it. The map has a handle. */
uint64_t mmapio_os_backed(mmapio_map *map, uint64_t offset, uint64_t length, backing how);

/* Copies between a range of the map and a buffer through the operating system, with no handler of ours. offset is from
 * the first byte of the caller's. *done, 0 on entry, counts the bytes before the one that failed. */
mmapio_status mmapio_os_copy(mmapio_map *map, uint64_t offset, void *buffer, uint64_t length, bool write,
                             uint64_t *done, mmapio_error *error);

/* From now on a page of this map that faults becomes a page of zeros. Sets map->zero_fill. */
mmapio_status mmapio_os_zero_fill_begin(mmapio_map *map, mmapio_error *error);

/* Undoes it, before the mapping goes. */
void mmapio_os_zero_fill_end(mmapio_map *map);

/* How many pages have become zeros since the process began. */
uint64_t mmapio_os_zero_fill_total(void);

/* How many pages of this map have. */
uint64_t mmapio_os_zero_fill_pages(const mmapio_map *map);

/* How many bytes of a range that is not empty come before the first page of zeros in it: length if there is none.
 * map_offset is from base. Only for maps with such a place. */
uint64_t mmapio_os_zero_fill_good(const mmapio_map *map, uint64_t map_offset, uint64_t length);

#endif /* MMAPIO_PLATFORM_H */
