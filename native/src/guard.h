/*
 * guard.h - copying from and to memory that may not be there.
 *
 * The functions here access it with a handful of instructions whose addresses are known. A fault inside them is answered
 * by moving the program counter to a landing place right behind them, and the function returns early, telling so.
 * Nothing is set up per copy, nothing is unwound and no thread-local storage is touched, so the handler can decide by the
 * program counter alone, on any thread, whether a fault is ours.
 */
#ifndef MMAPIO_GUARD_H
#define MMAPIO_GUARD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Copies count bytes forward, of ranges that do not overlap. Returns how many were left uncopied when a fault ended it,
 * else 0: every byte before the fault has been copied, none from it on. */
size_t mmapio_guard_move(void *to, const void *from, size_t count);

/* Is there a byte to be read at that address? It is looked at after all that was read before has been. */
bool mmapio_guard_peek(const void *address);

/* Where to continue after a fault at pc, or 0 if pc is none of ours. Safe to call from a signal handler. */
uintptr_t mmapio_guard_landing(uintptr_t pc);

#endif /* MMAPIO_GUARD_H */
