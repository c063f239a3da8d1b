/*
 * linux_calls.h - system calls of the library that fail, or meet somebody else, at a moment of a test's choice.
 *
 * A program's own definition of a function of the C library is the one that shared libraries find, too.
 */
#ifndef MMAPIO_LINUX_CALLS_H
#define MMAPIO_LINUX_CALLS_H

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

/* How many calls there have been, and which of them fails: 0 for none. */
typedef struct failing_call {
    unsigned count;
    unsigned fails;
} failing_call;

static inline bool fails_now(failing_call *call)
{
    call->count++;
    return call->count == call->fails;
}

#endif /* MMAPIO_LINUX_CALLS_H */
