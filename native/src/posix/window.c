/* window.c - files of any size, mapped for as long as a call takes that wants an address. */
#include "posix.h"

#include <errno.h>
#include <sys/mman.h>

/* Large enough for its two system calls not to count, and small enough to find room under a limit (RLIMIT_AS). */
#define WINDOW (UINT64_C(1) << 30)

mmapio_status mmapio_posix_each_window(intptr_t file, uint64_t offset, uint64_t length,
                                       mmapio_status (*act)(const page_range *window, void *context,
                                                            mmapio_error *error),
                                       void *context, mmapio_error *error)
{
    mmapio_status status = MMAPIO_OK;

    for (uint64_t done = 0; status == MMAPIO_OK && done < length; done += WINDOW) {
        uint64_t part = length - done < WINDOW ? length - done : WINDOW;
        page_range window = {NULL, part, done};
        void *address = mmap(NULL, (size_t)part, PROT_READ, MAP_SHARED, (int)file, (off_t)(offset + done));
        if (address == MAP_FAILED) {
            return mmapio_posix_fail(error, errno, CALL_MMAP);
        }
        window.address = address;
        status = act(&window, context, error);
        if (munmap(address, (size_t)part) != 0 && status == MMAPIO_OK) {
            status = mmapio_posix_fail(error, errno, CALL_MUNMAP);
        }
    }
    return status;
}

static mmapio_status count_window(const page_range *window, void *context, mmapio_error *error)
{
    uint64_t *resident = context;
    uint64_t found = 0;
    mmapio_status status = mmapio_posix_mincore(window, NULL, &found, error);

    *resident += found;
    return status;
}

mmapio_status mmapio_posix_file_mincore(intptr_t file, uint64_t offset, uint64_t length, uint64_t *resident,
                                        mmapio_error *error)
{
    return mmapio_posix_each_window(file, offset, length, count_window, resident, error);
}
