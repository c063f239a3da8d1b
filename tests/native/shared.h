/* shared.h - memory that processes share, for tests: names nobody else uses, and maps that must come about. */
#ifndef MMAPIO_TEST_SHARED_H
#define MMAPIO_TEST_SHARED_H

#include "maps.h"

#include <time.h>

#ifdef _WIN32
#include <process.h>
#define process_number() ((unsigned)_getpid())
#else
#include <unistd.h>
#define process_number() ((unsigned)getpid())
#endif

enum { CREATE = MMAPIO_MAP_CREATE, OPEN_OR_CREATE = MMAPIO_MAP_OPEN_OR_CREATE };

typedef struct shared_name {
    char text[31];
} shared_name;

/* A name of this process's own. The time is in it for the names that a killed test left: process numbers come again. */
static inline shared_name own_name(void)
{
    static unsigned count;
    struct timespec now;
    shared_name name;
    int length;

    CHECK_EQUAL(TIME_UTC, timespec_get(&now, TIME_UTC));
    length = snprintf(name.text, sizeof name.text, "mmapio-%x.%x%lx.%u", process_number(),
                      (unsigned)(now.tv_sec & 0xFFFF), (unsigned long)now.tv_nsec, count++);
    CHECK(length > 0 && (size_t)length < sizeof name.text);
    return name;
}

/* A system may lack the place where such memory is. */
static inline void need_shared_memory(void)
{
    if ((caps_here().features & MMAPIO_FEATURE_SHARED) == 0) {
        SKIP("there is no memory to be shared by name");
    }
}

static inline mmapio_status try_shared(const char *name, uint32_t flags, uint64_t length, mmapio_map **map,
                                       mmapio_error *error)
{
    mmapio_map_options options = options_of(READ_WRITE, SHARED | flags, 0, length);

    return mmapio_map_shared(name, &options, map, error);
}

static inline mmapio_map *map_shared(const char *name, uint32_t flags, uint64_t length)
{
    mmapio_error error = stale_error();
    mmapio_map *map = NULL;

    CHECK_OK(try_shared(name, flags, length, &map, &error));
    CHECK_OWN_ERROR(MMAPIO_OK, error);
    CHECK(map != NULL);
    return map;
}

/* Where names last, they have to be taken away; elsewhere they are gone. */
static inline void unlink_name(const shared_name *name)
{
    if ((caps_here().features & MMAPIO_FEATURE_SHARED_LASTS) != 0) {
        CHECK_OK(mmapio_shared_unlink(name->text, NULL));
    }
    CHECK_STATUS(MMAPIO_NOT_FOUND, mmapio_shared_unlink(name->text, NULL));
}

static inline mmapio_map *map_handle(intptr_t handle, uint32_t protection, uint32_t flags, uint64_t offset,
                                     uint64_t length)
{
    mmapio_map_options options = options_of(protection, flags, offset, length);
    mmapio_error error = stale_error();
    mmapio_map *map = NULL;

    CHECK_OK(mmapio_map_import(handle, &options, &map, &error));
    CHECK_OWN_ERROR(MMAPIO_OK, error);
    return map;
}

#endif /* MMAPIO_TEST_SHARED_H */
