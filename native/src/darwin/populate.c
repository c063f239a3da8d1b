/* populate.c - having the kernel touch the pages, where our own touch could raise SIGBUS. */
#include "../posix/posix.h"
#include "region.h"

#include <errno.h>
#include <sys/mman.h>

static bool permits(const page_range *range, uint32_t protection)
{
    const unsigned char *end = range->address + range->length;
    vm_prot_t wanted = protection == MMAPIO_PROT_WRITE ? VM_PROT_WRITE : VM_PROT_READ;
    struct region region = {NULL, VM_PROT_NONE, false};

    for (const unsigned char *at = range->address; at < end; at = region.end) {
        if (region_at(at, &region) != KERN_SUCCESS || (region.protection & wanted) == 0) {
            return false;
        }
    }
    return true;
}

/* The kernel calls everything that goes wrong in reading memory for us an invalid address. That the mapping permits
 * the access is known by then, so what is missing is the page. */
static mmapio_status status_of(kern_return_t code)
{
    switch (code) {
    case KERN_INVALID_ADDRESS:
    case KERN_MEMORY_ERROR:
    case KERN_MEMORY_FAILURE:
        return MMAPIO_FAULT;
    case KERN_NO_ACCESS:
    case KERN_PROTECTION_FAILURE:
        return MMAPIO_ACCESS_DENIED;
    case KERN_NO_SPACE:
    case KERN_RESOURCE_SHORTAGE:
        return MMAPIO_OUT_OF_MEMORY;
    default:
        return MMAPIO_UNKNOWN;
    }
}

/* A copy this small the kernel makes byte by byte, as it does for write(2): through our own page tables, which that
 * fills, and with a code for what would be a signal if we read the byte ourselves. A large one it would make by sharing
 * the pages, without touching them. */
static mmapio_status read_each_page(const page_range *range, mmapio_error *error)
{
    uint64_t page_size = mmapio_os_page_size();

    for (uint64_t done = 0; done < range->length; done += page_size) {
        unsigned char byte = 0;
        vm_size_t got = 0;
        kern_return_t code = vm_read_overwrite(mach_task_self(), (vm_address_t)(range->address + done), sizeof byte,
                                               (vm_address_t)&byte, &got);
        if (code != KERN_SUCCESS) {
            return mmapio_fail_os(error, status_of(code), MMAPIO_OS_ERRNO, code, CALL_VM_READ_OVERWRITE);
        }
    }
    return MMAPIO_OK;
}

/* Writing is for anonymous memory only, which MADV_WILLNEED faults in page by page as a store would, silently; reading
 * it back tells of failure. On a file's pages it merely reads ahead, and whatever else would have the kernel store to
 * them for us (vm_write, a read into the page) needs a byte to store: one read a moment ago would undo the store that
 * another thread makes meanwhile. */
mmapio_status mmapio_os_populate(mmapio_map *map, const page_range *range, uint32_t protection, mmapio_error *error)
{
    int result;

    if (!permits(range, protection)) {
        return mmapio_fail(error, MMAPIO_ACCESS_DENIED);
    }
    if (protection == MMAPIO_PROT_WRITE) {
        if (map->file != MMAPIO_NO_FILE) {
            return mmapio_fail(error, MMAPIO_UNSUPPORTED);
        }
        UNINTERRUPTED(result, madvise(range->address, (size_t)range->length, MADV_WILLNEED));
        if (result != 0) {
            return mmapio_posix_fail(error, errno, CALL_MADVISE);
        }
    }
    return read_each_page(range, error);
}
