/* test_linux_seals.c - what a seal forbids, to whom, and what cannot be sealed. */
#include "shared.h"

#include <errno.h>
#include <fcntl.h>

static uint32_t seals_of(mmapio_map *map)
{
    uint32_t seals = 99;

    CHECK_OK(mmapio_map_seals(map, &seals, NULL));
    return seals;
}

static void need_seals(void)
{
    if ((caps_here().features & MMAPIO_FEATURE_SEALS) == 0) {
        SKIP("this kernel has no memfd");
    }
}

static void against_shrinking_keeps_readers_safe(void)
{
    mmapio_map *map;
    mmapio_error error = stale_error();
    intptr_t handle = -1;

    need_seals();
    map = map_shared(NULL, 0, 100000);
    CHECK_OK(mmapio_map_export(map, &handle, NULL));
    CHECK_OK(mmapio_map_seal(map, MMAPIO_SEAL_SHRINK, NULL));
    CHECK_EQUAL(MMAPIO_SEAL_SHRINK, seals_of(map));
    CHECK_EQUAL(-1, ftruncate((int)handle, 10));
    CHECK_STATUS(MMAPIO_ACCESS_DENIED, mmapio_map_resize(map, 10, MMAPIO_RESIZE_TRUNCATE, &error));
    CHECK_ERRNO(MMAPIO_ACCESS_DENIED, EPERM, "ftruncate", error);
    CHECK_EQUAL(100000, mmapio_map_length(map));
    CHECK_OK(mmapio_map_resize(map, 200000, MMAPIO_RESIZE_MAY_MOVE, NULL));
    fixture_close(handle);
    close_map(map);
}

static void against_growing_leaves_everything_as_it_is(void)
{
    mmapio_map *map;
    intptr_t handle = -1;

    need_seals();
    map = map_shared(NULL, 0, 5000);
    CHECK_OK(mmapio_map_export(map, &handle, NULL));
    CHECK_OK(mmapio_map_seal(map, MMAPIO_SEAL_GROW, NULL));
    CHECK_STATUS(MMAPIO_ACCESS_DENIED, mmapio_map_resize(map, 100000, MMAPIO_RESIZE_MAY_MOVE, NULL));
    CHECK_EQUAL(5000, mmapio_map_length(map));
    CHECK_EQUAL(5000, fixture_length(handle));
    bytes_of(map)[4999] = 'x';
    fixture_close(handle);
    close_map(map);
}

static void against_writing_has_to_wait_for_the_writers(void)
{
    mmapio_map *map;
    mmapio_map *sealer;
    mmapio_map *none = NULL;
    mmapio_map_options options = options_of(READ_WRITE, SHARED, 0, 0);
    mmapio_error error = stale_error();
    intptr_t handle = -1;

    need_seals();
    map = map_shared(NULL, 0, 5000);
    bytes_of(map)[7] = 'w';
    CHECK_OK(mmapio_map_export(map, &handle, NULL));
    CHECK_STATUS(MMAPIO_BUSY, mmapio_map_seal(map, MMAPIO_SEAL_WRITE, &error));
    CHECK_ERRNO(MMAPIO_BUSY, EBUSY, "fcntl", error);
    CHECK_EQUAL(0, seals_of(map));
    close_map(map);
    sealer = map_handle(handle, READ_ONLY, PRIVATE, 0, 0);
    CHECK_OK(mmapio_map_seal(sealer, MMAPIO_SEAL_WRITE, NULL));
    CHECK_EQUAL(MMAPIO_SEAL_WRITE, seals_of(sealer));
    CHECK_EQUAL(-1, write((int)handle, "x", 1));
    CHECK_EQUAL(EPERM, errno);
    CHECK_STATUS(MMAPIO_ACCESS_DENIED, mmapio_map_import(handle, &options, &none, &error));
    CHECK_ERRNO(MMAPIO_ACCESS_DENIED, EPERM, "mmap", error);
    CHECK_EQUAL('w', bytes_of(sealer)[7]);
    close_map(sealer);
    fixture_close(handle);
}

static void against_future_writing_leaves_those_who_write_alone(void)
{
    mmapio_map *map;
    mmapio_map *reader;
    mmapio_map *none = NULL;
    mmapio_map_options options = options_of(READ_WRITE, SHARED, 0, 0);
    mmapio_status status;
    intptr_t handle = -1;

    need_seals();
    map = map_shared(NULL, 0, 5000);
    status = mmapio_map_seal(map, MMAPIO_SEAL_FUTURE_WRITE, NULL);
    if (status == MMAPIO_UNSUPPORTED) {
        close_map(map);
        SKIP("this kernel is older than 5.1");
    }
    CHECK_OK(status);
    CHECK_OK(mmapio_map_export(map, &handle, NULL));
    CHECK_STATUS(MMAPIO_ACCESS_DENIED, mmapio_map_import(handle, &options, &none, NULL));
    reader = map_handle(handle, READ_ONLY, SHARED, 0, 0);
    bytes_of(map)[0] = 'n';
    CHECK_EQUAL('n', bytes_of(reader)[0]);
    fixture_close(handle);
    close_map(reader);
    close_map(map);
}

static void against_sealing_ends_it(void)
{
    mmapio_map *map;
    mmapio_error error = stale_error();

    need_seals();
    map = map_shared(NULL, 0, 5000);
    CHECK_OK(mmapio_map_seal(map, MMAPIO_SEAL_GROW | MMAPIO_SEAL_SEAL, NULL));
    CHECK_STATUS(MMAPIO_ACCESS_DENIED, mmapio_map_seal(map, MMAPIO_SEAL_SHRINK, &error));
    CHECK_ERRNO(MMAPIO_ACCESS_DENIED, EPERM, "fcntl", error);
    CHECK_EQUAL(MMAPIO_SEAL_GROW | MMAPIO_SEAL_SEAL, seals_of(map));
    close_map(map);
}

/* The kernel calls files of tmpfs sealed against sealing, which would look like a seal that somebody set. */
static void what_has_a_name_cannot_be_sealed_and_says_so(void)
{
    shared_name name = own_name();
    fixture_file file;
    mmapio_map *map;

    need_shared_memory();
    map = map_shared(name.text, CREATE, 100);
    CHECK_STATUS(MMAPIO_UNSUPPORTED, mmapio_map_seal(map, MMAPIO_SEAL_SHRINK, NULL));
    CHECK_EQUAL(0, seals_of(map));
    close_map(map);
    unlink_name(&name);
    if (fixture_has(FIXTURE_MEMORY)) {
        CHECK(fixture_sparse(FIXTURE_MEMORY, 100, &file));
        map = map_handle(file.handle, READ_ONLY, SHARED, 0, 0);
        CHECK_STATUS(MMAPIO_UNSUPPORTED, mmapio_map_seal(map, MMAPIO_SEAL_SHRINK, NULL));
        CHECK_EQUAL(0, seals_of(map));
        close_map(map);
        fixture_remove(&file);
    }
    file = fixture_patterned(100);
    map = map_whole(file.handle, READ_ONLY, SHARED);
    CHECK_STATUS(MMAPIO_UNSUPPORTED, mmapio_map_seal(map, MMAPIO_SEAL_SHRINK, NULL));
    close_map(map);
    fixture_remove(&file);
}

TEST_MAIN(TEST(against_shrinking_keeps_readers_safe), TEST(against_growing_leaves_everything_as_it_is),
          TEST(against_writing_has_to_wait_for_the_writers), TEST(against_future_writing_leaves_those_who_write_alone),
          TEST(against_sealing_ends_it), TEST(what_has_a_name_cannot_be_sealed_and_says_so))
