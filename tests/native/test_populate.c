/* test_populate.c - bringing pages in, and failing where an access would fault. */
#include "maps.h"

static void need_populate(void)
{
    if ((caps_here().features & MMAPIO_FEATURE_POPULATE) == 0) {
        SKIP("this system cannot populate without risking a fault");
    }
}

static void populating_changes_nothing_that_is_read(void)
{
    need_populate();

    fixture_file file = fixture_patterned(100000);
    mmapio_map *map = map_part(file.handle, READ_WRITE, SHARED, 10, 0);
    static const uint32_t accesses[] = {MMAPIO_PROT_READ, MMAPIO_PROT_WRITE};

    for (size_t i = 0; i < 2; i++) {
        mmapio_error error = stale_error();
        CHECK_OK(mmapio_map_populate(map, 0, mmapio_map_length(map), accesses[i], &error));
        CHECK_OWN_ERROR(MMAPIO_OK, error);
        CHECK_OK(mmapio_map_populate(map, 4095, 2, accesses[i], NULL));
        for (uint64_t at = 0; at < mmapio_map_length(map); at++) {
            CHECK_EQUAL(fixture_pattern(10 + at), bytes_of(map)[at]);
        }
    }
    close_map(map);
    fixture_remove(&file);
}

static void populating_a_private_map_leaves_the_file_alone(void)
{
    need_populate();

    fixture_file file = fixture_patterned(100000);
    intptr_t handle = fixture_open(&file, FIXTURE_READ);
    mmapio_map *map = map_whole(handle, READ_WRITE, PRIVATE);
    unsigned char byte = 0;

    CHECK_OK(mmapio_map_populate(map, 0, 100000, MMAPIO_PROT_WRITE, NULL));
    bytes_of(map)[99999] = 255;
    fixture_read(handle, 99999, &byte, 1);
    CHECK_EQUAL(fixture_pattern(99999), byte);
    close_map(map);
    fixture_close(handle);
    fixture_remove(&file);
}

/* Some processors let a page be read that is only marked as writable; the system's own reading is stricter. */
static void what_may_be_written_may_be_populated_to_read(void)
{
    need_populate();

    fixture_file file = fixture_patterned(10000);
    mmapio_map *map = map_whole(file.handle, MMAPIO_PROT_WRITE, SHARED);

    CHECK_OK(mmapio_map_populate(map, 0, 10000, MMAPIO_PROT_READ, NULL));
    CHECK_OK(mmapio_map_protect(map, 0, 10000, MMAPIO_PROT_NONE, NULL));
    CHECK_OK(mmapio_map_protect(map, 0, 10000, MMAPIO_PROT_WRITE, NULL));
    CHECK_OK(mmapio_map_populate(map, 0, 10000, MMAPIO_PROT_READ, NULL));
    close_map(map);
    fixture_remove(&file);
}

static void check_denied(mmapio_map *map, uint32_t protection)
{
    mmapio_error error = stale_error();

    CHECK_STATUS(MMAPIO_ACCESS_DENIED, mmapio_map_populate(map, 0, mmapio_map_length(map), protection, &error));
    CHECK_STATUS(MMAPIO_ACCESS_DENIED, error.status);
}

static void an_access_the_map_does_not_permit_is_denied(void)
{
    need_populate();
    need_a_real_kernel();

    fixture_file file = fixture_patterned(100000);
    mmapio_map *shared = map_whole(file.handle, READ_ONLY, SHARED);
    mmapio_map *private = map_whole(file.handle, READ_ONLY, PRIVATE);

    check_denied(shared, MMAPIO_PROT_WRITE);
    check_denied(private, MMAPIO_PROT_WRITE);
    CHECK_OK(mmapio_map_protect(shared, 0, 100000, MMAPIO_PROT_NONE, NULL));
    check_denied(shared, MMAPIO_PROT_READ);
    check_denied(shared, MMAPIO_PROT_WRITE);
    close_map(shared);
    close_map(private);
    fixture_remove(&file);
}

TEST_MAIN(TEST(populating_changes_nothing_that_is_read), TEST(populating_a_private_map_leaves_the_file_alone),
          TEST(what_may_be_written_may_be_populated_to_read), TEST(an_access_the_map_does_not_permit_is_denied))
