/* context.c - where the program counter is in what a signal handler gets. */
#include "../guard.h"
#include "../posix/posix.h"

#include <ucontext.h>

#if defined(__x86_64__)
#define PROGRAM_COUNTER(context) ((context)->uc_mcontext.gregs[REG_RIP])
typedef greg_t counter;
#elif defined(__aarch64__)
#define PROGRAM_COUNTER(context) ((context)->uc_mcontext.pc)
typedef uint64_t counter;
#endif

bool mmapio_posix_redirect(void *context)
{
    uintptr_t landing = mmapio_guard_landing((uintptr_t)PROGRAM_COUNTER((ucontext_t *)context));

    if (landing != 0) {
        PROGRAM_COUNTER((ucontext_t *)context) = (counter)landing;
    }
    return landing != 0;
}

/* What is no fault of the page is one of the address. */
bool mmapio_posix_is_gone(const siginfo_t *info, void *context)
{
    (void)context;
    return info->si_code != BUS_ADRALN;
}

int mmapio_posix_protection_signal(void)
{
    return SIGSEGV;
}

/* The library is linked with -z nodelete. dlopen, which could do it here, is in a library of its own before glibc 2.34,
 * and programs that link with us statically would have to bring it. */
void mmapio_posix_pin(void)
{
}
