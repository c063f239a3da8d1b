/* region.c - what /proc/self/maps tells of a page of this process. */
#include "linux.h"

#include <stdio.h>
#include <sys/mman.h>

/* The four letters after the addresses of a region: "rwxp". */
static int protection_of(const char *letters)
{
    return (letters[0] == 'r' ? PROT_READ : PROT_NONE) | (letters[1] == 'w' ? PROT_WRITE : PROT_NONE) |
           (letters[2] == 'x' ? PROT_EXEC : PROT_NONE);
}

int mmapio_linux_protection_at(const unsigned char *address)
{
    unsigned long long first;
    unsigned long long end;
    int protection = -1;
    char line[256]; /* of a longer one, the rest begins no region */
    char letters[5];
    FILE *maps = fopen("/proc/self/maps", "re");

    while (protection < 0 && maps != NULL && fgets(line, sizeof line, maps) != NULL) {
        if (sscanf(line, "%llx-%llx %4s", &first, &end, letters) == 3 && first <= (uintptr_t)address &&
            (uintptr_t)address < end) {
            protection = protection_of(letters);
        }
    }
    if (maps != NULL) {
        (void)fclose(maps);
    }
    return protection;
}
