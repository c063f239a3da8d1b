/* test_linux_populate.c - which pages populating brings in, and what it says where there are none. */
#include "child.h"
#include "linux_residency.h"

#include <errno.h>

static void populating_brings_in_every_page_of_the_range_and_no_other(void)
{
    need_a_real_kernel();
    need_tmpfs();

    uint64_t page = fixture_page_size();
    fixture_file file;
    mmapio_map *map;

    file = sparse_file(FIXTURE_MEMORY);
    map = map_page_by_page(file.handle, READ_WRITE, SHARED);
    CHECK_OK(mmapio_map_populate(map, 10 * page - 1, 2, MMAPIO_PROT_READ, NULL));
    CHECK_EQUAL(2, resident_pages(map));
    CHECK_EQUAL(2, report_of(map, 9 * page, 2 * page, NULL).resident);
    CHECK_OK(mmapio_map_populate(map, 20 * page, 3 * page, MMAPIO_PROT_WRITE, NULL));
    CHECK_EQUAL(5, resident_pages(map));
    CHECK_OK(mmapio_map_populate(map, 0, PAGES * page, MMAPIO_PROT_READ, NULL));
    CHECK_EQUAL(PAGES, resident_pages(map));
    close_map(map);
    fixture_remove(&file);
}

static void populating_to_write_makes_the_private_copies(void)
{
    need_a_real_kernel();
    need_real_residency();

    uint64_t page = fixture_page_size();
    fixture_file file = fixture_patterned(PAGES * page);
    mmapio_map *map = map_whole(file.handle, READ_WRITE, PRIVATE);

    CHECK_OK(mmapio_map_populate(map, 0, PAGES * page, MMAPIO_PROT_READ, NULL));
    CHECK_EQUAL(0, mapping_bytes(bytes_of(map), "Anonymous:"));
    CHECK_OK(mmapio_map_populate(map, 0, 5 * page, MMAPIO_PROT_WRITE, NULL));
    CHECK_EQUAL(5 * page, mapping_bytes(bytes_of(map), "Anonymous:"));
    close_map(map);
    fixture_remove(&file);
}

static void a_truncated_file_is_a_fault_and_not_a_signal(void)
{
    need_a_real_kernel();
    need_tmpfs();

    static const uint32_t accesses[] = {MMAPIO_PROT_READ, MMAPIO_PROT_WRITE};
    uint64_t page = fixture_page_size();
    fixture_file file;

    for (size_t i = 0; i < 2; i++) {
        mmapio_error error = stale_error();
        mmapio_map *map;
        file = sparse_file(FIXTURE_MEMORY);
        map = map_page_by_page(file.handle, READ_WRITE, SHARED);
        CHECK(fixture_resize(file.handle, 4 * page));
        CHECK_STATUS(MMAPIO_FAULT, mmapio_map_populate(map, 0, 8 * page, accesses[i], &error));
        CHECK_ERRNO(MMAPIO_FAULT, EFAULT, populating_call(), error);
        /* The pages before the fault are in. */
        CHECK_EQUAL(4, report_of(map, 0, 4 * page, NULL).resident);
        CHECK_STATUS(MMAPIO_FAULT, mmapio_map_populate(map, 4 * page, 1, accesses[i], NULL));
        CHECK_OK(mmapio_map_populate(map, 0, 4 * page, accesses[i], NULL));
        close_map(map);
        fixture_remove(&file);
    }
}

static void a_denied_access_tells_the_call_and_its_errno(void)
{
    need_a_real_kernel();

    fixture_file file = fixture_patterned(100);
    mmapio_map *map = map_whole(file.handle, READ_ONLY, SHARED);
    mmapio_error error = stale_error();

    CHECK_STATUS(MMAPIO_ACCESS_DENIED, mmapio_map_populate(map, 0, 100, MMAPIO_PROT_WRITE, &error));
    CHECK_ERRNO(MMAPIO_ACCESS_DENIED, populating_is_advice() ? EINVAL : EFAULT, populating_call(), error);
    close_map(map);
    fixture_remove(&file);
}

static mmapio_map *sparse_map(const fixture_file *file, uint32_t flags)
{
    mmapio_map_options options = options_of(READ_WRITE, SHARED | flags, 0, 0);
    mmapio_map *map = NULL;

    options.advice = MMAPIO_MADV_NOHUGEPAGE;
    CHECK_OK(mmapio_map_file(file->handle, &options, &map, NULL));
    return map;
}

static void the_flag_of_a_new_map_populates_it_and_nonblock_undoes_that(void)
{
    need_a_real_kernel();
    need_tmpfs();

    fixture_file file;
    mmapio_map *map;

    file = sparse_file(FIXTURE_MEMORY);
    map = sparse_map(&file, MMAPIO_MAP_POPULATE | MMAPIO_MAP_NONBLOCK);
    CHECK_EQUAL(0, resident_pages(map));
    close_map(map);
    map = sparse_map(&file, MMAPIO_MAP_POPULATE);
    CHECK_EQUAL(PAGES, resident_pages(map));
    close_map(map);
    fixture_remove(&file);
}

/* The flag is a hint: what is missing behind the end of the file shows when it is used. */
static void the_flag_of_a_map_longer_than_its_file_does_not_fail(void)
{
    uint64_t page = fixture_page_size();
    fixture_file file = fixture_patterned(page);
    mmapio_map_options options = options_of(READ_ONLY, SHARED | MMAPIO_MAP_POPULATE, 0, 8 * page);
    mmapio_map *map = NULL;

    CHECK_OK(mmapio_map_file(file.handle, &options, &map, NULL));
    CHECK_EQUAL(fixture_pattern(page - 1), bytes_of(map)[page - 1]);
    close_map(map);
    fixture_remove(&file);
}

TEST_MAIN(TEST(populating_brings_in_every_page_of_the_range_and_no_other),
          TEST(populating_to_write_makes_the_private_copies), TEST(a_truncated_file_is_a_fault_and_not_a_signal),
          TEST(a_denied_access_tells_the_call_and_its_errno),
          TEST(the_flag_of_a_new_map_populates_it_and_nonblock_undoes_that),
          TEST(the_flag_of_a_map_longer_than_its_file_does_not_fail))
