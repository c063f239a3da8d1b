/* darwin.h - what the files of darwin/ share. */
#ifndef MMAPIO_DARWIN_H
#define MMAPIO_DARWIN_H

#include "../platform.h"

/* Starts reading [start, end) of a file. Gives 0, or the errno value of the fcntl(2) that failed. */
int mmapio_darwin_read_ahead(intptr_t file, uint64_t start, uint64_t end);

#endif /* MMAPIO_DARWIN_H */
