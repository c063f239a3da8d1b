/* test_lock.c - locking and unlocking as far as every system answers alike; test_linux_lock.c looks behind it. */
#include "maps.h"

static void need_lock(void)
{
    if ((caps_here().features & MMAPIO_FEATURE_LOCK) == 0) {
        SKIP("this system cannot lock memory");
    }
}

static void a_range_can_be_locked_used_and_unlocked(void)
{
    need_lock();

    fixture_file file = fixture_patterned(20000);
    mmapio_map *map = map_part(file.handle, READ_WRITE, SHARED, 100, 0);
    mmapio_error error = stale_error();

    CHECK_OK(mmapio_map_lock(map, 4000, 10000, 0, &error));
    CHECK_OWN_ERROR(MMAPIO_OK, error);
    CHECK_EQUAL(fixture_pattern(10100), bytes_of(map)[10000]);
    bytes_of(map)[10000] = 255;
    CHECK_OK(mmapio_map_unlock(map, 4000, 10000, &error));
    CHECK_OWN_ERROR(MMAPIO_OK, error);
    CHECK_EQUAL(255, bytes_of(map)[10000]);
    close_map(map);
    fixture_remove(&file);
}

static void unlocking_what_is_not_locked_succeeds(void)
{
    need_lock();

    mmapio_map *map = map_memory(PRIVATE, 20000);
    mmapio_error error = stale_error();

    CHECK_OK(mmapio_map_unlock(map, 0, 20000, &error));
    CHECK_OWN_ERROR(MMAPIO_OK, error);
    CHECK_OK(mmapio_map_lock(map, 0, 1, 0, NULL));
    CHECK_OK(mmapio_map_unlock(map, 0, 20000, NULL));
    CHECK_OK(mmapio_map_unlock(map, 0, 20000, NULL));
    close_map(map);
}

static void one_unlock_undoes_any_number_of_locks(void)
{
    need_lock();

    mmapio_map *map = map_memory(PRIVATE, 1000);

    for (int i = 0; i < 3; i++) {
        CHECK_OK(mmapio_map_lock(map, 0, 1000, 0, NULL));
    }
    CHECK_OK(mmapio_map_unlock(map, 0, 1000, NULL));
    close_map(map);
}

static void a_map_can_be_made_locked(void)
{
    need_lock();

    mmapio_map_options options = options_of(READ_WRITE, PRIVATE | MMAPIO_MAP_LOCKED, 0, 10000);
    mmapio_map *map = NULL;

    CHECK_OK(mmapio_map_anonymous(&options, &map, NULL));
    CHECK_EQUAL(0, bytes_of(map)[9999]);
    /* Closing ends the lock with the map. */
    close_map(map);
}

static void locking_on_fault_is_there_if_caps_says_so(void)
{
    need_lock();

    mmapio_map *map = map_memory(PRIVATE, 1000);
    bool there = (caps_here().features & MMAPIO_FEATURE_LOCK_ON_FAULT) != 0;
    mmapio_error error = stale_error();
    mmapio_status expected = there ? MMAPIO_OK : MMAPIO_UNSUPPORTED;

    CHECK_STATUS(expected, mmapio_map_lock(map, 0, 1000, MMAPIO_LOCK_ON_FAULT, &error));
    CHECK_STATUS(expected, error.status);
    close_map(map);
}

TEST_MAIN(TEST(a_range_can_be_locked_used_and_unlocked), TEST(unlocking_what_is_not_locked_succeeds),
          TEST(one_unlock_undoes_any_number_of_locks), TEST(a_map_can_be_made_locked),
          TEST(locking_on_fault_is_there_if_caps_says_so))
