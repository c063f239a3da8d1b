/* linux.h - what the files of linux/ share. */
#ifndef MMAPIO_LINUX_H
#define MMAPIO_LINUX_H

#include "../posix/posix.h"

/* The size of explicit huge pages for memory without a file: as wanted, or the system's default for 0. 0 for none. */
uint64_t mmapio_linux_huge_page_size(uint64_t wanted);

/* A size as the flags of mmap(2) and memfd_create(2) have it. */
int mmapio_linux_huge_bits(uint64_t size);

/* What a file lies on, as far as it decides what the calls on its pages do (ground.c). */
enum {
    GROUND_ASKED = 1,
    GROUND_NO_DEVICE = 2, /* memory: tmpfs and the like */
    GROUND_OWN_PAGES = 4, /* its pages in the page cache are those of the inode that the descriptor is of */
    GROUND_HUGE = 8       /* what mmapio_linux_makes_huge said of memory, for when there is no handle left to ask by */
};

uint32_t mmapio_linux_ground(intptr_t file);

/* The same for a map's file, asked once for each map: it costs a third of an advice. */
uint32_t mmapio_linux_ground_of(mmapio_map *map);

/* Makes memory without a name. Sets map->file; nothing is left of what fails. */
mmapio_status mmapio_linux_memfd(mmapio_map *map, uint64_t length, mmapio_error *error);

/* Gives new memory its length and, unless told otherwise, its pages: else a full file system would be a SIGBUS. */
mmapio_status mmapio_linux_fill(const mmapio_map *map, uint64_t length, mmapio_error *error);

/* Closes what could not be made. Returns status. */
mmapio_status mmapio_linux_let_go(mmapio_map *map, mmapio_status status);

/* Is this memory of memfd_create(2), on the kernel's own mount of tmpfs, which nobody sees? */
bool mmapio_linux_is_memfd(intptr_t file);

/* Gives the value of an option that the mount of a file's file system has. False if there is none, or if this process
 * cannot see the mount. */
bool mmapio_linux_mount_option(intptr_t file, const char *name, char *value, size_t size);

/* Does the kernel make transparent huge pages for such a map where it is asked to? */
bool mmapio_linux_makes_huge(mmapio_map *map);

/* Does a code say that the call as such is not to be had, of this kernel, of a file of this kind or in this sandbox? For
 * calls that say none of these things of their own. */
bool mmapio_linux_is_refusal(int code);

/* Is this an advice that the kernel accepts for such a map, and does nothing about? */
bool mmapio_linux_does_nothing(mmapio_map *map, uint32_t advice);

/* madvise(2), with what it says as outcome and status. */
mmapio_status mmapio_linux_advise(const page_range *range, uint32_t advice, uint32_t *outcome, mmapio_error *error);

/* PROT_* of the page at an address; -1 where nothing is mapped, or with errno where /proc is not to be seen. It takes as long as there
 * are mappings. */
int mmapio_linux_protection_at(const unsigned char *address);

/* Makes a mapping of several pieces longer, elsewhere. Each piece keeps its protection, advice and locks. */
mmapio_status mmapio_linux_move(mmapio_map *map, uint64_t base_length, mmapio_error *error);

/* Can so many bytes of a file have memory? OK for what is on a disk. Else NO_SPACE, or OUT_OF_MEMORY. */
mmapio_status mmapio_linux_check_room(intptr_t file, uint64_t length, mmapio_error *error);

#endif /* MMAPIO_LINUX_H */
