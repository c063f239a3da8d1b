/* region.c - what /proc/self/maps tells of a page of this process. */
#include "linux.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

/* A line of it, as far as it has been read: "7f00a000-7f00c000 r-xp ...". */
typedef struct region_line {
    uintptr_t first;
    uintptr_t end;
    int protection;
    unsigned field; /* which of the three it is in, or the rest of the line */
} region_line;

static uintptr_t with_digit(uintptr_t number, char digit)
{
    return number * 16 + (uintptr_t)(digit <= '9' ? digit - '0' : digit - 'a' + 10);
}

static void take(region_line *line, char letter)
{
    if (letter == '\n') {
        *line = (region_line){0, 0, PROT_NONE, 0};
    } else if (letter == '-' && line->field == 0) {
        line->field = 1;
    } else if (letter == ' ') {
        line->field++;
    } else if (line->field == 0) {
        line->first = with_digit(line->first, letter);
    } else if (line->field == 1) {
        line->end = with_digit(line->end, letter);
    } else if (line->field == 2) {
        line->protection |= letter == 'r' ? PROT_READ : letter == 'w' ? PROT_WRITE : letter == 'x' ? PROT_EXEC : 0;
    }
}

/* Of the region at an address, as far as this part of the list tells. */
static int find(region_line *line, const char *part, ssize_t length, uintptr_t address)
{
    for (ssize_t i = 0; i < length; i++) {
        take(line, part[i]);
        if (line->field == 3 && line->first <= address && address < line->end) {
            return line->protection;
        }
    }
    return -1;
}

/* Without memory of the C library's: a process at its limit of mappings may have none. */
int mmapio_linux_protection_at(const unsigned char *address)
{
    int maps = open("/proc/self/maps", O_RDONLY | O_CLOEXEC);
    region_line line = {0, 0, PROT_NONE, 0};
    int protection = -1;
    char part[1024];
    ssize_t length = maps < 0 ? 0 : 1;

    while (protection < 0 && length > 0) {
        UNINTERRUPTED(length, read(maps, part, sizeof part));
        protection = find(&line, part, length, (uintptr_t)address);
    }
    if (maps >= 0) {
        (void)close(maps);
    }
    return protection;
}
