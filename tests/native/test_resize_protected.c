/* test_resize_protected.c - resizing maps whose pages have protections of their own, as it is on every system. */
#include "maps.h"

enum { MOVE = MMAPIO_RESIZE_MAY_MOVE, PAGES = 8 };

static const uint32_t PROTECTIONS[] = {MMAPIO_PROT_READ, MMAPIO_PROT_NONE, READ_WRITE};

static mmapio_map *memory_of(uint32_t protection, uint64_t length, uint64_t reserve)
{
    mmapio_map_options options = options_of(protection, PRIVATE, 0, length);
    mmapio_map *map = NULL;

    options.reserve = reserve;
    CHECK_OK(mmapio_map_anonymous(&options, &map, NULL));
    return map;
}

static void open_all(mmapio_map *map)
{
    CHECK_OK(mmapio_map_protect(map, 0, mmapio_map_length(map), READ_WRITE, NULL));
}

/* Beyond the reserve, or without one, some systems have to copy what there is. */
static void protected_memory_keeps_its_contents_when_it_grows(void)
{
    uint64_t page = fixture_page_size();

    need_the_kernels_mremap();
    for (size_t i = 0; i < sizeof PROTECTIONS / sizeof PROTECTIONS[0]; i++) {
        mmapio_map *map = memory_of(READ_WRITE, PAGES * page, 0);
        for (uint64_t at = 0; at < PAGES * page; at++) {
            bytes_of(map)[at] = fixture_pattern(at);
        }
        CHECK_OK(mmapio_map_protect(map, page, 2 * page, PROTECTIONS[i], NULL));
        CHECK_OK(mmapio_map_resize(map, 500 * page, MOVE, NULL));
        open_all(map);
        for (uint64_t at = 0; at < 500 * page; at++) {
            CHECK_EQUAL(at < PAGES * page ? fixture_pattern(at) : 0, bytes_of(map)[at]);
        }
        close_map(map);
    }
}

static void memory_that_may_not_be_written_grows(void)
{
    static const uint32_t kinds[] = {MMAPIO_PROT_READ, MMAPIO_PROT_NONE};
    uint64_t page = fixture_page_size();

    need_the_kernels_mremap();
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        mmapio_map *map = memory_of(kinds[i], page + 7, 0);
        CHECK_OK(mmapio_map_resize(map, 500 * page, MOVE, NULL));
        CHECK(fixture_is_accessible(bytes_of(map) + 499 * page) == (kinds[i] == MMAPIO_PROT_READ));
        CHECK_OK(mmapio_map_resize(map, 3, MOVE, NULL));
        close_map(map);
    }
}

/* In the rest of the last page, and in whole pages; whatever could be done with them in between. */
static void protected_memory_that_shrank_grows_with_zeros(void)
{
    uint64_t page = fixture_page_size();

    need_the_kernels_mremap();
    for (size_t i = 0; i < 2 * sizeof PROTECTIONS / sizeof PROTECTIONS[0]; i++) {
        mmapio_map *map = memory_of(READ_WRITE, PAGES * page, i % 2 == 0 ? 0 : 2 * PAGES * page);
        memset(bytes_of(map), 'o', (size_t)(PAGES * page));
        CHECK_OK(mmapio_map_protect(map, page, 2 * page, PROTECTIONS[i / 2], NULL));
        CHECK_OK(mmapio_map_resize(map, page + 5, MOVE, NULL));
        CHECK_OK(mmapio_map_resize(map, PAGES * page, MOVE, NULL));
        open_all(map);
        for (uint64_t at = 0; at < PAGES * page; at++) {
            CHECK_EQUAL(at < page + 5 ? 'o' : 0, bytes_of(map)[at]);
        }
        close_map(map);
    }
}

static void clearing_what_a_map_loses_changes_no_protection(void)
{
    uint64_t page = fixture_page_size();
    mmapio_map *map = memory_of(READ_WRITE, 2 * page, 4 * page);

    CHECK_OK(mmapio_map_protect(map, 0, page, MMAPIO_PROT_NONE, NULL));
    CHECK_OK(mmapio_map_resize(map, 5, MOVE, NULL));
    CHECK(!fixture_is_accessible(bytes_of(map)));
    close_map(map);
}

static void pages_that_are_added_in_place_have_the_protection_of_the_map(void)
{
    uint64_t page = fixture_page_size();
    mmapio_map *map = memory_of(READ_WRITE, 2 * page, 16 * page);
    unsigned char *data = bytes_of(map);

    CHECK_OK(mmapio_map_protect(map, page, page, MMAPIO_PROT_NONE, NULL));
    CHECK_OK(mmapio_map_resize(map, 2 * page - 9, 0, NULL));
    CHECK_OK(mmapio_map_resize(map, 2 * page, 0, NULL));
    CHECK(!fixture_is_accessible(data + page));
    CHECK_OK(mmapio_map_resize(map, page, 0, NULL));
    CHECK_OK(mmapio_map_protect(map, 0, page, MMAPIO_PROT_NONE, NULL));
    CHECK_OK(mmapio_map_resize(map, 3 * page, 0, NULL));
    CHECK(bytes_of(map) == data);
    CHECK(!fixture_is_accessible(data));
    data[page] = 'x';
    data[3 * page - 1] = 'x';
    close_map(map);
}

/* ---- growing while others use what there is ---- */

enum { TURNS = 20000 };

typedef struct user {
    unsigned char *data;
    _Atomic(bool) ends;
} user;

static void increment(void *argument)
{
    user *self = argument;
    volatile unsigned char *byte = self->data + 500;

    while (!self->ends) {
        (*byte)++;
    }
}

/* A thread writes to the first page, while another makes the map longer by a byte at a time, with a page in between that
 * may only be read. */
static void growing_in_place_touches_no_page_that_is_there(void)
{
    uint64_t page = fixture_page_size();
    uint64_t first = page + page / 4;
    mmapio_map *map = memory_of(READ_WRITE, first, UINT64_C(16) << 20);
    user self = {bytes_of(map), false};
    fixture_thread *thread;
    mmapio_status status = MMAPIO_OK;

    CHECK_OK(mmapio_map_protect(map, page, first - page, MMAPIO_PROT_READ, NULL));
    CHECK_OK(mmapio_map_resize(map, first + 1, 0, NULL));
    thread = fixture_thread_start(increment, &self);
    for (uint64_t i = 0; i < TURNS && status == MMAPIO_OK; i++) {
        status = mmapio_map_resize(map, first + 2 + i, 0, NULL);
    }
    self.ends = true;
    fixture_thread_join(thread);
    CHECK_OK(status);
    CHECK(bytes_of(map) == self.data);
    CHECK(fixture_is_accessible(self.data + page));
    if (!fixture_emulated()) {
        /* Of the copies that the system makes, one to a page that may not be written fails. */
        CHECK_STATUS(MMAPIO_FAULT, mmapio_map_write(map, first + 100, "x", 1, NULL, NULL));
    }
    bytes_of(map)[2 * page] = 'x';
    close_map(map);
}

TEST_MAIN(TEST(protected_memory_keeps_its_contents_when_it_grows), TEST(memory_that_may_not_be_written_grows),
          TEST(protected_memory_that_shrank_grows_with_zeros), TEST(clearing_what_a_map_loses_changes_no_protection),
          TEST(pages_that_are_added_in_place_have_the_protection_of_the_map),
          TEST(growing_in_place_touches_no_page_that_is_there))
