/* kernel.h - constants of newer kernels than the C library this is built against may know (glibc 2.17, musl).
 *
 * System calls from 424 on have one number on every architecture. */
#ifndef MMAPIO_LINUX_KERNEL_H
#define MMAPIO_LINUX_KERNEL_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/syscall.h>

#ifndef SYS_cachestat
#define SYS_cachestat 451
#endif

#if !defined(SYS_mlock2) && defined(__x86_64__)
#define SYS_mlock2 325
#elif !defined(SYS_mlock2) && defined(__aarch64__)
#define SYS_mlock2 284
#endif

#ifndef MLOCK_ONFAULT
#define MLOCK_ONFAULT 1
#endif

/* The layouts of linux/mman.h, since 6.5. */
struct mmapio_cachestat_range {
    uint64_t offset;
    uint64_t length;
};

struct mmapio_cachestat {
    uint64_t cache;
    uint64_t dirty;
    uint64_t writeback;
    uint64_t evicted;
    uint64_t recently_evicted;
};

/* Does POSIX_FADV_NOREUSE do anything (cache.c)? */
bool mmapio_linux_has_noreuse(void);

#endif /* MMAPIO_LINUX_KERNEL_H */
