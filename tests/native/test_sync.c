/* test_sync.c - every mode of mmapio_map_sync, and the ones there are not. */
#include "maps.h"

enum { LENGTH = 200000 };

static const uint32_t KINDS[] = {MMAPIO_MS_ASYNC, MMAPIO_MS_SYNC, MMAPIO_MS_DATA, MMAPIO_MS_DURABLE, MMAPIO_MS_BARRIER};
enum { KIND_COUNT = sizeof KINDS / sizeof KINDS[0] };

static void check_file(intptr_t handle, uint64_t offset, unsigned char expected)
{
    unsigned char byte = 0;

    fixture_read(handle, offset, &byte, 1);
    CHECK_EQUAL(expected, byte);
}

static void every_mode_takes_every_range(void)
{
    static const uint64_t ranges[][2] = {{0, LENGTH},    {0, 1},          {1, 4096},   {4095, 2},
                                         {65535, 70000}, {LENGTH - 1, 1}, {LENGTH, 0}, {500, 0}};
    fixture_file file = fixture_patterned(LENGTH + 300);
    mmapio_map *map = map_part(file.handle, READ_WRITE, SHARED, 300, LENGTH);
    uint32_t known = caps_here().sync_applied | caps_here().sync_approximated;
    unsigned char stamp = 0;

    for (size_t kind = 0; kind < KIND_COUNT; kind++) {
        for (size_t i = 0; i < sizeof ranges / sizeof ranges[0]; i++) {
            mmapio_status expected = (known & KINDS[kind]) != 0 || ranges[i][1] == 0 ? MMAPIO_OK : MMAPIO_UNSUPPORTED;
            uint64_t at = ranges[i][0] < LENGTH ? ranges[i][0] : 0;
            mmapio_error error = stale_error();
            stamp++;
            bytes_of(map)[at] = stamp;
            CHECK_STATUS(expected, mmapio_map_sync(map, ranges[i][0], ranges[i][1], KINDS[kind], &error));
            CHECK_STATUS(expected, error.status);
            CHECK_STATUS(expected,
                         mmapio_map_sync(map, ranges[i][0], ranges[i][1], KINDS[kind] | MMAPIO_MS_INVALIDATE, &error));
            check_file(file.handle, 300 + at, stamp);
        }
    }
    close_map(map);
    fixture_remove(&file);
}

static void check_refused(mmapio_map *map, uint32_t mode)
{
    mmapio_error error = stale_error();

    CHECK_STATUS(MMAPIO_INVALID_ARGUMENT, mmapio_map_sync(map, 0, mmapio_map_length(map), mode, &error));
    CHECK_OWN_ERROR(MMAPIO_INVALID_ARGUMENT, error);
    CHECK_STATUS(MMAPIO_INVALID_ARGUMENT, mmapio_map_sync(map, 0, mmapio_map_length(map), mode, NULL));
}

static void check_modes_that_are_none(mmapio_map *map)
{
    check_refused(map, 0);
    check_refused(map, MMAPIO_MS_INVALIDATE);
    for (size_t i = 0; i < KIND_COUNT; i++) {
        for (size_t j = 0; j < i; j++) {
            check_refused(map, KINDS[i] | KINDS[j]);
            check_refused(map, KINDS[i] | KINDS[j] | MMAPIO_MS_INVALIDATE);
        }
    }
    for (unsigned bit = 3; bit < 32; bit++) {
        if (bit < 8 || bit > 10) {
            check_refused(map, MMAPIO_MS_SYNC | 1u << bit);
            check_refused(map, 1u << bit);
        }
    }
}

static void exactly_one_kind_is_needed(void)
{
    fixture_file file = fixture_patterned(100);
    mmapio_map *shared = map_whole(file.handle, READ_WRITE, SHARED);
    mmapio_map *private = map_whole(file.handle, READ_WRITE, PRIVATE);
    mmapio_map *memory = map_memory(PRIVATE, 100);

    check_modes_that_are_none(shared);
    /* That there is nothing to write to does not make a wrong mode right. */
    check_modes_that_are_none(private);
    check_modes_that_are_none(memory);
    close_map(shared);
    close_map(private);
    close_map(memory);
    fixture_remove(&file);
}

static void private_maps_and_memory_have_nothing_to_sync(void)
{
    fixture_file file = fixture_patterned(LENGTH);
    mmapio_map *maps[] = {map_whole(file.handle, READ_WRITE, PRIVATE), map_memory(PRIVATE, LENGTH),
                          map_memory(SHARED, LENGTH)};

    for (size_t i = 0; i < 3; i++) {
        memset(mmapio_map_data(maps[i]), 255, LENGTH);
        for (size_t kind = 0; kind < KIND_COUNT; kind++) {
            mmapio_error error = stale_error();
            CHECK_OK(mmapio_map_sync(maps[i], 1, LENGTH - 1, KINDS[kind] | MMAPIO_MS_INVALIDATE, &error));
            CHECK_OWN_ERROR(MMAPIO_OK, error);
        }
        CHECK_EQUAL(255, bytes_of(maps[i])[1]);
        CHECK_EQUAL(255, bytes_of(maps[i])[LENGTH - 1]);
        check_file(file.handle, 1, fixture_pattern(1));
        close_map(maps[i]);
    }
    fixture_remove(&file);
}

static void a_map_for_reading_can_be_synced(void)
{
    fixture_file file = fixture_patterned(LENGTH);
    intptr_t handle = fixture_open(&file, FIXTURE_READ);
    mmapio_map *map = map_whole(handle, READ_ONLY, SHARED);

    CHECK_OK(mmapio_map_sync(map, 0, LENGTH, MMAPIO_MS_ASYNC, NULL));
    CHECK_OK(mmapio_map_sync(map, 0, LENGTH, MMAPIO_MS_SYNC, NULL));
    if (!on_windows()) {
        /* Windows flushes a device's cache only through a handle that may write. */
        CHECK_OK(mmapio_map_sync(map, 0, LENGTH, MMAPIO_MS_DATA, NULL));
        CHECK_OK(mmapio_map_sync(map, 0, LENGTH, MMAPIO_MS_DURABLE, NULL));
    }
    close_map(map);
    fixture_close(handle);
    fixture_remove(&file);
}

TEST_MAIN(TEST(every_mode_takes_every_range), TEST(exactly_one_kind_is_needed),
          TEST(private_maps_and_memory_have_nothing_to_sync), TEST(a_map_for_reading_can_be_synced))
