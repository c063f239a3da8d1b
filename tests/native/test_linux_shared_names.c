/* test_linux_shared_names.c - MMAPIO_MAP_DELETE_ON_CLOSE: the last one takes the name along. */
#include "child.h"
#include "linux_proc.h"
#include "linux_shared.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>

/* ---- the last one ---- */

typedef struct visit {
    shared_name name;
    int leave;        /* the end of a pipe that says when */
    mmapio_map *copy; /* what fork(2) copied */
} visit;

static void visit_and_leave(void *argument)
{
    const visit *self = argument;
    mmapio_map *map = map_shared(self->name.text, 0, 0);
    char byte;

    close_map(self->copy);
    CHECK_EQUAL(0, read(self->leave, &byte, 1));
    close_map(map);
}

static void killed_without_closing(void *argument)
{
    const visit *self = argument;

    (void)map_shared(self->name.text, 0, 0);
    (void)raise(SIGKILL);
}

static bool exists(const shared_name *name)
{
    char path[64];

    path_of(name, path);
    return access(path, F_OK) == 0;
}

static void the_last_process_takes_the_name_along(void)
{
    visit self = {own_name(), -1, NULL};
    mmapio_map *maker;
    int ends[2];
    pid_t child;
    int status = 0;

    need_shared_memory();
    CHECK_EQUAL(0, pipe(ends));
    maker = map_shared(self.name.text, CREATE | MMAPIO_MAP_DELETE_ON_CLOSE, 100);
    self.leave = ends[0];
    self.copy = maker;
    (void)fflush(stdout);
    child = fork();
    if (child == 0) {
        (void)close(ends[1]);
        test_result = TEST_PASSED;
        if (setjmp(test_end) == 0) {
            visit_and_leave(&self);
        }
        _exit(test_result);
    }
    (void)close(ends[0]);
    /* The child has it open when another exclusive lock is refused: the parent's own is given up for the question. */
    while (exists(&self.name)) {
        char path[64];
        int file;
        bool taken;
        path_of(&self.name, path);
        file = open(path, O_RDONLY | O_CLOEXEC);
        CHECK(file >= 0);
        if (maker != NULL) {
            /* Whether before or after the child's, this is not the last use: it holds a lock itself. */
            CHECK_EQUAL(0, flock(file, LOCK_SH));
            close_map(maker);
            maker = NULL;
            CHECK(exists(&self.name));
        }
        taken = flock(file, LOCK_EX | LOCK_NB) != 0;
        (void)close(file);
        if (taken) {
            break;
        }
    }
    CHECK(exists(&self.name));
    (void)close(ends[1]);
    CHECK_EQUAL(child, waitpid(child, &status, 0));
    CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    CHECK(!exists(&self.name));
}

static void a_killed_process_leaves_the_name_to_the_next(void)
{
    visit self = {own_name(), -1, NULL};
    mmapio_map *maker;

    need_shared_memory();
    need_no_leak_check();
    maker = map_shared(self.name.text, CREATE | MMAPIO_MAP_DELETE_ON_CLOSE, 100);
    CHECK_EQUAL(-SIGKILL, child_run(killed_without_closing, &self));
    CHECK(exists(&self.name));
    close_map(maker);
    CHECK(!exists(&self.name));
}

static void a_name_that_is_somebody_elses_by_now_is_left_alone(void)
{
    shared_name name = own_name();
    mmapio_map *first;
    mmapio_map *second;

    need_shared_memory();
    first = map_shared(name.text, CREATE | MMAPIO_MAP_DELETE_ON_CLOSE, 100);
    CHECK_OK(mmapio_shared_unlink(name.text, NULL));
    second = map_shared(name.text, CREATE, 100);
    close_map(first);
    CHECK(exists(&name));
    close_map(second);
    unlink_name(&name);
}

/* ---- what fork(2) copies ---- */

static void close_the_copy(void *argument)
{
    close_map(argument);
}

static void a_childs_copy_of_a_map_takes_no_name_from_its_parent(void)
{
    shared_name name = own_name();
    mmapio_map *map;

    need_shared_memory();
    map = map_shared(name.text, CREATE | MMAPIO_MAP_DELETE_ON_CLOSE, 100);
    child_must_pass(close_the_copy, map);
    CHECK(exists(&name));
    close_map(map_shared(name.text, 0, 0));
    CHECK(exists(&name));
    close_map(map);
    CHECK(!exists(&name));
}

/* The parent's end of it goes first, as of a daemon's. */
static void the_name_stays_for_a_childs_copy_and_goes_with_it(void)
{
    shared_name name = own_name();
    mmapio_map *map;
    int ends[2];
    int status = 0;
    char byte;
    pid_t child;

    need_shared_memory();
    CHECK_EQUAL(0, pipe(ends));
    map = map_shared(name.text, CREATE | MMAPIO_MAP_DELETE_ON_CLOSE, 100);
    (void)fflush(stdout);
    child = fork();
    if (child == 0) {
        (void)close(ends[1]);
        _exit(read(ends[0], &byte, 1) == 0 && mmapio_map_close(map) == MMAPIO_OK ? 0 : 1);
    }
    (void)close(ends[0]);
    close_map(map);
    CHECK(exists(&name));
    close_map(map_shared(name.text, 0, 0));
    CHECK(exists(&name));
    (void)close(ends[1]);
    CHECK_EQUAL(child, waitpid(child, &status, 0));
    CHECK_EQUAL(0, status);
    CHECK(!exists(&name));
}

/* Asking whether others are left must not cost the copy its share in the name. */
static void the_name_stays_for_a_childs_copy_when_others_come_and_go(void)
{
    shared_name name = own_name();
    mmapio_map *map;
    mmapio_map *other;
    int ends[2];
    int status = 0;
    char byte;
    pid_t child;

    need_shared_memory();
    CHECK_EQUAL(0, pipe(ends));
    map = map_shared(name.text, CREATE | MMAPIO_MAP_DELETE_ON_CLOSE, 100);
    (void)fflush(stdout);
    child = fork();
    if (child == 0) {
        (void)close(ends[1]);
        _exit(read(ends[0], &byte, 1) == 0 && mmapio_map_close(map) == MMAPIO_OK ? 0 : 1);
    }
    (void)close(ends[0]);
    other = map_shared(name.text, 0, 0);
    close_map(map);
    close_map(other);
    CHECK(exists(&name));
    (void)close(ends[1]);
    CHECK_EQUAL(child, waitpid(child, &status, 0));
    CHECK_EQUAL(0, status);
    CHECK(!exists(&name));
}

/* A handle keeps the memory, but not its name. */
static void an_exported_handle_is_no_map(void)
{
    shared_name name = own_name();
    intptr_t handle = -1;
    mmapio_map *map;

    need_shared_memory();
    map = map_shared(name.text, CREATE | MMAPIO_MAP_DELETE_ON_CLOSE, 100);
    CHECK_OK(mmapio_map_export(map, &handle, NULL));
    close_map(map);
    CHECK(!exists(&name));
    map = map_whole(handle, READ_WRITE, SHARED);
    bytes_of(map)[99] = 1;
    close_map(map);
    fixture_close(handle);
}

enum { RACERS = 8, ROUNDS = 300 };

static void open_and_close(void *argument)
{
    const shared_name *name = argument;

    for (int i = 0; i < ROUNDS; i++) {
        mmapio_map_options options =
            options_of(READ_WRITE, SHARED | OPEN_OR_CREATE | MMAPIO_MAP_DELETE_ON_CLOSE, 0, 100);
        mmapio_map *map = NULL;
        if (mmapio_map_shared(name->text, &options, &map, NULL) != MMAPIO_OK) {
            abort();
        }
        bytes_of(map)[99]++;
        if (mmapio_map_close(map) != MMAPIO_OK) {
            abort();
        }
    }
}

static void of_many_that_come_and_go_the_last_takes_the_name(void)
{
    shared_name name = own_name();
    fixture_thread *threads[RACERS];

    need_shared_memory();
    for (size_t i = 0; i < RACERS; i++) {
        threads[i] = fixture_thread_start(open_and_close, &name);
    }
    for (size_t i = 0; i < RACERS; i++) {
        fixture_thread_join(threads[i]);
    }
    CHECK(!exists(&name));
}

TEST_MAIN(TEST(a_childs_copy_of_a_map_takes_no_name_from_its_parent),
          TEST(the_name_stays_for_a_childs_copy_and_goes_with_it),
          TEST(the_name_stays_for_a_childs_copy_when_others_come_and_go), TEST(an_exported_handle_is_no_map),
          TEST(the_last_process_takes_the_name_along), TEST(a_killed_process_leaves_the_name_to_the_next),
          TEST(a_name_that_is_somebody_elses_by_now_is_left_alone),
          TEST(of_many_that_come_and_go_the_last_takes_the_name))
