/* memory.c - memory that processes share: shm_open(2). */
#include "../posix/posix.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PERMISSIONS = S_IRUSR | S_IWUSR, ATTEMPTS = 16, SEALS = MMAPIO_SEAL_SHRINK | MMAPIO_SEAL_GROW };

/* The name as the system has it. */
typedef struct object_name {
    char text[MEMORY_NAME_SIZE + 1];
} object_name;

static object_name name_of(const char *name)
{
    object_name result;

    (void)snprintf(result.text, sizeof result.text, "/%s", name);
    return result;
}

/* shm_open sets FD_CLOEXEC by itself. Mode bits that the process masks (umask(2)) are lost: fchmod(2) does not work on
 * such objects. */
static mmapio_status create(mmapio_map *map, const object_name *name, uint64_t length, mmapio_error *error)
{
    mmapio_status status;

    UNINTERRUPTED(map->file, shm_open(name->text, O_RDWR | O_CREAT | O_EXCL, PERMISSIONS));
    if (map->file < 0) {
        int code = errno;
        map->file = MMAPIO_NO_FILE;
        return mmapio_posix_fail(error, code, CALL_SHM_OPEN);
    }
    /* All of it is set aside now: there is no such thing as an object with holes, and its length is set once. */
    status = mmapio_os_file_set_length(map->file, length, error);
    if (status != MMAPIO_OK) {
        (void)shm_unlink(name->text);
        (void)close((int)map->file);
        map->file = MMAPIO_NO_FILE;
        return status;
    }
    map->created = true;
    map->maker = (int32_t)getpid();
    return MMAPIO_OK;
}

/* By a name that nobody can foresee, and that is gone before anybody can have asked for it. */
static mmapio_status create_nameless(mmapio_map *map, uint64_t length, mmapio_error *error)
{
    mmapio_status status = MMAPIO_EXISTS;

    for (int attempt = 0; attempt < ATTEMPTS && status == MMAPIO_EXISTS; attempt++) {
        object_name name;
        (void)snprintf(name.text, sizeof name.text, "/mmapio.%08x%08x", arc4random(), arc4random());
        status = create(map, &name, length, error);
        if (status == MMAPIO_OK) {
            (void)shm_unlink(name.text);
        }
    }
    return status;
}

static mmapio_status open_existing(mmapio_map *map, const object_name *name, mmapio_error *error)
{
    bool writes = (map->flags & MMAPIO_MAP_SHARED) != 0 && (map->protection & MMAPIO_PROT_WRITE) != 0;

    UNINTERRUPTED(map->file, shm_open(name->text, writes ? O_RDWR : O_RDONLY, 0));
    if (map->file < 0) {
        int code = errno;
        map->file = MMAPIO_NO_FILE;
        return mmapio_posix_fail(error, code, CALL_SHM_OPEN);
    }
    return MMAPIO_OK;
}

mmapio_status mmapio_os_memory_open(mmapio_map *map, uint64_t length, mmapio_error *error)
{
    object_name name = name_of(map->name);

    if (map->huge == MMAPIO_HUGE_REQUIRE) {
        return mmapio_fail(error, MMAPIO_UNSUPPORTED);
    }
    if (map->name[0] == 0) {
        return create_nameless(map, length, error);
    }
    if ((map->flags & MMAPIO_MAP_CREATE) != 0) {
        return create(map, &name, length, error);
    }
    for (;;) {
        mmapio_status status = open_existing(map, &name, error);
        if (status != MMAPIO_NOT_FOUND || (map->flags & MMAPIO_MAP_OPEN_OR_CREATE) == 0) {
            return status;
        }
        status = create(map, &name, length, error);
        if (status != MMAPIO_EXISTS) {
            return status;
        }
        /* Somebody was faster: it is there now, or was. */
    }
}

/* flock(2) does not work on such objects, and nothing else tells how many use one: whoever made it takes its name, and
 * no child that fork(2) gave a copy of the map. */
mmapio_status mmapio_os_memory_close(mmapio_map *map, mmapio_error *error)
{
    if (map->created && map->maker == (int32_t)getpid() && map->name[0] != 0 &&
        (map->flags & MMAPIO_MAP_DELETE_ON_CLOSE) != 0) {
        object_name name = name_of(map->name);
        (void)shm_unlink(name.text);
    }
    return mmapio_os_file_close(map->file, error);
}

/* Nothing tells one object from another (fstat(2) has no number for them): that the name is still of what was made by it
 * a moment ago is likely, and no more. */
void mmapio_os_memory_discard(const mmapio_map *map)
{
    object_name name = name_of(map->name);

    (void)shm_unlink(name.text);
}

mmapio_status mmapio_os_memory_export(const mmapio_map *map, intptr_t *handle, mmapio_error *error)
{
    return mmapio_os_file_duplicate(map->file, handle, error);
}

mmapio_status mmapio_os_memory_unlink(const char *name, mmapio_error *error)
{
    object_name object = name_of(name);

    int result;

    UNINTERRUPTED(result, shm_unlink(object.text));
    if (result != 0) {
        return mmapio_posix_fail(error, errno, CALL_SHM_UNLINK);
    }
    return MMAPIO_OK;
}

mmapio_status mmapio_os_memory_length(intptr_t memory, uint64_t *length, mmapio_error *error)
{
    struct stat info;

    if (fstat((int)memory, &info) != 0) {
        return mmapio_posix_fail(error, errno, CALL_FSTAT);
    }
    *length = (uint64_t)info.st_size;
    return MMAPIO_OK;
}

/* fstat(2) tells permissions of such an object, but no type of file. */
bool mmapio_os_is_memory(intptr_t handle)
{
    struct stat info;

    return handle >= 0 && handle <= INT32_MAX && fstat((int)handle, &info) == 0 && (info.st_mode & S_IFMT) == 0;
}

bool mmapio_os_memory_resizes(void)
{
    return false;
}

mmapio_status mmapio_os_seal(mmapio_map *map, uint32_t seals, mmapio_error *error)
{
    (void)map;
    return (seals & ~(uint32_t)SEALS) == 0 ? MMAPIO_OK : mmapio_fail(error, MMAPIO_UNSUPPORTED);
}

mmapio_status mmapio_os_seals(mmapio_map *map, uint32_t *seals, mmapio_error *error)
{
    (void)map;
    (void)error;
    *seals = SEALS;
    return MMAPIO_OK;
}
