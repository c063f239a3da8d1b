/* huge.c - explicit huge pages (hugetlbfs, MAP_HUGETLB) and transparent ones. */
#include "kernel.h"
#include "linux.h"

#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/vfs.h>

/* Which text file says whether the system makes huge pages for memory that asks for them. */
static const char *const FOR_MEMORY = "/sys/kernel/mm/transparent_hugepage/enabled";
static const char *const FOR_SHARED = "/sys/kernel/mm/transparent_hugepage/shmem_enabled";

/* What anonymous memory gets without saying a size, which only this text file tells. */
static uint64_t default_size(void)
{
    unsigned long long kilobytes = 0;
    char line[128];
    FILE *info = fopen("/proc/meminfo", "re");

    while (info != NULL && fgets(line, sizeof line, info) != NULL) {
        if (sscanf(line, "Hugepagesize: %llu kB", &kilobytes) == 1) {
            break;
        }
    }
    if (info != NULL) {
        (void)fclose(info);
    }
    return (uint64_t)kilobytes * 1024;
}

uint64_t mmapio_linux_huge_page_size(uint64_t wanted)
{
    uint64_t size = wanted == 0 ? default_size() : wanted;

    return size > mmapio_os_page_size() ? size : 0;
}

/* A file on hugetlbfs has the page size of its mount, whatever was asked for. Others have no huge pages. */
uint64_t mmapio_posix_huge_page_size(const mmapio_map *map, bool *is_given)
{
    struct statfs mount;

    *is_given = false;
    if (map->file == MMAPIO_NO_FILE) {
        return mmapio_linux_huge_page_size(map->huge_size);
    }
    /* Blocks there are huge pages. This spares other files a call that costs a thirtieth of opening, mapping and closing a small one. */
    if (map->block != 0 && map->block <= mmapio_os_page_size()) {
        return 0;
    }
    if (fstatfs((int)map->file, &mount) != 0 || (uint32_t)mount.f_type != HUGETLBFS_MAGIC) {
        return 0;
    }
    *is_given = true;
    return (uint64_t)mount.f_bsize;
}

/* The six bits above MAP_HUGE_SHIFT hold the logarithm of the size. */
int mmapio_linux_huge_bits(uint64_t size)
{
    uint32_t logarithm = 0;

    while (size > 1) {
        size /= 2;
        logarithm++;
    }
    return (int)(logarithm << HUGE_SHIFT);
}

int mmapio_posix_huge_flags(uint64_t size)
{
    return MAP_HUGETLB | mmapio_linux_huge_bits(size);
}

/* The one in use stands in brackets: "always [madvise] never". */
static bool is_switched_off(const char *path)
{
    char line[128] = "";
    FILE *file = fopen(path, "re");
    bool off = file == NULL || fgets(line, sizeof line, file) == NULL || strstr(line, "[never]") != NULL ||
               strstr(line, "[deny]") != NULL;

    if (file != NULL) {
        (void)fclose(file);
    }
    return off;
}

/* madvise(2) takes the advice, and does nothing about it, where the administrator has switched huge pages off. */
bool mmapio_posix_make_transparent(mmapio_map *map)
{
    bool shared = map->is_memory || (map->file == MMAPIO_NO_FILE && (map->flags & MMAPIO_MAP_SHARED) != 0);

    return madvise(map->base, (size_t)map->base_length, MADV_HUGEPAGE) == 0 &&
           !is_switched_off(shared ? FOR_SHARED : FOR_MEMORY);
}
