/*
 * guard.h - copying from and to memory that may not be there.
 *
 * mmapio_guard_move copies with a handful of instructions whose addresses are known. A fault inside them is answered
 * by moving the program counter to a landing place right behind them, and the copy returns early, telling how much is
 * left. Nothing is set up per copy, nothing is unwound and no thread-local storage is touched, so the handler can
 * decide by the program counter alone, on any thread, whether a fault is ours.
 */
#ifndef MMAPIO_GUARD_H
#define MMAPIO_GUARD_H

#include <stddef.h>
#include <stdint.h>

/* Copies count bytes forward. Returns how many were left uncopied when a fault ended it, else 0: every byte before
 * the fault has been copied, none from it on. */
size_t mmapio_guard_move(void *to, const void *from, size_t count);

/* Where to continue after a fault at pc, or 0 if pc is none of ours. Safe to call from a signal handler. */
uintptr_t mmapio_guard_landing(uintptr_t pc);

#endif /* MMAPIO_GUARD_H */
