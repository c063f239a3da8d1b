/* test_posix_map.c - maps of files where the system lets a map be longer than its file. */
#include "child.h"
#include "maps.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

static uint64_t backed_of(const mmapio_map *map)
{
    uint64_t backed = UINT64_MAX;
    mmapio_error error = stale_error();

    CHECK_OK(mmapio_map_backed_length(map, &backed, &error));
    CHECK_OWN_ERROR(MMAPIO_OK, error);
    return backed;
}

static void a_denied_map_tells_the_call_and_its_errno(void)
{
    fixture_file file = fixture_patterned(100);
    intptr_t handle = fixture_open(&file, FIXTURE_READ);
    mmapio_map_options options = options_of(READ_WRITE, SHARED, 0, 0);
    mmapio_error error = stale_error();
    mmapio_map *map = NULL;

    CHECK_STATUS(MMAPIO_ACCESS_DENIED, mmapio_map_file(handle, &options, &map, &error));
    CHECK_ERRNO(MMAPIO_ACCESS_DENIED, 13, "mmap", error);
    fixture_close(handle);
    fixture_remove(&file);
}

static void the_files_length_from_the_second_page_gives_the_length_asked_for(void)
{
    uint64_t page = fixture_page_size();
    fixture_file file = fixture_patterned(3 * page + 5);
    mmapio_map *map = map_part(file.handle, READ_ONLY, SHARED, page, 3 * page + 5);

    CHECK_EQUAL(3 * page + 5, mmapio_map_length(map));
    CHECK_EQUAL(fixture_pattern(page), bytes_of(map)[0]);
    CHECK_EQUAL(fixture_pattern(3 * page + 4), bytes_of(map)[2 * page + 4]);
    close_map(map);
    fixture_remove(&file);
}

static void backed_length_follows_the_file(void)
{
    uint64_t page = fixture_page_size();
    fixture_file file = fixture_patterned(2 * page);
    mmapio_map *map = map_part(file.handle, READ_ONLY, SHARED, 0, 10 * page);
    mmapio_map *late = map_part(file.handle, READ_ONLY, SHARED, page + 7, 10 * page);

    CHECK_EQUAL(2 * page, backed_of(map));
    CHECK_EQUAL(page - 7, backed_of(late));
    CHECK(fixture_resize(file.handle, 5 * page));
    CHECK_EQUAL(5 * page, backed_of(map));
    CHECK_EQUAL(4 * page - 7, backed_of(late));
    CHECK(fixture_resize(file.handle, 100 * page));
    CHECK_EQUAL(10 * page, backed_of(map));
    CHECK_EQUAL(10 * page, backed_of(late));
    CHECK(fixture_resize(file.handle, page));
    CHECK_EQUAL(page, backed_of(map));
    CHECK_EQUAL(0, backed_of(late));
    CHECK(fixture_resize(file.handle, 0));
    CHECK_EQUAL(0, backed_of(map));
    close_map(map);
    close_map(late);
    fixture_remove(&file);
}

/* The rest of the last page can be read and written, and is in no file. */
static void backed_length_is_exact_to_the_byte(void)
{
    static const uint64_t lengths[] = {19, 1, 4095, 4096, 4097, 100};
    fixture_file file = fixture_patterned(8192);

    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        mmapio_map *map = map_part(file.handle, READ_ONLY, SHARED, 0, 8192);
        mmapio_map *late = map_part(file.handle, READ_ONLY, SHARED, 5, 8000);
        CHECK(fixture_resize(file.handle, lengths[i]));
        CHECK_EQUAL(lengths[i], backed_of(map));
        CHECK_EQUAL(lengths[i] > 5 ? lengths[i] - 5 : 0, backed_of(late));
        close_map(map);
        close_map(late);
    }
    fixture_remove(&file);
}

static void a_map_longer_than_its_file_shows_what_the_file_grows_by(void)
{
    uint64_t page = fixture_page_size();
    fixture_file file = fixture_patterned(page);
    mmapio_map *map = map_part(file.handle, READ_WRITE, SHARED, 0, 4 * page);
    unsigned char byte = 0;

    CHECK(fixture_resize(file.handle, 4 * page));
    CHECK_EQUAL(0, bytes_of(map)[3 * page]);
    fixture_write(file.handle, 3 * page, "x", 1);
    CHECK_EQUAL('x', bytes_of(map)[3 * page]);
    bytes_of(map)[4 * page - 1] = 'y';
    fixture_read(file.handle, 4 * page - 1, &byte, 1);
    CHECK_EQUAL('y', byte);
    close_map(map);
    fixture_remove(&file);
}

static void an_empty_file_can_be_mapped_ahead_of_its_growth(void)
{
    uint64_t page = fixture_page_size();
    fixture_file file = fixture_create(FIXTURE_DISK);
    mmapio_map *map = map_part(file.handle, READ_ONLY, SHARED, 0, 2 * page);

    CHECK_EQUAL(2 * page, mmapio_map_length(map));
    CHECK_EQUAL(0, backed_of(map));
    fixture_write(file.handle, 0, "here", 4);
    CHECK(memcmp(mmapio_map_data(map), "here", 4) == 0);
    close_map(map);
    fixture_remove(&file);
}

static void a_device_backs_all_of_its_map(void)
{
    int device = open("/dev/zero", O_RDWR | O_CLOEXEC);
    mmapio_map *map;

    CHECK(device >= 0);
    map = map_part(device, READ_WRITE, PRIVATE, 0, 12345);
    CHECK_EQUAL(12345, backed_of(map));
    CHECK_EQUAL(0, bytes_of(map)[12344]);
    close_map(map);
    CHECK_EQUAL(0, close(device));
}

static void the_map_outlives_the_files_name(void)
{
    fixture_file file = fixture_patterned(10000);
    mmapio_map *map = map_whole(file.handle, READ_WRITE, SHARED);

    fixture_remove(&file);
    CHECK_EQUAL(fixture_pattern(9999), bytes_of(map)[9999]);
    CHECK_EQUAL(10000, backed_of(map));
    close_map(map);
}

/* What exec() would hand to another program. */
static size_t inheritable_descriptors(void)
{
    size_t count = 0;

    for (int descriptor = 0; descriptor < 1024; descriptor++) {
        int flags = fcntl(descriptor, F_GETFD);
        count += flags >= 0 && (flags & FD_CLOEXEC) == 0;
    }
    return count;
}

static void the_maps_descriptor_is_not_inherited_by_programs(void)
{
    fixture_file file = fixture_patterned(100);
    size_t before = inheritable_descriptors();
    size_t open_before = fixture_open_handles();
    mmapio_map *map = map_whole(file.handle, READ_ONLY, SHARED);

    CHECK_EQUAL(open_before + 1, fixture_open_handles());
    CHECK_EQUAL(before, inheritable_descriptors());
    close_map(map);
    CHECK_EQUAL(open_before, fixture_open_handles());
    fixture_remove(&file);
}

TEST_MAIN(TEST(a_denied_map_tells_the_call_and_its_errno),
          TEST(the_files_length_from_the_second_page_gives_the_length_asked_for), TEST(backed_length_follows_the_file),
          TEST(backed_length_is_exact_to_the_byte), TEST(a_map_longer_than_its_file_shows_what_the_file_grows_by),
          TEST(an_empty_file_can_be_mapped_ahead_of_its_growth), TEST(a_device_backs_all_of_its_map),
          TEST(the_map_outlives_the_files_name), TEST(the_maps_descriptor_is_not_inherited_by_programs))
