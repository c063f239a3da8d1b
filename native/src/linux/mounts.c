/* mounts.c - what /proc/self/mountinfo tells of the file system that a file lies on. */
#include "linux.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

/* Does a mount's line end in options with one of that name? The file system's own come last, behind " - ". */
static bool find_option(const char *line, const char *name, char *value, size_t size)
{
    const char *options = strstr(line, " - ");
    size_t length = strlen(name);

    options = options == NULL ? NULL : strrchr(options, ' ');
    while (options != NULL) {
        options++;
        if (strncmp(options, name, length) == 0 && options[length] == '=') {
            size_t end = strcspn(options + length + 1, ",\n");
            end = end < size - 1 ? end : size - 1;
            memcpy(value, options + length + 1, end);
            value[end] = 0;
            return true;
        }
        options = strchr(options, ',');
    }
    return false;
}

bool mmapio_linux_mount_option(intptr_t file, const char *name, char *value, size_t size)
{
    FILE *mounts = fopen("/proc/self/mountinfo", "re");
    bool found = false;
    struct stat info;
    char *line = NULL;
    size_t room = 0;

    value[0] = 0;
    if (mounts != NULL && fstat((int)file, &info) == 0) {
        while (!found && getline(&line, &room, mounts) > 0) {
            unsigned major_number;
            unsigned minor_number;
            found = sscanf(line, "%*d %*d %u:%u", &major_number, &minor_number) == 2 &&
                    makedev(major_number, minor_number) == info.st_dev && find_option(line, name, value, size);
        }
    }
    free(line);
    if (mounts != NULL) {
        (void)fclose(mounts);
    }
    return found;
}
