/*
 * test.h - the few macros the C tests are written with.
 *
 * A test is a function named for the behaviour it pins. A program lists its tests in TEST_MAIN and runs all of them,
 * or those named on its command line. CMake reads the same list and gives each test to ctest under its own name, so
 * that a test that was skipped shows as such in ctest's own output; the reason stands in the log (ctest -V, or
 * Testing/Temporary/LastTest.log).
 *
 * Exit codes: 0 all held, 1 some did not, 77 all of those asked for were skipped, 2 no test of that name.
 */
#ifndef MMAPIO_TEST_H
#define MMAPIO_TEST_H

#include <setjmp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TEST_PASSED = 0, TEST_FAILED = 1, TEST_NO_SUCH = 2, TEST_SKIPPED = 77 };

typedef struct test_case {
    const char *name;
    void (*run)(void);
} test_case;

/* Where a CHECK that fails returns to. Only the thread that runs the test may use the macros. */
static jmp_buf test_end;
static int test_result;

#define TEST_LEAVE(result)                                                                                             \
    do {                                                                                                               \
        (void)fflush(stdout);                                                                                          \
        test_result = (result);                                                                                        \
        longjmp(test_end, 1);                                                                                          \
    } while (0)

#define CHECK(condition)                                                                                               \
    do {                                                                                                               \
        if (!(condition)) {                                                                                            \
            printf("  %s:%d: not true: %s\n", __FILE__, __LINE__, #condition);                                         \
            TEST_LEAVE(TEST_FAILED);                                                                                   \
        }                                                                                                              \
    } while (0)

/* Compares integers of any type, and prints both. */
#define CHECK_EQUAL(expected, actual)                                                                                  \
    do {                                                                                                               \
        long long test_e = (long long)(expected);                                                                      \
        long long test_a = (long long)(actual);                                                                        \
        if (test_e != test_a) {                                                                                        \
            printf("  %s:%d: %s is %lld, expected %lld\n", __FILE__, __LINE__, #actual, test_a, test_e);               \
            TEST_LEAVE(TEST_FAILED);                                                                                   \
        }                                                                                                              \
    } while (0)

#define CHECK_TEXT(expected, actual)                                                                                   \
    do {                                                                                                               \
        const char *test_e = (expected);                                                                               \
        const char *test_a = (actual);                                                                                 \
        if (test_a == NULL || strcmp(test_e, test_a) != 0) {                                                           \
            printf("  %s:%d: %s is \"%s\", expected \"%s\"\n", __FILE__, __LINE__, #actual,                            \
                   test_a == NULL ? "(null)" : test_a, test_e);                                                        \
            TEST_LEAVE(TEST_FAILED);                                                                                   \
        }                                                                                                              \
    } while (0)

#define SKIP(reason)                                                                                                   \
    do {                                                                                                               \
        printf("  skipped: %s\n", reason);                                                                             \
        TEST_LEAVE(TEST_SKIPPED);                                                                                      \
    } while (0)

/* Has no variables of its own, which a longjmp could leave undefined. */
static int test_run_one(const test_case *test)
{
    test_result = TEST_PASSED;
    printf("%s\n", test->name);
    (void)fflush(stdout);
    if (setjmp(test_end) == 0) {
        test->run();
    }
    return test_result;
}

static int test_wanted(const test_case *test, int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], test->name) == 0) {
            return 1;
        }
    }
    return argc < 2;
}

static int test_run_all(const test_case *cases, size_t count, int argc, char **argv)
{
    size_t run = 0;
    size_t failed = 0;
    size_t skipped = 0;

    for (size_t i = 0; i < count; i++) {
        if (test_wanted(&cases[i], argc, argv)) {
            int result = test_run_one(&cases[i]);
            run++;
            failed += result == TEST_FAILED;
            skipped += result == TEST_SKIPPED;
        }
    }
    printf("%zu run, %zu failed, %zu skipped\n", run, failed, skipped);
    if (run == 0) {
        return TEST_NO_SUCH;
    }
    if (failed != 0) {
        return TEST_FAILED;
    }
    return skipped == run ? TEST_SKIPPED : TEST_PASSED;
}

#define TEST(function)                                                                                                 \
    {                                                                                                                  \
#function, function                                                                                            \
    }

#define TEST_MAIN(...)                                                                                                 \
    int main(int argc, char **argv)                                                                                    \
    {                                                                                                                  \
        static const test_case cases[] = {__VA_ARGS__};                                                                \
        return test_run_all(cases, sizeof cases / sizeof cases[0], argc, argv);                                        \
    }

#endif /* MMAPIO_TEST_H */
