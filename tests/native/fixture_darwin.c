/* fixture_darwin.c - the parts of fixture.h that every POSIX system does in its own way. */
#include "fixture_parts.h"

#include <sys/mman.h>

const char *fixture_folder(fixture_place place)
{
    return place == FIXTURE_DISK ? "." : NULL;
}

const char *fixture_descriptor_folder(void)
{
    return "/dev/fd";
}

/* macOS has no posix_fadvise, and purging its cache as a whole takes an administrator. */
bool fixture_evict(intptr_t handle)
{
    (void)handle;
    return false;
}

int fixture_mappings_of(const fixture_file *file)
{
    (void)file;
    return -1;
}

/* Here mincore(2) answers for addresses without a mapping, too. */
bool fixture_is_mapped(const void *address)
{
    uintptr_t page = (uintptr_t)address & ~((uintptr_t)fixture_page_size() - 1);

    return msync((void *)page, fixture_page_size(), MS_ASYNC) == 0;
}

bool fixture_emulated(void)
{
    return false;
}

const char *fixture_copy_gap(void)
{
    return NULL;
}
