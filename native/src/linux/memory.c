/* memory.c - memory that processes share: files in /dev/shm, and memfd_create(2) for what has no name.
 *
 * shm_open(3) is open(2) in that folder, and in glibc before 2.34 it is in a library of its own: hence the former. */
#include "../range.h"
#include "kernel.h"
#include "linux.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define FOLDER "/dev/shm/"

enum {
    PATH_SIZE = sizeof FOLDER + MEMORY_NAME_SIZE,
    PERMISSIONS = S_IRUSR | S_IWUSR,
    ATTEMPTS = 250, /* a millisecond each */
    COPIES = 50,    /* the same */
    /* Means nothing on a file that nobody executes. Here it says that the name goes with the last map. */
    GOES_WITH_LAST = S_ISVTX
};

static void path_of(const char *name, char path[PATH_SIZE])
{
    (void)snprintf(path, PATH_SIZE, FOLDER "%s", name);
}

/* ---- with a name ---------------------------------------------------------------------------------------------- */

/* The file gets its name when it is complete. By its descriptor where the kernel allows that, else through /proc. */
static mmapio_status publish(const mmapio_map *map, const char *path, mmapio_error *error)
{
    char link[32];
    int result;

    UNINTERRUPTED(result, linkat((int)map->file, "", AT_FDCWD, path, AT_EMPTY_PATH));
    if (result == 0) {
        return MMAPIO_OK;
    }
    if (errno == EEXIST) {
        return mmapio_posix_fail(error, EEXIST, CALL_LINKAT);
    }
    (void)snprintf(link, sizeof link, "/proc/self/fd/%d", (int)map->file);
    UNINTERRUPTED(result, linkat(AT_FDCWD, link, AT_FDCWD, path, AT_SYMLINK_FOLLOW));
    if (result == 0) {
        return MMAPIO_OK;
    }
    /* Without /proc there is no such link: that says nothing of the name. */
    return errno == ENOENT ? mmapio_fail_os(error, MMAPIO_UNSUPPORTED, MMAPIO_OS_ERRNO, ENOENT, CALL_LINKAT)
                           : mmapio_posix_fail(error, errno, CALL_LINKAT);
}

/* Whatever the process masks (umask(2)), new memory has the permissions documented. */
static mmapio_status mark(const mmapio_map *map, mmapio_error *error)
{
    mode_t mode = PERMISSIONS | ((map->flags & MMAPIO_MAP_DELETE_ON_CLOSE) != 0 ? GOES_WITH_LAST : 0);
    int result;

    UNINTERRUPTED(result, fchmod((int)map->file, mode));
    if (result != 0) {
        return mmapio_posix_fail(error, errno, CALL_FCHMOD);
    }
    /* Held by every map of the memory: see mmapio_os_memory_close. Nobody else knows of the file yet. */
    UNINTERRUPTED(result, flock((int)map->file, LOCK_SH | LOCK_NB));
    return result == 0 ? MMAPIO_OK : mmapio_posix_fail(error, errno, CALL_FLOCK);
}

static bool is_same(const struct stat *one, const struct stat *other)
{
    return one->st_dev == other->st_dev && one->st_ino == other->st_ino;
}

/* Is this the file that is open? */
static bool is_file(int file, const struct stat *info)
{
    struct stat ours;

    return fstat(file, &ours) == 0 && is_same(&ours, info);
}

/* Is the file that the name stands for the one that is open? */
static bool is_named(int file, const char *path)
{
    struct stat there;

    return lstat(path, &there) == 0 && is_file(file, &there);
}

/* Opens the file once more, by its name: /proc/PID/maps and whatever reads it call what was opened without one
 * "(deleted)" for ever. Where that fails, as it does when somebody has removed the name already, it makes no other
 * difference. */
static void adopt_name(mmapio_map *map, const char *path)
{
    int result = -1;
    int file;

    UNINTERRUPTED(file, open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
    if (file >= 0) {
        UNINTERRUPTED(result, flock(file, LOCK_SH | LOCK_NB));
    }
    if (result == 0 && is_named((int)map->file, path) && is_named(file, path)) {
        (void)close((int)map->file);
        map->file = file;
    } else if (file >= 0) {
        (void)close(file);
    }
}

static mmapio_status make_named(mmapio_map *map, const char *path, uint64_t length, mmapio_error *error)
{
    mmapio_status status;

    UNINTERRUPTED(map->file, open(FOLDER, O_TMPFILE | O_RDWR | O_CLOEXEC, PERMISSIONS));
    if (map->file < 0) {
        int code = errno;
        map->file = MMAPIO_NO_FILE;
        /* There is no such folder, or a file system that cannot do this is mounted there. */
        return code == ENOENT || code == EISDIR
                   ? mmapio_fail_os(error, MMAPIO_UNSUPPORTED, MMAPIO_OS_ERRNO, code, CALL_OPEN)
                   : mmapio_posix_fail(error, code, CALL_OPEN);
    }
    status = mmapio_linux_fill(map, length, error);
    status = status == MMAPIO_OK ? mark(map, error) : status;
    status = status == MMAPIO_OK ? publish(map, path, error) : status;
    map->created = status == MMAPIO_OK;
    if (status != MMAPIO_OK) {
        return mmapio_linux_let_go(map, status);
    }
    adopt_name(map, path);
    return MMAPIO_OK;
}

/* Everybody may put files into that folder. What another user can change, by owning it or by its permissions, is
 * nothing to rely on; nor is what is no file at all. */
static bool is_ours(const struct stat *info)
{
    return S_ISREG(info->st_mode) && info->st_uid == geteuid() && (info->st_mode & (S_IRWXG | S_IRWXO)) == 0;
}

/* Waits while the last user, who has it for himself, takes the name away: that is a matter of two calls. Whoever keeps
 * it longer is none of this library. */
static mmapio_status take_part(const mmapio_map *map, mmapio_error *error)
{
    const struct timespec moment = {0, 1000000};

    for (int i = 0; i < ATTEMPTS; i++) {
        if (flock((int)map->file, LOCK_SH | LOCK_NB) == 0) {
            return MMAPIO_OK;
        }
        if (errno != EWOULDBLOCK && errno != EINTR) {
            return mmapio_posix_fail(error, errno, CALL_FLOCK);
        }
        (void)nanosleep(&moment, NULL);
    }
    return mmapio_fail_os(error, MMAPIO_BUSY, MMAPIO_OS_ERRNO, EWOULDBLOCK, CALL_FLOCK);
}

static mmapio_status open_named(mmapio_map *map, const char *path, mmapio_error *error)
{
    bool writes = (map->flags & MMAPIO_MAP_SHARED) != 0 && (map->protection & MMAPIO_PROT_WRITE) != 0;
    mmapio_status status;
    struct stat info;

    /* O_NONBLOCK: somebody may have put a pipe there. */
    UNINTERRUPTED(map->file, open(path, (writes ? O_RDWR : O_RDONLY) | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
    if (map->file < 0) {
        int code = errno;
        map->file = MMAPIO_NO_FILE;
        return code == ELOOP ? mmapio_fail_os(error, MMAPIO_UNSUPPORTED, MMAPIO_OS_ERRNO, code, CALL_OPEN)
                             : mmapio_posix_fail(error, code, CALL_OPEN);
    }
    if (fstat((int)map->file, &info) != 0) {
        return mmapio_linux_let_go(map, mmapio_posix_fail(error, errno, CALL_FSTAT));
    }
    if (!is_ours(&info)) {
        return mmapio_linux_let_go(map, mmapio_fail(error, MMAPIO_ACCESS_DENIED));
    }
    status = take_part(map, error);
    if (status != MMAPIO_OK) {
        return mmapio_linux_let_go(map, status);
    }
    if (fstat((int)map->file, &info) != 0) {
        return mmapio_linux_let_go(map, mmapio_posix_fail(error, errno, CALL_FSTAT));
    }
    /* It lost its name between the calls: what there may be by that name now is another. */
    return info.st_nlink == 0 ? mmapio_linux_let_go(map, mmapio_fail(error, MMAPIO_NOT_FOUND)) : MMAPIO_OK;
}

mmapio_status mmapio_os_memory_open(mmapio_map *map, uint64_t length, mmapio_error *error)
{
    char path[PATH_SIZE];

    if (map->name[0] == 0) {
        return mmapio_linux_memfd(map, length, error);
    }
    if (map->huge == MMAPIO_HUGE_REQUIRE) {
        /* That folder is of ordinary pages, or transparent ones. */
        return mmapio_fail(error, MMAPIO_UNSUPPORTED);
    }
    path_of(map->name, path);
    if ((map->flags & MMAPIO_MAP_CREATE) != 0) {
        return make_named(map, path, length, error);
    }
    for (;;) {
        mmapio_status status = open_named(map, path, error);
        if (status != MMAPIO_NOT_FOUND || (map->flags & MMAPIO_MAP_OPEN_OR_CREATE) == 0) {
            return status;
        }
        status = make_named(map, path, length, error);
        if (status != MMAPIO_EXISTS) {
            return status;
        }
        /* Somebody was faster: it is there now, or was. */
    }
}

static bool try_lock(int file, int kind)
{
    int result;

    UNINTERRUPTED(result, flock(file, kind | LOCK_NB));
    return result == 0;
}

/* Whether no map is left, in any process. Every map holds a shared lock, which belongs to what open(2) made: what fork(2)
 * and dup(2) copied holds it together, until the last of them is closed. So ours must be closed by now, and this be the
 * file opened once more. A process on its way from fork to exec has a copy, too, for a moment; attempts are a millisecond
 * each. The lock keeps others from opening the file while its name goes. */
static bool is_last(int file, int attempts)
{
    const struct timespec moment = {0, 1000000};

    while (!try_lock(file, LOCK_EX)) {
        if (--attempts <= 0) {
            return false;
        }
        (void)nanosleep(&moment, NULL);
    }
    return true;
}

/* Of two that close at the same time one takes the name, since each has given its own lock up before it asks. */
mmapio_status mmapio_os_memory_close(mmapio_map *map, mmapio_error *error)
{
    char path[PATH_SIZE];
    struct stat info;
    bool goes = map->name[0] != 0 && fstat((int)map->file, &info) == 0 && (info.st_mode & GOES_WITH_LAST) != 0;
    /* If this lock can be had, there are no maps but copies of this one. */
    bool alone = goes && try_lock((int)map->file, LOCK_EX);
    mmapio_status status;
    int result;
    int file;

    if (goes) {
        /* For the copies, and also if the other could not be had: what is to become of another kind is given up first
         * (flock(2)). */
        (void)try_lock((int)map->file, LOCK_SH);
    }
    status = mmapio_os_file_close(map->file, error);
    if (!goes) {
        return status;
    }
    path_of(map->name, path);
    UNINTERRUPTED(file, open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
    if (file < 0) {
        return status;
    }
    /* It may be another one by now. */
    if (is_file(file, &info) && is_last(file, alone ? COPIES : 1) && is_named(file, path)) {
        UNINTERRUPTED(result, unlink(path));
    }
    (void)close(file);
    return status;
}

void mmapio_os_memory_discard(const mmapio_map *map)
{
    char path[PATH_SIZE];
    int result;

    path_of(map->name, path);
    if (is_named((int)map->file, path)) {
        UNINTERRUPTED(result, unlink(path));
    }
}

/* Opened anew, so that it has no part in the lock by which maps are counted. */
mmapio_status mmapio_os_memory_export(const mmapio_map *map, intptr_t *handle, mmapio_error *error)
{
    char link[32];
    int file = -1;

    if (map->name[0] != 0) {
        (void)snprintf(link, sizeof link, "/proc/self/fd/%d", (int)map->file);
        UNINTERRUPTED(file, open(link, (fcntl((int)map->file, F_GETFL) & O_ACCMODE) | O_CLOEXEC));
    }
    if (file < 0) {
        return mmapio_os_file_duplicate(map->file, handle, error);
    }
    *handle = file;
    return MMAPIO_OK;
}

mmapio_status mmapio_os_memory_unlink(const char *name, mmapio_error *error)
{
    char path[PATH_SIZE];
    int result;

    path_of(name, path);
    UNINTERRUPTED(result, unlink(path));
    if (result != 0) {
        return mmapio_posix_fail(error, errno, CALL_UNLINK);
    }
    return MMAPIO_OK;
}

mmapio_status mmapio_os_memory_length(intptr_t memory, uint64_t *length, mmapio_error *error)
{
    return mmapio_os_file_length(memory, length, error);
}

/* Both kinds of memory are files of file systems that have no device behind them. A device, on the other hand, has its
 * node on such a file system, and has much to write. */
bool mmapio_os_is_memory(intptr_t handle)
{
    return handle >= 0 && handle <= INT32_MAX && (mmapio_linux_ground(handle) & GROUND_NO_DEVICE) != 0;
}

bool mmapio_os_memory_resizes(void)
{
    return true;
}
