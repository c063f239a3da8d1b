/* copy.c - copies for hosts that forbid handlers: the kernel does them, and fails where we would fault. */
#include "win32.h"

/* Page by page from the first failure on: ReadProcessMemory promises nothing about a part it could copy. */
static SIZE_T round_of(unsigned char *address, unsigned char *buffer, SIZE_T length, bool write)
{
    HANDLE self = GetCurrentProcess();
    SIZE_T got = 0;
    BOOL whole = write ? WriteProcessMemory(self, address, buffer, length, &got)
                       : ReadProcessMemory(self, address, buffer, length, &got);

    return whole ? length : 0;
}

mmapio_status mmapio_os_copy(mmapio_map *map, uint64_t offset, void *buffer, uint64_t length, bool write,
                             uint64_t *done, mmapio_error *error)
{
    uint64_t page_size = mmapio_win32_system()->page_size;
    uint64_t step = length;

    while (*done < length) {
        unsigned char *address = map->base + map->lead + offset + *done;
        uint64_t to_page_end = page_size - (uintptr_t)address % page_size;
        uint64_t part = length - *done < step ? length - *done : step;
        if (step == page_size && part > to_page_end) {
            part = to_page_end;
        }
        if (round_of(address, (unsigned char *)buffer + *done, (SIZE_T)part, write) != 0) {
            *done += part;
        } else if (step != page_size) {
            step = page_size;
        } else {
            return mmapio_win32_fail_as(error, MMAPIO_FAULT, GetLastError(),
                                        write ? CALL_WRITE_PROCESS_MEMORY : CALL_READ_PROCESS_MEMORY);
        }
    }
    return MMAPIO_OK;
}
