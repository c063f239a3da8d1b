/* test_linux_pieces.c - growing what advice and locks on parts have made several mappings of in the kernel's books. */
#include "child.h"
#include "linux_proc.h"
#include "maps.h"

#include <errno.h>
#include <sys/resource.h>

enum { MOVE = MMAPIO_RESIZE_MAY_MOVE, PAGES = 16, MORE = 400 };

/* Something right behind the map, so that it can grow nowhere but elsewhere. */
static void *neighbour(const mmapio_map *map, uint64_t length)
{
    size_t page = fixture_page_size();
    unsigned char *end = bytes_of(map) + length;
    void *wall = mmap(end, page, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    CHECK(wall != MAP_FAILED);
    if (wall != end) {
        CHECK_EQUAL(0, munmap(wall, page));
        CHECK(fixture_is_mapped(end));
        return NULL;
    }
    return wall;
}

static void split_by_advice(mmapio_map *map, uint32_t advice)
{
    uint64_t page = fixture_page_size();
    uint32_t outcome = MMAPIO_ADVICE_IGNORED;

    CHECK_OK(mmapio_map_advise(map, 2 * page, page, advice, &outcome, NULL));
    CHECK_EQUAL(MMAPIO_ADVICE_APPLIED, outcome);
    CHECK_OK(mmapio_map_advise(map, 9 * page, 3 * page, advice, NULL, NULL));
}

static void fill(mmapio_map *map)
{
    for (uint64_t i = 0; i < mmapio_map_length(map); i++) {
        bytes_of(map)[i] = fixture_pattern(i);
    }
}

static void check_grown(const mmapio_map *map, uint64_t before)
{
    for (uint64_t i = 0; i < before; i++) {
        CHECK_EQUAL(fixture_pattern(i), bytes_of(map)[i]);
    }
    for (uint64_t i = before; i < mmapio_map_length(map); i++) {
        CHECK_EQUAL(0, bytes_of(map)[i]);
        bytes_of(map)[i] = 1;
    }
}

/* Both ways: where it is, if there is room, and elsewhere, if there is none. */
static void grow_both_ways(mmapio_map *map)
{
    uint64_t page = fixture_page_size();
    uint64_t before = mmapio_map_length(map);
    unsigned char *data = bytes_of(map);
    void *wall;

    wall = neighbour(map, before);
    CHECK_STATUS(MMAPIO_OUT_OF_MEMORY, mmapio_map_resize(map, MORE * page, 0, NULL));
    CHECK_EQUAL(before, mmapio_map_length(map));
    CHECK_OK(mmapio_map_resize(map, MORE * page, MOVE, NULL));
    CHECK(bytes_of(map) != data);
    CHECK(!fixture_is_mapped(data) && !fixture_is_mapped(data + before - 1));
    check_grown(map, before);
    if (wall != NULL) {
        CHECK_EQUAL(0, munmap(wall, (size_t)page));
    }
}

static void a_file_advised_in_parts_grows(void)
{
    need_the_kernels_mremap();
    need_a_real_kernel();

    uint64_t page = fixture_page_size();
    fixture_file file = fixture_patterned(PAGES * page);
    mmapio_map *map = map_whole(file.handle, READ_WRITE, SHARED);

    split_by_advice(map, MMAPIO_MADV_RANDOM);
    grow_both_ways(map);
    CHECK_EQUAL(MORE * page, fixture_length(file.handle));
    close_map(map);
    fixture_remove(&file);
}

static void the_copies_of_a_private_map_go_along(void)
{
    need_the_kernels_mremap();
    need_a_real_kernel();

    uint64_t page = fixture_page_size();
    fixture_file file = fixture_patterned(PAGES * page);
    mmapio_map *map = map_whole(file.handle, READ_WRITE, PRIVATE);

    split_by_advice(map, MMAPIO_MADV_DONTDUMP);
    bytes_of(map)[10 * page] = 'a';
    bytes_of(map)[PAGES * page - 1] = 'b';
    CHECK(fixture_resize(file.handle, MORE * page));
    (void)neighbour(map, PAGES * page);
    CHECK_OK(mmapio_map_resize(map, MORE * page, MOVE, NULL));
    CHECK_EQUAL('a', bytes_of(map)[10 * page]);
    CHECK_EQUAL('b', bytes_of(map)[PAGES * page - 1]);
    CHECK_EQUAL(fixture_pattern(1), bytes_of(map)[1]);
    CHECK_EQUAL(0, bytes_of(map)[MORE * page - 1]);
    close_map(map);
    fixture_remove(&file);
}

static void expect_zero(void *address)
{
    CHECK_EQUAL(0, *(volatile unsigned char *)address);
}

static void expect_filled(void *address)
{
    CHECK(*(volatile unsigned char *)address != 0);
}

static void memory_keeps_the_advice_of_its_parts(void)
{
    need_the_kernels_mremap();
    need_a_real_kernel();

    uint64_t page = fixture_page_size();
    mmapio_map *map = map_memory(PRIVATE, PAGES * page);

    fill(map);
    split_by_advice(map, MMAPIO_MADV_WIPEONFORK);
    grow_both_ways(map);
    child_must_pass(expect_zero, bytes_of(map) + 2 * page + 5);
    child_must_pass(expect_zero, bytes_of(map) + 10 * page + 5);
    child_must_pass(expect_filled, bytes_of(map) + 5 * page + 5);
    close_map(map);
}

static void memory_keeps_the_locks_of_its_parts(void)
{
    need_the_kernels_mremap();
    need_a_real_kernel();
    need_locks_that_count();

    uint64_t page = fixture_page_size();
    mmapio_map *map = map_memory(PRIVATE, PAGES * page);
    uint64_t before = locked_bytes();

    fill(map);
    CHECK_OK(mmapio_map_lock(map, 3 * page, 2 * page, 0, NULL));
    grow_both_ways(map);
    CHECK_EQUAL(before + 2 * page, locked_bytes());
    close_map(map);
    CHECK_EQUAL(before, locked_bytes());
}

/* The last part is locked, and would grow beyond what may be. */
static void grow_beyond_the_limit(void *unused)
{
    uint64_t page = fixture_page_size();
    struct rlimit limit = {65536, 65536};
    mmapio_map *map = map_memory(PRIVATE, PAGES * page);
    unsigned char *data = bytes_of(map);
    mmapio_status status;

    (void)unused;
    child_become_ordinary();
    fill(map);
    CHECK_EQUAL(0, setrlimit(RLIMIT_MEMLOCK, &limit));
    CHECK_OK(mmapio_map_lock(map, (PAGES - 1) * page, page, 0, NULL));
    (void)neighbour(map, PAGES * page);
    status = mmapio_map_resize(map, MORE * page, MOVE, NULL);
    CHECK_STATUS(MMAPIO_LIMIT_REACHED, status);
    CHECK(bytes_of(map) == data);
    CHECK_EQUAL(PAGES * page, mmapio_map_length(map));
    for (uint64_t i = 0; i < PAGES * page; i++) {
        CHECK_EQUAL(fixture_pattern(i), data[i]);
    }
}

static void a_limit_in_the_way_leaves_everything_where_it_was(void)
{
    need_the_kernels_mremap();
    need_a_real_kernel();
    need_locks_that_count();

    child_must_pass(grow_beyond_the_limit, NULL);
}

static void a_failure_leaves_protections_alone(void)
{
    need_a_real_kernel();

    uint64_t page = fixture_page_size();
    mmapio_map *map = map_memory(PRIVATE, PAGES * page);

    CHECK_OK(mmapio_map_protect(map, page, page, MMAPIO_PROT_NONE, NULL));
    (void)neighbour(map, PAGES * page);
    CHECK_STATUS(MMAPIO_OUT_OF_MEMORY, mmapio_map_resize(map, MORE * page, 0, NULL));
    CHECK(!fixture_is_accessible(bytes_of(map) + page));
    CHECK(fixture_is_accessible(bytes_of(map)));
    close_map(map);
}

/* ---- what was asked for when the map was made ---- */

static mmapio_map *map_asked(uint32_t flags, uint32_t advice, uint64_t reserve)
{
    uint64_t page = fixture_page_size();
    mmapio_map_options options = options_of(READ_WRITE, PRIVATE | flags, 0, PAGES * page);
    mmapio_map *map = NULL;

    options.advice = advice;
    options.reserve = reserve;
    CHECK_OK(mmapio_map_anonymous(&options, &map, NULL));
    return map;
}

static void advice_and_a_reserve_do_not_get_in_the_way_of_growing(void)
{
    need_a_real_kernel();

    uint64_t page = fixture_page_size();
    mmapio_map *map = map_asked(0, MMAPIO_MADV_WIPEONFORK, 2 * PAGES * page);

    CHECK_OK(mmapio_map_resize(map, 2 * PAGES * page, 0, NULL));
    memset(bytes_of(map), 1, (size_t)(2 * PAGES * page));
    child_must_pass(expect_zero, bytes_of(map) + 2 * PAGES * page - 1);
    (void)neighbour(map, 2 * PAGES * page);
    CHECK_OK(mmapio_map_resize(map, MORE * page, MOVE, NULL));
    bytes_of(map)[MORE * page - 1] = 1;
    child_must_pass(expect_zero, bytes_of(map) + MORE * page - 1);
    close_map(map);
}

static void what_is_added_is_locked_and_advised_like_the_rest(void)
{
    need_the_kernels_mremap();
    need_a_real_kernel();
    need_locks_that_count();

    uint64_t page = fixture_page_size();
    uint64_t before = locked_bytes();
    mmapio_map *map;

    map = map_asked(MMAPIO_MAP_LOCKED, MMAPIO_MADV_WIPEONFORK, 4 * PAGES * page);
    CHECK_EQUAL(before + PAGES * page, locked_bytes());
    CHECK_OK(mmapio_map_resize(map, 2 * PAGES * page + 1, 0, NULL));
    CHECK_EQUAL(before + (2 * PAGES + 1) * page, locked_bytes());
    CHECK_OK(mmapio_map_resize(map, 8 * PAGES * page, MOVE, NULL));
    CHECK_EQUAL(before + 8 * PAGES * page, locked_bytes());
    /* Nothing at all has nothing to be locked, but what comes after it has. */
    CHECK_OK(mmapio_map_resize(map, 0, MOVE, NULL));
    CHECK_EQUAL(before, locked_bytes());
    CHECK_OK(mmapio_map_resize(map, page, MOVE, NULL));
    CHECK_EQUAL(before + page, locked_bytes());
    bytes_of(map)[0] = 1;
    child_must_pass(expect_zero, bytes_of(map));
    close_map(map);
}

static void lock_too_much(void *unused)
{
    uint64_t page = fixture_page_size();
    struct rlimit limit = {(rlim_t)(PAGES * page), (rlim_t)(PAGES * page)};
    fixture_file file = fixture_patterned(PAGES * page);
    mmapio_map_options options = options_of(READ_WRITE, SHARED | MMAPIO_MAP_LOCKED, 0, PAGES * page);
    mmapio_map *map = NULL;

    (void)unused;
    options.reserve = MORE * page;
    child_become_ordinary();
    CHECK_EQUAL(0, setrlimit(RLIMIT_MEMLOCK, &limit));
    CHECK_OK(mmapio_map_file(file.handle, &options, &map, NULL));
    CHECK_STATUS(MMAPIO_LIMIT_REACHED, mmapio_map_resize(map, MORE * page, 0, NULL));
    CHECK_EQUAL(PAGES * page, mmapio_map_length(map));
    CHECK_EQUAL(PAGES * page, fixture_length(file.handle));
    CHECK_EQUAL(PAGES * page, locked_bytes());
    close_map(map);
}

static void more_than_may_be_locked_is_not_added(void)
{
    need_a_real_kernel();
    need_locks_that_count();
    if (under_valgrind()) {
        SKIP("valgrind has no mlock2(2), by which the limit is asked before the file grows");
    }
    child_must_pass(lock_too_much, NULL);
}

/* ---- what is taken away ---- */

static void what_a_map_loses_is_given_back(void)
{
    need_a_real_kernel();

    uint64_t page = fixture_page_size();
    const uint32_t kinds[] = {0, MMAPIO_MAP_LOCKED};

    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        mmapio_map *map = map_asked(kinds[i], MMAPIO_MADV_NOHUGEPAGE, PAGES * page);
        memset(bytes_of(map), 1, (size_t)(PAGES * page));
        CHECK_EQUAL(PAGES * page, mapping_bytes(bytes_of(map), "Anonymous:"));
        CHECK_OK(mmapio_map_resize(map, 1, 0, NULL));
        CHECK_EQUAL(page, mapping_bytes(bytes_of(map), "Anonymous:"));
        close_map(map);
    }
}

/* A file's pages, too, and what is kept is only the addresses. */
static void what_a_map_loses_is_locked_no_longer(void)
{
    need_a_real_kernel();
    need_locks_that_count();

    uint64_t page = fixture_page_size();
    uint64_t before = locked_bytes();
    fixture_file file = fixture_patterned(PAGES * page);
    mmapio_map_options options = options_of(READ_WRITE, SHARED | MMAPIO_MAP_LOCKED, 0, PAGES * page);
    mmapio_map *map = NULL;

    options.reserve = 2 * PAGES * page;
    CHECK_OK(mmapio_map_file(file.handle, &options, &map, NULL));
    CHECK_EQUAL(before + PAGES * page, locked_bytes());
    CHECK_OK(mmapio_map_resize(map, 1, 0, NULL));
    CHECK_EQUAL(before + page, locked_bytes());
    CHECK_OK(mmapio_map_resize(map, PAGES * page, 0, NULL));
    CHECK_EQUAL(before + PAGES * page, locked_bytes());
    close_map(map);
    fixture_remove(&file);
}

TEST_MAIN(TEST(a_file_advised_in_parts_grows), TEST(the_copies_of_a_private_map_go_along),
          TEST(memory_keeps_the_advice_of_its_parts), TEST(memory_keeps_the_locks_of_its_parts),
          TEST(a_limit_in_the_way_leaves_everything_where_it_was), TEST(a_failure_leaves_protections_alone),
          TEST(advice_and_a_reserve_do_not_get_in_the_way_of_growing),
          TEST(what_is_added_is_locked_and_advised_like_the_rest), TEST(more_than_may_be_locked_is_not_added),
          TEST(what_a_map_loses_is_given_back), TEST(what_a_map_loses_is_locked_no_longer))
