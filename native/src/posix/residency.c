/* residency.c - mincore(2) over ranges of any size. */
#include "posix.h"

#include <string.h>
#include <sys/mman.h>

enum { BATCH = 4096 };

mmapio_status mmapio_posix_mincore(const page_range *range, uint8_t *pages, uint64_t *resident, mmapio_error *error)
{
    unsigned char batch[BATCH];
    uint64_t page_size = mmapio_os_page_size();
    uint64_t total = range->length / page_size;
    uint64_t found = 0;

    for (uint64_t done = 0; done < total;) {
        uint64_t count = total - done < BATCH ? total - done : BATCH;
        /* Linux declares the vector as unsigned char, macOS as char. */
        if (mincore(range->address + done * page_size, (size_t)(count * page_size), (void *)batch) != 0) {
            int code = errno;
            /* It says nothing of permissions itself: a sandbox forbids it, which is as good as having no such call. */
            return mmapio_fail_os(error, code == EPERM ? MMAPIO_UNSUPPORTED : mmapio_posix_status(code),
                                  MMAPIO_OS_ERRNO, code, CALL_MINCORE);
        }
        for (uint64_t i = 0; i < count; i++) {
            uint8_t in_core = (uint8_t)(batch[i] & 1);
            found += in_core;
            if (pages != NULL) {
                pages[done + i] = in_core;
            }
        }
        done += count;
    }
    *resident = found;
    return MMAPIO_OK;
}
