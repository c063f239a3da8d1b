/* fixture_linux.c - the parts of fixture.h that every POSIX system does in its own way. */
#include "fixture_parts.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <sys/vfs.h>
#include <unistd.h>

enum { TMPFS = 0x01021994 };

const char *fixture_folder(fixture_place place)
{
    struct statfs info;

    if (place == FIXTURE_DISK) {
        return ".";
    }
    return statfs("/dev/shm", &info) == 0 && info.f_type == TMPFS && access("/dev/shm", W_OK) == 0 ? "/dev/shm" : NULL;
}

bool fixture_disk_is_memory(void)
{
    struct statfs info;

    return statfs(".", &info) == 0 && info.f_type == TMPFS;
}

const char *fixture_descriptor_folder(void)
{
    return "/proc/self/fd";
}

bool fixture_evict(intptr_t handle)
{
    if (fsync((int)handle) != 0) {
        fixture_die("fsync");
    }
    errno = posix_fadvise((int)handle, 0, 0, POSIX_FADV_DONTNEED);
    if (errno != 0) {
        fixture_die("posix_fadvise");
    }
    return !fixture_emulated();
}

int fixture_mappings_of(const fixture_file *file)
{
    /* The maps give full paths; the last part of ours is unique. */
    const char *name = strrchr(file->path, '/') + 1;
    char line[5000];
    int found = 0;
    FILE *maps = fopen("/proc/self/maps", "re");

    if (maps == NULL) {
        fixture_die("/proc/self/maps");
    }
    while (fgets(line, sizeof line, maps) != NULL) {
        found += strstr(line, name) != NULL;
    }
    (void)fclose(maps);
    return found;
}

bool fixture_emulated(void)
{
    /* No kernel knows advice 4095; the user-mode emulation of qemu takes all it does not know for a hint. */
    return madvise(NULL, 0, 4095) == 0;
}
