/* linux_stacked.h - an overlay, as the root of every container is one, mounted where nobody but a child sees it. */
#ifndef MMAPIO_LINUX_STACKED_H
#define MMAPIO_LINUX_STACKED_H

#include "linux_small_disk.h"

/* Where its layers lie: a file system in memory has nothing to write to, one on disk nothing that stays otherwise. */
typedef enum stacked_on { STACKED_ON_DISK, STACKED_ON_MEMORY } stacked_on;

typedef struct stacked {
    char folder[32]; /* with "lower", "upper", "work" and, mounted, "top" */
} stacked;

static inline void stacked_path(const stacked *place, const char *name, char path[96])
{
    (void)snprintf(path, 96, "%s/%s", place->folder, name);
}

static inline void stacked_write(const stacked *place, const char *name, uint64_t length)
{
    char path[96];
    int file;

    stacked_path(place, name, path);
    file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    CHECK(file >= 0);
    for (uint64_t done = 0; done < length; done += 4096) {
        char bytes[4096];
        memset(bytes, 's', sizeof bytes);
        CHECK_EQUAL(sizeof bytes, write(file, bytes, sizeof bytes));
    }
    (void)close(file);
}

/* In the parent, which takes the folder away when all that was mounted there has gone with the child. */
static inline stacked stacked_folder(void)
{
    stacked place = {"./stacked-XXXXXX"};

    CHECK(mkdtemp(place.folder) != NULL);
    return place;
}

static inline void stacked_remove(const stacked *place)
{
    char command[64];

    (void)snprintf(command, sizeof command, "rm -rf %s", place->folder);
    CHECK_EQUAL(0, system(command));
}

static inline void stacked_mount(const stacked *place, stacked_on on)
{
    static const char *const folders[] = {"base", "base/lower", "base/upper", "base/work", "base/top"};
    char options[320];
    char path[96];

    if (!may_mount()) {
        SKIP("this process may not mount, not even where nobody else sees it");
    }
    if (on == STACKED_ON_MEMORY) {
        CHECK_EQUAL(0, mount("none", place->folder, "tmpfs", 0, "size=16m"));
    }
    for (size_t i = 0; i < sizeof folders / sizeof folders[0]; i++) {
        stacked_path(place, folders[i], path);
        CHECK_EQUAL(0, mkdir(path, 0700));
    }
    stacked_write(place, "base/lower/low", 64 * (uint64_t)fixture_page_size());
    (void)snprintf(options, sizeof options, "lowerdir=%s/base/lower,upperdir=%s/base/upper,workdir=%s/base/work",
                   place->folder, place->folder, place->folder);
    stacked_path(place, "base/top", path);
    if (mount("overlay", path, "overlay", 0, options) != 0) {
        SKIP("this process may not mount an overlay, or this kernel has none, or not on such a file system");
    }
}

/* Which name a file has in the overlay and in a layer. */
static inline int stacked_open(const stacked *place, const char *name, int flags)
{
    char path[96];
    int file;

    stacked_path(place, name, path);
    file = open(path, flags | O_CLOEXEC, 0600);
    CHECK(file >= 0);
    return file;
}

#endif /* MMAPIO_LINUX_STACKED_H */
