/* test_linux_lock.c - how much the kernel has locked, after each call that locks or fails to. */
#include "child.h"
#include "linux_mappings.h"
#include "linux_residency.h"

#include <errno.h>

static void locking_counts_every_page_the_range_touches(void)
{
    need_locks_that_count();

    uint64_t page = fixture_page_size();
    fixture_file file = fixture_patterned(20 * page);
    mmapio_map *map = map_part(file.handle, READ_ONLY, SHARED, 100, 0);
    uint64_t before = locked_bytes();

    CHECK_OK(mmapio_map_lock(map, 2 * page - 101, 2, 0, NULL));
    CHECK_EQUAL(before + 2 * page, locked_bytes());
    CHECK_OK(mmapio_map_lock(map, 10 * page - 100, page, 0, NULL));
    CHECK_EQUAL(before + 3 * page, locked_bytes());
    CHECK_OK(mmapio_map_unlock(map, 2 * page - 100, 1, NULL));
    CHECK_EQUAL(before + 2 * page, locked_bytes());
    CHECK_OK(mmapio_map_unlock(map, 0, mmapio_map_length(map), NULL));
    CHECK_EQUAL(before, locked_bytes());
    close_map(map);
    fixture_remove(&file);
}

static void locks_do_not_nest_and_closing_ends_them(void)
{
    need_locks_that_count();

    uint64_t page = fixture_page_size();
    mmapio_map *map = map_memory(PRIVATE, 5 * page);
    uint64_t before = locked_bytes();

    CHECK_OK(mmapio_map_lock(map, 0, 5 * page, 0, NULL));
    CHECK_OK(mmapio_map_lock(map, 0, 5 * page, 0, NULL));
    CHECK_EQUAL(before + 5 * page, locked_bytes());
    CHECK_OK(mmapio_map_unlock(map, 0, 5 * page, NULL));
    CHECK_EQUAL(before, locked_bytes());
    CHECK_OK(mmapio_map_lock(map, page, page, 0, NULL));
    close_map(map);
    CHECK_EQUAL(before, locked_bytes());
}

static void locking_reads_the_pages_in_unless_on_fault(void)
{
    need_lock_on_fault();
    need_tmpfs();
    need_locks_that_count();

    uint64_t page = fixture_page_size();
    uint64_t before = locked_bytes();
    fixture_file file;
    mmapio_map *map;

    file = sparse_file(FIXTURE_MEMORY);
    map = map_page_by_page(file.handle, READ_WRITE, SHARED);
    CHECK_OK(mmapio_map_lock(map, 0, 20 * page, MMAPIO_LOCK_ON_FAULT, NULL));
    CHECK_EQUAL(before + 20 * page, locked_bytes());
    CHECK_EQUAL(0, resident_pages(map));
    touch(map, 3, 'x');
    CHECK_EQUAL(1, resident_pages(map));
    CHECK_OK(mmapio_map_lock(map, 10 * page, 10 * page, 0, NULL));
    CHECK_EQUAL(11, resident_pages(map));
    CHECK_EQUAL(before + 20 * page, locked_bytes());
    close_map(map);
    fixture_remove(&file);
}

static void a_map_made_locked_is_locked_and_read_in(void)
{
    need_tmpfs();
    need_locks_that_count();

    uint64_t page = fixture_page_size();
    mmapio_map_options options = options_of(READ_ONLY, SHARED | MMAPIO_MAP_LOCKED, 0, 8 * page);
    uint64_t before = locked_bytes();
    mmapio_map *map = NULL;
    fixture_file file;

    file = sparse_file(FIXTURE_MEMORY);
    CHECK_OK(mmapio_map_file(file.handle, &options, &map, NULL));
    CHECK_EQUAL(before + 8 * page, locked_bytes());
    CHECK_EQUAL(8, resident_pages(map));
    close_map(map);
    CHECK_EQUAL(before, locked_bytes());
    fixture_remove(&file);
}

static void locking_past_the_end_of_the_file_faults_and_locks_nothing(void)
{
    need_a_real_kernel();
    need_locks_that_count();

    uint64_t page = fixture_page_size();
    fixture_file file = fixture_patterned(8 * page);
    mmapio_map *map = map_whole(file.handle, READ_ONLY, SHARED);
    mmapio_map_options locked = options_of(READ_ONLY, SHARED | MMAPIO_MAP_LOCKED, 0, 8 * page);
    mmapio_map *other = NULL;
    uint64_t before = locked_bytes();
    mmapio_error error = stale_error();

    CHECK(fixture_resize(file.handle, 4 * page));
    CHECK_STATUS(MMAPIO_FAULT, mmapio_map_lock(map, 0, 8 * page, 0, &error));
    CHECK_ERRNO(MMAPIO_FAULT, ENOMEM, "mlock", error);
    CHECK_EQUAL(before, locked_bytes());
    CHECK_STATUS(MMAPIO_FAULT, mmapio_map_file(file.handle, &locked, &other, &error));
    CHECK_STATUS(MMAPIO_FAULT, error.status);
    CHECK(other == NULL);
    CHECK_EQUAL(before, locked_bytes());
    CHECK_EQUAL(1, fixture_mappings_of(&file));
    CHECK_OK(mmapio_map_lock(map, 0, 4 * page, 0, NULL));
    CHECK_EQUAL(before + 4 * page, locked_bytes());
    close_map(map);
    fixture_remove(&file);
}

/* mlock(2) has one errno for both; the limit is not reached here, and raising it would not help. */
static void locking_what_may_not_be_read_is_not_blamed_on_the_limit(void)
{
    need_lock_on_fault();
    need_a_real_kernel();
    need_locks_that_count();

    uint64_t page = fixture_page_size();
    mmapio_map *map = map_memory(PRIVATE, 4 * page);
    mmapio_status status;

    CHECK_OK(mmapio_map_protect(map, 0, 4 * page, MMAPIO_PROT_NONE, NULL));
    status = mmapio_map_lock(map, 0, 4 * page, 0, NULL);
    CHECK(status == MMAPIO_ACCESS_DENIED || status == MMAPIO_FAULT);
    close_map(map);
}

static void limit_locks(rlim_t bytes)
{
    const struct rlimit limit = {bytes, bytes};

    CHECK_EQUAL(0, setrlimit(RLIMIT_MEMLOCK, &limit));
    child_become_ordinary();
}

static void lock_over_the_limit(void *unused)
{
    enum { ALLOWED = 64 * 1024, MORE = 1024 * 1024 };
    mmapio_map_options locked = options_of(READ_WRITE, PRIVATE | MMAPIO_MAP_LOCKED, 0, MORE);
    mmapio_error error = stale_error();
    mmapio_map *map;
    mmapio_map *other = NULL;

    (void)unused;
    limit_locks(ALLOWED);
    map = map_memory(PRIVATE, MORE);
    CHECK_STATUS(MMAPIO_LIMIT_REACHED, mmapio_map_lock(map, 0, MORE, 0, &error));
    CHECK_ERRNO(MMAPIO_LIMIT_REACHED, ENOMEM, "mlock", error);
    CHECK_EQUAL(0, locked_bytes());
    CHECK_STATUS(MMAPIO_LIMIT_REACHED, mmapio_map_anonymous(&locked, &other, &error));
    CHECK_STATUS(MMAPIO_LIMIT_REACHED, error.status);
    CHECK(other == NULL);
    CHECK_OK(mmapio_map_lock(map, 0, ALLOWED, 0, NULL));
    CHECK_EQUAL(ALLOWED, locked_bytes());
    close_map(map);
}

static void locking_more_than_the_limit_is_refused(void)
{
    need_locks_that_count();
    child_must_pass(lock_over_the_limit, NULL);
}

/* Finding out why the lock failed must not cost what the limit was there to save. */
static void lock_sparse_over_the_limit(void *argument)
{
    const fixture_file *file = argument;
    mmapio_map *map;

    map = map_page_by_page(file->handle, READ_WRITE, SHARED);
    limit_locks((rlim_t)(2 * fixture_page_size()));
    CHECK_STATUS(MMAPIO_LIMIT_REACHED, mmapio_map_lock(map, 0, mmapio_map_length(map), 0, NULL));
    close_map(map);
}

static void a_lock_over_the_limit_reads_nothing_in(void)
{
    need_lock_on_fault();
    need_tmpfs();
    need_locks_that_count();

    fixture_file file;
    mmapio_map *map;

    file = sparse_file(FIXTURE_MEMORY);
    child_must_pass(lock_sparse_over_the_limit, &file);
    map = map_page_by_page(file.handle, READ_ONLY, SHARED);
    CHECK_EQUAL(0, resident_pages(map));
    close_map(map);
    fixture_remove(&file);
}

static void lock_without_any_allowance(void *argument)
{
    const mmapio_caps *caps = argument;
    mmapio_map *map = map_memory(PRIVATE, 100);
    mmapio_error error = stale_error();

    limit_locks(0);
    CHECK_STATUS(MMAPIO_LIMIT_REACHED, mmapio_map_lock(map, 0, 100, 0, &error));
    CHECK_ERRNO(MMAPIO_LIMIT_REACHED, EPERM, "mlock", error);
    if ((caps->features & MMAPIO_FEATURE_LOCK_ON_FAULT) != 0) {
        CHECK_STATUS(MMAPIO_LIMIT_REACHED, mmapio_map_lock(map, 0, 100, MMAPIO_LOCK_ON_FAULT, &error));
        CHECK_ERRNO(MMAPIO_LIMIT_REACHED, EPERM, "mlock2", error);
    }
    close_map(map);
}

static void a_limit_of_zero_is_a_limit(void)
{
    mmapio_caps caps = caps_here();

    need_locks_that_count();
    child_must_pass(lock_without_any_allowance, &caps);
}

/* The range is two mappings to the kernel, and the second has to be split, which is one too many. */
static void lock_without_a_mapping_left(void *unused)
{
    uint64_t page = fixture_page_size();
    mmapio_map *map = map_memory(PRIVATE, 20 * page);
    uint64_t before;

    (void)unused;
    CHECK_OK(mmapio_map_protect(map, 10 * page, 10 * page, MMAPIO_PROT_READ, NULL));
    before = locked_bytes();
    (void)mappings_use_up();
    CHECK(mmapio_map_lock(map, 0, 15 * page, 0, NULL) < 0);
    CHECK_EQUAL(before, locked_bytes());
}

static void a_lock_that_fails_half_way_leaves_nothing_locked(void)
{
    need_a_real_kernel();
    need_locks_that_count();
    need_an_allocator_without_mappings();
    child_must_pass(lock_without_a_mapping_left, NULL);
}

TEST_MAIN(TEST(a_lock_that_fails_half_way_leaves_nothing_locked), TEST(locking_counts_every_page_the_range_touches),
          TEST(locks_do_not_nest_and_closing_ends_them), TEST(locking_reads_the_pages_in_unless_on_fault),
          TEST(a_map_made_locked_is_locked_and_read_in),
          TEST(locking_past_the_end_of_the_file_faults_and_locks_nothing),
          TEST(locking_what_may_not_be_read_is_not_blamed_on_the_limit), TEST(locking_more_than_the_limit_is_refused),
          TEST(a_lock_over_the_limit_reads_nothing_in), TEST(a_limit_of_zero_is_a_limit))
