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

/* A number of a group, or otherwise, also for "max". */
static uint64_t group_number(const char *group, const char *name, const char *word, uint64_t otherwise)
{
    char path[sizeof GROUPS + GROUP_SIZE + 32];

    (void)snprintf(path, sizeof path, GROUPS "%s/%s", group, name);
    return number_after(path, word, otherwise);
}

/* What the group may have more of: all but what cannot be written to a file to make room. */
static uint64_t left_in_group(const char *group, uint64_t swap)
{
    uint64_t limit = group_number(group, "memory.max", "", UINT64_MAX);
    uint64_t used;

    if (limit == UINT64_MAX) {
        return UINT64_MAX;
    }
    used = group_number(group, "memory.stat", "anon ", 0) + group_number(group, "memory.stat", "shmem ", 0);
    limit += least(swap, group_number(group, "memory.swap.max", "", UINT64_MAX));
    return limit > used ? limit - used : 0;
}

/* The line of the unified hierarchy, and from there up: whichever group has least. */
static uint64_t left_in_groups(uint64_t swap)
{
    FILE *file = fopen("/proc/self/cgroup", "re");
    uint64_t left = UINT64_MAX;
    char line[GROUP_SIZE];

    while (file != NULL && fgets(line, sizeof line, file) != NULL) {
        char *group = line + 3;
        if (strncmp(line, "0::/", 4) != 0) {
            continue;
        }
        group[strcspn(group, "\n")] = 0;
        for (char *end = group + strlen(group); end != NULL; end = strrchr(group, '/')) {
            *end = 0;
            left = least(left, left_in_group(group, swap));
        }
        break;
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
