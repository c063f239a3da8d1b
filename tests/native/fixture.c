/* fixture.c - the parts of fixture.h that are the same on every system. */
#include "fixture_parts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_FILES = 64 };

/* Still to be deleted when the program ends, because a failed CHECK left its test before it could. */
static char leftovers[MOST_FILES][sizeof((fixture_file *)0)->path];

static void remove_leftovers(void)
{
    for (size_t i = 0; i < MOST_FILES; i++) {
        if (leftovers[i][0] != '\0') {
            (void)remove(leftovers[i]);
        }
    }
}

void fixture_remember(const char *path)
{
    static bool registered;

    if (!registered) {
        registered = true;
        (void)atexit(remove_leftovers);
    }
    for (size_t i = 0; i < MOST_FILES; i++) {
        if (leftovers[i][0] == '\0') {
            (void)snprintf(leftovers[i], sizeof leftovers[i], "%s", path);
            return;
        }
    }
    fixture_die("too many files in one test program");
}

void fixture_forget(const char *path)
{
    for (size_t i = 0; i < MOST_FILES; i++) {
        if (strcmp(leftovers[i], path) == 0) {
            leftovers[i][0] = '\0';
        }
    }
}

fixture_file fixture_patterned(uint64_t length)
{
    /* A multiple of the pattern's period: every part begins like the first. */
    enum { PART = 251 * 256 };
    static unsigned char bytes[PART];
    fixture_file file = fixture_create(FIXTURE_DISK);

    for (size_t i = 0; i < PART; i++) {
        bytes[i] = fixture_pattern(i);
    }
    for (uint64_t at = 0; at < length; at += PART) {
        fixture_write(file.handle, at, bytes, (size_t)(length - at < PART ? length - at : PART));
    }
    return file;
}
