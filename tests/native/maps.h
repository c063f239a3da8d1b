/* maps.h - making maps in tests, and checking what the library's calls return. */
#ifndef MMAPIO_MAPS_H
#define MMAPIO_MAPS_H

#include "test.h"

#include <mmapio.h>

#include "fixture.h"

enum {
    READ_ONLY = MMAPIO_PROT_READ,
    READ_WRITE = MMAPIO_PROT_READ | MMAPIO_PROT_WRITE,
    SHARED = MMAPIO_MAP_SHARED,
    PRIVATE = MMAPIO_MAP_PRIVATE
};

#define CHECK_STATUS(expected, call)                                                                                   \
    do {                                                                                                               \
        mmapio_status test_s = (call);                                                                                 \
        if (test_s != (expected)) {                                                                                    \
            printf("  %s:%d: %s gave %s (%d), expected %s\n", __FILE__, __LINE__, #call, mmapio_status_name(test_s),   \
                   (int)test_s, mmapio_status_name(expected));                                                         \
            TEST_LEAVE(TEST_FAILED);                                                                                   \
        }                                                                                                              \
    } while (0)

#define CHECK_OK(call) CHECK_STATUS(MMAPIO_OK, call)

/* An error of the library's own making. */
#define CHECK_OWN_ERROR(expected, error)                                                                               \
    do {                                                                                                               \
        CHECK_STATUS(expected, (error).status);                                                                        \
        CHECK_EQUAL(0, (error).os_code);                                                                               \
        CHECK_EQUAL(MMAPIO_OS_NONE, (error).os_domain);                                                                \
        CHECK_TEXT("", mmapio_call_name((error).os_call));                                                             \
    } while (0)

/* An error that came from errno. */
#define CHECK_ERRNO(expected, code, call, error)                                                                       \
    do {                                                                                                               \
        CHECK_STATUS(expected, (error).status);                                                                        \
        CHECK_EQUAL(code, (error).os_code);                                                                            \
        CHECK_EQUAL(MMAPIO_OS_ERRNO, (error).os_domain);                                                               \
        CHECK_TEXT(call, mmapio_call_name((error).os_call));                                                           \
    } while (0)

/* What a call must overwrite. */
static inline mmapio_error stale_error(void)
{
    mmapio_error error;

    memset(&error, 0xA5, sizeof error);
    return error;
}

static inline mmapio_map_options options_of(uint32_t protection, uint32_t flags, uint64_t offset, uint64_t length)
{
    mmapio_map_options options = MMAPIO_MAP_OPTIONS_INIT;

    options.protection = protection;
    options.flags = flags;
    options.offset = offset;
    options.length = length;
    return options;
}

/* A map that must come about. */
static inline mmapio_map *map_part(intptr_t handle, uint32_t protection, uint32_t flags, uint64_t offset,
                                   uint64_t length)
{
    mmapio_map_options options = options_of(protection, flags, offset, length);
    mmapio_error error = stale_error();
    mmapio_map *map = NULL;

    CHECK_OK(mmapio_map_file(handle, &options, &map, &error));
    CHECK_OWN_ERROR(MMAPIO_OK, error);
    CHECK(map != NULL);
    return map;
}

static inline mmapio_map *map_whole(intptr_t handle, uint32_t protection, uint32_t flags)
{
    return map_part(handle, protection, flags, 0, 0);
}

static inline mmapio_map *map_memory(uint32_t flags, uint64_t length)
{
    mmapio_map_options options = options_of(READ_WRITE, flags, 0, length);
    mmapio_error error = stale_error();
    mmapio_map *map = NULL;

    /* Where large pages come by themselves, touching one page would bring in its neighbours. */
    options.advice = MMAPIO_MADV_NOHUGEPAGE;
    CHECK_OK(mmapio_map_anonymous(&options, &map, &error));
    CHECK_OWN_ERROR(MMAPIO_OK, error);
    CHECK(map != NULL);
    return map;
}

static inline unsigned char *bytes_of(const mmapio_map *map)
{
    return mmapio_map_data(map);
}

static inline void close_map(mmapio_map *map)
{
    CHECK_OK(mmapio_map_close(map));
}

static inline mmapio_caps caps_here(void)
{
    mmapio_caps caps;

    memset(&caps, 0, sizeof caps);
    caps.struct_size = (uint32_t)sizeof caps;
    CHECK_OK(mmapio_caps_get(&caps));
    return caps;
}

/* For tests of what only a real kernel does. */
static inline void need_a_real_kernel(void)
{
    if (fixture_emulated()) {
        SKIP("an emulator stands in for the kernel");
    }
}

/* Growing, or moving, what consists of several mappings to the kernel. */
static inline void need_the_kernels_mremap(void)
{
    if (under_valgrind()) {
        SKIP("valgrind moves mappings in a way of its own, and none of several pieces");
    }
}

/* Windows grows a file to the length of its map; elsewhere a map may be longer than its file. */
static inline bool on_windows(void)
{
    return caps_here().system == MMAPIO_SYSTEM_WINDOWS;
}

#endif /* MMAPIO_MAPS_H */
