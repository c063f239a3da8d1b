/* about.c - what this library and this machine are. */
#include "check.h"

#include <string.h>

#define STRINGIZE(x) #x
#define VERSION_STRING(major, minor, patch) STRINGIZE(major) "." STRINGIZE(minor) "." STRINGIZE(patch)

uint32_t mmapio_abi_version(void)
{
    return (uint32_t)MMAPIO_ABI_MAJOR << 16 | (uint32_t)MMAPIO_ABI_MINOR;
}

const char *mmapio_version_string(void)
{
    return VERSION_STRING(MMAPIO_VERSION_MAJOR, MMAPIO_VERSION_MINOR, MMAPIO_VERSION_PATCH);
}

uint32_t mmapio_page_size(void)
{
    return mmapio_os_page_size();
}

uint32_t mmapio_allocation_granularity(void)
{
    return mmapio_os_allocation_granularity();
}

mmapio_status mmapio_caps_get(mmapio_caps *caps)
{
    mmapio_caps full;

    if (caps == NULL || caps->struct_size < offsetof(mmapio_caps, features) || caps->struct_size > MAX_STRUCT_SIZE) {
        return MMAPIO_INVALID_ARGUMENT;
    }
    memset(&full, 0, sizeof full);
    full.struct_size = smaller(caps->struct_size, sizeof full);
    full.page_size = mmapio_os_page_size();
    full.allocation_granularity = mmapio_os_allocation_granularity();
    mmapio_os_caps(&full);
    memset(caps, 0, caps->struct_size);
    memcpy(caps, &full, full.struct_size);
    return MMAPIO_OK;
}
