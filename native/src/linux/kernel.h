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

#if !defined(SYS_memfd_create) && defined(__x86_64__)
#define SYS_memfd_create 319
#elif !defined(SYS_memfd_create) && defined(__aarch64__)
#define SYS_memfd_create 279
#endif

/* linux/memfd.h and linux/fcntl.h; the seals of 5.1, the flag of 6.3. */
#ifndef MFD_CLOEXEC
#define MFD_CLOEXEC 0x1u
#define MFD_ALLOW_SEALING 0x2u
#endif
#ifndef MFD_HUGETLB
#define MFD_HUGETLB 0x4u
#endif
#ifndef MFD_NOEXEC_SEAL
#define MFD_NOEXEC_SEAL 0x8u
#endif
#ifndef F_ADD_SEALS
#define F_ADD_SEALS 1033
#define F_GET_SEALS 1034
#endif

/* MAP_HUGE_SHIFT and MFD_HUGE_SHIFT. */
#ifndef HUGE_SHIFT
#define HUGE_SHIFT 26
#endif

#ifndef HUGETLBFS_MAGIC
#define HUGETLBFS_MAGIC 0x958458f6u
#endif
#ifndef TMPFS_MAGIC
#define TMPFS_MAGIC 0x01021994u
#endif

#ifndef RAMFS_MAGIC
#define RAMFS_MAGIC 0x858458F6u
#endif

#ifndef O_TMPFILE
#define O_TMPFILE (020000000 | O_DIRECTORY)
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
