/* test_posix_protect.c - that protection protects: a child dies of what it must not do. */
#include "child.h"
#include "maps.h"

#include <errno.h>

static bool dies(int code)
{
    /* macOS raises SIGBUS for a page that is there and protected. */
    return code == -SIGSEGV || code == -SIGBUS;
}

static void no_access_means_none(void)
{
    uint64_t page = fixture_page_size();
    fixture_file file = fixture_patterned(page);
    mmapio_map *map = map_whole(file.handle, READ_WRITE, SHARED);

    CHECK_EQUAL(0, child_run(child_reads, bytes_of(map)));
    CHECK_OK(mmapio_map_protect(map, 0, page, MMAPIO_PROT_NONE, NULL));
    CHECK(dies(child_run(child_reads, bytes_of(map))));
    CHECK(dies(child_run(child_writes, bytes_of(map))));
    CHECK_OK(mmapio_map_protect(map, 0, page, MMAPIO_PROT_READ, NULL));
    CHECK_EQUAL(0, child_run(child_reads, bytes_of(map)));
    CHECK(dies(child_run(child_writes, bytes_of(map))));
    CHECK_OK(mmapio_map_protect(map, 0, page, READ_WRITE, NULL));
    CHECK_EQUAL(0, child_run(child_writes, bytes_of(map)));
    CHECK_EQUAL(1, bytes_of(map)[0]);
    close_map(map);
    fixture_remove(&file);
}

static void a_map_for_reading_cannot_be_written(void)
{
    fixture_file file = fixture_patterned(100);
    mmapio_map *map = map_whole(file.handle, READ_ONLY, SHARED);

    CHECK_EQUAL(0, child_run(child_reads, bytes_of(map)));
    CHECK(dies(child_run(child_writes, bytes_of(map))));
    CHECK_EQUAL(fixture_pattern(0), bytes_of(map)[0]);
    close_map(map);
    fixture_remove(&file);
}

/* Two bytes across a page boundary take both their pages with them, and no third. */
static void the_ends_of_an_unaligned_range_change_as_whole_pages(void)
{
    uint64_t page = fixture_page_size();
    mmapio_map *map = map_memory(PRIVATE, 4 * page);
    unsigned char *data = bytes_of(map);

    CHECK_OK(mmapio_map_protect(map, 2 * page - 1, 2, MMAPIO_PROT_NONE, NULL));
    CHECK_EQUAL(0, child_run(child_writes, data + page - 1));
    CHECK(dies(child_run(child_reads, data + page)));
    CHECK(dies(child_run(child_reads, data + 3 * page - 1)));
    CHECK_EQUAL(0, child_run(child_writes, data + 3 * page));
    close_map(map);
}

/* The map begins in the middle of a page: the range is counted from there, not from the page. */
static void ranges_count_from_the_first_byte_of_the_map(void)
{
    uint64_t page = fixture_page_size();
    fixture_file file = fixture_patterned(4 * page);
    mmapio_map *map = map_part(file.handle, READ_ONLY, SHARED, page + 100, 2 * page);
    unsigned char *data = bytes_of(map);

    CHECK_OK(mmapio_map_protect(map, page - 100, 1, MMAPIO_PROT_NONE, NULL));
    CHECK_EQUAL(0, child_run(child_reads, data + page - 101));
    CHECK(dies(child_run(child_reads, data + page - 100)));
    CHECK(dies(child_run(child_reads, data + 2 * page - 101)));
    CHECK_EQUAL(0, child_run(child_reads, data + 2 * page - 100));
    close_map(map);
    fixture_remove(&file);
}

static void a_denied_change_tells_the_call_and_its_errno(void)
{
    fixture_file file = fixture_patterned(100);
    intptr_t handle = fixture_open(&file, FIXTURE_READ);
    mmapio_map *map = map_whole(handle, READ_ONLY, SHARED);
    mmapio_error error = stale_error();

    CHECK_STATUS(MMAPIO_ACCESS_DENIED, mmapio_map_protect(map, 0, 100, READ_WRITE, &error));
    CHECK_ERRNO(MMAPIO_ACCESS_DENIED, EACCES, "mprotect", error);
    close_map(map);
    fixture_close(handle);
    fixture_remove(&file);
}

static void a_private_map_can_be_made_writable_whatever_the_handle(void)
{
    fixture_file file = fixture_patterned(100);
    intptr_t handle = fixture_open(&file, FIXTURE_READ);
    mmapio_map *map = map_whole(handle, READ_ONLY, PRIVATE);
    unsigned char byte = 0;

    CHECK_OK(mmapio_map_protect(map, 0, 100, READ_WRITE, NULL));
    bytes_of(map)[50] = 255;
    fixture_read(handle, 50, &byte, 1);
    CHECK_EQUAL(fixture_pattern(50), byte);
    close_map(map);
    fixture_close(handle);
    fixture_remove(&file);
}

TEST_MAIN(TEST(no_access_means_none), TEST(a_map_for_reading_cannot_be_written),
          TEST(the_ends_of_an_unaligned_range_change_as_whole_pages), TEST(ranges_count_from_the_first_byte_of_the_map),
          TEST(a_denied_change_tells_the_call_and_its_errno),
          TEST(a_private_map_can_be_made_writable_whatever_the_handle))
