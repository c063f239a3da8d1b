/* test_posix_anonymous.c - who shares memory with a child. */
#include "child.h"
#include "maps.h"

static void memory_is_shared_with_children_only_if_it_is_shared(void)
{
    mmapio_map *shared = map_memory(SHARED, 10000);
    mmapio_map *private = map_memory(PRIVATE, 10000);

    CHECK_EQUAL(0, child_run(child_writes, bytes_of(shared) + 9999));
    CHECK_EQUAL(0, child_run(child_writes, bytes_of(private) + 9999));
    CHECK_EQUAL(1, bytes_of(shared)[9999]);
    CHECK_EQUAL(0, bytes_of(private)[9999]);
    close_map(shared);
    close_map(private);
}

static void expect_seven(void *address)
{
    CHECK_EQUAL(7, *(unsigned char *)address);
}

static void a_child_starts_with_what_its_parent_wrote(void)
{
    mmapio_map *shared = map_memory(SHARED, 10000);
    mmapio_map *private = map_memory(PRIVATE, 10000);

    bytes_of(shared)[0] = 7;
    bytes_of(private)[0] = 7;
    child_must_pass(expect_seven, bytes_of(shared));
    child_must_pass(expect_seven, bytes_of(private));
    close_map(shared);
    close_map(private);
}

static void use_and_close(void *argument)
{
    mmapio_map *map = argument;

    CHECK_OK(mmapio_map_sync(map, 0, mmapio_map_length(map), MMAPIO_MS_SYNC, NULL));
    close_map(map);
}

/* The child's copy of the map is the child's to close. */
static void a_child_may_use_and_close_the_maps_it_inherits(void)
{
    fixture_file file = fixture_patterned(10000);
    mmapio_map *map = map_whole(file.handle, READ_WRITE, SHARED);

    child_must_pass(use_and_close, map);
    CHECK_EQUAL(fixture_pattern(9999), bytes_of(map)[9999]);
    CHECK_OK(mmapio_map_sync(map, 0, 10000, MMAPIO_MS_DURABLE, NULL));
    close_map(map);
    fixture_remove(&file);
}

TEST_MAIN(TEST(memory_is_shared_with_children_only_if_it_is_shared), TEST(a_child_starts_with_what_its_parent_wrote),
          TEST(a_child_may_use_and_close_the_maps_it_inherits))
