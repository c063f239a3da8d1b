/* test_posix_resize.c - growing in place, and what stands in the way of resizing, where maps may outreach files. */
#include "child.h"
#include "maps.h"

#include <errno.h>
#include <sys/mman.h>
#include <sys/resource.h>

enum { MOVE = MMAPIO_RESIZE_MAY_MOVE };

static mmapio_map *map_with_reserve(intptr_t handle, uint64_t offset, uint64_t length, uint64_t reserve)
{
    mmapio_map_options options = options_of(READ_WRITE, SHARED, offset, length);
    mmapio_map *map = NULL;

    options.reserve = reserve;
    CHECK_OK(mmapio_map_file(handle, &options, &map, NULL));
    return map;
}

static void within_its_reserve_a_map_stays_where_it_is(void)
{
    uint64_t page = fixture_page_size();
    fixture_file file = fixture_patterned(500);
    mmapio_map *map = map_with_reserve(file.handle, 7, 493, 100 * page);
    unsigned char *data = bytes_of(map);

    for (uint64_t length = 494; length <= 100 * page; length += page - 3) {
        CHECK_OK(mmapio_map_resize(map, length, length % 2 == 0 ? MOVE : 0, NULL));
        CHECK(bytes_of(map) == data);
        CHECK_EQUAL(length, mmapio_map_length(map));
        CHECK_EQUAL(7 + length, fixture_length(file.handle));
        CHECK_EQUAL(fixture_pattern(7), data[0]);
        data[length - 1] = 'x';
    }
    CHECK_OK(mmapio_map_resize(map, 100 * page, 0, NULL));
    CHECK_OK(mmapio_map_resize(map, 10, 0, NULL));
    CHECK(bytes_of(map) == data);
    CHECK_OK(mmapio_map_resize(map, 100 * page, 0, NULL));
    CHECK(bytes_of(map) == data);
    CHECK_EQUAL(fixture_pattern(16), data[9]);
    close_map(map);
    CHECK(!fixture_is_mapped(data) && !fixture_is_mapped(data + 100 * page - 8));
    fixture_remove(&file);
}

static void read_in_the_reserve(void *unused)
{
    uint64_t page = fixture_page_size();
    fixture_file file = fixture_patterned(page);
    mmapio_map *map = map_with_reserve(file.handle, 0, page, 10 * page);

    (void)unused;
    fixture_remove(&file);
    child_reads(bytes_of(map) + page);
}

/* Address space, and no memory: what lies there is nobody's until the map has grown. */
static void the_reserve_is_no_memory(void)
{
    CHECK_EQUAL(-SIGBUS, child_run(read_in_the_reserve, NULL));
}

static void memory_can_have_a_reserve_too(void)
{
    const uint32_t kinds[] = {PRIVATE, SHARED};
    uint64_t page = fixture_page_size();

    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        mmapio_map_options options = options_of(READ_WRITE, kinds[i], 0, 10);
        mmapio_map *map = NULL;
        unsigned char *data;
        options.reserve = 1000 * page;
        CHECK_OK(mmapio_map_anonymous(&options, &map, NULL));
        data = bytes_of(map);
        data[9] = 'k';
        CHECK_OK(mmapio_map_resize(map, 1000 * page, 0, NULL));
        CHECK(bytes_of(map) == data);
        CHECK_EQUAL('k', data[9]);
        data[1000 * page - 1] = 'l';
        CHECK_OK(mmapio_map_resize(map, 20, 0, NULL));
        CHECK_EQUAL('k', data[9]);
        close_map(map);
    }
}

static void memory_shared_with_children_does_not_grow(void)
{
    mmapio_map *map = map_memory(SHARED, 5000);
    mmapio_error error = stale_error();

    CHECK_STATUS(MMAPIO_UNSUPPORTED, mmapio_map_resize(map, 100000, MOVE, &error));
    CHECK_OWN_ERROR(MMAPIO_UNSUPPORTED, error);
    CHECK_EQUAL(5000, mmapio_map_length(map));
    /* Up to the end of its last page there is nothing to be added. */
    CHECK_OK(mmapio_map_resize(map, 5001, MOVE, NULL));
    CHECK_OK(mmapio_map_resize(map, 100, MOVE, NULL));
    bytes_of(map)[99] = 1;
    close_map(map);
}

static void a_reserve_that_cannot_be_is_refused(void)
{
    fixture_file file = fixture_patterned(100);
    mmapio_map_options options = options_of(READ_WRITE, SHARED, 50, 50);
    mmapio_map *map = NULL;

    if (under_valgrind()) {
        fixture_remove(&file);
        SKIP("valgrind calls a length beyond the address space an invalid argument");
    }
    options.reserve = (uint64_t)INT64_MAX;
    CHECK_STATUS(MMAPIO_OUT_OF_RANGE, mmapio_map_file(file.handle, &options, &map, NULL));
    options.reserve = UINT64_MAX;
    CHECK_STATUS(MMAPIO_OUT_OF_RANGE, mmapio_map_file(file.handle, &options, &map, NULL));
    options.reserve = (uint64_t)1 << 62;
    CHECK_STATUS(MMAPIO_OUT_OF_MEMORY, mmapio_map_file(file.handle, &options, &map, NULL));
    CHECK(map == NULL);
    /* Less than the map itself is no more than a hint that was not needed. */
    options.reserve = 1;
    CHECK_OK(mmapio_map_file(file.handle, &options, &map, NULL));
    CHECK_EQUAL(fixture_pattern(99), bytes_of(map)[49]);
    close_map(map);
    fixture_remove(&file);
}

static void growing_that_may_not_move_and_has_no_room_changes_nothing(void)
{
    uint64_t page = fixture_page_size();
    fixture_file file = fixture_patterned(4 * page);
    mmapio_map *first = map_part(file.handle, READ_WRITE, SHARED, 0, 4 * page);
    void *next = bytes_of(first) + 4 * page;
    mmapio_error error = stale_error();
    /* The system follows the hint if the place is free: either way it is taken now. */
    void *neighbour = mmap(next, page, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    CHECK(neighbour != MAP_FAILED);
    CHECK(mmapio_map_resize(first, 5 * page, 0, &error) < 0);
    CHECK_EQUAL(4 * page, mmapio_map_length(first));
    CHECK_EQUAL(4 * page, fixture_length(file.handle));
    CHECK_EQUAL(fixture_pattern(page), bytes_of(first)[page]);
    CHECK_EQUAL(0, munmap(neighbour, page));
    close_map(first);
    fixture_remove(&file);
}

/* A map that outreaches its file ends where the file does not: it may not make it longer by cutting. */
static void cutting_never_makes_a_file_longer(void)
{
    uint64_t page = fixture_page_size();
    fixture_file file = fixture_patterned(100);
    mmapio_map *map = map_part(file.handle, READ_WRITE, SHARED, 0, 10 * page);

    CHECK_OK(mmapio_map_resize(map, 5 * page, MOVE | MMAPIO_RESIZE_TRUNCATE, NULL));
    CHECK_EQUAL(100, fixture_length(file.handle));
    CHECK_OK(mmapio_map_resize(map, 100, MOVE | MMAPIO_RESIZE_TRUNCATE, NULL));
    CHECK_EQUAL(100, fixture_length(file.handle));
    CHECK_OK(mmapio_map_resize(map, 99, MOVE | MMAPIO_RESIZE_TRUNCATE, NULL));
    CHECK_EQUAL(99, fixture_length(file.handle));
    close_map(map);
    fixture_remove(&file);
}

/* The mappings of such maps can be made shorter within a reserve only. */
static void a_cut_that_the_mapping_does_not_allow_leaves_the_file(void)
{
    static const uint32_t kinds[] = {MMAPIO_MAP_GUARD_PAGES, MMAPIO_MAP_ZERO_FILL};
    static const uint64_t lengths[] = {100, 1};

    for (size_t i = 0; i < 4; i++) {
        uint64_t length = 5 * (uint64_t)fixture_page_size();
        fixture_file file = fixture_patterned(length);
        mmapio_map *map = map_whole(file.handle, READ_WRITE, SHARED | kinds[i / 2]);
        mmapio_error error = stale_error();
        CHECK_STATUS(MMAPIO_UNSUPPORTED, mmapio_map_resize(map, lengths[i % 2], MOVE | MMAPIO_RESIZE_TRUNCATE, &error));
        CHECK_OWN_ERROR(MMAPIO_UNSUPPORTED, error);
        CHECK_EQUAL(length, mmapio_map_length(map));
        CHECK_EQUAL(length, fixture_length(file.handle));
        CHECK_EQUAL(fixture_pattern(length - 1), bytes_of(map)[length - 1]);
        close_map(map);
        fixture_remove(&file);
    }
}

/* ---- RLIMIT_FSIZE ---- */

static mmapio_status grow_shared(fixture_file *file, uint64_t length)
{
    mmapio_map *map = map_whole(file->handle, READ_WRITE, SHARED);
    mmapio_status status = mmapio_map_resize(map, length, MOVE, NULL);

    CHECK_EQUAL(100, mmapio_map_length(map));
    close_map(map);
    return status;
}

static void grow_past_the_limit(void *unused)
{
    fixture_file file = fixture_patterned(100);
    struct rlimit limit = {1 << 20, 1 << 20};
    mmapio_map_options options = options_of(READ_WRITE, SHARED | MMAPIO_MAP_CREATE, 0, 2 << 20);
    mmapio_map *map = map_whole(file.handle, READ_WRITE, SHARED);
    mmapio_error error = stale_error();

    (void)unused;
    CHECK_EQUAL(0, setrlimit(RLIMIT_FSIZE, &limit));
    CHECK_STATUS(MMAPIO_LIMIT_REACHED, grow_shared(&file, (1 << 20) + 1));
    CHECK_STATUS(MMAPIO_LIMIT_REACHED, mmapio_map_resize(map, 2 << 20, MOVE | MMAPIO_RESIZE_ALLOCATE, &error));
    CHECK_EQUAL(EFBIG, error.os_code);
    CHECK_STATUS(MMAPIO_LIMIT_REACHED, mmapio_file_allocate(file.handle, 0, 2 << 20, NULL));
    CHECK_EQUAL(100, fixture_length(file.handle));
    CHECK_OK(mmapio_map_resize(map, 1 << 20, MOVE, NULL));
    CHECK_EQUAL(1 << 20, fixture_length(file.handle));
    close_map(map);
    CHECK_STATUS(MMAPIO_LIMIT_REACHED, mmapio_map_shared(NULL, &options, &map, NULL));
}

/* The signal that it is otherwise (SIGXFSZ) ends the process. */
static void growing_past_the_size_that_files_may_have_is_an_error(void)
{
    child_must_pass(grow_past_the_limit, NULL);
}

static void cut_what_is_too_long(void *unused)
{
    fixture_file file = fixture_patterned(3 * 4096);
    struct rlimit limit = {4096, 4096};
    mmapio_map *map = map_whole(file.handle, READ_WRITE, SHARED);

    (void)unused;
    CHECK_EQUAL(0, setrlimit(RLIMIT_FSIZE, &limit));
    CHECK_OK(mmapio_map_resize(map, 2 * 4096, MOVE | MMAPIO_RESIZE_TRUNCATE, NULL));
    CHECK_EQUAL(2 * 4096, fixture_length(file.handle));
    close_map(map);
}

static void a_file_that_is_longer_than_files_may_be_can_be_cut(void)
{
    child_must_pass(cut_what_is_too_long, NULL);
}

static void a_private_map_takes_its_copies_along(void)
{
    uint64_t page = fixture_page_size();
    fixture_file file = fixture_patterned(20 * page);
    mmapio_map *map = map_part(file.handle, READ_WRITE, PRIVATE, 0, 2 * page);
    mmapio_status status;

    bytes_of(map)[0] = 'p';
    status = mmapio_map_resize(map, 20 * page, MOVE, NULL);
    if (status == MMAPIO_UNSUPPORTED) {
        close_map(map);
        fixture_remove(&file);
        SKIP("this system cannot add to a private map");
    }
    CHECK_OK(status);
    CHECK_EQUAL('p', bytes_of(map)[0]);
    CHECK_EQUAL(fixture_pattern(20 * page - 1), bytes_of(map)[20 * page - 1]);
    CHECK_STATUS(MMAPIO_OUT_OF_RANGE, mmapio_map_resize(map, 20 * page + 1, MOVE, NULL));
    close_map(map);
    fixture_remove(&file);
}

static void resizing_back_and_forth_leaves_no_mapping_behind(void)
{
    uint64_t page = fixture_page_size();
    fixture_file file = fixture_patterned(page);
    mmapio_map *map = map_whole(file.handle, READ_WRITE, SHARED);

    for (uint64_t i = 0; i < 300; i++) {
        CHECK_OK(mmapio_map_resize(map, (i * 7919 % 64) * page + i, MOVE | MMAPIO_RESIZE_TRUNCATE, NULL));
        CHECK_EQUAL((i * 7919 % 64) * page + i, fixture_length(file.handle));
    }
    CHECK(fixture_mappings_of(&file) <= 1);
    close_map(map);
    CHECK(fixture_mappings_of(&file) <= 0);
    fixture_remove(&file);
}

TEST_MAIN(TEST(within_its_reserve_a_map_stays_where_it_is), TEST(the_reserve_is_no_memory),
          TEST(memory_can_have_a_reserve_too), TEST(memory_shared_with_children_does_not_grow),
          TEST(a_reserve_that_cannot_be_is_refused), TEST(growing_that_may_not_move_and_has_no_room_changes_nothing),
          TEST(cutting_never_makes_a_file_longer), TEST(a_cut_that_the_mapping_does_not_allow_leaves_the_file),
          TEST(growing_past_the_size_that_files_may_have_is_an_error),
          TEST(a_file_that_is_longer_than_files_may_be_can_be_cut), TEST(a_private_map_takes_its_copies_along),
          TEST(resizing_back_and_forth_leaves_no_mapping_behind))
