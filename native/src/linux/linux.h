/* linux.h - what the files of linux/ share. */
#ifndef MMAPIO_LINUX_H
#define MMAPIO_LINUX_H

#include "../posix/posix.h"

/* The size of explicit huge pages for memory without a file: as wanted, or the system's default for 0. 0 for none. */
uint64_t mmapio_linux_huge_page_size(uint64_t wanted);

/* A size as the flags of mmap(2) and memfd_create(2) have it. */
int mmapio_linux_huge_bits(uint64_t size);

/* Does the file lie in memory, on tmpfs or the like? */
bool mmapio_linux_has_no_device(intptr_t file);

/* Is this an advice that the kernel accepts for such a map, and does nothing about? */
bool mmapio_linux_does_nothing(mmapio_map *map, uint32_t advice);

/* madvise(2), with what it says as outcome and status. */
mmapio_status mmapio_linux_advise(const page_range *range, uint32_t advice, uint32_t *outcome, mmapio_error *error);

/* Makes a mapping of several pieces longer, elsewhere. Each piece keeps its protection, advice and locks. */
mmapio_status mmapio_linux_move(mmapio_map *map, uint64_t base_length, mmapio_error *error);

/* Can so many bytes of a file have memory? OK for what is on a disk. Else NO_SPACE, or OUT_OF_MEMORY. */
mmapio_status mmapio_linux_check_room(intptr_t file, uint64_t length, mmapio_error *error);

#endif /* MMAPIO_LINUX_H */
