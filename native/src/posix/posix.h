/* posix.h - what linux/ and darwin/ share. */
#ifndef MMAPIO_POSIX_H
#define MMAPIO_POSIX_H

#include "../platform.h"

#include <errno.h>
#include <signal.h>

/* Makes a call, and makes it again for as long as a signal interrupts it: that says nothing of what it was to do. On some
 * file systems (FUSE, NFS) it happens to calls of every kind. The one call that must not be made again is close(2). */
#define UNINTERRUPTED(result, call)                                                                                    \
    do {                                                                                                               \
        (result) = (call);                                                                                             \
    } while ((result) == -1 && errno == EINTR)

/* The status that fits an errno value, where the call that set it does not give it a meaning of its own. */
mmapio_status mmapio_posix_status(int code);

/* Records errno value code of the given call, with the status that fits it. */
mmapio_status mmapio_posix_fail(mmapio_error *error, int code, uint32_t call);

/* Why a file cannot be mapped at all, if that is so: MMAPIO_UNSUPPORTED of the domain MMAPIO_OS_FILE. */
mmapio_status mmapio_posix_explain(intptr_t file, mmapio_error *error);

/* MMAPIO_PROT_* to PROT_*. */
int mmapio_posix_protection(uint32_t protection);

/* MMAPIO_MAP_* to MAP_*, or -1 for one this system cannot honour and must not ignore. Differs per system. */
int mmapio_posix_map_flags(uint32_t flags);

/* Would mmapio_posix_grow be refused, however much room there is? Differs per system. */
bool mmapio_posix_can_grow(const mmapio_map *map, bool may_move);

/* Makes a mapping longer, in whole pages. Sets base and base_length. Differs per system. */
mmapio_status mmapio_posix_grow(mmapio_map *map, uint64_t base_length, bool may_move, mmapio_error *error);

/* May a file reach that far (RLIMIT_FSIZE)? Names the call that would fail. To be asked before any call that makes a
 * file longer, or writes there: the failure itself ends the process. */
mmapio_status mmapio_posix_check_size(uint64_t end, uint32_t call, mmapio_error *error);

/* Makes whole pages of private memory zeros, and gives back what they took. Differs per system. */
mmapio_status mmapio_posix_forget(mmapio_map *map, unsigned char *address, uint64_t length, mmapio_error *error);

/* Before a map with a place in the table grows to length, within its mapping: pages of zeros among those that it gains
 * become the file's again. */
mmapio_status mmapio_posix_zero_fill_renew(const mmapio_map *map, uint64_t length, mmapio_error *error);

/* The size of a block device in bytes. Differs per system. */
mmapio_status mmapio_posix_device_length(int file, uint64_t *length, mmapio_error *error);

/* If the signal's context stands in guarded instructions, makes it continue at their landing place. Differs per
 * system. */
bool mmapio_posix_redirect(void *context);

/* Is this SIGBUS of a page that is not there, and not of one that may not be used so? Differs per system. */
bool mmapio_posix_is_gone(const siginfo_t *info, void *context);

/* The signal of an access that the protection of its page forbids. Differs per system. */
int mmapio_posix_protection_signal(void);

/* Keeps this library's code where it is when its last user closes it: handlers stay installed. Differs per system. */
void mmapio_posix_pin(void);

/* The size of the explicit huge pages that a map can have by its source and map->huge_size, a power of two; 0 where it
 * can have none. *is_given tells that it has them anyway, by where its file lies. Differs per system. */
uint64_t mmapio_posix_huge_page_size(const mmapio_map *map, bool *is_given);

/* The flags of mmap(2) that ask for anonymous pages of that size. Differs per system. */
int mmapio_posix_huge_flags(uint64_t size);

/* Asks for transparent huge pages, and tells whether the system is set to make any. Differs per system. */
bool mmapio_posix_make_transparent(mmapio_map *map);

/* Fills pages (nullable) from mincore(2) and counts the resident ones, a part of the range at a time. */
mmapio_status mmapio_posix_mincore(const page_range *range, uint8_t *pages, uint64_t *resident, mmapio_error *error);

/* Counts the resident pages of a file's range of whole pages, which begins within it. */
mmapio_status mmapio_posix_file_mincore(intptr_t file, uint64_t offset, uint64_t length, uint64_t *resident,
                                        mmapio_error *error);

/* Maps a file's range of whole pages for reading, a part at a time, and has act look at each without touching it.
 * Stops at the first status that is not OK. */
mmapio_status mmapio_posix_each_window(intptr_t file, uint64_t offset, uint64_t length,
                                       mmapio_status (*act)(const page_range *window, void *context,
                                                            mmapio_error *error),
                                       void *context, mmapio_error *error);

#endif /* MMAPIO_POSIX_H */
