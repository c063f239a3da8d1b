/* copy.c - copies without a handler of ours: the system does them, and fails where we would fault. */
#include "win32.h"

/* How many bytes from address on may be read, or written: 0 if not the first. WriteProcessMemory makes pages writable
 * for a moment that are not, such as those with code, and Wine's ReadProcessMemory reads what nobody may. */
static uint64_t permitted(unsigned char *address, bool write)
{
    const DWORD writable = PAGE_READWRITE | PAGE_WRITECOPY | PAGE_EXECUTE_READWRITE | PAGE_EXECUTE_WRITECOPY;
    const DWORD readable = writable | PAGE_READONLY | PAGE_EXECUTE_READ;
    MEMORY_BASIC_INFORMATION region;

    if (VirtualQuery(address, &region, sizeof region) == 0 || region.State != MEM_COMMIT ||
        (region.Protect & PAGE_GUARD) != 0 || (region.Protect & (write ? writable : readable)) == 0) {
        return 0;
    }
    return (uint64_t)((unsigned char *)region.BaseAddress + region.RegionSize - address);
}

static BOOL round_of(unsigned char *address, unsigned char *buffer, SIZE_T length, bool write)
{
    HANDLE self = GetCurrentProcess();

    return write ? WriteProcessMemory(self, address, buffer, length, NULL)
                 : ReadProcessMemory(self, address, buffer, length, NULL);
}

/* Page by page from the first failure on: ReadProcessMemory promises nothing about a part it could copy. */
mmapio_status mmapio_os_copy(mmapio_map *map, uint64_t offset, void *buffer, uint64_t length, bool write,
                             uint64_t *done, mmapio_error *error)
{
    uint32_t call = write ? CALL_WRITE_PROCESS_MEMORY : CALL_READ_PROCESS_MEMORY;
    uint64_t page_size = mmapio_win32_system()->page_size;
    bool by_page = false;

    while (*done < length) {
        unsigned char *address = map->base + map->lead + offset + *done;
        uint64_t to_page_end = page_size - (uintptr_t)address % page_size;
        uint64_t part = permitted(address, write);
        if (part == 0) {
            return mmapio_win32_fail_as(error, MMAPIO_FAULT, ERROR_NOACCESS, call);
        }
        part = part < length - *done ? part : length - *done;
        part = by_page && to_page_end < part ? to_page_end : part;
        if (round_of(address, (unsigned char *)buffer + *done, (SIZE_T)part, write)) {
            *done += part;
        } else if (!by_page) {
            by_page = true;
        } else {
            return mmapio_win32_fail_as(error, MMAPIO_FAULT, GetLastError(), call);
        }
    }
    return MMAPIO_OK;
}
