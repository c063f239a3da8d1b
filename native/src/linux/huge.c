/* huge.c - explicit huge pages (hugetlbfs, MAP_HUGETLB) and transparent ones. */
#include "kernel.h"
#include "linux.h"

#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/vfs.h>

#define THP "/sys/kernel/mm/transparent_hugepage/"

enum { WORD_SIZE = 16 };

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

/* The word in use stands in brackets: "always [madvise] never". */
static bool read_setting(const char *path, char word[WORD_SIZE])
{
    char line[128] = "";
    FILE *file = fopen(path, "re");
    char *start;

    word[0] = 0;
    if (file == NULL) {
        return false;
    }
    start = fgets(line, sizeof line, file) == NULL ? NULL : strchr(line, '[');
    (void)fclose(file);
    return start != NULL && sscanf(start, "[%15[^]]]", word) == 1;
}

/* Since 6.8 each size has a setting of its own, which may leave it to the common one. */
static bool is_on(const char *name)
{
    unsigned long long size = 0;
    char word[WORD_SIZE];
    char path[96];
    FILE *file = fopen(THP "hpage_pmd_size", "re");

    if (file != NULL) {
        if (fscanf(file, "%llu", &size) != 1) {
            size = 0;
        }
        (void)fclose(file);
    }
    (void)snprintf(path, sizeof path, THP "hugepages-%llukB/%s", size / 1024, name);
    if (!read_setting(path, word) || strcmp(word, "inherit") == 0) {
        (void)snprintf(path, sizeof path, THP "%s", name);
        (void)read_setting(path, word);
    }
    return word[0] != 0 && strcmp(word, "never") != 0 && strcmp(word, "deny") != 0;
}

/* A mount of tmpfs has an option of its own, which the common setting overrides only where it says deny or force; the
 * kernel's mount of memory that nobody sees has the common setting (Documentation/admin-guide/mm/transhuge.rst). */
static bool is_on_for_tmpfs(intptr_t file)
{
    char common[WORD_SIZE];
    char option[WORD_SIZE];

    (void)read_setting(THP "shmem_enabled", common);
    if (strcmp(common, "deny") == 0 || strcmp(common, "force") == 0) {
        return common[0] == 'f';
    }
    return mmapio_linux_is_memfd(file)
               ? is_on("shmem_enabled")
               : mmapio_linux_mount_option(file, "huge", option, sizeof option) && strcmp(option, "never") != 0;
}

/* madvise(2) takes the advice, and does nothing about it, where the administrator has switched huge pages off. */
bool mmapio_linux_makes_huge(mmapio_map *map)
{
    struct statfs place;

    if (map->file == MMAPIO_NO_FILE) {
        return is_on((map->flags & MMAPIO_MAP_SHARED) != 0 ? "shmem_enabled" : "enabled");
    }
    if (map->file == MMAPIO_CLOSED_FILE && (mmapio_linux_ground_of(map) & GROUND_NO_DEVICE) != 0) {
        return (mmapio_linux_ground_of(map) & GROUND_HUGE) != 0;
    }
    if (fstatfs((int)map->file, &place) == 0 && (uint32_t)place.f_type == TMPFS_MAGIC) {
        return is_on_for_tmpfs(map->file);
    }
    return is_on("enabled");
}

bool mmapio_posix_make_transparent(mmapio_map *map)
{
    return madvise(map->base, (size_t)map->base_length, MADV_HUGEPAGE) == 0 && mmapio_linux_makes_huge(map);
}
