/*
 * test_linux_strangers.c - residency for somebody who neither owns the file nor may write it.
 *
 * mincore(2) tells such a process that every page is resident, and cachestat(2) refuses: the report must say that it
 * does not know. Most tests set the file up as root, and ask in a child that has become nobody.
 */
#include "child.h"
#include "linux_residency.h"

#include <fcntl.h>
#include <sys/stat.h>

typedef struct question {
    intptr_t handle;
    bool told; /* is nobody to be told how much is resident? */
} question;

static void ask_as_nobody(void *argument)
{
    const question *asked = argument;
    uint8_t pages[PAGES];
    mmapio_map *map;
    mmapio_residency report;

    child_become_nobody();
    map = map_page_by_page(asked->handle, READ_ONLY, SHARED);
    report = report_of(map, 0, mmapio_map_length(map), NULL);
    CHECK_EQUAL(PAGES, report.pages);
    if (asked->told) {
        CHECK((report.known & MMAPIO_KNOWN_RESIDENT) != 0);
    } else {
        CHECK_EQUAL(0, report.known);
        CHECK_EQUAL(0, report.dirty);
        CHECK_EQUAL(0, report.evicted);
    }
    CHECK_EQUAL(asked->told ? 2 : 0, report.resident);
    memset(pages, 0xFF, sizeof pages);
    report = report_of(map, 0, mmapio_map_length(map), pages);
    CHECK_EQUAL(asked->told ? MMAPIO_KNOWN_RESIDENT : 0, report.known & MMAPIO_KNOWN_RESIDENT);
    CHECK_EQUAL(asked->told ? 2 : 0, report.resident);
    for (size_t i = 0; i < PAGES; i++) {
        CHECK_EQUAL(asked->told && (i == 8 || i == 20), pages[i]);
    }
    close_map(map);
}

/* The file belongs to root, or to nobody; nobody's handle is for reading, opened while that was allowed. */
static void check_answer(mode_t mode, bool owned_by_nobody, bool told)
{
    need_tmpfs();

    fixture_file file;
    mmapio_map *map;
    question asked = {-1, told};

    file = sparse_file(FIXTURE_MEMORY);
    map = map_page_by_page(file.handle, READ_WRITE, SHARED);
    touch(map, 8, 'x');
    touch(map, 20, 'x');
    close_map(map);
    asked.handle = fixture_open(&file, FIXTURE_READ);
    CHECK_EQUAL(0, fchmod((int)file.handle, mode));
    if (owned_by_nobody) {
        const struct passwd *nobody = getpwnam("nobody");
        if (nobody == NULL || fchown((int)file.handle, nobody->pw_uid, nobody->pw_gid) != 0) {
            SKIP("only root can give a file to nobody");
        }
    }
    child_must_pass(ask_as_nobody, &asked);
    fixture_close(asked.handle);
    fixture_remove(&file);
}

static void who_may_only_read_is_told_nothing(void)
{
    check_answer(0644, false, false);
}

static void who_may_do_nothing_but_got_a_handle_is_told_nothing(void)
{
    check_answer(0600, false, false);
}

static void who_may_write_is_told_the_truth(void)
{
    check_answer(0666, false, true);
}

static void who_owns_the_file_is_told_the_truth(void)
{
    check_answer(0400, true, true);
}

static void ask_about_a_system_file(void *argument)
{
    int file = *(int *)argument;
    uint8_t pages[PAGES];
    mmapio_map *map;
    mmapio_residency report;

    child_become_ordinary();
    map = map_part(file, READ_ONLY, SHARED, 0, PAGES * (uint64_t)fixture_page_size());
    memset(pages, 0xFF, sizeof pages);
    report = report_of(map, 0, mmapio_map_length(map), pages);
    CHECK_EQUAL(PAGES, report.pages);
    CHECK_EQUAL(0, report.known);
    CHECK_EQUAL(0, report.resident);
    for (size_t i = 0; i < PAGES; i++) {
        CHECK_EQUAL(0, pages[i]);
    }
    close_map(map);
}

/* The one question that takes no root to set up: every system has this file, and only root may write it. */
static void a_file_of_the_system_tells_nothing_to_its_users(void)
{
    int file = open("/etc/passwd", O_RDONLY | O_CLOEXEC);

    need_real_residency();
    CHECK(file >= 0);
    child_must_pass(ask_about_a_system_file, &file);
    CHECK_EQUAL(0, close(file));
}

TEST_MAIN(TEST(who_may_only_read_is_told_nothing), TEST(who_may_do_nothing_but_got_a_handle_is_told_nothing),
          TEST(who_may_write_is_told_the_truth), TEST(who_owns_the_file_is_told_the_truth),
          TEST(a_file_of_the_system_tells_nothing_to_its_users))
