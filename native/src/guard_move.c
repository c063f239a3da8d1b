/* guard_move.c - the guarded instructions, for x86-64 and AArch64, in the assembler syntax of gcc and clang. */
#include "guard.h"

#include <stdatomic.h>

/* Labels in the assembler text below. Local to this object: hidden, and not in the exports. */
#ifdef __APPLE__
#define LABEL(name) "_mmapio_guard_" #name
#else
#define LABEL(name) "mmapio_guard_" #name
#endif

#ifdef __ELF__
#define DEFINE_LABEL(name) ".hidden " LABEL(name) "\n.globl " LABEL(name) "\n" LABEL(name) ":\n"
#elif defined(__APPLE__)
/* An alternative entry: without that the linker would take what follows for a function of its own, free to move. */
#define DEFINE_LABEL(name)                                                                                             \
    ".private_extern " LABEL(name) "\n.globl " LABEL(name) "\n.alt_entry " LABEL(name) "\n" LABEL(name) ":\n"
#else
#define DEFINE_LABEL(name) ".globl " LABEL(name) "\n" LABEL(name) ":\n"
#endif

extern const char mmapio_guard_begin[];
extern const char mmapio_guard_bytes[];
extern const char mmapio_guard_end[];
extern const char mmapio_guard_peek_begin[];
extern const char mmapio_guard_peek_end[];
extern const char mmapio_guard_peek_landing[];

/* Guarded instructions, and where each of them continues after a fault. */
static const struct guarded {
    const char *begin;
    const char *end;
    const char *landing;
} guarded[] = {
    {mmapio_guard_begin, mmapio_guard_bytes, mmapio_guard_bytes},
    {mmapio_guard_bytes, mmapio_guard_end, mmapio_guard_end},
    {mmapio_guard_peek_begin, mmapio_guard_peek_end, mmapio_guard_peek_landing},
};

#if defined(__x86_64__)

/* One instruction that counts for itself: after a fault rcx holds what is left, to the byte, and it can be entered
 * again. Processors with ERMS (2013) and FSRM (2019) run it as fast as the C library's memcpy from 4 KiB on. */
__attribute__((noinline)) size_t mmapio_guard_move(void *to, const void *from, size_t count)
{
    __asm__ volatile(DEFINE_LABEL(begin) DEFINE_LABEL(bytes) "rep movsb\n" DEFINE_LABEL(end)
                     : "+D"(to), "+S"(from), "+c"(count)
                     :
                     : "memory");
    return count;
}

/* For valgrind, which does without a load that nobody uses, and takes a fault of the first instruction of a function for
 * one of the call: what is read counts, and there is an instruction before. */
/* clang-format off */
__attribute__((noinline)) bool mmapio_guard_peek(const void *address)
{
    uint32_t seen;

    atomic_thread_fence(memory_order_acquire);
    __asm__ volatile(DEFINE_LABEL(peek_begin)
                     "nop\n"
                     "movzbl (%1), %0\n"
                     "orl $256, %0\n"
                     DEFINE_LABEL(peek_end)
                     "jmp 1f\n"
                     DEFINE_LABEL(peek_landing)
                     "xorl %0, %0\n"
                     "1:\n"
                     : "=&r"(seen)
                     : "r"(address)
                     : "memory", "cc");
    return seen != 0;
}
/* clang-format on */

#elif defined(__aarch64__)

/* Blocks of 64 bytes, then single bytes. Pointers move only after a whole block has been stored, so a fault in a block
 * goes on byte by byte from its start, up to the very byte that faults. */
/* clang-format off */
__attribute__((noinline)) size_t mmapio_guard_move(void *to, const void *from, size_t count)
{
    __asm__ volatile(DEFINE_LABEL(begin)
                     "1: cmp %2, #64\n"
                     "b.lo 2f\n"
                     "ldp q0, q1, [%1]\n"
                     "ldp q2, q3, [%1, #32]\n"
                     "stp q0, q1, [%0]\n"
                     "stp q2, q3, [%0, #32]\n"
                     "add %1, %1, #64\n"
                     "add %0, %0, #64\n"
                     "sub %2, %2, #64\n"
                     "b 1b\n"
                     DEFINE_LABEL(bytes)
                     "2: cbz %2, 3f\n"
                     "ldrb w9, [%1]\n"
                     "strb w9, [%0]\n"
                     "add %1, %1, #1\n"
                     "add %0, %0, #1\n"
                     "sub %2, %2, #1\n"
                     "b 2b\n"
                     DEFINE_LABEL(end)
                     "3:\n"
                     : "+r"(to), "+r"(from), "+r"(count)
                     :
                     : "memory", "cc", "x9", "v0", "v1", "v2", "v3");
    return count;
}

__attribute__((noinline)) bool mmapio_guard_peek(const void *address)
{
    uint32_t seen;

    atomic_thread_fence(memory_order_acquire);
    __asm__ volatile(DEFINE_LABEL(peek_begin)
                     "ldrb %w0, [%1]\n"
                     "orr %w0, %w0, #256\n"
                     DEFINE_LABEL(peek_end)
                     "b 1f\n"
                     DEFINE_LABEL(peek_landing)
                     "mov %w0, #0\n"
                     "1:\n"
                     : "=&r"(seen)
                     : "r"(address)
                     : "memory");
    return seen != 0;
}
/* clang-format on */

#else
#error "libmmapio has no guarded copy for this processor"
#endif

uintptr_t mmapio_guard_landing(uintptr_t pc)
{
    for (size_t i = 0; i < sizeof guarded / sizeof guarded[0]; i++) {
        if (pc >= (uintptr_t)guarded[i].begin && pc < (uintptr_t)guarded[i].end) {
            return (uintptr_t)guarded[i].landing;
        }
    }
    return 0;
}
