/* context.c - where the program counter is in what a signal handler gets. */
#include "../guard.h"
#include "../posix/posix.h"

#include <dlfcn.h>
#include <sys/ucontext.h>

#if defined(__x86_64__)
#define PROGRAM_COUNTER(context) ((context)->uc_mcontext->__ss.__rip)
#elif defined(__aarch64__)
#define PROGRAM_COUNTER(context) ((context)->uc_mcontext->__ss.__pc)
#endif

bool mmapio_posix_redirect(void *context)
{
    uintptr_t landing = mmapio_guard_landing((uintptr_t)PROGRAM_COUNTER((ucontext_t *)context));

    if (landing != 0) {
        PROGRAM_COUNTER((ucontext_t *)context) = landing;
    }
    return landing != 0;
}

/* There is no option of the linker for it. The handle is never closed. A library without a path of its own, such as one
 * inside of the program, is not going anywhere. */
void mmapio_posix_pin(void)
{
    Dl_info self;

    if (dladdr((const void *)&mmapio_guard_landing, &self) != 0 && self.dli_fname != NULL) {
        (void)dlopen(self.dli_fname, RTLD_LAZY | RTLD_LOCAL | RTLD_NOLOAD | RTLD_NODELETE);
    }
}
