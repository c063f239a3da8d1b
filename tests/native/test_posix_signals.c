/*
 * test_posix_signals.c - copies where the handler cannot be what survives: in threads that block its signal, and in
 * processes that have since ignored it or given it to somebody else. Each case is in a child of its own.
 */
#include "child.h"
#include "guarded.h"

#include <pthread.h>

static void set_blocked(int how, int number)
{
    sigset_t mask;

    CHECK_EQUAL(0, sigemptyset(&mask));
    CHECK_EQUAL(0, sigaddset(&mask, number));
    CHECK_EQUAL(0, pthread_sigmask(how, &mask, NULL));
}

static void check_survival(const cut_file *cut)
{
    unsigned char bytes[64];
    uint64_t done = 99;

    CHECK_STATUS(MMAPIO_FAULT, mmapio_map_read(cut->map, cut->fault - 10, bytes, sizeof bytes, &done, NULL));
    CHECK_EQUAL(10, done);
    CHECK_STATUS(MMAPIO_FAULT, mmapio_map_write(cut->map, cut->fault - 3, bytes, sizeof bytes, &done, NULL));
    CHECK_EQUAL(3, done);
}

/* By default a thread may do as it likes between two copies. */
static void block_and_unblock(void *number)
{
    cut_file cut = cut_file_of(3, 1, 0, 0);

    use_guard(MMAPIO_GUARD_HANDLER);
    for (int i = 0; i < 3; i++) {
        set_blocked(SIG_BLOCK, *(const int *)number);
        check_survival(&cut);
        set_blocked(SIG_UNBLOCK, *(const int *)number);
        check_survival(&cut);
    }
    cut_file_end(&cut);
}

static void a_thread_that_blocks_the_signal_survives(void)
{
    int numbers[] = {SIGBUS, SIGSEGV};

    child_must_pass(block_and_unblock, &numbers[0]);
    child_must_pass(block_and_unblock, &numbers[1]);
}

static void copy_blocked(void *cut)
{
    unsigned char byte;
    sigset_t all;

    (void)sigfillset(&all);
    (void)pthread_sigmask(SIG_SETMASK, &all, NULL);
    for (int i = 0; i < 3; i++) {
        if (mmapio_map_read(((const cut_file *)cut)->map, ((const cut_file *)cut)->fault, &byte, 1, NULL, NULL) ==
            MMAPIO_OK) {
            break; /* counted as no fault by whoever looks */
        }
    }
}

/* Each thread is asked once, also where another is served by the handler; one that blocks is asked again. */
static void copy_from_steady_threads(void *unused)
{
    cut_file cut = cut_file_of(3, 1, 0, MMAPIO_MAP_STEADY_SIGNALS);
    uint64_t before = mmapio_guard_faults();
    fixture_thread *thread;

    (void)unused;
    use_guard(MMAPIO_GUARD_HANDLER);
    set_blocked(SIG_BLOCK, SIGBUS);
    check_survival(&cut);
    set_blocked(SIG_UNBLOCK, SIGBUS);
    check_survival(&cut);
    check_survival(&cut);
    thread = fixture_thread_start(copy_blocked, &cut);
    fixture_thread_join(thread);
    CHECK_EQUAL(before + 9, mmapio_guard_faults());
    cut_file_end(&cut);
}

static void so_do_the_threads_of_a_map_that_asks_each_once(void)
{
    child_must_pass(copy_from_steady_threads, NULL);
}

/* What the promise of a map is about is up to the other maps of the thread all the same. */
static void copy_from_both_kinds(void *unused)
{
    cut_file steady = cut_file_of(3, 1, 0, MMAPIO_MAP_STEADY_SIGNALS);
    cut_file plain = cut_file_of(3, 1, 0, 0);

    (void)unused;
    use_guard(MMAPIO_GUARD_HANDLER);
    check_survival(&steady);
    set_blocked(SIG_BLOCK, SIGBUS);
    check_survival(&plain);
    cut_file_end(&plain);
    cut_file_end(&steady);
}

static void the_promise_of_one_map_is_none_for_others(void)
{
    child_must_pass(copy_from_both_kinds, NULL);
}

static void never_called(int number)
{
    (void)number;
    _exit(TEST_FAILED);
}

static void take_the_signal_away(void *ignored)
{
    cut_file cut = cut_file_of(3, 1, 0, 0);

    use_guard(MMAPIO_GUARD_HANDLER);
    check_survival(&cut);
    CHECK(signal(SIGBUS, ignored != NULL ? SIG_IGN : never_called) != SIG_ERR);
    check_survival(&cut);
    cut_file_end(&cut);
}

static void a_process_that_ignores_the_signal_or_gives_it_away_survives(void)
{
    int yes = 1;

    child_must_pass(take_the_signal_away, NULL);
    child_must_pass(take_the_signal_away, &yes);
}

TEST_MAIN(TEST(a_thread_that_blocks_the_signal_survives), TEST(so_do_the_threads_of_a_map_that_asks_each_once),
          TEST(the_promise_of_one_map_is_none_for_others),
          TEST(a_process_that_ignores_the_signal_or_gives_it_away_survives))
