/*
 * test_linux_old_kernel.c - the library on a kernel that lacks what this one has.
 *
 * A child forbids itself the newer calls with a seccomp filter, which answers as kernels did before they had them:
 * madvise 22 and up (5.14), cachestat (6.5), and in some tests mlock2 (4.4).
 */
#include "child.h"
#include "linux_filter.h"
#include "linux_residency.h"
#include "linux_small_disk.h"

#include <stdatomic.h>

/* What a kernel lacks besides the new advice and cachestat. */
typedef enum loss { NOTHING_ELSE = 0, LOSE_MLOCK2 = 1 } loss;

static void become_old(unsigned lost)
{
    struct sock_filter lines[] = {
        FILTER_LOAD(nr),
        FILTER_SKIP_UNLESS(SYS_madvise, 4),
        FILTER_LOAD(args[2]),
        FILTER_SKIP_BELOW(MMAPIO_MADV_POPULATE_READ, 1),
        FILTER_FAIL(EINVAL),
        FILTER_ALLOW,
        FILTER_SKIP_UNLESS(SYS_cachestat, 1),
        FILTER_FAIL(ENOSYS),
        FILTER_SKIP_UNLESS((lost & LOSE_MLOCK2) != 0 ? SYS_mlock2 : -1, 1),
        FILTER_FAIL(ENOSYS),
        FILTER_ALLOW,
    };

    filter_install(lines, sizeof lines / sizeof lines[0]);
}

static void ask_caps(void *unused)
{
    mmapio_caps caps;

    (void)unused;
    become_old(LOSE_MLOCK2);
    caps = caps_here();
    CHECK_EQUAL(0, caps.advice_applied >> MMAPIO_MADV_POPULATE_READ);
    CHECK((caps.advice_applied >> MMAPIO_MADV_WILLNEED & 1) != 0);
    CHECK_EQUAL(MMAPIO_FEATURE_POPULATE | MMAPIO_FEATURE_LOCK | MMAPIO_FEATURE_RESIDENCY | MMAPIO_FEATURE_GUARD |
                    MMAPIO_FEATURE_ZERO_FILL | MMAPIO_FEATURE_RESERVE | MMAPIO_FEATURE_EVICT |
                    MMAPIO_FEATURE_FILE_RESIDENCY | MMAPIO_FEATURE_FILE_EVICT,
                caps.features & (MMAPIO_FEATURE_SHARED - 1));
}

static void caps_lack_what_the_kernel_lacks(void)
{
    child_must_pass(ask_caps, NULL);
}

static void give_new_advice(void *unused)
{
    mmapio_map *map = map_memory(PRIVATE, 10000);
    mmapio_error error = stale_error();
    uint32_t outcome = 99;

    (void)unused;
    become_old(NOTHING_ELSE);
    CHECK_OK(mmapio_map_advise(map, 0, 10000, MMAPIO_MADV_COLLAPSE, &outcome, &error));
    CHECK_OWN_ERROR(MMAPIO_OK, error);
    CHECK_EQUAL(MMAPIO_ADVICE_IGNORED, outcome);
    close_map(map);
}

static void advice_the_kernel_does_not_know_is_ignored(void)
{
    child_must_pass(give_new_advice, NULL);
}

static void populate_each_page(void *argument)
{
    const fixture_file *file = argument;
    uint64_t page = fixture_page_size();
    mmapio_map *map = map_page_by_page(file->handle, READ_WRITE, SHARED);
    mmapio_error error = stale_error();

    become_old(NOTHING_ELSE);
    CHECK_OK(mmapio_map_populate(map, 10 * page - 1, 2, MMAPIO_PROT_READ, &error));
    CHECK_OWN_ERROR(MMAPIO_OK, error);
    CHECK_EQUAL(2, resident_pages(map));
    CHECK_OK(mmapio_map_populate(map, 0, PAGES * page, MMAPIO_PROT_READ, NULL));
    CHECK_EQUAL(PAGES, resident_pages(map));
    CHECK(fixture_resize(file->handle, 40 * page));
    CHECK_STATUS(MMAPIO_FAULT, mmapio_map_populate(map, 30 * page, 20 * page, MMAPIO_PROT_READ, &error));
    CHECK_ERRNO(MMAPIO_FAULT, EFAULT, "futex", error);
    close_map(map);
}

static void populating_reads_each_page_without_risk_of_a_signal(void)
{
    need_tmpfs();

    fixture_file file;

    file = sparse_file(FIXTURE_MEMORY);
    child_must_pass(populate_each_page, &file);
    fixture_remove(&file);
}

static void populate_for_writing(void *argument)
{
    const fixture_file *file = argument;
    uint64_t page = fixture_page_size();
    mmapio_map *map = map_page_by_page(file->handle, READ_WRITE, SHARED);
    mmapio_map *private = map_page_by_page(file->handle, READ_WRITE, PRIVATE);
    mmapio_map *reading = map_page_by_page(file->handle, READ_ONLY, SHARED);
    mmapio_error error = stale_error();

    become_old(NOTHING_ELSE);
    bytes_of(map)[10 * page] = 'x';
    CHECK_OK(mmapio_map_populate(map, 9 * page, 3 * page, MMAPIO_PROT_WRITE, &error));
    CHECK_OWN_ERROR(MMAPIO_OK, error);
    CHECK_EQUAL(3, resident_pages(map));
    CHECK_EQUAL('x', bytes_of(map)[10 * page]);
    CHECK_EQUAL(0, mapping_bytes(bytes_of(private), "Anonymous:"));
    CHECK_OK(mmapio_map_populate(private, 9 * page, 3 * page, MMAPIO_PROT_WRITE, NULL));
    CHECK_EQUAL(3 * page, mapping_bytes(bytes_of(private), "Anonymous:"));
    CHECK_EQUAL('x', bytes_of(private)[10 * page]);
    CHECK_STATUS(MMAPIO_ACCESS_DENIED, mmapio_map_populate(reading, 0, page, MMAPIO_PROT_WRITE, &error));
    CHECK_ERRNO(MMAPIO_ACCESS_DENIED, EFAULT, "futex", error);
    CHECK_OK(mmapio_map_protect(map, 9 * page, page, MMAPIO_PROT_READ, NULL));
    CHECK_STATUS(MMAPIO_ACCESS_DENIED, mmapio_map_populate(map, 8 * page, 2 * page, MMAPIO_PROT_WRITE, NULL));
    CHECK_OK(mmapio_map_populate(map, 8 * page, 2 * page, MMAPIO_PROT_READ, NULL));
    CHECK_OK(mmapio_map_protect(map, 9 * page, page, MMAPIO_PROT_NONE, NULL));
    CHECK_STATUS(MMAPIO_ACCESS_DENIED, mmapio_map_populate(map, 8 * page, 2 * page, MMAPIO_PROT_READ, NULL));
    CHECK(fixture_resize(file->handle, 40 * page));
    CHECK_STATUS(MMAPIO_FAULT, mmapio_map_populate(map, 30 * page, 20 * page, MMAPIO_PROT_WRITE, &error));
    CHECK_ERRNO(MMAPIO_FAULT, EFAULT, "futex", error);
    close_map(map);
    close_map(private);
    close_map(reading);
}

static void populating_for_writing_touches_each_page_without_risk_of_a_signal(void)
{
    need_tmpfs();

    fixture_file file;

    file = sparse_file(FIXTURE_MEMORY);
    child_must_pass(populate_for_writing, &file);
    fixture_remove(&file);
}

static void populate_a_full_disk(void *unused)
{
    uint64_t page = fixture_page_size();
    int file = file_on_a_small_disk();
    mmapio_map *map = map_whole(file, READ_WRITE, SHARED);
    mmapio_error error = stale_error();

    (void)unused;
    become_old(NOTHING_ELSE);
    CHECK_STATUS(MMAPIO_FAULT, mmapio_map_populate(map, 0, WANTED * page, MMAPIO_PROT_WRITE, &error));
    CHECK_ERRNO(MMAPIO_FAULT, EFAULT, "futex", error);
    close_map(map);
    (void)close(file);
}

static void a_full_disk_is_a_fault_there_too(void)
{
    need_a_real_kernel();
    child_must_pass(populate_a_full_disk, NULL);
}

/* Another thread counts in the very words that are touched: no increment may get lost. */
enum { INCREMENTS = 1 << 20, TOUCHED = 4 };

static void count_in_each_page(void *argument)
{
    mmapio_map *map = argument;

    for (uint32_t i = 0; i < INCREMENTS; i++) {
        void *word = bytes_of(map) + i % TOUCHED * fixture_page_size();
        (void)atomic_fetch_add((_Atomic(uint32_t) *)word, 1);
    }
}

static void populate_while_others_write(void *unused)
{
    uint64_t page = fixture_page_size();
    mmapio_map *map = map_memory(SHARED, TOUCHED * page);
    fixture_thread *thread;

    (void)unused;
    become_old(NOTHING_ELSE);
    thread = fixture_thread_start(count_in_each_page, map);
    for (int i = 0; i < 100000; i++) {
        CHECK_OK(mmapio_map_populate(map, 0, TOUCHED * page, MMAPIO_PROT_WRITE, NULL));
    }
    fixture_thread_join(thread);
    for (uint64_t i = 0; i < TOUCHED; i++) {
        uint32_t count;
        memcpy(&count, bytes_of(map) + i * page, sizeof count);
        CHECK_EQUAL(INCREMENTS / TOUCHED, count);
    }
    close_map(map);
}

static void populating_for_writing_undoes_no_store_of_others(void)
{
    child_must_pass(populate_while_others_write, NULL);
}

static void ask_residency(void *argument)
{
    const fixture_file *file = argument;
    mmapio_map *map = map_page_by_page(file->handle, READ_WRITE, SHARED);
    mmapio_residency report;

    become_old(NOTHING_ELSE);
    CHECK_EQUAL(0, resident_pages(map));
    touch(map, 5, 'x');
    touch(map, 50, 'x');
    report = report_of(map, 0, mmapio_map_length(map), NULL);
    CHECK_EQUAL(MMAPIO_KNOWN_RESIDENT, report.known);
    CHECK_EQUAL(2, report.resident);
    CHECK_EQUAL(0, report.dirty);
    close_map(map);
}

static void residency_is_told_without_the_other_counts(void)
{
    need_tmpfs();

    fixture_file file;

    file = sparse_file(FIXTURE_MEMORY);
    child_must_pass(ask_residency, &file);
    fixture_remove(&file);
}

static void ask_residency_as_nobody(void *argument)
{
    const intptr_t *handle = argument;
    uint8_t pages[PAGES];
    mmapio_map *map = map_page_by_page(*handle, READ_ONLY, SHARED);
    mmapio_residency report;

    child_become_nobody();
    become_old(NOTHING_ELSE);
    memset(pages, 0xFF, sizeof pages);
    report = report_of(map, 0, mmapio_map_length(map), pages);
    CHECK_EQUAL(0, report.known);
    CHECK_EQUAL(0, report.resident);
    for (size_t i = 0; i < PAGES; i++) {
        CHECK_EQUAL(0, pages[i]);
    }
    close_map(map);
}

static void a_stranger_is_told_nothing_there_either(void)
{
    need_tmpfs();

    fixture_file file;
    intptr_t handle;

    file = sparse_file(FIXTURE_MEMORY);
    handle = fixture_open(&file, FIXTURE_READ);
    child_must_pass(ask_residency_as_nobody, &handle);
    fixture_close(handle);
    fixture_remove(&file);
}

static void lock_on_fault(void *unused)
{
    mmapio_map *map = map_memory(PRIVATE, 10000);
    mmapio_error error = stale_error();

    (void)unused;
    become_old(LOSE_MLOCK2);
    CHECK_STATUS(MMAPIO_UNSUPPORTED, mmapio_map_lock(map, 0, 100, MMAPIO_LOCK_ON_FAULT, &error));
    CHECK_ERRNO(MMAPIO_UNSUPPORTED, ENOSYS, "mlock2", error);
    CHECK_OK(mmapio_map_lock(map, 0, 100, 0, NULL));
    close_map(map);
}

static void locking_on_fault_is_unsupported(void)
{
    child_must_pass(lock_on_fault, NULL);
}

static void lock_past_the_end(void *argument)
{
    const fixture_file *file = argument;
    uint64_t page = fixture_page_size();
    mmapio_map *map = map_part(file->handle, READ_ONLY, SHARED, 0, 8 * page);

    become_old(NOTHING_ELSE);
    CHECK_OK(mmapio_map_lock(map, 0, 4 * page, 0, NULL));
    CHECK_STATUS(MMAPIO_FAULT, mmapio_map_lock(map, 0, 8 * page, 0, NULL));
    close_map(map);
}

static void locking_tells_a_truncated_file_from_the_limit(void)
{
    need_lock_on_fault();
    need_locks_that_count();

    fixture_file file = fixture_patterned(4 * fixture_page_size());

    child_must_pass(lock_past_the_end, &file);
    fixture_remove(&file);
}

TEST_MAIN(TEST(caps_lack_what_the_kernel_lacks), TEST(advice_the_kernel_does_not_know_is_ignored),
          TEST(populating_reads_each_page_without_risk_of_a_signal),
          TEST(populating_for_writing_touches_each_page_without_risk_of_a_signal),
          TEST(a_full_disk_is_a_fault_there_too), TEST(populating_for_writing_undoes_no_store_of_others),
          TEST(residency_is_told_without_the_other_counts), TEST(a_stranger_is_told_nothing_there_either),
          TEST(locking_on_fault_is_unsupported), TEST(locking_tells_a_truncated_file_from_the_limit))
