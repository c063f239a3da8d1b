/* test_overlap.c - copies between a map and memory that overlaps it are those of memmove. */
#include "guarded.h"
#include "random.h"

enum { LENGTH = 5 * 4096 + 77, COPIES = 3000 };

/* One copy from offset from of the map to offset to, both ways of asking for it. */
static void check_copy(mmapio_map *map, unsigned char *model, uint64_t to, uint64_t from, uint64_t length, bool write)
{
    unsigned char *bytes = bytes_of(map);
    uint64_t done = 99;

    memmove(model + to, model + from, length);
    CHECK_OK(write ? mmapio_map_write(map, to, bytes + from, length, &done, NULL)
                   : mmapio_map_read(map, from, bytes + to, length, &done, NULL));
    CHECK_EQUAL(length, done);
    CHECK(memcmp(model, bytes, LENGTH) == 0);
}

static void check_copies(mmapio_map *map)
{
    unsigned char *model = malloc(LENGTH);

    CHECK(model != NULL);
    for (size_t mode = 0; mode < GUARD_MODES; mode++) {
        use_guard(guard_modes[mode]);
        for (size_t i = 0; i < LENGTH; i++) {
            bytes_of(map)[i] = model[i] = fixture_pattern(i);
        }
        check_copy(map, model, 1, 0, 5, true);
        check_copy(map, model, 0, 1, LENGTH - 1, false);
        check_copy(map, model, 1, 0, LENGTH - 1, false);
        check_copy(map, model, 7, 7, LENGTH - 7, true);
        for (int i = 0; i < COPIES; i++) {
            uint64_t length = 1 + random_below(i % 2 == 0 ? 300 : LENGTH - 600);
            uint64_t from = random_below(LENGTH - length - 299);
            check_copy(map, model, from + random_below(300), from, length, i % 3 == 0);
            check_copy(map, model, random_below(LENGTH - length), from, length, i % 5 == 0);
        }
    }
    free(model);
    close_map(map);
}

static void what_overlaps_in_memory_is_moved(void)
{
    random_seed();
    check_copies(map_memory(PRIVATE, LENGTH));
}

static void what_overlaps_in_a_file_is_moved(void)
{
    fixture_file file = fixture_patterned(LENGTH + 13);

    random_seed();
    check_copies(map_part(file.handle, READ_WRITE, SHARED, 13, LENGTH));
    fixture_remove(&file);
}

/* Part of the buffer lies outside of the range that was mapped, before and behind it. */
static void a_buffer_that_begins_before_the_map_or_ends_behind_it_is_moved_too(void)
{
    uint64_t page = fixture_page_size();
    fixture_file file = fixture_patterned(3 * page);
    mmapio_map *map = map_part(file.handle, READ_WRITE, SHARED, 100, 2 * page);
    unsigned char *model = malloc(3 * page);
    unsigned char *whole = bytes_of(map) - 100;

    CHECK(model != NULL);
    for (size_t mode = 0; mode < GUARD_MODES; mode++) {
        uint64_t done = 0;
        use_guard(guard_modes[mode]);
        memcpy(model, whole, 3 * page);
        memmove(model, model + 100, 2 * page);
        CHECK_OK(mmapio_map_read(map, 0, whole, 2 * page, &done, NULL));
        CHECK_EQUAL(2 * page, done);
        CHECK(memcmp(model, whole, 3 * page) == 0);
        memmove(model + 150, model + 100, 2 * page);
        CHECK_OK(mmapio_map_read(map, 0, whole + 150, 2 * page, &done, NULL));
        CHECK(memcmp(model, whole, 3 * page) == 0);
        memmove(model + 100, model + 190, 2 * page);
        CHECK_OK(mmapio_map_write(map, 0, whole + 190, 2 * page, &done, NULL));
        CHECK(memcmp(model, whole, 3 * page) == 0);
    }
    free(model);
    close_map(map);
    fixture_remove(&file);
}

/* Memory before the fault is good, though the copy came to it last. */
static void a_fault_counts_from_the_beginning_whichever_end_is_moved_first(void)
{
    uint64_t page = fixture_page_size();

    for (size_t mode = 0; mode < GUARD_MODES; mode++) {
        for (uint64_t apart = 1; apart < page; apart = apart * 3 + 7) {
            mmapio_map *map = map_memory(PRIVATE, 6 * page);
            unsigned char *bytes = bytes_of(map);
            uint64_t done = 99;
            use_guard(guard_modes[mode]);
            for (uint64_t i = 0; i < 6 * page; i++) {
                bytes[i] = fixture_pattern(i);
            }
            CHECK_OK(mmapio_map_protect(map, 2 * page, page, MMAPIO_PROT_NONE, NULL));
            CHECK_OK(mmapio_map_protect(map, 4 * page, page, MMAPIO_PROT_NONE, NULL));
            CHECK_STATUS(MMAPIO_FAULT,
                         mmapio_map_write(map, 10 + apart, bytes + 10, 6 * page - 20 - apart, &done, NULL));
            CHECK_EQUAL(2 * page - 10 - apart, done);
            for (uint64_t i = 0; i < done; i++) {
                CHECK_EQUAL(fixture_pattern(10 + i), bytes[10 + apart + i]);
            }
            CHECK_STATUS(MMAPIO_FAULT, mmapio_map_read(map, 3 * page + apart, bytes + 3 * page, 2 * page, &done, NULL));
            CHECK_EQUAL(page - apart, done);
            close_map(map);
        }
    }
}

TEST_MAIN(TEST(what_overlaps_in_memory_is_moved), TEST(what_overlaps_in_a_file_is_moved),
          TEST(a_buffer_that_begins_before_the_map_or_ends_behind_it_is_moved_too),
          TEST(a_fault_counts_from_the_beginning_whichever_end_is_moved_first))
