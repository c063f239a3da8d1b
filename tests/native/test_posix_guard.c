/*
 * test_posix_guard.c - fault-safe copies of a file that was cut off under its map.
 *
 * Traps 5 and 2 of such guards: the address of a fault is not the number of good bytes, and a handler that does not
 * return leaves its signal mask behind.
 */
#include "guarded.h"

#include <pthread.h>
#include <signal.h>

enum { PAGES = 5, KEPT = 3, FAULTS = 100000, THREADS = 4 };

static void check_read(const cut_file *cut, uint64_t offset, uint64_t length, unsigned char *buffer, uint64_t lead)
{
    uint64_t good = good_bytes(cut, offset, length);
    uint64_t done = UINT64_MAX;
    mmapio_error error = stale_error();

    memset(buffer, UNTOUCHED, length + 1);
    CHECK_STATUS(good == length ? MMAPIO_OK : MMAPIO_FAULT,
                 mmapio_map_read(cut->map, offset, buffer, length, &done, &error));
    CHECK_STATUS(good == length ? MMAPIO_OK : MMAPIO_FAULT, error.status);
    CHECK_EQUAL(good, done);
    for (uint64_t i = 0; i < good; i++) {
        CHECK_EQUAL(fixture_pattern(lead + offset + i), buffer[i]);
    }
    for (uint64_t i = good; i <= length; i++) {
        CHECK_EQUAL(UNTOUCHED, buffer[i]);
    }
}

/* Around the fault and around each boundary of a page and of a block of 64 bytes, from each side. */
static uint64_t offset_number(const cut_file *cut, size_t number)
{
    static const int near[] = {-130, -65, -64, -63, -9, -8, -7, -1, 0, 1, 63, 64};
    const size_t count = sizeof near / sizeof near[0];
    uint64_t page = fixture_page_size();
    uint64_t base = number < count ? cut->fault : number < 2 * count ? cut->fault - page : page;

    return number < 3 * count ? base + (uint64_t)(int64_t)near[number % count] : UINT64_MAX;
}

static void check_reads(uint64_t lead)
{
    static const uint64_t small[] = {1, 2, 3, 7, 8, 9, 15, 16, 31, 63, 64, 65, 127, 128, 129, 200};
    uint64_t page = fixture_page_size();
    unsigned char *buffer = malloc(PAGES * page + 16);
    cut_file cut = cut_file_of(PAGES, KEPT, lead, 0);

    CHECK(buffer != NULL);
    for (size_t number = 0; offset_number(&cut, number) != UINT64_MAX; number++) {
        uint64_t offset = offset_number(&cut, number);
        for (size_t i = 0; i < sizeof small / sizeof small[0]; i++) {
            check_read(&cut, offset, small[i], buffer + i % 9, lead);
        }
        for (uint64_t length = page - 1; length <= page + 1 && length <= cut.length - offset; length++) {
            check_read(&cut, offset, length, buffer + 1, lead);
        }
        check_read(&cut, offset, cut.length - offset, buffer, lead);
    }
    cut_file_end(&cut);
    free(buffer);
}

static void the_count_of_a_read_is_that_of_the_bytes_before_the_fault(void)
{
    need_exact_counts();
    use_guard(MMAPIO_GUARD_HANDLER);
    check_reads(0);
    check_reads(137);
}

static void the_count_of_a_read_by_the_kernel_is_the_same(void)
{
    use_guard(MMAPIO_GUARD_SYSCALL);
    check_reads(0);
    check_reads(137);
}

static void check_writes(void)
{
    uint64_t page = fixture_page_size();
    unsigned char *source = malloc(PAGES * page);
    unsigned char *seen = malloc(PAGES * page);
    cut_file cut = cut_file_of(PAGES, KEPT, 0, 0);

    CHECK(source != NULL && seen != NULL);
    for (size_t number = 0; offset_number(&cut, number) != UINT64_MAX; number++) {
        uint64_t offset = offset_number(&cut, number);
        uint64_t length = number % 2 == 0 ? cut.length - offset : 100;
        uint64_t good = good_bytes(&cut, offset, length);
        uint64_t done = UINT64_MAX;
        memset(source, (int)(number + 1), PAGES * page);
        CHECK_STATUS(good == length ? MMAPIO_OK : MMAPIO_FAULT,
                     mmapio_map_write(cut.map, offset, source + number % 5, length, &done, NULL));
        CHECK_EQUAL(good, done);
        /* What the count says is in the file, and the file is no longer for it. */
        fixture_read(cut.file.handle, 0, seen, KEPT * page);
        CHECK(memcmp(seen + offset, source, good) == 0 || good == 0);
        CHECK(offset == 0 || seen[offset < cut.fault ? offset - 1 : 0] != (unsigned char)(number + 1));
        CHECK_EQUAL(KEPT * page, fixture_length(cut.file.handle));
    }
    cut_file_end(&cut);
    free(seen);
    free(source);
}

static void the_count_of_a_write_is_that_of_the_bytes_before_the_fault(void)
{
    need_exact_counts();
    use_guard(MMAPIO_GUARD_HANDLER);
    check_writes();
}

static void the_count_of_a_write_by_the_kernel_is_the_same(void)
{
    use_guard(MMAPIO_GUARD_SYSCALL);
    check_writes();
}

/* No byte of the last page faults; only those of the file are good. */
static void the_rest_of_the_last_page_is_not_the_files(void)
{
    uint64_t page = fixture_page_size();
    cut_file cut = cut_file_of(PAGES, KEPT, 0, 0);
    unsigned char bytes[8];

    CHECK(fixture_resize(cut.file.handle, 2 * page + 10));
    for (size_t mode = 0; mode < GUARD_MODES; mode++) {
        uint64_t done = 0;
        use_guard(guard_modes[mode]);
        CHECK_STATUS(MMAPIO_FAULT, mmapio_map_read(cut.map, 2 * page + 8, bytes, 8, &done, NULL));
        CHECK_EQUAL(2, done);
        CHECK_EQUAL(fixture_pattern(2 * page + 9), bytes[1]);
        CHECK_STATUS(MMAPIO_FAULT, mmapio_map_read(cut.map, 3 * page - 8, bytes, 8, &done, NULL));
        CHECK_EQUAL(0, done);
        CHECK_STATUS(MMAPIO_FAULT, mmapio_map_read(cut.map, 3 * page, bytes, 8, &done, NULL));
    }
    cut_file_end(&cut);
}

static void a_map_is_good_again_when_its_file_has_grown_back(void)
{
    cut_file cut = cut_file_of(PAGES, KEPT, 0, 0);
    unsigned char bytes[16] = {UNTOUCHED};

    for (size_t mode = 0; mode < GUARD_MODES; mode++) {
        use_guard(guard_modes[mode]);
        CHECK(fixture_resize(cut.file.handle, cut.fault));
        CHECK_STATUS(MMAPIO_FAULT, mmapio_map_read(cut.map, cut.fault, bytes, 16, NULL, NULL));
        CHECK(fixture_resize(cut.file.handle, cut.length));
        CHECK_OK(mmapio_map_read(cut.map, cut.fault, bytes, 16, NULL, NULL));
        CHECK_EQUAL(0, bytes[0]);
    }
    cut_file_end(&cut);
}

static void faults_are_counted(void)
{
    cut_file cut = cut_file_of(PAGES, KEPT, 0, 0);
    unsigned char bytes[16];

    for (size_t mode = 0; mode < GUARD_MODES; mode++) {
        uint64_t before = mmapio_guard_faults();
        use_guard(guard_modes[mode]);
        CHECK_OK(mmapio_map_read(cut.map, cut.fault - 1, bytes, 1, NULL, NULL));
        CHECK_EQUAL(before, mmapio_guard_faults());
        CHECK_STATUS(MMAPIO_FAULT, mmapio_map_read(cut.map, cut.fault, bytes, 16, NULL, NULL));
        CHECK_STATUS(MMAPIO_FAULT, mmapio_map_write(cut.map, cut.fault, bytes, 16, NULL, NULL));
        CHECK_EQUAL(before + 2, mmapio_guard_faults());
    }
    cut_file_end(&cut);
}

static void a_hundred_thousand_faults_are_survived(void)
{
    need_exact_counts();

    cut_file cut = cut_file_of(PAGES, KEPT, 0, 0);
    uint64_t before = mmapio_guard_faults();
    unsigned char bytes[64];

    use_guard(MMAPIO_GUARD_HANDLER);
    for (uint64_t i = 0; i < FAULTS; i++) {
        uint64_t done = UINT64_MAX;
        CHECK_STATUS(MMAPIO_FAULT, mmapio_map_read(cut.map, cut.fault - i % 64, bytes, 64, &done, NULL));
        CHECK_EQUAL(i % 64, done);
    }
    CHECK_EQUAL(before + FAULTS, mmapio_guard_faults());
    cut_file_end(&cut);
}

/* One thread's part: copies that fault between copies that do not. CHECK belongs to the thread of the test. */
typedef struct copier {
    const cut_file *cut;
    uint64_t first;
    uint64_t wrong;
} copier;

static void copy_often(void *argument)
{
    copier *self = argument;
    unsigned char bytes[256];

    for (uint64_t i = self->first; i < self->first + FAULTS / THREADS; i++) {
        uint64_t offset = self->cut->fault - i % 256;
        uint64_t done = UINT64_MAX;
        mmapio_status status = mmapio_map_read(self->cut->map, offset, bytes, 256, &done, NULL);
        self->wrong += status != MMAPIO_FAULT || done != i % 256;
        status = mmapio_map_read(self->cut->map, i % 1000, bytes, 256, &done, NULL);
        self->wrong += status != MMAPIO_OK || done != 256 || bytes[255] != fixture_pattern(i % 1000 + 255);
    }
}

static void threads_take_faults_at_the_same_time_as_others_copy(void)
{
    need_exact_counts();

    cut_file cut = cut_file_of(PAGES, KEPT, 0, 0);
    fixture_thread *threads[THREADS];
    copier copiers[THREADS];

    use_guard(MMAPIO_GUARD_HANDLER);
    for (size_t i = 0; i < THREADS; i++) {
        copiers[i] = (copier){&cut, i * 11, 0};
        threads[i] = fixture_thread_start(copy_often, &copiers[i]);
    }
    for (size_t i = 0; i < THREADS; i++) {
        fixture_thread_join(threads[i]);
    }
    for (size_t i = 0; i < THREADS; i++) {
        CHECK_EQUAL(0, copiers[i].wrong);
    }
    cut_file_end(&cut);
}

/* Trap 2: a handler left by longjmp leaves SIGBUS, and all of its sa_mask, blocked. This one returns. */
static void the_signal_mask_is_the_same_after_a_fault(void)
{
    cut_file cut = cut_file_of(PAGES, KEPT, 0, 0);
    unsigned char bytes[16];
    sigset_t mask;

    use_guard(MMAPIO_GUARD_HANDLER);
    CHECK_EQUAL(0, sigemptyset(&mask));
    CHECK_EQUAL(0, sigaddset(&mask, SIGUSR2));
    CHECK_EQUAL(0, pthread_sigmask(SIG_SETMASK, &mask, NULL));
    CHECK_STATUS(MMAPIO_FAULT, mmapio_map_read(cut.map, cut.fault, bytes, 16, NULL, NULL));
    CHECK_EQUAL(0, pthread_sigmask(SIG_SETMASK, NULL, &mask));
    for (int number = 1; number < 65; number++) {
        CHECK_EQUAL(number == SIGUSR2, sigismember(&mask, number) == 1);
    }
    CHECK_EQUAL(0, sigemptyset(&mask));
    CHECK_EQUAL(0, pthread_sigmask(SIG_SETMASK, &mask, NULL));
    cut_file_end(&cut);
}

TEST_MAIN(TEST(the_count_of_a_read_is_that_of_the_bytes_before_the_fault),
          TEST(the_count_of_a_read_by_the_kernel_is_the_same),
          TEST(the_count_of_a_write_is_that_of_the_bytes_before_the_fault),
          TEST(the_count_of_a_write_by_the_kernel_is_the_same), TEST(the_rest_of_the_last_page_is_not_the_files),
          TEST(a_map_is_good_again_when_its_file_has_grown_back), TEST(faults_are_counted),
          TEST(a_hundred_thousand_faults_are_survived), TEST(threads_take_faults_at_the_same_time_as_others_copy),
          TEST(the_signal_mask_is_the_same_after_a_fault))
