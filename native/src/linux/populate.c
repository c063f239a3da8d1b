/* populate.c - MADV_POPULATE_READ and _WRITE (5.14), and what older kernels can do without risking SIGBUS. */
#include "kernel.h"
#include "linux.h"

#include <sys/mman.h>
#include <unistd.h>

#ifndef MADV_POPULATE_READ
#define MADV_POPULATE_READ 22
#define MADV_POPULATE_WRITE 23
#endif

/* linux/futex.h: two operations on words that are this process's own, and the encoding of "or it with 0". */
enum {
    CMP_REQUEUE_PRIVATE = 4 | 128,
    WAKE_OP_PRIVATE = 5 | 128,
    OR_NOTHING = 2 << 28 /* FUTEX_OP(FUTEX_OP_OR, 0, FUTEX_OP_CMP_EQ, 0) */
};

/* Has the kernel touch a page as we would, and say EFAULT where we would get a signal. Nobody is woken or moved on
 * account of it: to read, CMP_REQUEUE looks at a word, and then moves none of its waiters. To write, WAKE_OP replaces a
 * word by itself, atomically, whatever other threads and processes store at the same time; a copy of a byte onto itself
 * (process_vm_writev(2)) could undo one of those. Whoever waits at that very word in this process may find himself woken
 * without a cause, as waiters on futexes have to expect. */
static int touch(unsigned char *page, bool write)
{
    uint32_t nobodys = 0;
    long result = write ? syscall(SYS_futex, &nobodys, WAKE_OP_PRIVATE, 0, NULL, page, OR_NOTHING)
                        : syscall(SYS_futex, page, CMP_REQUEUE_PRIVATE, 0, NULL, page, 0);

    /* EAGAIN: the word that was read has another value than 0. EINTR comes when it has been dealt with. */
    return result >= 0 || errno == EAGAIN || errno == EINTR ? 0 : errno;
}

/* Both a page that is gone and one that is protected are EFAULT. */
static bool is_protected(const unsigned char *page, bool write)
{
    int protection = mmapio_linux_protection_at(page);

    return protection >= 0 && (protection & (write ? PROT_WRITE : PROT_READ)) == 0;
}

static mmapio_status touch_each_page(const page_range *range, uint64_t page_size, bool write, mmapio_error *error)
{
    for (uint64_t done = 0; done < range->length; done += page_size) {
        unsigned char *page = range->address + done;
        int code = touch(page, write);
        mmapio_status status = mmapio_posix_status(code);
        if (code == EFAULT && is_protected(page, write)) {
            status = MMAPIO_ACCESS_DENIED;
        } else if (code == EPERM) {
            status = MMAPIO_UNSUPPORTED; /* a sandbox forbids the call. It says nothing about the map */
        }
        if (code != 0) {
            return mmapio_fail_os(error, status, MMAPIO_OS_ERRNO, code, CALL_FUTEX);
        }
    }
    return MMAPIO_OK;
}

mmapio_status mmapio_os_populate(mmapio_map *map, const page_range *range, uint32_t protection, mmapio_error *error)
{
    bool write = protection == MMAPIO_PROT_WRITE;
    int advice = write ? MADV_POPULATE_WRITE : MADV_POPULATE_READ;
    int result;
    int code;

    UNINTERRUPTED(result, madvise(range->address, (size_t)range->length, advice));
    if (result == 0) {
        return MMAPIO_OK;
    }
    code = errno;
    if (madvise(NULL, 0, advice) != 0) {
        /* Neither this kernel, if it is older, nor a sandbox takes the advice. */
        return touch_each_page(range, map->page_size, write, error);
    }
    /* EINVAL: the kernel knows the advice, so what it minds is the mapping: its protection forbids the access. */
    return mmapio_fail_os(error, code == EINVAL ? MMAPIO_ACCESS_DENIED : mmapio_posix_status(code), MMAPIO_OS_ERRNO,
                          code, CALL_MADVISE);
}
