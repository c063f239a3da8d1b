/* populate.c - MADV_POPULATE_READ and _WRITE (5.14), and what older kernels can do without risking SIGBUS. */
#include "../posix/posix.h"

#include <errno.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <unistd.h>

#ifndef MADV_POPULATE_READ
#define MADV_POPULATE_READ 22
#define MADV_POPULATE_WRITE 23
#endif

enum { BATCH = 512 };

/* Has the kernel read one byte of each page for us: it answers EFAULT where our own read would raise SIGBUS. */
static mmapio_status read_each_page(const page_range *range, mmapio_error *error)
{
    unsigned char bytes[BATCH];
    struct iovec from[BATCH];
    struct iovec to = {bytes, 0};
    uint64_t page_size = mmapio_os_page_size();
    uint64_t total = range->length / page_size;

    for (uint64_t done = 0; done < total;) {
        uint64_t count = total - done < BATCH ? total - done : BATCH;
        ssize_t got;
        for (uint64_t i = 0; i < count; i++) {
            from[i].iov_base = range->address + (done + i) * page_size;
            from[i].iov_len = 1;
        }
        to.iov_len = (size_t)count;
        got = process_vm_readv(getpid(), &to, 1, from, (unsigned long)count, 0);
        if (got <= 0) {
            int code = errno;
            /* EPERM: a sandbox forbids the call. It says nothing about the map. */
            return mmapio_fail_os(error, code == EPERM ? MMAPIO_UNSUPPORTED : mmapio_posix_status(code),
                                  MMAPIO_OS_ERRNO, code, CALL_PROCESS_VM_READV);
        }
        /* A short count means that the next page faulted: asking again from there gives the error. */
        done += (uint64_t)got;
    }
    return MMAPIO_OK;
}

mmapio_status mmapio_os_populate(mmapio_map *map, const page_range *range, uint32_t protection, mmapio_error *error)
{
    int advice = protection == MMAPIO_PROT_WRITE ? MADV_POPULATE_WRITE : MADV_POPULATE_READ;
    int code;

    (void)map;
    if (madvise(range->address, (size_t)range->length, advice) == 0) {
        return MMAPIO_OK;
    }
    code = errno;
    if (code != EINVAL) {
        return mmapio_posix_fail(error, code, CALL_MADVISE);
    }
    if (madvise(NULL, 0, advice) == 0) {
        /* The kernel knows the advice, so what it minds is the mapping: its protection forbids the access. */
        return mmapio_fail_os(error, MMAPIO_ACCESS_DENIED, MMAPIO_OS_ERRNO, code, CALL_MADVISE);
    }
    if (protection == MMAPIO_PROT_WRITE) {
        return mmapio_fail_os(error, MMAPIO_UNSUPPORTED, MMAPIO_OS_ERRNO, code, CALL_MADVISE);
    }
    return read_each_page(range, error);
}
