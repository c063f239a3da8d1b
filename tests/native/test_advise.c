/* test_advise.c - which advice there is, what may lose data, and that the outcome is what mmapio_caps announces. */
#include "maps.h"

enum { LAST = MMAPIO_MADV_COLLAPSE, LOSS = MMAPIO_MADV_ALLOW_LOSS, PAGES = 8 };

static bool is_advice(uint32_t number)
{
    return number <= 4 || (number >= 8 && number <= LAST);
}

static mmapio_map *filled_memory(uint32_t flags)
{
    mmapio_map *map = map_memory(flags, PAGES * fixture_page_size());

    memset(mmapio_map_data(map), 'x', PAGES * fixture_page_size());
    return map;
}

static void check_filled(const mmapio_map *map)
{
    for (uint64_t i = 0; i < mmapio_map_length(map); i++) {
        CHECK_EQUAL('x', bytes_of(map)[i]);
    }
}

static void unknown_numbers_are_refused(void)
{
    mmapio_map *map = filled_memory(PRIVATE);
    uint64_t length = mmapio_map_length(map);

    for (uint64_t number = 0; number < (UINT64_C(1) << 32); number = number < 200 ? number + 1 : number * 2) {
        mmapio_error error = stale_error();
        uint32_t outcome = 99;
        if (is_advice((uint32_t)number & ~(uint32_t)LOSS)) {
            continue;
        }
        CHECK_STATUS(MMAPIO_INVALID_ARGUMENT, mmapio_map_advise(map, 0, length, (uint32_t)number, &outcome, &error));
        CHECK_OWN_ERROR(MMAPIO_INVALID_ARGUMENT, error);
        CHECK_EQUAL(MMAPIO_ADVICE_IGNORED, outcome);
        CHECK_STATUS(MMAPIO_INVALID_ARGUMENT, mmapio_map_advise(map, 0, length, (uint32_t)number | LOSS, NULL, NULL));
    }
    check_filled(map);
    close_map(map);
}

static void check_needs_leave(mmapio_map *map, uint32_t advice)
{
    mmapio_error error = stale_error();
    uint32_t outcome = 99;

    CHECK_STATUS(MMAPIO_INVALID_ARGUMENT, mmapio_map_advise(map, 0, mmapio_map_length(map), advice, &outcome, &error));
    CHECK_OWN_ERROR(MMAPIO_INVALID_ARGUMENT, error);
    CHECK_EQUAL(MMAPIO_ADVICE_IGNORED, outcome);
    check_filled(map);
}

static void advice_that_destroys_is_refused_without_leave(void)
{
    fixture_file file = fixture_create(FIXTURE_DISK);
    uint64_t length = PAGES * fixture_page_size();
    mmapio_map *memory = filled_memory(PRIVATE);
    mmapio_map *shared_memory = filled_memory(SHARED);
    mmapio_map *shared;
    mmapio_map *private;

    CHECK(fixture_resize(file.handle, length));
    shared = map_whole(file.handle, READ_WRITE, SHARED);
    private = map_whole(file.handle, READ_WRITE, PRIVATE);
    memset(mmapio_map_data(shared), 'x', length);
    memset(mmapio_map_data(private), 'x', length);
    check_needs_leave(memory, MMAPIO_MADV_DONTNEED);
    check_needs_leave(memory, MMAPIO_MADV_DONTNEED_LOCKED);
    check_needs_leave(memory, MMAPIO_MADV_FREE);
    check_needs_leave(memory, MMAPIO_MADV_REMOVE);
    check_needs_leave(private, MMAPIO_MADV_DONTNEED);
    check_needs_leave(private, MMAPIO_MADV_DONTNEED_LOCKED);
    check_needs_leave(private, MMAPIO_MADV_FREE);
    check_needs_leave(shared, MMAPIO_MADV_REMOVE);
    check_needs_leave(shared, MMAPIO_MADV_FREE);
    check_needs_leave(shared_memory, MMAPIO_MADV_REMOVE);
    close_map(memory);
    close_map(shared_memory);
    close_map(shared);
    close_map(private);
    fixture_remove(&file);
}

/* The file is not its to change, and to say that nothing was done would sound like a system without holes. */
static void a_private_map_cannot_punch_a_hole_into_its_file(void)
{
    uint64_t length = PAGES * fixture_page_size();
    fixture_file file = fixture_patterned(length);
    mmapio_map *map = map_whole(file.handle, READ_WRITE, PRIVATE);
    uint32_t outcome = 99;
    unsigned char byte = 0;

    if (!on_windows()) {
        need_a_real_kernel();
    }
    CHECK_STATUS(MMAPIO_ACCESS_DENIED, mmapio_map_advise(map, 0, length, MMAPIO_MADV_REMOVE | LOSS, &outcome, NULL));
    CHECK_EQUAL(MMAPIO_ADVICE_IGNORED, outcome);
    fixture_read(file.handle, 1, &byte, 1);
    CHECK_EQUAL(fixture_pattern(1), byte);
    close_map(map);
    fixture_remove(&file);
}

/* Whatever the handle would permit. */
static void remove_through_a_map_for_reading_is_denied(void)
{
    const uint32_t remove = MMAPIO_MADV_REMOVE | MMAPIO_MADV_ALLOW_LOSS;
    fixture_file file = fixture_patterned(10000);
    mmapio_map_options options = options_of(READ_ONLY, SHARED, 0, 0);
    mmapio_map *map = map_whole(file.handle, READ_ONLY, SHARED);
    mmapio_error error = stale_error();
    unsigned char byte = 0;
    uint32_t outcome = 99;

    CHECK_STATUS(MMAPIO_ACCESS_DENIED, mmapio_map_advise(map, 0, 10000, remove, &outcome, &error));
    CHECK_OWN_ERROR(MMAPIO_ACCESS_DENIED, error);
    CHECK_EQUAL(MMAPIO_ADVICE_IGNORED, outcome);
    CHECK_EQUAL(fixture_pattern(1), bytes_of(map)[1]);
    close_map(map);
    /* Nor as a hint that cannot fail. */
    options.advice = remove;
    CHECK_OK(mmapio_map_file(file.handle, &options, &map, NULL));
    fixture_read(file.handle, 1, &byte, 1);
    CHECK_EQUAL(fixture_pattern(1), byte);
    close_map(map);
    fixture_remove(&file);
}

static void dropping_a_shared_map_needs_no_leave_and_keeps_the_data(void)
{
    fixture_file file = fixture_create(FIXTURE_DISK);
    uint64_t length = PAGES * fixture_page_size();
    mmapio_map *map;

    CHECK(fixture_resize(file.handle, length));
    map = map_whole(file.handle, READ_WRITE, SHARED);
    memset(mmapio_map_data(map), 'x', length);
    CHECK_OK(mmapio_map_advise(map, 0, length, MMAPIO_MADV_DONTNEED, NULL, NULL));
    check_filled(map);
    CHECK_OK(mmapio_map_advise(map, 0, length, MMAPIO_MADV_DONTNEED_LOCKED, NULL, NULL));
    check_filled(map);
    close_map(map);
    fixture_remove(&file);
}

static void no_harmless_advice_changes_what_is_read(void)
{
    mmapio_map *map = filled_memory(PRIVATE);
    uint64_t length = mmapio_map_length(map);

    for (uint32_t advice = 0; advice <= LAST; advice++) {
        uint32_t outcome = 99;
        if (!is_advice(advice) || advice == MMAPIO_MADV_DONTNEED || advice == MMAPIO_MADV_DONTNEED_LOCKED ||
            advice == MMAPIO_MADV_FREE || advice == MMAPIO_MADV_REMOVE) {
            continue;
        }
        CHECK_OK(mmapio_map_advise(map, 0, length, advice, &outcome, NULL));
        CHECK(outcome <= MMAPIO_ADVICE_APPLIED);
        /* Leave to lose data is not a reason to refuse advice that loses none. */
        CHECK_OK(mmapio_map_advise(map, 0, length, advice | LOSS, &outcome, NULL));
        check_filled(map);
    }
    close_map(map);
}

/* The kind of mapping an advice is made for: files that can be read ahead and have holes punched, or memory. */
static bool wants_a_file(uint32_t advice)
{
    return advice == MMAPIO_MADV_WILLNEED || advice == MMAPIO_MADV_REMOVE;
}

/* Large enough to hold a huge page wherever it begins, and not advised against. */
static mmapio_map *memory_for_huge_pages(void)
{
    mmapio_map_options options = options_of(READ_WRITE, PRIVATE, 0, 5 << 20);
    mmapio_map *map = NULL;

    CHECK_OK(mmapio_map_anonymous(&options, &map, NULL));
    memset(mmapio_map_data(map), 'x', 5 << 20);
    return map;
}

/* What the system has, and may all the same not do for this mapping today. */
static bool may_be_ignored(uint32_t advice)
{
    /* Huge pages cannot be made when none are free, and may be switched off. Memory is paged out to swap, and read in
     * from there, if there is any. Wine cannot zero a part of a file. */
    return advice == MMAPIO_MADV_COLLAPSE || advice == MMAPIO_MADV_HUGEPAGE || advice == MMAPIO_MADV_PAGEOUT ||
           (advice == MMAPIO_MADV_WILLNEED && fixture_disk_is_memory()) ||
           (advice == MMAPIO_MADV_REMOVE && on_windows() && fixture_emulated());
}

static void check_outcome(mmapio_map *map, uint32_t advice, const mmapio_caps *caps)
{
    uint64_t bit = UINT64_C(1) << advice;
    uint32_t expected = (caps->advice_applied & bit) != 0        ? MMAPIO_ADVICE_APPLIED
                        : (caps->advice_approximated & bit) != 0 ? MMAPIO_ADVICE_APPROXIMATED
                                                                 : MMAPIO_ADVICE_IGNORED;
    uint32_t outcome = 99;
    mmapio_error error = stale_error();

    CHECK_OK(mmapio_map_advise(map, 0, mmapio_map_length(map), advice | LOSS, &outcome, &error));
    CHECK_OWN_ERROR(MMAPIO_OK, error);
    if (may_be_ignored(advice) && outcome == MMAPIO_ADVICE_IGNORED) {
        return;
    }
    if (outcome != expected) {
        printf("  advice %u\n", (unsigned)advice);
    }
    CHECK_EQUAL(expected, outcome);
}

static void outcomes_are_those_that_caps_announces(void)
{
    mmapio_caps caps = caps_here();

    for (uint32_t advice = 0; advice <= LAST; advice++) {
        mmapio_map *map;
        fixture_file file;
        if (!is_advice(advice)) {
            continue;
        }
        if (wants_a_file(advice)) {
            file = fixture_patterned(PAGES * fixture_page_size());
            map = map_whole(file.handle, READ_WRITE, SHARED);
        } else if (advice == MMAPIO_MADV_COLLAPSE) {
            map = memory_for_huge_pages();
        } else {
            map = filled_memory(PRIVATE);
        }
        check_outcome(map, advice, &caps);
        close_map(map);
        if (wants_a_file(advice)) {
            fixture_remove(&file);
        }
    }
}

static void the_outcome_may_be_left_out(void)
{
    mmapio_map *map = filled_memory(PRIVATE);

    CHECK_OK(mmapio_map_advise(map, 0, 10, MMAPIO_MADV_RANDOM, NULL, NULL));
    CHECK_STATUS(MMAPIO_INVALID_ARGUMENT, mmapio_map_advise(map, 0, 10, 5, NULL, NULL));
    close_map(map);
}

static void an_empty_range_has_the_outcome_ignored(void)
{
    mmapio_map *map = filled_memory(PRIVATE);
    uint32_t outcome = 99;

    CHECK_OK(mmapio_map_advise(map, 5, 0, MMAPIO_MADV_DONTNEED | LOSS, &outcome, NULL));
    CHECK_EQUAL(MMAPIO_ADVICE_IGNORED, outcome);
    check_filled(map);
    close_map(map);
}

TEST_MAIN(TEST(unknown_numbers_are_refused), TEST(advice_that_destroys_is_refused_without_leave),
          TEST(a_private_map_cannot_punch_a_hole_into_its_file), TEST(remove_through_a_map_for_reading_is_denied),
          TEST(dropping_a_shared_map_needs_no_leave_and_keeps_the_data), TEST(no_harmless_advice_changes_what_is_read),
          TEST(outcomes_are_those_that_caps_announces), TEST(the_outcome_may_be_left_out),
          TEST(an_empty_range_has_the_outcome_ignored))
