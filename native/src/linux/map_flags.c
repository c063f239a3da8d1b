/* map_flags.c - the flags of mmap(2) that Linux has. */
#include "../posix/posix.h"

#include <stdio.h>
#include <sys/mman.h>
#include <sys/vfs.h>

int mmapio_posix_map_flags(uint32_t flags)
{
    int native = (flags & MMAPIO_MAP_SHARED) != 0 ? MAP_SHARED : MAP_PRIVATE;

    native |= (flags & MMAPIO_MAP_NORESERVE) != 0 ? MAP_NORESERVE : 0;
    native |= (flags & MMAPIO_MAP_POPULATE) != 0 ? MAP_POPULATE : 0;
    native |= (flags & MMAPIO_MAP_NONBLOCK) != 0 ? MAP_NONBLOCK : 0;
    native |= (flags & MMAPIO_MAP_HUGETLB) != 0 ? MAP_HUGETLB : 0;
    return native;
}

/* A file on hugetlbfs has the page size of its mount; anonymous memory has the system's default, which only this text
 * file tells. */
uint64_t mmapio_posix_huge_page_size(intptr_t file)
{
    unsigned long long kilobytes = 0;
    struct statfs mount;
    char line[128];
    FILE *info;

    if (file != MMAPIO_NO_FILE) {
        return fstatfs((int)file, &mount) == 0 ? (uint64_t)mount.f_bsize : mmapio_os_page_size();
    }
    info = fopen("/proc/meminfo", "re");
    while (info != NULL && fgets(line, sizeof line, info) != NULL) {
        if (sscanf(line, "Hugepagesize: %llu kB", &kilobytes) == 1) {
            break;
        }
    }
    if (info != NULL) {
        (void)fclose(info);
    }
    return kilobytes != 0 ? (uint64_t)kilobytes * 1024 : mmapio_os_page_size();
}
