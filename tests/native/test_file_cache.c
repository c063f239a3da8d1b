/* test_file_cache.c - the calls on files without a map: what they refuse, that they leave nothing behind, that nothing
 * in the file changes. */
#include "cached.h"

#include <stddef.h>

enum { LENGTH = 100000 };

typedef mmapio_status (*file_call)(intptr_t file, uint64_t offset, uint64_t length, mmapio_error *error);

static mmapio_status residency(intptr_t file, uint64_t offset, uint64_t length, mmapio_error *error)
{
    mmapio_residency report;
    mmapio_status status;

    memset(&report, 0xA5, sizeof report);
    report.struct_size = (uint32_t)sizeof report;
    status = mmapio_file_residency(file, offset, length, &report, error);
    if (status != MMAPIO_OK) {
        CHECK_EQUAL(0, report.pages);
        CHECK_EQUAL(0, report.resident);
    }
    return status;
}

static mmapio_status evict(intptr_t file, uint64_t offset, uint64_t length, mmapio_error *error)
{
    mmapio_eviction report;
    mmapio_status status;

    memset(&report, 0xA5, sizeof report);
    report.struct_size = (uint32_t)sizeof report;
    status = mmapio_file_evict(file, offset, length, &report, error);
    if (status != MMAPIO_OK) {
        CHECK_EQUAL(0, report.pages);
        CHECK_EQUAL(0, report.resident_before);
    }
    return status;
}

static mmapio_status prefetch(intptr_t file, uint64_t offset, uint64_t length, mmapio_error *error)
{
    uint32_t outcome = 99;
    mmapio_status status = mmapio_file_prefetch(file, offset, length, &outcome, error);

    CHECK(outcome <= MMAPIO_ADVICE_APPLIED);
    CHECK(status == MMAPIO_OK || outcome == MMAPIO_ADVICE_IGNORED);
    return status;
}

static mmapio_status advise(intptr_t file, uint64_t offset, uint64_t length, mmapio_error *error)
{
    uint32_t outcome = 99;
    mmapio_status status = mmapio_file_advise(file, offset, length, MMAPIO_FADV_NORMAL, &outcome, error);

    CHECK(outcome <= MMAPIO_ADVICE_APPLIED);
    CHECK(status == MMAPIO_OK || outcome == MMAPIO_ADVICE_IGNORED);
    return status;
}

static const struct {
    file_call call;
    uint64_t feature; /* MMAPIO_UNSUPPORTED without it; 0 for hints, which are ignored then */
} CALLS[] = {
    {residency, MMAPIO_FEATURE_FILE_RESIDENCY}, {evict, MMAPIO_FEATURE_FILE_EVICT}, {prefetch, 0}, {advise, 0}};

enum { CALL_COUNT = sizeof CALLS / sizeof CALLS[0] };

static bool is_there(size_t call)
{
    return CALLS[call].feature == 0 || (caps_here().features & CALLS[call].feature) != 0;
}

/* What a handle is of, kind, is said by the error. */
static void check_no_file(intptr_t handle, int32_t kind)
{
    for (size_t call = 0; call < CALL_COUNT; call++) {
        mmapio_error error = stale_error();
        CHECK_STATUS(MMAPIO_UNSUPPORTED, CALLS[call].call(handle, 0, 0, &error));
        CHECK_STATUS(MMAPIO_UNSUPPORTED, error.status);
        CHECK_EQUAL(MMAPIO_OS_FILE, error.os_domain);
        CHECK_EQUAL(kind, error.os_code);
        CHECK_STATUS(MMAPIO_UNSUPPORTED, CALLS[call].call(handle, 0, 1, NULL));
    }
    fixture_close(handle);
}

static void check_refused(mmapio_status expected, intptr_t handle, uint64_t offset, uint64_t length)
{
    size_t handles = fixture_open_handles();

    for (size_t call = 0; call < CALL_COUNT; call++) {
        mmapio_error error = stale_error();
        CHECK_STATUS(expected, CALLS[call].call(handle, offset, length, &error));
        CHECK_OWN_ERROR(expected, error);
        CHECK_STATUS(expected, CALLS[call].call(handle, offset, length, NULL));
    }
    CHECK_EQUAL(handles, fixture_open_handles());
}

static void every_call_takes_every_range_and_leaves_nothing_behind(void)
{
    static const uint64_t ranges[][2] = {{0, 0},    {0, LENGTH}, {1, 1},          {4095, 2},
                                         {5000, 0}, {LENGTH, 0}, {LENGTH - 1, 1}, {65535, 20000}};
    fixture_file file = fixture_patterned(LENGTH);
    size_t handles = fixture_open_handles();
    unsigned char bytes[LENGTH];

    for (size_t call = 0; call < CALL_COUNT; call++) {
        for (size_t i = 0; i < sizeof ranges / sizeof ranges[0]; i++) {
            bool nothing = ranges[i][0] == LENGTH;
            mmapio_error error = stale_error();
            mmapio_status expected = is_there(call) || nothing ? MMAPIO_OK : MMAPIO_UNSUPPORTED;
            CHECK_STATUS(expected, CALLS[call].call(file.handle, ranges[i][0], ranges[i][1], &error));
            CHECK_OWN_ERROR(expected, error);
        }
    }
    CHECK_EQUAL(handles, fixture_open_handles());
    if (fixture_mappings_of(&file) >= 0) {
        CHECK_EQUAL(0, fixture_mappings_of(&file));
    }
    fixture_read(file.handle, 0, bytes, LENGTH);
    for (uint64_t i = 0; i < LENGTH; i++) {
        CHECK_EQUAL(fixture_pattern(i), bytes[i]);
    }
    CHECK_EQUAL(LENGTH, fixture_length(file.handle));
    fixture_remove(&file);
}

static void a_range_outside_of_the_file_is_refused(void)
{
    static const uint64_t ranges[][2] = {{LENGTH + 1, 0}, {0, LENGTH + 1}, {LENGTH, 1},
                                         {1, LENGTH},     {UINT64_MAX, 2}, {2, UINT64_MAX},
                                         {UINT64_MAX, 0}, {INT64_MAX, 1},  {INT64_MAX, 4096}};
    fixture_file file = fixture_patterned(LENGTH);

    for (size_t i = 0; i < sizeof ranges / sizeof ranges[0]; i++) {
        check_refused(MMAPIO_OUT_OF_RANGE, file.handle, ranges[i][0], ranges[i][1]);
    }
    fixture_remove(&file);
}

static void an_empty_file_has_no_pages(void)
{
    fixture_file file = fixture_create(FIXTURE_DISK);

    for (size_t call = 0; call < CALL_COUNT; call++) {
        CHECK_OK(CALLS[call].call(file.handle, 0, 0, NULL));
    }
    CHECK_EQUAL(0, file_report(file.handle, 0, 0).pages);
    CHECK_EQUAL(0, evict_file(file.handle, 0, 0).pages);
    check_refused(MMAPIO_OUT_OF_RANGE, file.handle, 0, 1);
    fixture_remove(&file);
}

static void what_is_no_regular_file_is_unsupported(void)
{
    check_no_file(fixture_pipe(), MMAPIO_FILE_PIPE);
    check_no_file(fixture_directory(), MMAPIO_FILE_DIRECTORY);
}

static void no_handle_and_a_closed_one_are_refused(void)
{
    fixture_file file = fixture_patterned(100);
    intptr_t closed = fixture_open(&file, FIXTURE_READ);

    check_refused(MMAPIO_INVALID_ARGUMENT, -1, 0, 0);
    fixture_close(closed);
    for (size_t call = 0; call < CALL_COUNT; call++) {
        mmapio_error error = stale_error();
        CHECK_STATUS(MMAPIO_INVALID_ARGUMENT, CALLS[call].call(closed, 0, 0, &error));
        CHECK_EQUAL(on_windows() ? 6 : 9, error.os_code);
        CHECK_EQUAL(on_windows() ? MMAPIO_OS_WIN32 : MMAPIO_OS_ERRNO, error.os_domain);
        CHECK_TEXT(on_windows() ? "GetFileSizeEx" : "fstat", mmapio_call_name(error.os_call));
    }
    fixture_remove(&file);
}

static void a_handle_for_reading_is_enough(void)
{
    fixture_file file = fixture_patterned(LENGTH);
    intptr_t handle = fixture_open(&file, FIXTURE_READ);

    for (size_t call = 0; call < CALL_COUNT; call++) {
        CHECK_STATUS(is_there(call) ? MMAPIO_OK : MMAPIO_UNSUPPORTED, CALLS[call].call(handle, 0, 0, NULL));
    }
    fixture_close(handle);
    fixture_remove(&file);
}

static void pages_are_counted_as_the_range_touches_them(void)
{
    need_feature(MMAPIO_FEATURE_FILE_RESIDENCY, "tell the residency of a file");

    uint64_t page = fixture_page_size();
    fixture_file file = fixture_patterned(10 * page + 1);
    const uint64_t cases[][3] = {{0, 0, 11},        {page - 1, 2, 2},  {page, page, 1},      {page, 0, 10},
                                 {page + 1, 0, 10}, {10 * page, 1, 1}, {10 * page + 1, 0, 0}};

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        CHECK_EQUAL(cases[i][2], file_report(file.handle, cases[i][0], cases[i][1]).pages);
        CHECK_EQUAL(cases[i][2], evict_file(file.handle, cases[i][0], cases[i][1]).pages);
    }
    fixture_remove(&file);
}

static void reports_too_short_are_refused(void)
{
    fixture_file file = fixture_patterned(100);
    mmapio_residency report;
    mmapio_eviction eviction;
    mmapio_error error = stale_error();

    CHECK_STATUS(MMAPIO_INVALID_ARGUMENT, mmapio_file_residency(file.handle, 0, 0, NULL, &error));
    CHECK_OWN_ERROR(MMAPIO_INVALID_ARGUMENT, error);
    error = stale_error();
    CHECK_STATUS(MMAPIO_INVALID_ARGUMENT, mmapio_file_evict(file.handle, 0, 0, NULL, &error));
    CHECK_OWN_ERROR(MMAPIO_INVALID_ARGUMENT, error);
    for (uint32_t size = 0; size < offsetof(mmapio_residency, pages); size++) {
        report.struct_size = size;
        eviction.struct_size = size;
        CHECK_STATUS(MMAPIO_INVALID_ARGUMENT, mmapio_file_residency(file.handle, 0, 0, &report, NULL));
        CHECK_STATUS(MMAPIO_INVALID_ARGUMENT, mmapio_file_evict(file.handle, 0, 0, &eviction, NULL));
    }
    fixture_remove(&file);
}

static void unknown_advice_is_refused(void)
{
    fixture_file file = fixture_patterned(100);

    for (uint64_t number = MMAPIO_FADV_NOREUSE + 1; number < UINT64_C(1) << 32; number *= 2) {
        mmapio_error error = stale_error();
        uint32_t outcome = 99;
        CHECK_STATUS(MMAPIO_INVALID_ARGUMENT,
                     mmapio_file_advise(file.handle, 0, 0, (uint32_t)number, &outcome, &error));
        CHECK_OWN_ERROR(MMAPIO_INVALID_ARGUMENT, error);
        CHECK_EQUAL(MMAPIO_ADVICE_IGNORED, outcome);
    }
    fixture_remove(&file);
}

/* Advice about an open file as a whole reaches further than a part of it that was named. */
static void outcomes_are_those_that_caps_announces(void)
{
    mmapio_caps caps = caps_here();
    fixture_file file = fixture_patterned(LENGTH);

    for (uint32_t advice = 0; advice <= MMAPIO_FADV_NOREUSE; advice++) {
        bool is_partial_exact = advice == MMAPIO_FADV_WILLNEED || advice == MMAPIO_FADV_DONTNEED;
        uint32_t expected = (caps.file_advice_applied >> advice & 1) != 0        ? MMAPIO_ADVICE_APPLIED
                            : (caps.file_advice_approximated >> advice & 1) != 0 ? MMAPIO_ADVICE_APPROXIMATED
                                                                                 : MMAPIO_ADVICE_IGNORED;
        uint32_t outcome = 99;
        expected = fixture_disk_is_memory() ? MMAPIO_ADVICE_IGNORED : expected;
        CHECK_OK(mmapio_file_advise(file.handle, 0, 0, advice, &outcome, NULL));
        CHECK_EQUAL(expected, outcome);
        outcome = 99;
        CHECK_OK(mmapio_file_advise(file.handle, 1, 100, advice, &outcome, NULL));
        CHECK_EQUAL(expected == MMAPIO_ADVICE_APPLIED && !is_partial_exact ? MMAPIO_ADVICE_APPROXIMATED : expected,
                    outcome);
        CHECK_OK(mmapio_file_advise(file.handle, 0, 0, advice, NULL, NULL));
    }
    fixture_remove(&file);
}

TEST_MAIN(TEST(every_call_takes_every_range_and_leaves_nothing_behind), TEST(a_range_outside_of_the_file_is_refused),
          TEST(an_empty_file_has_no_pages), TEST(what_is_no_regular_file_is_unsupported),
          TEST(no_handle_and_a_closed_one_are_refused), TEST(a_handle_for_reading_is_enough),
          TEST(pages_are_counted_as_the_range_touches_them), TEST(reports_too_short_are_refused),
          TEST(unknown_advice_is_refused), TEST(outcomes_are_those_that_caps_announces))
