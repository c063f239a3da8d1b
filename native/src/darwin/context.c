/* context.c - where the program counter is in what a signal handler gets. */
#include "../guard.h"
#include "../posix/posix.h"

#include <dlfcn.h>
#include <mach/mach.h>
#include <mach/vm_map.h>
#include <sys/ucontext.h>

/* WRITES: the processor's word for why it faulted says that it was about to write. MISALIGNED: that nothing is wrong but
 * the address (Arm Architecture Reference Manual, ESR_EL1: WnR, and the status code of an alignment fault). */
#if defined(__x86_64__)
#define PROGRAM_COUNTER(context) ((context)->uc_mcontext->__ss.__rip)
#define WRITES(context) (((context)->uc_mcontext->__es.__err & 0x2) != 0)
#define MISALIGNED(context) false
#elif defined(__aarch64__)
#define PROGRAM_COUNTER(context) ((context)->uc_mcontext->__ss.__pc)
#define WRITES(context) (((context)->uc_mcontext->__es.__esr & 0x40) != 0)
#define MISALIGNED(context) (((context)->uc_mcontext->__es.__esr & 0x3F) == 0x21)
#endif

bool mmapio_posix_redirect(void *context)
{
    uintptr_t landing = mmapio_guard_landing((uintptr_t)PROGRAM_COUNTER((ucontext_t *)context));

    if (landing != 0) {
        PROGRAM_COUNTER((ucontext_t *)context) = landing;
    }
    return landing != 0;
}

/* A page that may not be written to is SIGBUS here, too, with the code BUS_ADRERR of all of them: whatever is not
 * KERN_INVALID_ADDRESS (xnu, bsd/uxkern/ux_exception.c). So the protection is asked for: by a message to the kernel, for
 * which a thread has its reply port, and no lock. */
bool mmapio_posix_is_gone(const siginfo_t *info, void *context)
{
    vm_address_t address = (vm_address_t)info->si_addr;
    vm_size_t size = 0;
    vm_region_basic_info_data_64_t region;
    mach_msg_type_number_t count = VM_REGION_BASIC_INFO_COUNT_64;
    mach_port_t unused = MACH_PORT_NULL;
    vm_prot_t needed = WRITES((ucontext_t *)context) ? VM_PROT_WRITE : VM_PROT_READ;

    return !MISALIGNED((ucontext_t *)context) &&
           vm_region_64(mach_task_self(), &address, &size, VM_REGION_BASIC_INFO_64, (vm_region_info_t)&region, &count,
                        &unused) == KERN_SUCCESS &&
           address <= (vm_address_t)info->si_addr && (region.protection & needed) != 0;
}

int mmapio_posix_protection_signal(void)
{
    return SIGBUS;
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
