/* test_linux_advise.c - that advice on Linux has the effect madvise(2) describes. */
#include "child.h"
#include "linux_proc.h"
#include "maps.h"

#include <errno.h>
#include <sys/stat.h>
#include <sys/sysinfo.h>

enum { LOSS = MMAPIO_MADV_ALLOW_LOSS, PAGES = 8 };

static void advise_all(mmapio_map *map, uint32_t advice)
{
    uint32_t outcome = 99;

    CHECK_OK(mmapio_map_advise(map, 0, mmapio_map_length(map), advice, &outcome, NULL));
    CHECK_EQUAL(MMAPIO_ADVICE_APPLIED, outcome);
}

static void check_all(const mmapio_map *map, unsigned char expected)
{
    for (uint64_t i = 0; i < mmapio_map_length(map); i++) {
        CHECK_EQUAL(expected, bytes_of(map)[i]);
    }
}

static mmapio_map *filled_memory(void)
{
    mmapio_map *map = map_memory(PRIVATE, PAGES * fixture_page_size());

    memset(mmapio_map_data(map), 'x', PAGES * fixture_page_size());
    return map;
}

static void dontneed_with_leave_zeroes_private_memory(void)
{
    mmapio_map *map = filled_memory();

    advise_all(map, MMAPIO_MADV_DONTNEED | LOSS);
    check_all(map, 0);
    close_map(map);
}

static void dontneed_with_leave_undoes_private_writes_to_a_file(void)
{
    fixture_file file = fixture_patterned(10000);
    mmapio_map *map = map_whole(file.handle, READ_WRITE, PRIVATE);

    memset(mmapio_map_data(map), 'x', 10000);
    advise_all(map, MMAPIO_MADV_DONTNEED | LOSS);
    CHECK_EQUAL(fixture_pattern(0), bytes_of(map)[0]);
    CHECK_EQUAL(fixture_pattern(9999), bytes_of(map)[9999]);
    close_map(map);
    fixture_remove(&file);
}

/* Two bytes, one on each side of a page boundary: both pages are acted on as a whole, the next one is not. */
static void an_unaligned_range_acts_on_every_page_it_touches(void)
{
    uint64_t page = fixture_page_size();
    mmapio_map *map = filled_memory();
    uint32_t outcome = 99;

    CHECK_OK(mmapio_map_advise(map, 2 * page - 1, 2, MMAPIO_MADV_DONTNEED | LOSS, &outcome, NULL));
    CHECK_EQUAL(MMAPIO_ADVICE_APPLIED, outcome);
    CHECK_EQUAL('x', bytes_of(map)[page - 1]);
    CHECK_EQUAL(0, bytes_of(map)[page]);
    CHECK_EQUAL(0, bytes_of(map)[3 * page - 1]);
    CHECK_EQUAL('x', bytes_of(map)[3 * page]);
    close_map(map);
}

static void free_with_leave_is_taken_back_by_writing(void)
{
    mmapio_map *map = filled_memory();

    advise_all(map, MMAPIO_MADV_FREE | LOSS);
    /* Until memory gets short the old bytes may still be there; then they are zeros. */
    CHECK(bytes_of(map)[0] == 'x' || bytes_of(map)[0] == 0);
    memset(mmapio_map_data(map), 'y', mmapio_map_length(map));
    check_all(map, 'y');
    close_map(map);
}

static void check_hole(fixture_place place)
{
    uint64_t page = fixture_page_size();
    fixture_file file = fixture_create(place);
    struct stat before;
    struct stat after;
    unsigned char bytes[2];
    uint32_t outcome = 99;
    mmapio_map *map;

    CHECK(fixture_resize(file.handle, PAGES * page));
    map = map_whole(file.handle, READ_WRITE, SHARED);
    memset(mmapio_map_data(map), 'x', PAGES * page);
    CHECK_OK(mmapio_map_sync(map, 0, PAGES * page, MMAPIO_MS_SYNC, NULL));
    CHECK_EQUAL(0, fstat((int)file.handle, &before));
    CHECK_OK(mmapio_map_advise(map, 2 * page, 3 * page, MMAPIO_MADV_REMOVE | LOSS, &outcome, NULL));
    CHECK_EQUAL(MMAPIO_ADVICE_APPLIED, outcome);
    CHECK_EQUAL(0, fstat((int)file.handle, &after));
    CHECK_EQUAL(before.st_size, after.st_size);
    CHECK_EQUAL((blkcnt_t)(3 * page / 512), before.st_blocks - after.st_blocks);
    CHECK_EQUAL(0, bytes_of(map)[2 * page]);
    CHECK_EQUAL(0, bytes_of(map)[5 * page - 1]);
    fixture_read(file.handle, 2 * page - 1, bytes, 2);
    CHECK_EQUAL('x', bytes[0]);
    CHECK_EQUAL(0, bytes[1]);
    CHECK_EQUAL('x', bytes_of(map)[5 * page]);
    close_map(map);
    fixture_remove(&file);
}

static void remove_with_leave_punches_a_hole_on_disk(void)
{
    need_a_real_kernel();
    check_hole(FIXTURE_DISK);
}

static void remove_with_leave_punches_a_hole_in_memory(void)
{
    need_a_real_kernel();
    need_tmpfs();
    check_hole(FIXTURE_MEMORY);
}

/* madvise(2): EINVAL for shared maps and files. A hint that does not fit the mapping is ignored, not failed. */
static void advice_for_another_kind_of_mapping_is_ignored(void)
{
    need_a_real_kernel();

    fixture_file file = fixture_patterned(10000);
    mmapio_map *map = map_whole(file.handle, READ_WRITE, SHARED);
    mmapio_error error = stale_error();
    uint32_t outcome = 99;

    CHECK_OK(mmapio_map_advise(map, 0, 10000, MMAPIO_MADV_FREE | LOSS, &outcome, &error));
    CHECK_OWN_ERROR(MMAPIO_OK, error);
    CHECK_EQUAL(MMAPIO_ADVICE_IGNORED, outcome);
    CHECK_OK(mmapio_map_advise(map, 0, 10000, MMAPIO_MADV_WIPEONFORK, &outcome, NULL));
    CHECK_EQUAL(MMAPIO_ADVICE_IGNORED, outcome);
    CHECK_EQUAL(fixture_pattern(1), bytes_of(map)[1]);
    close_map(map);
    fixture_remove(&file);
}

static bool has_swap(void)
{
    struct sysinfo info;

    CHECK_EQUAL(0, sysinfo(&info));
    return info.totalswap != 0;
}

static uint32_t outcome_of(mmapio_map *map, uint32_t advice)
{
    uint32_t outcome = 99;

    CHECK_OK(mmapio_map_advise(map, 0, mmapio_map_length(map), advice, &outcome, NULL));
    return outcome;
}

/* The kernel says yes to all of these. */
static void advice_that_has_no_effect_is_ignored(void)
{
    uint32_t by_swap = has_swap() ? MMAPIO_ADVICE_APPLIED : MMAPIO_ADVICE_IGNORED;
    fixture_file file;
    mmapio_map *map;
    uint32_t outcome = 99;

    need_a_real_kernel();
    need_tmpfs();
    file = fixture_create(FIXTURE_MEMORY);
    CHECK(fixture_resize(file.handle, 10000));
    map = map_whole(file.handle, READ_WRITE, SHARED);
    CHECK_EQUAL(MMAPIO_ADVICE_IGNORED, outcome_of(map, MMAPIO_MADV_MERGEABLE));
    CHECK_EQUAL(MMAPIO_ADVICE_IGNORED, outcome_of(map, MMAPIO_MADV_UNMERGEABLE));
    CHECK_EQUAL(by_swap, outcome_of(map, MMAPIO_MADV_WILLNEED));
    CHECK_EQUAL(by_swap, outcome_of(map, MMAPIO_MADV_PAGEOUT));
    CHECK_OK(mmapio_map_prefetch(map, 0, 10000, &outcome, NULL));
    CHECK_EQUAL(by_swap, outcome);
    close_map(map);
    fixture_remove(&file);
    map = map_memory(PRIVATE, 10000);
    CHECK_EQUAL(by_swap, outcome_of(map, MMAPIO_MADV_PAGEOUT));
    close_map(map);
}

static void populating_what_may_not_be_written_is_denied(void)
{
    need_a_real_kernel();
    if ((caps_here().advice_applied & (UINT64_C(1) << MMAPIO_MADV_POPULATE_WRITE)) == 0) {
        SKIP("this kernel does not know the advice");
    }

    fixture_file file = fixture_patterned(10000);
    mmapio_map *map = map_whole(file.handle, READ_ONLY, SHARED);
    mmapio_error error = stale_error();
    uint32_t outcome = 99;

    CHECK_STATUS(MMAPIO_ACCESS_DENIED, mmapio_map_advise(map, 0, 10000, MMAPIO_MADV_POPULATE_WRITE, &outcome, &error));
    CHECK_ERRNO(MMAPIO_ACCESS_DENIED, EINVAL, "madvise", error);
    CHECK_EQUAL(MMAPIO_ADVICE_IGNORED, outcome);
    CHECK_EQUAL(MMAPIO_ADVICE_APPLIED, outcome_of(map, MMAPIO_MADV_POPULATE_READ));
    close_map(map);
    fixture_remove(&file);
}

static void populating_past_the_end_of_the_file_faults(void)
{
    need_a_real_kernel();

    uint64_t page = fixture_page_size();
    fixture_file file = fixture_patterned(page);
    mmapio_map *map = map_part(file.handle, READ_WRITE, SHARED, 0, 2 * page);
    mmapio_error error = stale_error();
    uint32_t outcome = 99;

    if ((caps_here().advice_applied & UINT64_C(1) << MMAPIO_MADV_POPULATE_READ) == 0) {
        SKIP("this kernel lacks MADV_POPULATE_READ");
    }
    CHECK_STATUS(MMAPIO_FAULT, mmapio_map_advise(map, 0, 2 * page, MMAPIO_MADV_POPULATE_READ, &outcome, &error));
    CHECK_ERRNO(MMAPIO_FAULT, EFAULT, "madvise", error);
    CHECK_EQUAL(MMAPIO_ADVICE_IGNORED, outcome);
    CHECK_STATUS(MMAPIO_FAULT, mmapio_map_advise(map, page, page, MMAPIO_MADV_POPULATE_WRITE, NULL, NULL));
    close_map(map);
    fixture_remove(&file);
}

static void expect_zero(void *address)
{
    CHECK_EQUAL(0, *(unsigned char *)address);
}

static void expect_filled(void *address)
{
    CHECK_EQUAL('x', *(unsigned char *)address);
}

static void a_child_sees_zeros_after_wipeonfork(void)
{
    need_a_real_kernel();

    mmapio_map *map = filled_memory();

    advise_all(map, MMAPIO_MADV_WIPEONFORK);
    child_must_pass(expect_zero, mmapio_map_data(map));
    CHECK_EQUAL('x', bytes_of(map)[0]);
    advise_all(map, MMAPIO_MADV_KEEPONFORK);
    child_must_pass(expect_filled, mmapio_map_data(map));
    close_map(map);
}

static void the_advice_of_a_new_map_is_given(void)
{
    need_a_real_kernel();

    mmapio_map_options options = options_of(READ_WRITE, PRIVATE, 0, 10000);
    mmapio_map *map = NULL;

    options.advice = MMAPIO_MADV_WIPEONFORK;
    CHECK_OK(mmapio_map_anonymous(&options, &map, NULL));
    bytes_of(map)[9999] = 'x';
    child_must_pass(expect_zero, bytes_of(map) + 9999);
    close_map(map);
}

static void a_child_lacks_the_range_after_dontfork(void)
{
    need_a_real_kernel();

    if (UNDER_THREAD_SANITIZER) {
        SKIP("ThreadSanitizer maps memory of its own in a child, which may come to lie where the range is missing");
    }

    mmapio_map *map = filled_memory();

    advise_all(map, MMAPIO_MADV_DONTFORK);
    CHECK_EQUAL(-SIGSEGV, child_run(child_reads, mmapio_map_data(map)));
    advise_all(map, MMAPIO_MADV_DOFORK);
    child_must_pass(expect_filled, mmapio_map_data(map));
    close_map(map);
}

TEST_MAIN(TEST(dontneed_with_leave_zeroes_private_memory), TEST(dontneed_with_leave_undoes_private_writes_to_a_file),
          TEST(an_unaligned_range_acts_on_every_page_it_touches), TEST(free_with_leave_is_taken_back_by_writing),
          TEST(remove_with_leave_punches_a_hole_on_disk), TEST(remove_with_leave_punches_a_hole_in_memory),
          TEST(advice_for_another_kind_of_mapping_is_ignored), TEST(advice_that_has_no_effect_is_ignored),
          TEST(populating_what_may_not_be_written_is_denied), TEST(populating_past_the_end_of_the_file_faults),
          TEST(a_child_sees_zeros_after_wipeonfork), TEST(the_advice_of_a_new_map_is_given),
          TEST(a_child_lacks_the_range_after_dontfork))
