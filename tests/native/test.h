/*
 * test.h - the few macros the C tests are written with.
 *
 * A test program is a list of functions given to TEST_MAIN. A CHECK that fails prints where and what, and the program
 * goes on with the next test. A test that cannot run here says why with SKIP; if every test of a program was skipped,
 * the program exits with 77, which ctest counts as skipped.
 */
#ifndef MMAPIO_TEST_H
#define MMAPIO_TEST_H

#include <setjmp.h>
#include <stdio.h>
#include <string.h>

typedef struct test_case {
    const char *name;
    void (*run)(void);
} test_case;

static jmp_buf test_end;
static int test_failed;
static int test_skipped;

#define CHECK(condition)                                                                                               \
    do {                                                                                                               \
        if (!(condition)) {                                                                                            \
            printf("  %s:%d: not true: %s\n", __FILE__, __LINE__, #condition);                                         \
            test_failed = 1;                                                                                           \
            longjmp(test_end, 1);                                                                                      \
        }                                                                                                              \
    } while (0)

/* Compares integers of any type, and prints both. */
#define CHECK_EQUAL(expected, actual)                                                                                  \
    do {                                                                                                               \
        long long test_e = (long long)(expected);                                                                      \
        long long test_a = (long long)(actual);                                                                        \
        if (test_e != test_a) {                                                                                        \
            printf("  %s:%d: %s is %lld, expected %lld\n", __FILE__, __LINE__, #actual, test_a, test_e);               \
            test_failed = 1;                                                                                           \
            longjmp(test_end, 1);                                                                                      \
        }                                                                                                              \
    } while (0)

#define SKIP(reason)                                                                                                   \
    do {                                                                                                               \
        printf("  SKIPPED: %s\n", reason);                                                                             \
        test_skipped = 1;                                                                                              \
        longjmp(test_end, 1);                                                                                          \
    } while (0)

static int test_run_all(const test_case *cases, size_t count)
{
    size_t failed = 0;
    size_t skipped = 0;

    (void)setvbuf(stdout, NULL, _IOLBF, BUFSIZ);
    for (size_t i = 0; i < count; i++) {
        test_failed = 0;
        test_skipped = 0;
        printf("%s\n", cases[i].name);
        if (setjmp(test_end) == 0) {
            cases[i].run();
        }
        failed += (size_t)test_failed;
        skipped += (size_t)test_skipped;
    }
    printf("%zu run, %zu failed, %zu skipped\n", count, failed, skipped);
    if (failed != 0) {
        return 1;
    }
    return skipped == count ? 77 : 0;
}

#define TEST(function)                                                                                                 \
    {                                                                                                                  \
        #function, function                                                                                            \
    }

#define TEST_MAIN(...)                                                                                                 \
    int main(void)                                                                                                     \
    {                                                                                                                  \
        static const test_case cases[] = {__VA_ARGS__};                                                                \
        return test_run_all(cases, sizeof cases / sizeof cases[0]);                                                    \
    }

#endif /* MMAPIO_TEST_H */
