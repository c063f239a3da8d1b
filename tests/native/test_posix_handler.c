/*
 * test_posix_handler.c - the SIGBUS handler beside the handlers of others, each case in a child of its own.
 *
 * The traps of such handlers, as far as they show from outside. 1: what was there before must find its mask and its
 * stack as it asked for them. 3: a second installation would pass a signal on to the first, and that back. 4: the
 * handler may not touch thread-local storage, which the guarded copy has no use for: it goes by the program counter,
 * and test_posix_dlopen.c faults in a thread that was there before the library. 2 and 5 are in test_posix_guard.c. 6,
 * never to jump over frames of others: no one jumps; the handler returns, to another instruction of the same copy.
 */
#include "child.h"
#include "guarded.h"

#include <pthread.h>
#include <sys/mman.h>

enum { STACK = 1 << 16, THREADS = 8 };

/* What the handler that was there first has seen. */
static volatile sig_atomic_t calls;
static volatile sig_atomic_t on_other_stack;
static volatile sig_atomic_t usr1_blocked;
static void *volatile fault_address;
static unsigned char *other_stack;
static sigjmp_buf way_out;

static void note_and_leave(int number, siginfo_t *info, void *context)
{
    unsigned char here;
    sigset_t mask;

    (void)number;
    (void)context;
    calls = calls + 1;
    fault_address = info->si_addr;
    on_other_stack = &here >= other_stack && &here < other_stack + STACK;
    (void)pthread_sigmask(SIG_BLOCK, NULL, &mask);
    usr1_blocked = sigismember(&mask, SIGUSR1) == 1;
    siglongjmp(way_out, 1);
}

static void note_plainly(int number)
{
    (void)number;
    calls = calls + 1;
    siglongjmp(way_out, 1);
}

static void install_first_for(int number, bool with_stack)
{
    struct sigaction action;
    stack_t stack;

    memset(&action, 0, sizeof action);
    action.sa_sigaction = note_and_leave;
    action.sa_flags = SA_SIGINFO | (with_stack ? SA_ONSTACK : 0);
    (void)sigemptyset(&action.sa_mask);
    (void)sigaddset(&action.sa_mask, SIGUSR1);
    CHECK_EQUAL(0, sigaction(number, &action, NULL));
    other_stack = malloc(STACK);
    CHECK(other_stack != NULL);
    memset(&stack, 0, sizeof stack);
    stack.ss_sp = other_stack;
    stack.ss_size = STACK;
    CHECK_EQUAL(0, sigaltstack(&stack, NULL));
}

static void install_first(bool with_stack)
{
    install_first_for(SIGBUS, with_stack);
}

/* A copy that faults, which is what installs the handler. */
static void survive_one(const cut_file *cut)
{
    unsigned char bytes[16];

    use_guard(MMAPIO_GUARD_HANDLER);
    CHECK_STATUS(MMAPIO_FAULT, mmapio_map_read(cut->map, cut->fault, bytes, sizeof bytes, NULL, NULL));
}

static void touch(const cut_file *cut)
{
    child_reads(bytes_of(cut->map) + cut->fault);
}

static void fault_beside_a_handler(void *with_stack)
{
    cut_file cut = cut_file_of(3, 1, 0, 0);
    struct sigaction ours;

    install_first(with_stack != NULL);
    survive_one(&cut);
    CHECK_EQUAL(0, calls);
    CHECK_EQUAL(0, sigaction(SIGBUS, NULL, &ours));
    CHECK_EQUAL(with_stack != NULL, (ours.sa_flags & SA_ONSTACK) != 0);
    CHECK_EQUAL(1, sigismember(&ours.sa_mask, SIGUSR1));
    CHECK_EQUAL(0, sigismember(&ours.sa_mask, SIGUSR2));
    if (sigsetjmp(way_out, 1) == 0) {
        touch(&cut);
    }
    CHECK_EQUAL(1, calls);
    CHECK(fault_address == bytes_of(cut.map) + cut.fault);
    CHECK_EQUAL(with_stack != NULL, on_other_stack);
    CHECK_EQUAL(1, usr1_blocked);
    /* Whatever that one did, copies go on as before. */
    survive_one(&cut);
    CHECK_EQUAL(1, calls);
    cut_file_end(&cut);
}

static void a_fault_elsewhere_goes_to_the_handler_before_with_its_mask(void)
{
    child_must_pass(fault_beside_a_handler, NULL);
}

static void a_handler_before_with_a_stack_of_its_own_gets_that_stack(void)
{
    int yes = 1;

    child_must_pass(fault_beside_a_handler, &yes);
}

static void fault_beside_a_plain_handler(void *unused)
{
    cut_file cut = cut_file_of(3, 1, 0, 0);

    (void)unused;
    CHECK(signal(SIGBUS, note_plainly) != SIG_ERR);
    survive_one(&cut);
    if (sigsetjmp(way_out, 1) == 0) {
        touch(&cut);
    }
    CHECK_EQUAL(1, calls);
    if (sigsetjmp(way_out, 1) == 0) {
        (void)raise(SIGBUS);
    }
    CHECK_EQUAL(2, calls);
    cut_file_end(&cut);
}

static void a_handler_before_that_takes_one_argument_is_called_as_such(void)
{
    child_must_pass(fault_beside_a_plain_handler, NULL);
}

static void fault_by_default(void *unused)
{
    cut_file cut = cut_file_of(3, 1, 0, 0);

    (void)unused;
    survive_one(&cut);
    touch(&cut);
}

static void be_sent_the_signal(void *unused)
{
    cut_file cut = cut_file_of(3, 1, 0, 0);

    (void)unused;
    survive_one(&cut);
    (void)kill(getpid(), SIGBUS);
}

static void a_process_dies_of_a_fault_elsewhere_and_of_the_signal_as_without_us(void)
{
    CHECK_EQUAL(-SIGBUS, child_run(fault_by_default, NULL));
    CHECK_EQUAL(-SIGBUS, child_run(be_sent_the_signal, NULL));
}

static void ignore_the_signal(void *fault)
{
    cut_file cut = cut_file_of(3, 1, 0, 0);

    CHECK(signal(SIGBUS, SIG_IGN) != SIG_ERR);
    survive_one(&cut);
    CHECK_EQUAL(0, kill(getpid(), SIGBUS));
    if (fault != NULL) {
        touch(&cut);
    }
    cut_file_end(&cut);
}

static void who_ignored_the_signal_still_does_and_cannot_ignore_a_fault(void)
{
    int yes = 1;

    CHECK_EQUAL(0, child_run(ignore_the_signal, NULL));
    CHECK_EQUAL(-SIGBUS, child_run(ignore_the_signal, &yes));
}

/* What is ours by its address is not ours by its instruction: a read past the guard, in the middle of many copies. */
static void read_the_map_plainly(void *unused)
{
    cut_file cut = cut_file_of(3, 1, 0, 0);

    (void)unused;
    for (int i = 0; i < 100; i++) {
        survive_one(&cut);
    }
    memcpy(bytes_of(cut.map), bytes_of(cut.map) + cut.fault - 8, 16);
}

static void a_plain_access_to_the_same_map_is_not_caught(void)
{
    CHECK_EQUAL(-SIGBUS, child_run(read_the_map_plainly, NULL));
}

static void break_memory(void *unused)
{
    cut_file cut = cut_file_of(3, 1, 0, 0);
    void *page = mmap(NULL, fixture_page_size(), PROT_NONE, MAP_PRIVATE | MAP_ANON, -1, 0);

    (void)unused;
    survive_one(&cut);
    child_reads(page);
}

static void the_other_signal_of_memory_is_left_alone(void)
{
    CHECK_EQUAL(-SIGSEGV, child_run(break_memory, NULL));
}

static void copy_once(void *argument)
{
    const cut_file *cut = argument;
    unsigned char byte;

    /* A thread may not use the macros. */
    if (mmapio_map_read(cut->map, cut->fault, &byte, 1, NULL, NULL) == MMAPIO_OK) {
        abort();
    }
}

/* Trap 3. All threads come for the first time, and at once. */
static void install_by_many(void *unused)
{
    cut_file cut = cut_file_of(3, 1, 0, 0);
    fixture_thread *threads[THREADS];

    (void)unused;
    install_first(false);
    for (size_t i = 0; i < THREADS; i++) {
        threads[i] = fixture_thread_start(copy_once, &cut);
    }
    for (size_t i = 0; i < THREADS; i++) {
        fixture_thread_join(threads[i]);
    }
    CHECK_EQUAL(0, calls);
    CHECK_OK(mmapio_guard_set(MMAPIO_GUARD_SYSCALL));
    survive_one(&cut);
    if (sigsetjmp(way_out, 1) == 0) {
        touch(&cut);
    }
    CHECK_EQUAL(1, calls);
    cut_file_end(&cut);
}

static void the_handler_is_installed_once_and_passes_a_signal_on_once(void)
{
    child_must_pass(install_by_many, NULL);
}

static void copy_by_the_kernel(void *unused)
{
    cut_file cut = cut_file_of(3, 1, 0, 0);
    struct sigaction now;
    unsigned char byte;

    (void)unused;
    use_guard(MMAPIO_GUARD_SYSCALL);
    CHECK_STATUS(MMAPIO_FAULT, mmapio_map_read(cut.map, cut.fault, &byte, 1, NULL, NULL));
    CHECK_EQUAL(0, sigaction(SIGBUS, NULL, &now));
    CHECK(now.sa_handler == SIG_DFL);
    cut_file_end(&cut);
}

static void the_mode_without_a_handler_installs_none(void)
{
    child_must_pass(copy_by_the_kernel, NULL);
}

/* ---- the signal of protected pages, where that is another one (Linux) ---- */

static void need_two_signals(void)
{
    if (caps_here().system != MMAPIO_SYSTEM_LINUX) {
        SKIP("SIGBUS is the signal of protected pages, too");
    }
}

static void protect_beside_a_handler(void *with_stack)
{
    uint64_t page = fixture_page_size();
    mmapio_map *map = map_memory(PRIVATE, 2 * page);
    struct sigaction ours;

    install_first_for(SIGSEGV, with_stack != NULL);
    CHECK_OK(mmapio_map_protect(map, page, page, MMAPIO_PROT_NONE, NULL));
    CHECK_EQUAL(0, sigaction(SIGSEGV, NULL, &ours));
    CHECK(ours.sa_sigaction != note_and_leave);
    CHECK_EQUAL(with_stack != NULL, (ours.sa_flags & SA_ONSTACK) != 0);
    CHECK_EQUAL(1, sigismember(&ours.sa_mask, SIGUSR1));
    CHECK_EQUAL(0, sigismember(&ours.sa_mask, SIGUSR2));
    for (int i = 1; i < 3; i++) {
        if (sigsetjmp(way_out, 1) == 0) {
            child_reads(bytes_of(map) + page);
        }
        CHECK_EQUAL(i, calls);
        CHECK(fault_address == bytes_of(map) + page);
        CHECK_EQUAL(with_stack != NULL, on_other_stack);
        CHECK_EQUAL(1, usr1_blocked);
    }
    close_map(map);
}

static void the_signal_of_protected_pages_goes_to_the_handler_before(void)
{
    int yes = 1;

    need_two_signals();
    child_must_pass(protect_beside_a_handler, NULL);
    child_must_pass(protect_beside_a_handler, &yes);
}

static void protect_and_break(void *unused)
{
    uint64_t page = fixture_page_size();
    mmapio_map *map = map_memory(PRIVATE, 2 * page);

    (void)unused;
    CHECK_OK(mmapio_map_protect(map, page, page, MMAPIO_PROT_NONE, NULL));
    child_reads(bytes_of(map) + page);
}

static void an_access_to_protected_pages_ends_the_process_as_without_us(void)
{
    need_two_signals();
    CHECK_EQUAL(-SIGSEGV, child_run(protect_and_break, NULL));
}

static void check_no_handler_for_protection(void)
{
    struct sigaction now;

    CHECK_EQUAL(0, sigaction(SIGSEGV, NULL, &now));
    CHECK(now.sa_handler == SIG_DFL);
}

static void protect_without_need(void *unused)
{
    mmapio_map *map = map_memory(PRIVATE, 100);

    (void)unused;
    CHECK_OK(mmapio_map_protect(map, 0, 100, READ_WRITE | MMAPIO_PROT_EXEC, NULL));
    check_no_handler_for_protection();
    CHECK_OK(mmapio_map_protect(map, 0, 100, MMAPIO_PROT_READ | MMAPIO_PROT_QUIET, NULL));
    CHECK_OK(mmapio_map_protect(map, 0, 100, MMAPIO_PROT_NONE | MMAPIO_PROT_QUIET, NULL));
    check_no_handler_for_protection();
    use_guard(MMAPIO_GUARD_SYSCALL);
    CHECK_OK(mmapio_map_protect(map, 0, 100, MMAPIO_PROT_NONE, NULL));
    check_no_handler_for_protection();
    close_map(map);
}

static void where_no_copy_can_meet_it_protecting_installs_none(void)
{
    need_two_signals();
    child_must_pass(protect_without_need, NULL);
}

static void only_map(void *unused)
{
    mmapio_map *map = map_memory(PRIVATE, 100);
    struct sigaction now;

    (void)unused;
    CHECK_OK(mmapio_map_protect(map, 0, 1, MMAPIO_PROT_READ, NULL));
    close_map(map);
    CHECK_EQUAL(0, sigaction(SIGBUS, NULL, &now));
    CHECK(now.sa_handler == SIG_DFL);
}

static void who_copies_nothing_gets_no_handler(void)
{
    child_must_pass(only_map, NULL);
}

TEST_MAIN(TEST(a_fault_elsewhere_goes_to_the_handler_before_with_its_mask),
          TEST(a_handler_before_with_a_stack_of_its_own_gets_that_stack),
          TEST(a_handler_before_that_takes_one_argument_is_called_as_such),
          TEST(a_process_dies_of_a_fault_elsewhere_and_of_the_signal_as_without_us),
          TEST(who_ignored_the_signal_still_does_and_cannot_ignore_a_fault),
          TEST(a_plain_access_to_the_same_map_is_not_caught), TEST(the_other_signal_of_memory_is_left_alone),
          TEST(the_handler_is_installed_once_and_passes_a_signal_on_once),
          TEST(the_signal_of_protected_pages_goes_to_the_handler_before),
          TEST(an_access_to_protected_pages_ends_the_process_as_without_us),
          TEST(where_no_copy_can_meet_it_protecting_installs_none), TEST(the_mode_without_a_handler_installs_none),
          TEST(who_copies_nothing_gets_no_handler))
