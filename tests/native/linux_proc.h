/* linux_proc.h - what /proc tells of this process's memory, and what the files of a test lie on. */
#ifndef MMAPIO_LINUX_PROC_H
#define MMAPIO_LINUX_PROC_H

#include "test.h"

#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "fixture.h"

/* A field of /proc/self/status, such as "VmSize:"; in bytes. Without memory of the C library's: a process at its limit of
 * mappings may have none. */
static inline uint64_t status_bytes(const char *field)
{
    char text[4096] = "";
    int status = open("/proc/self/status", O_RDONLY | O_CLOEXEC);
    ssize_t length;
    const char *found;

    CHECK(status >= 0);
    length = read(status, text, sizeof text - 1);
    (void)close(status);
    CHECK(length > 0);
    found = strstr(text, field);
    if (found == NULL) {
        SKIP("/proc/self/status does not tell of this process's memory");
    }
    return strtoull(found + strlen(field), NULL, 10) * 1024;
}

/* Bytes of locked memory, all of this process. */
static inline uint64_t locked_bytes(void)
{
    return status_bytes("VmLck:");
}

/* A field, such as "Anonymous:", of the mapping at an address; in bytes. */
static inline uint64_t mapping_bytes(const void *address, const char *field)
{
    unsigned long long value = 0;
    unsigned long long first;
    unsigned long long end;
    bool inside = false;
    bool found = false;
    char line[5000];
    FILE *maps = fopen("/proc/self/smaps", "re");

    if (maps == NULL) {
        SKIP("this kernel has no /proc/self/smaps");
    }
    while (!found && fgets(line, sizeof line, maps) != NULL) {
        if (sscanf(line, "%llx-%llx ", &first, &end) == 2) {
            inside = first <= (uintptr_t)address && (uintptr_t)address < end;
        } else if (inside && strncmp(line, field, strlen(field)) == 0) {
            found = sscanf(line + strlen(field), " %llu kB", &value) == 1;
        }
    }
    (void)fclose(maps);
    CHECK(found);
    return value * 1024;
}

/* Does the working directory lie on a file system whose dirty pages wait to be written to a device? */
static inline void need_a_disk(void)
{
    struct statfs info;
    uint32_t kind;

    CHECK(statfs(".", &info) == 0);
    /* ext4, XFS, btrfs, F2FS */
    kind = (uint32_t)info.f_type;
    if (kind != 0xEF53 && kind != 0x58465342 && kind != 0x9123683E && kind != 0xF2F52010) {
        SKIP("the working directory is not on ext4, XFS, btrfs or F2FS");
    }
}

/* There pages are counted one by one, and written through the mapping: see linux/ground.c. */
static inline bool on_an_overlay(void)
{
    struct statfs info;

    return statfs(".", &info) == 0 && (uint32_t)info.f_type == 0x794C7630;
}

static inline void need_tmpfs(void)
{
    if (!fixture_has(FIXTURE_MEMORY)) {
        SKIP("no tmpfs to write to");
    }
}

/* A sanitizer may turn locking into nothing, and a limit may forbid all of it. */
static inline void need_locks_that_count(void)
{
    size_t length = fixture_page_size();
    void *page = mmap(NULL, length, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    uint64_t before = locked_bytes();
    bool counted;

    CHECK(page != MAP_FAILED);
    counted = mlock(page, length) == 0 && locked_bytes() == before + length;
    CHECK_EQUAL(0, munmap(page, length));
    if (!counted) {
        SKIP("locking shows no effect here: it is not allowed, or a sanitizer or emulator stands in for it");
    }
}

#endif /* MMAPIO_LINUX_PROC_H */
