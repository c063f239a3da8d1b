/* test_protect.c - changing what may be done with a range. */
#include "maps.h"

static void protection_goes_there_and_back_with_the_data_kept(void)
{
    fixture_file file = fixture_patterned(100000);
    mmapio_map *map = map_whole(file.handle, READ_WRITE, SHARED);
    static const uint32_t steps[] = {MMAPIO_PROT_READ, MMAPIO_PROT_NONE, MMAPIO_PROT_READ, MMAPIO_PROT_NONE};

    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
        mmapio_error error = stale_error();
        CHECK_OK(mmapio_map_protect(map, 0, 100000, steps[i], &error));
        CHECK_OWN_ERROR(MMAPIO_OK, error);
        if (steps[i] == MMAPIO_PROT_READ) {
            CHECK_EQUAL(fixture_pattern(70000), bytes_of(map)[70000]);
        }
    }
    CHECK_OK(mmapio_map_protect(map, 0, 100000, MMAPIO_PROT_WRITE, NULL));
    CHECK_EQUAL(fixture_pattern(99999), bytes_of(map)[99999]);
    bytes_of(map)[99999] = 255;
    close_map(map);
    map = map_whole(file.handle, READ_ONLY, SHARED);
    CHECK_EQUAL(255, bytes_of(map)[99999]);
    close_map(map);
    fixture_remove(&file);
}

static void writing_through_a_handle_for_reading_stays_denied(void)
{
    fixture_file file = fixture_patterned(10000);
    intptr_t handle = fixture_open(&file, FIXTURE_READ);
    mmapio_map *map = map_whole(handle, READ_ONLY, SHARED);
    mmapio_error error = stale_error();

    CHECK_STATUS(MMAPIO_ACCESS_DENIED, mmapio_map_protect(map, 0, 10000, READ_WRITE, &error));
    CHECK_STATUS(MMAPIO_ACCESS_DENIED, error.status);
    CHECK_STATUS(MMAPIO_ACCESS_DENIED, mmapio_map_protect(map, 0, 1, MMAPIO_PROT_WRITE, NULL));
    CHECK_EQUAL(fixture_pattern(5), bytes_of(map)[5]);
    close_map(map);
    fixture_close(handle);
    fixture_remove(&file);
}

static void memory_made_without_access_can_be_given_it(void)
{
    mmapio_map_options options = options_of(MMAPIO_PROT_NONE, PRIVATE, 0, 100000);
    mmapio_map *map = NULL;

    CHECK_OK(mmapio_map_anonymous(&options, &map, NULL));
    CHECK_OK(mmapio_map_protect(map, 0, 100000, READ_WRITE, NULL));
    CHECK_EQUAL(0, bytes_of(map)[99999]);
    bytes_of(map)[99999] = 7;
    CHECK_EQUAL(7, bytes_of(map)[99999]);
    close_map(map);
}

static void a_protected_map_closes_like_any_other(void)
{
    uint64_t page = fixture_page_size();
    mmapio_map *map = map_memory(PRIVATE, 9 * page);
    unsigned char *data = bytes_of(map);

    CHECK_OK(mmapio_map_protect(map, 3 * page, page, MMAPIO_PROT_NONE, NULL));
    CHECK_OK(mmapio_map_protect(map, 6 * page, page, MMAPIO_PROT_READ, NULL));
    close_map(map);
    CHECK(!fixture_is_mapped(data));
    CHECK(!fixture_is_mapped(data + 3 * page));
    CHECK(!fixture_is_mapped(data + 8 * page));
}

TEST_MAIN(TEST(protection_goes_there_and_back_with_the_data_kept),
          TEST(writing_through_a_handle_for_reading_stays_denied), TEST(memory_made_without_access_can_be_given_it),
          TEST(a_protected_map_closes_like_any_other))
