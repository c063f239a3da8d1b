/* child.h - running part of a test in a child process, on systems with fork(): what would kill or change this one. */
#ifndef MMAPIO_CHILD_H
#define MMAPIO_CHILD_H

#include "fixture.h"
#include "test.h"

#include <grp.h>
#include <pwd.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

/* For children that end in the middle of things, with a map that nobody closes. */
static inline void need_no_leak_check(void)
{
    if (under_valgrind()) {
        SKIP("valgrind takes what a child leaves open on purpose for a leak");
    }
}

/* Runs body in a child, where a failed CHECK ends the child. Returns its exit code (0, TEST_FAILED or TEST_SKIPPED),
 * or the negated number of the signal that killed it. */
static inline int child_run(void (*body)(void *), void *argument)
{
    static const struct rlimit no_core = {0, 0};
    int status = 0;
    pid_t child;

    (void)fflush(stdout);
    child = fork();
    if (child == 0) {
        /* A sanitizer's handlers would turn the signals into exit codes. */
        (void)signal(SIGSEGV, SIG_DFL);
        (void)signal(SIGBUS, SIG_DFL);
        (void)setrlimit(RLIMIT_CORE, &no_core);
        test_result = TEST_PASSED;
        if (setjmp(test_end) == 0) {
            body(argument);
        }
        (void)fflush(stdout);
        /* Not exit: the parent's files are the parent's to delete. */
        _exit(test_result);
    }
    CHECK(child > 0);
    CHECK_EQUAL(child, waitpid(child, &status, 0));
    return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
}

/* Runs the rest of a test in a child, and ends the test as the child ended. */
static inline void child_must_pass(void (*body)(void *), void *argument)
{
    int code = child_run(body, argument);

    if (code == TEST_SKIPPED) {
        TEST_LEAVE(TEST_SKIPPED);
    }
    CHECK_EQUAL(0, code);
}

/* Accesses that a child can be given to do, and to die of. */
static inline void child_reads(void *address)
{
    (void)*(volatile unsigned char *)address;
}

static inline void child_writes(void *address)
{
    *(volatile unsigned char *)address = 1;
}

/* Makes this process, a child, that of a user who owns nothing and may do nothing. */
static inline void child_become_nobody(void)
{
    const struct passwd *nobody;

    if (geteuid() != 0) {
        SKIP("only root can become another user");
    }
    nobody = getpwnam("nobody");
    if (nobody == NULL) {
        SKIP("there is no user called nobody");
    }
    CHECK_EQUAL(0, setgroups(0, NULL));
    CHECK_EQUAL(0, setgid(nobody->pw_gid));
    CHECK_EQUAL(0, setuid(nobody->pw_uid));
}

/* Takes from this process, a child, what root may do beyond others. */
static inline void child_become_ordinary(void)
{
    if (geteuid() == 0) {
        child_become_nobody();
    }
}

#endif /* MMAPIO_CHILD_H */
