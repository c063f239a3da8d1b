/* linux.h - what the files of linux/ share. */
#ifndef MMAPIO_LINUX_H
#define MMAPIO_LINUX_H

#include "../posix/posix.h"

/* The size of explicit huge pages for memory without a file: as wanted, or the system's default for 0. 0 for none. */
uint64_t mmapio_linux_huge_page_size(uint64_t wanted);

/* A size as the flags of mmap(2) and memfd_create(2) have it. */
int mmapio_linux_huge_bits(uint64_t size);

#endif /* MMAPIO_LINUX_H */
