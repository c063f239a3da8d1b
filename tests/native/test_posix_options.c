/* test_posix_options.c - refusals that come from the operating system, with the errno and the call they tell. */
#include "child.h"
#include "maps.h"

#include <errno.h>
#include <sys/mman.h>

static void check_refused(intptr_t handle, uint64_t offset, uint64_t length, mmapio_error *error)
{
    mmapio_map_options options = options_of(READ_ONLY, SHARED, offset, length);
    mmapio_map *map = NULL;

    *error = stale_error();
    CHECK(mmapio_map_file(handle, &options, &map, error) != MMAPIO_OK);
    CHECK(map == NULL);
}

static void a_closed_descriptor_tells_ebadf(void)
{
    fixture_file file = fixture_patterned(100);
    intptr_t closed = fixture_open(&file, FIXTURE_READ);
    mmapio_error error;

    fixture_close(closed);
    check_refused(closed, 0, 0, &error);
    CHECK_ERRNO(MMAPIO_INVALID_ARGUMENT, EBADF, "fcntl", error);
    fixture_remove(&file);
}

/* Cutting off the high half must not make a descriptor of it: this one would be 0. */
static void a_handle_wider_than_a_descriptor_is_refused(void)
{
    mmapio_error error;

    if (sizeof(intptr_t) < 8) {
        SKIP("a handle has no more bits than a descriptor here");
    }
    check_refused((intptr_t)(UINT64_C(1) << 32), 0, 0, &error);
    CHECK_OWN_ERROR(MMAPIO_INVALID_ARGUMENT, error);
    check_refused(INTPTR_MIN, 0, 0, &error);
    CHECK_OWN_ERROR(MMAPIO_INVALID_ARGUMENT, error);
    check_refused(-2, 0, 0, &error);
    CHECK_OWN_ERROR(MMAPIO_INVALID_ARGUMENT, error);
}

static void a_pipe_is_told_as_one_with_a_length_too(void)
{
    intptr_t handle = fixture_pipe();
    mmapio_error error;

    check_refused(handle, 0, 100, &error);
    CHECK_STATUS(MMAPIO_UNSUPPORTED, error.status);
    CHECK_EQUAL(MMAPIO_OS_FILE, error.os_domain);
    CHECK_EQUAL(MMAPIO_FILE_PIPE, error.os_code);
    fixture_close(handle);
}

static void more_than_the_address_space_is_out_of_memory(void)
{
    fixture_file file;
    mmapio_error error;

    if (mmap(NULL, (size_t)1 << 62, PROT_READ, MAP_PRIVATE | MAP_ANON, -1, 0) != MAP_FAILED || errno != ENOMEM) {
        SKIP("a checker or an emulator stands between this process and the kernel");
    }
    file = fixture_patterned(100);
    check_refused(file.handle, 0, UINT64_C(1) << 62, &error);
    CHECK_ERRNO(MMAPIO_OUT_OF_MEMORY, ENOMEM, "mmap", error);
    fixture_remove(&file);
}

static void the_last_bytes_a_file_could_have_do_not_overflow(void)
{
    fixture_file file = fixture_patterned(100);
    mmapio_error error;

    check_refused(file.handle, (uint64_t)INT64_MAX - 1, 1, &error);
    CHECK_STATUS(MMAPIO_OUT_OF_RANGE, error.status);
    check_refused(file.handle, (uint64_t)INT64_MAX - 4096, 4096, &error);
    CHECK_STATUS(MMAPIO_OUT_OF_RANGE, error.status);
    fixture_remove(&file);
}

static void map_without_descriptors_left(void *argument)
{
    const fixture_file *file = argument;
    struct rlimit none_left;
    mmapio_error error;

    /* Those that are open stay so: only a new one, whose number is beyond the limit, must fail. */
    CHECK_EQUAL(0, getrlimit(RLIMIT_NOFILE, &none_left));
    none_left.rlim_cur = 3;
    CHECK_EQUAL(0, setrlimit(RLIMIT_NOFILE, &none_left));
    check_refused(file->handle, 0, 0, &error);
    CHECK_ERRNO(MMAPIO_LIMIT_REACHED, EMFILE, "fcntl", error);
}

static void too_many_open_files_is_a_limit(void)
{
    fixture_file file = fixture_patterned(100);

    child_must_pass(map_without_descriptors_left, &file);
    fixture_remove(&file);
}

TEST_MAIN(TEST(a_closed_descriptor_tells_ebadf), TEST(a_handle_wider_than_a_descriptor_is_refused),
          TEST(a_pipe_is_told_as_one_with_a_length_too), TEST(more_than_the_address_space_is_out_of_memory),
          TEST(the_last_bytes_a_file_could_have_do_not_overflow), TEST(too_many_open_files_is_a_limit))
