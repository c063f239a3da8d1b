/* test_anonymous.c - memory without a file. */
#include "maps.h"

static void memory_starts_as_zeros(void)
{
    static const uint32_t sharing[] = {PRIVATE, SHARED};

    for (size_t i = 0; i < 2; i++) {
        mmapio_map *map = map_memory(sharing[i], 300001);
        for (uint64_t at = 0; at < 300001; at++) {
            CHECK_EQUAL(0, bytes_of(map)[at]);
        }
        close_map(map);
    }
}

static void memory_has_the_length_asked_for(void)
{
    static const uint64_t lengths[] = {1, 4095, 4096, 4097, 65536, 65537, 1234567};

    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        mmapio_map *map = map_memory(PRIVATE, lengths[i]);
        uint64_t backed = 99;
        CHECK_EQUAL(lengths[i], mmapio_map_length(map));
        CHECK_OK(mmapio_map_backed_length(map, &backed, NULL));
        CHECK_EQUAL(lengths[i], backed);
        bytes_of(map)[lengths[i] - 1] = 5;
        CHECK_EQUAL(5, bytes_of(map)[lengths[i] - 1]);
        close_map(map);
    }
}

static void memory_needs_no_handle(void)
{
    size_t before = fixture_open_handles();
    mmapio_map *map = map_memory(PRIVATE, 100);

    /* On Windows shared memory is a section, which has a handle: ask about private memory only. */
    CHECK_EQUAL(before, fixture_open_handles());
    close_map(map);
    CHECK_EQUAL(before, fixture_open_handles());
}

static void closing_gives_the_memory_back(void)
{
    mmapio_map *map = map_memory(PRIVATE, 1 << 20);
    unsigned char *data = bytes_of(map);

    CHECK(fixture_is_mapped(data));
    CHECK(fixture_is_mapped(data + (1 << 20) - 1));
    close_map(map);
    CHECK(!fixture_is_mapped(data));
    CHECK(!fixture_is_mapped(data + (1 << 20) - 1));
}

static void hints_for_swap_and_populating_are_accepted(void)
{
    mmapio_map_options options =
        options_of(READ_WRITE, PRIVATE | MMAPIO_MAP_NORESERVE | MMAPIO_MAP_POPULATE | MMAPIO_MAP_NONBLOCK, 0, 100000);
    mmapio_map *map = NULL;

    CHECK_OK(mmapio_map_anonymous(&options, &map, NULL));
    bytes_of(map)[99999] = 1;
    CHECK_EQUAL(1, bytes_of(map)[99999]);
    close_map(map);
}

TEST_MAIN(TEST(memory_starts_as_zeros), TEST(memory_has_the_length_asked_for), TEST(memory_needs_no_handle),
          TEST(closing_gives_the_memory_back), TEST(hints_for_swap_and_populating_are_accepted))
