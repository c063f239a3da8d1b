/* test_linux_races.c - files that somebody else makes longer between two system calls of the library. */
#include "child.h"
#include "linux_calls.h"
#include "maps.h"

#include <fcntl.h>

enum { MOVE = MMAPIO_RESIZE_MAY_MOVE, FIRST = 100, WANTED = 5000, OTHERS = 30000 };

/* What somebody else appends when the library is about to set the file's length: once. */
static int other = -1;

static void append(void)
{
    unsigned char bytes[OTHERS];
    int file = other;

    if (file >= 0) {
        other = -1;
        memset(bytes, 'o', sizeof bytes);
        if (write(file, bytes, sizeof bytes) != (ssize_t)sizeof bytes) {
            abort();
        }
    }
}

int ftruncate(int file, off_t length)
{
    append();
    return (int)syscall(SYS_ftruncate, file, length);
}

int fallocate(int file, int mode, off_t offset, off_t length)
{
    append();
    return (int)syscall(SYS_fallocate, file, mode, offset, length);
}

static void check_others(intptr_t handle)
{
    unsigned char bytes[OTHERS];

    CHECK_EQUAL(-1, other);
    CHECK_EQUAL(FIRST + OTHERS, fixture_length(handle));
    fixture_read(handle, FIRST, bytes, sizeof bytes);
    for (size_t i = 0; i < sizeof bytes; i++) {
        CHECK_EQUAL('o', bytes[i]);
    }
}

static void growing_cuts_nothing_that_others_have_appended(void)
{
    static const uint32_t flags[] = {MOVE, MOVE | MMAPIO_RESIZE_ALLOCATE};
    static const fixture_place places[] = {FIXTURE_DISK, FIXTURE_MEMORY};

    for (size_t i = 0; i < 4; i++) {
        fixture_file file = fixture_create(places[i % 2]);
        mmapio_map *map;
        int appends;
        CHECK(fixture_resize(file.handle, FIRST));
        map = map_whole(file.handle, READ_WRITE, SHARED);
        appends = open(file.path, O_WRONLY | O_APPEND | O_CLOEXEC);
        CHECK(appends >= 0);
        other = appends;
        CHECK_OK(mmapio_map_resize(map, WANTED, flags[i / 2], NULL));
        check_others(file.handle);
        (void)close(appends);
        close_map(map);
        fixture_remove(&file);
    }
}

static void allocating_cuts_nothing_that_others_have_appended(void)
{
    fixture_file file = fixture_create(FIXTURE_DISK);
    int appends = open(file.path, O_WRONLY | O_APPEND | O_CLOEXEC);

    CHECK(fixture_resize(file.handle, FIRST));
    CHECK(appends >= 0);
    other = appends;
    CHECK_OK(mmapio_file_allocate(file.handle, 0, WANTED, NULL));
    check_others(file.handle);
    (void)close(appends);
    fixture_remove(&file);
}

TEST_MAIN(TEST(growing_cuts_nothing_that_others_have_appended), TEST(allocating_cuts_nothing_that_others_have_appended))
