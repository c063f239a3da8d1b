/* page.c - pages: their size, and their protection in the words of mmap(2). */
#include "posix.h"

#include <stdatomic.h>
#include <sys/mman.h>
#include <unistd.h>

/* Part of every call on a range, and constant: asked for once. */
uint32_t mmapio_os_page_size(void)
{
    static _Atomic(uint32_t) known;
    uint32_t size = atomic_load_explicit(&known, memory_order_relaxed);

    if (size == 0) {
        size = (uint32_t)sysconf(_SC_PAGESIZE);
        atomic_store_explicit(&known, size, memory_order_relaxed);
    }
    return size;
}

uint32_t mmapio_os_allocation_granularity(void)
{
    return mmapio_os_page_size();
}

int mmapio_posix_protection(uint32_t protection)
{
    int native = PROT_NONE;

    native |= (protection & MMAPIO_PROT_READ) != 0 ? PROT_READ : 0;
    native |= (protection & MMAPIO_PROT_WRITE) != 0 ? PROT_WRITE : 0;
    native |= (protection & MMAPIO_PROT_EXEC) != 0 ? PROT_EXEC : 0;
    return native;
}
