/* room.c - is there memory for what a file in memory shall have allocated?
 *
 * fallocate(2) on tmpfs takes page by page for as long as there is any, and what ends it where the file system has no
 * limit of its own, as memfd has none, is the kernel's killing of processes. */
#include "kernel.h"
#include "linux.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

/* Anything below is not worth reading text files for. */
#define WORTH_ASKING (UINT64_C(16) << 20)

#define GROUPS "/sys/fs/cgroup"

enum { GROUP_SIZE = 4096 };

static uint64_t least(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

/* The number after a word at the beginning of a line; otherwise, if there is no such line. */
static uint64_t number_after(const char *path, const char *word, uint64_t otherwise)
{
    FILE *file = fopen(path, "re");
    unsigned long long value = otherwise;
    size_t length = strlen(word);
    char line[256];

    while (file != NULL && fgets(line, sizeof line, file) != NULL) {
        if (strncmp(line, word, length) == 0 && sscanf(line + length, "%llu", &value) == 1) {
            break;
        }
    }
    if (file != NULL) {
        (void)fclose(file);
    }
    return value;
}

/* A number of a group, or otherwise, also for "max". folder ends without a slash. */
static uint64_t group_number(const char *folder, const char *name, const char *word, uint64_t otherwise)
{
    char path[sizeof GROUPS + GROUP_SIZE + 64];

    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    return number_after(path, word, otherwise);
}

/* Bytes of a group's limits on memory, and on memory and swap together, and what it has that cannot be written to a file
 * to make room; UINT64_MAX for no limit. */
typedef struct group {
    uint64_t limit;
    uint64_t with_swap;
    uint64_t used;
    uint64_t swapped;
} group;

static group read_unified(const char *folder)
{
    group found = {group_number(folder, "memory.max", "", UINT64_MAX), UINT64_MAX, 0, 0};
    uint64_t swap = found.limit == UINT64_MAX ? UINT64_MAX : group_number(folder, "memory.swap.max", "", UINT64_MAX);

    if (found.limit != UINT64_MAX) {
        found.used = group_number(folder, "memory.stat", "anon ", 0) + group_number(folder, "memory.stat", "shmem ", 0);
    }
    if (swap != UINT64_MAX) {
        found.with_swap = found.limit + swap;
        found.swapped = group_number(folder, "memory.swap.current", "", 0);
    }
    return found;
}

/* The limits of version 1. Those of the groups above, which a container may not see, stand with the statistics; no limit
 * is a number that no memory reaches. Its lists of anonymous pages hold shared memory, too. */
static group read_version_1(const char *folder)
{
    uint64_t limit = group_number(folder, "memory.limit_in_bytes", "", UINT64_MAX);
    uint64_t both = group_number(folder, "memory.memsw.limit_in_bytes", "", UINT64_MAX);
    group found = {least(limit, group_number(folder, "memory.stat", "hierarchical_memory_limit ", UINT64_MAX)),
                   least(both, group_number(folder, "memory.stat", "hierarchical_memsw_limit ", UINT64_MAX)), 0, 0};

    found.used = group_number(folder, "memory.stat", "total_inactive_anon ", 0) +
                 group_number(folder, "memory.stat", "total_active_anon ", 0) +
                 group_number(folder, "memory.stat", "total_unevictable ", 0);
    found.swapped = group_number(folder, "memory.stat", "total_swap ", 0);
    return found;
}

static uint64_t difference(uint64_t whole, uint64_t part)
{
    return whole > part ? whole - part : 0;
}

/* What a group may have more of, given that so much swap is free. */
static uint64_t left_in_group(const group *of, uint64_t swap)
{
    uint64_t memory = of->limit >= UINT64_MAX - swap ? UINT64_MAX : difference(of->limit + swap, of->used);

    return least(memory, of->with_swap == UINT64_MAX ? UINT64_MAX : difference(of->with_swap, of->used + of->swapped));
}

/* From a process's group up: whichever has least. A container sees the groups from its own on, by a path that begins
 * further up: what is not there is left out at its front. */
static uint64_t left_above(const char *root, const char *path, group (*read)(const char *folder), uint64_t swap)
{
    char folder[sizeof GROUPS + GROUP_SIZE + 16];
    size_t shortest = strlen(root);
    uint64_t left = UINT64_MAX;

    do {
        (void)snprintf(folder, sizeof folder, "%s%s", root, path);
        path = strchr(path + 1, '/');
    } while (path != NULL && access(folder, F_OK) != 0);
    for (char *end = folder + strlen(folder); end != NULL && end >= folder + shortest; end = strrchr(folder, '/')) {
        group found;
        *end = 0;
        found = read(folder);
        left = least(left, left_in_group(&found, swap));
    }
    return left;
}

/* A line is a number, the controllers, and the path of the group. The unified hierarchy has the number 0 and names none;
 * where version 1 has the memory, it is there without. */
static uint64_t left_in_groups(uint64_t swap)
{
    FILE *file = fopen("/proc/self/cgroup", "re");
    uint64_t left = UINT64_MAX;
    char line[GROUP_SIZE];

    while (file != NULL && fgets(line, sizeof line, file) != NULL) {
        char *controllers = strchr(line, ':');
        char *path = controllers == NULL ? NULL : strchr(controllers + 1, ':');
        if (path == NULL) {
            continue;
        }
        *path++ = 0;
        path[strcspn(path, "\n")] = 0;
        if (strcmp(controllers, ":") == 0) {
            left = least(left, left_above(GROUPS, path, read_unified, swap));
        } else if (strcmp(controllers, ":memory") == 0) {
            left = least(left, left_above(GROUPS "/memory", path, read_version_1, swap));
        }
    }
    if (file != NULL) {
        (void)fclose(file);
    }
    return left;
}

static uint64_t memory_left(void)
{
    uint64_t available = number_after("/proc/meminfo", "MemAvailable:", UINT64_MAX / 2048) * 1024;
    uint64_t swap = number_after("/proc/meminfo", "SwapFree:", 0) * 1024;

    return least(available + swap, left_in_groups(swap));
}

mmapio_status mmapio_linux_check_room(intptr_t file, uint64_t length, mmapio_error *error)
{
    struct statfs place;
    struct stat info;
    uint64_t present;

    if (length < WORTH_ASKING || fstatfs((int)file, &place) != 0 || (uint32_t)place.f_type != TMPFS_MAGIC ||
        fstat((int)file, &info) != 0) {
        return MMAPIO_OK;
    }
    present = (uint64_t)info.st_blocks * 512;
    length = length > present ? length - present : 0;
    if (length <= memory_left()) {
        return MMAPIO_OK;
    }
    /* f_blocks is 0 where there is no limit. */
    return mmapio_fail(error, place.f_blocks != 0 && length / (uint64_t)place.f_bsize > (uint64_t)place.f_bavail
                                  ? MMAPIO_NO_SPACE
                                  : MMAPIO_OUT_OF_MEMORY);
}
