/* copy.c - copies for hosts that forbid signal handlers: the kernel does them, and fails where we would fault. */
#include "../posix/posix.h"

#include <mach/mach.h>
#include <mach/vm_map.h>

/* The kernel copies a range as a whole or not at all: once one has failed, the next ones go page by page. Small ones
 * it copies byte by byte, which is what finds a page that is gone; PIECE is below the size from which it would share
 * pages instead (msg_ool_size_small). */
enum { PIECE = 16384 };

static kern_return_t piece(unsigned char *address, unsigned char *buffer, size_t length, bool write)
{
    vm_size_t got = 0;

    if (write) {
        return vm_write(mach_task_self(), (vm_address_t)address, (vm_offset_t)buffer, (mach_msg_type_number_t)length);
    }
    return vm_read_overwrite(mach_task_self(), (vm_address_t)address, (vm_size_t)length, (vm_address_t)buffer, &got);
}

mmapio_status mmapio_os_copy(mmapio_map *map, uint64_t offset, void *buffer, uint64_t length, bool write,
                             uint64_t *done, mmapio_error *error)
{
    uint64_t page_size = mmapio_os_page_size();
    uint64_t step = PIECE;

    while (*done < length) {
        unsigned char *address = map->base + map->lead + offset + *done;
        uint64_t to_page_end = page_size - (uintptr_t)address % page_size;
        uint64_t part = length - *done < step ? length - *done : step;
        kern_return_t code;
        if (step != PIECE && part > to_page_end) {
            part = to_page_end;
        }
        code = piece(address, (unsigned char *)buffer + *done, (size_t)part, write);
        if (code == KERN_SUCCESS) {
            *done += part;
        } else if (step == PIECE) {
            step = PIECE - 1;
        } else {
            return mmapio_fail_os(error, MMAPIO_FAULT, MMAPIO_OS_ERRNO, code, CALL_VM_READ_OVERWRITE);
        }
    }
    return MMAPIO_OK;
}
