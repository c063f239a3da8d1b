/*
 * linux_small_disk.h - a file system with room for a few pages.
 *
 * A child mounts it where nobody but itself sees it: in a mount namespace of its own, and in a user namespace too where
 * it is not root.
 */
#ifndef MMAPIO_LINUX_SMALL_DISK_H
#define MMAPIO_LINUX_SMALL_DISK_H

#include "maps.h"

#include <fcntl.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

enum { ROOM = 16, WANTED = 64 };

static inline bool write_text(const char *path, const char *text)
{
    int file = open(path, O_WRONLY | O_CLOEXEC);
    bool written = file >= 0 && write(file, text, strlen(text)) == (ssize_t)strlen(text);

    if (file >= 0) {
        (void)close(file);
    }
    return written;
}

/* Root may mount as it is; anybody else as root of a user namespace, where it is the only user. */
static inline bool may_mount(void)
{
    unsigned user = (unsigned)getuid();
    unsigned group = (unsigned)getgid();
    char users[32];
    char groups[32];

    if (unshare(CLONE_NEWNS) != 0) {
        if (unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0) {
            return false;
        }
        (void)snprintf(users, sizeof users, "0 %u 1", user);
        (void)snprintf(groups, sizeof groups, "0 %u 1", group);
        if (!write_text("/proc/self/setgroups", "deny") || !write_text("/proc/self/uid_map", users) ||
            !write_text("/proc/self/gid_map", groups)) {
            return false;
        }
    }
    return mount("none", "/", "none", MS_REC | MS_PRIVATE, "") == 0;
}

/* An empty file in a tmpfs with room for ROOM pages. Its handle is open for reading and writing. */
static inline int empty_file_on_a_small_disk(void)
{
    char folder[] = "./small-XXXXXX";
    char options[64];
    char path[64];
    int file;

    if (!may_mount()) {
        SKIP("this process may not mount, not even where nobody else sees it");
    }
    CHECK(mkdtemp(folder) != NULL);
    (void)snprintf(options, sizeof options, "size=%zu,huge=never", ROOM * fixture_page_size());
    if (mount("none", folder, "tmpfs", 0, options) != 0) {
        (void)rmdir(folder);
        SKIP("this process may not mount a tmpfs");
    }
    (void)snprintf(path, sizeof path, "%s/file", folder);
    file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    CHECK(file >= 0);
    /* The file stays, until its last user has gone; the folder need not. */
    CHECK_EQUAL(0, umount2(folder, MNT_DETACH));
    CHECK_EQUAL(0, rmdir(folder));
    return file;
}

/* A sparse file of WANTED pages there. */
static inline int file_on_a_small_disk(void)
{
    int file = empty_file_on_a_small_disk();

    CHECK(fixture_resize(file, WANTED * (uint64_t)fixture_page_size()));
    return file;
}

#endif /* MMAPIO_LINUX_SMALL_DISK_H */
