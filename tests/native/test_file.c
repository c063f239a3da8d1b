/* test_file.c - a file's kind, and its length, without a map. */
#include "maps.h"

static void a_file_gets_another_length_and_keeps_what_fits(void)
{
    fixture_file file = fixture_patterned(5000);
    mmapio_error error = stale_error();
    unsigned char bytes[2];

    CHECK_OK(mmapio_file_set_length(file.handle, 100000, &error));
    CHECK_OWN_ERROR(MMAPIO_OK, error);
    CHECK_EQUAL(100000, fixture_length(file.handle));
    fixture_read(file.handle, 4999, bytes, 2);
    CHECK_EQUAL(fixture_pattern(4999), bytes[0]);
    CHECK_EQUAL(0, bytes[1]);
    CHECK_OK(mmapio_file_set_length(file.handle, 1, NULL));
    CHECK_EQUAL(1, fixture_length(file.handle));
    CHECK_OK(mmapio_file_set_length(file.handle, 0, NULL));
    CHECK_EQUAL(0, fixture_length(file.handle));
    fixture_remove(&file);
}

static void a_length_that_no_file_has_is_refused_and_changes_nothing(void)
{
    fixture_file file = fixture_patterned(5000);
    mmapio_error error = stale_error();

    CHECK_STATUS(MMAPIO_OUT_OF_RANGE, mmapio_file_set_length(file.handle, UINT64_MAX, &error));
    CHECK_OWN_ERROR(MMAPIO_OUT_OF_RANGE, error);
    CHECK_EQUAL(5000, fixture_length(file.handle));
    CHECK_STATUS(MMAPIO_INVALID_ARGUMENT, mmapio_file_set_length(-1, 1, &error));
    CHECK_OWN_ERROR(MMAPIO_INVALID_ARGUMENT, error);
    fixture_remove(&file);
}

static void a_file_is_told_from_what_is_none(void)
{
    fixture_file file = fixture_patterned(10);
    mmapio_error error = stale_error();
    uint32_t kind = 99;

    CHECK_OK(mmapio_file_kind(file.handle, &kind, &error));
    CHECK_OWN_ERROR(MMAPIO_OK, error);
    CHECK_EQUAL(0, kind);
    CHECK_STATUS(MMAPIO_INVALID_ARGUMENT, mmapio_file_kind(file.handle, NULL, NULL));
    CHECK_STATUS(MMAPIO_INVALID_ARGUMENT, mmapio_file_kind(-1, &kind, &error));
    CHECK_OWN_ERROR(MMAPIO_INVALID_ARGUMENT, error);
    CHECK_EQUAL(0, kind);
    fixture_remove(&file);
}

TEST_MAIN(TEST(a_file_gets_another_length_and_keeps_what_fits),
          TEST(a_length_that_no_file_has_is_refused_and_changes_nothing), TEST(a_file_is_told_from_what_is_none))
