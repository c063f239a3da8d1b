/* region.h - what the kernel knows of a stretch of our own address space. */
#ifndef MMAPIO_DARWIN_REGION_H
#define MMAPIO_DARWIN_REGION_H

#include "../platform.h"

#include <mach/mach_init.h>
#include <mach/vm_map.h>

struct region {
    const unsigned char *end; /* everything from the address asked about to here is alike */
    vm_prot_t protection;     /* VM_PROT_* */
    unsigned locks;           /* how many mlock(2) there have been of it, less munlock(2) */
};

static inline kern_return_t region_at(const unsigned char *address, struct region *region)
{
    vm_region_basic_info_data_64_t info = {0};
    mach_msg_type_number_t count = VM_REGION_BASIC_INFO_COUNT_64;
    mach_port_t unused = MACH_PORT_NULL;
    vm_address_t start = (vm_address_t)address;
    vm_size_t size = 0;
    kern_return_t code = vm_region_64(mach_task_self(), &start, &size, VM_REGION_BASIC_INFO_64, (vm_region_info_t)&info,
                                      &count, &unused);

    if (code != KERN_SUCCESS) {
        return code;
    }
    if (start > (vm_address_t)address) {
        /* Asked about a hole, the kernel describes what follows it. */
        return KERN_INVALID_ADDRESS;
    }
    region->end = address + (start + size - (vm_address_t)address);
    region->protection = info.protection;
    region->locks = info.user_wired_count;
    return KERN_SUCCESS;
}

#endif /* MMAPIO_DARWIN_REGION_H */
