/* fixture_darwin.c - the parts of fixture.h that every POSIX system does in its own way. */
#include "fixture_parts.h"

const char *fixture_folder(fixture_place place)
{
    return place == FIXTURE_DISK ? "." : NULL;
}

bool fixture_disk_is_memory(void)
{
    return false;
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

bool fixture_emulated(void)
{
    return false;
}
