/*
 * test_linux_full_disk.c - a sparse file on a file system that has no room for its blocks.
 *
 * A child mounts a tmpfs of a few pages where nobody but itself sees it: in a mount namespace of its own, and in a
 * user namespace too where it is not root.
 */
#include "child.h"
#include "linux_proc.h"
#include "maps.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>

enum { ROOM = 16, WANTED = 64 };

static bool write_text(const char *path, const char *text)
{
    int file = open(path, O_WRONLY | O_CLOEXEC);
    bool written = file >= 0 && write(file, text, strlen(text)) == (ssize_t)strlen(text);

    if (file >= 0) {
        (void)close(file);
    }
    return written;
}

/* Root may mount as it is; anybody else as root of a user namespace, where it is the only user. */
static bool may_mount(void)
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

/* A sparse file of WANTED pages in a tmpfs with room for ROOM of them. Its handle is open for reading and writing. */
static int file_on_a_small_disk(void)
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
    CHECK(fixture_resize(file, WANTED * (uint64_t)fixture_page_size()));
    /* The file stays, until its last user has gone; the folder need not. */
    CHECK_EQUAL(0, umount2(folder, MNT_DETACH));
    CHECK_EQUAL(0, rmdir(folder));
    return file;
}

static void populate_to_write(void *unused)
{
    int file = file_on_a_small_disk();
    uint64_t page = fixture_page_size();
    mmapio_map *map = map_whole(file, READ_WRITE, SHARED);
    mmapio_error error = stale_error();

    (void)unused;
    CHECK_STATUS(MMAPIO_FAULT, mmapio_map_populate(map, 0, WANTED * page, MMAPIO_PROT_WRITE, &error));
    CHECK_ERRNO(MMAPIO_FAULT, EFAULT, "madvise", error);
    /* What there was room for is there to be written. */
    CHECK_OK(mmapio_map_populate(map, 0, page, MMAPIO_PROT_WRITE, NULL));
    bytes_of(map)[page - 1] = 'x';
    close_map(map);
}

static void populating_to_write_on_a_full_disk_is_a_fault(void)
{
    need_a_real_kernel();
    child_must_pass(populate_to_write, NULL);
}

static void lock_all(void *unused)
{
    int file = file_on_a_small_disk();
    mmapio_map *map = map_whole(file, READ_WRITE, SHARED);

    (void)unused;
    CHECK_STATUS(MMAPIO_FAULT, mmapio_map_lock(map, 0, mmapio_map_length(map), 0, NULL));
    close_map(map);
}

static void locking_on_a_full_disk_is_a_fault(void)
{
    need_a_real_kernel();
    need_locks_that_count();
    child_must_pass(lock_all, NULL);
}

/* What the two above are there to foresee. */
static void write_past_the_room(void *unused)
{
    int file = file_on_a_small_disk();
    mmapio_map *map = map_whole(file, READ_WRITE, SHARED);

    (void)unused;
    memset(mmapio_map_data(map), 'x', mmapio_map_length(map));
}

static void writing_on_a_full_disk_is_a_signal(void)
{
    int code = child_run(write_past_the_room, NULL);

    if (code == TEST_SKIPPED) {
        TEST_LEAVE(TEST_SKIPPED);
    }
    CHECK_EQUAL(-SIGBUS, code);
}

TEST_MAIN(TEST(populating_to_write_on_a_full_disk_is_a_fault), TEST(locking_on_a_full_disk_is_a_fault),
          TEST(writing_on_a_full_disk_is_a_signal))
