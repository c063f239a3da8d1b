/* test_linux_shared.c - shared memory as files of /dev/shm: permissions, strangers, and other processes. */
#include "child.h"
#include "linux_proc.h"
#include "linux_shared.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>

static void only_its_user_may_open_it_whatever_the_mask_says(void)
{
    static const mode_t masks[] = {0, 022, 077, 0777};

    need_shared_memory();
    for (size_t i = 0; i < sizeof masks / sizeof masks[0]; i++) {
        shared_name name = own_name();
        mode_t before = umask(masks[i]);
        mmapio_map *map = map_shared(name.text, CREATE, 100);
        struct stat info;
        char path[64];
        (void)umask(before);
        path_of(&name, path);
        CHECK_EQUAL(0, stat(path, &info));
        CHECK_EQUAL(S_IFREG | 0600, info.st_mode);
        CHECK_EQUAL(100, info.st_size);
        close_map(map);
        unlink_name(&name);
    }
}

static void open_as_nobody(void *argument)
{
    const shared_name *name = argument;
    mmapio_error error = stale_error();
    mmapio_map *map = NULL;

    child_become_nobody();
    CHECK_STATUS(MMAPIO_ACCESS_DENIED, try_shared(name->text, 0, 0, &map, &error));
    CHECK_ERRNO(MMAPIO_ACCESS_DENIED, EACCES, "open", error);
    CHECK_STATUS(MMAPIO_EXISTS, try_shared(name->text, CREATE, 100, &map, NULL));
    CHECK_STATUS(MMAPIO_ACCESS_DENIED, mmapio_shared_unlink(name->text, &error));
    CHECK_ERRNO(MMAPIO_ACCESS_DENIED, EPERM, "unlink", error);
}

static void another_user_is_denied(void)
{
    shared_name name = own_name();
    mmapio_map *map;
    int code;

    need_shared_memory();
    map = map_shared(name.text, CREATE, 100);
    code = child_run(open_as_nobody, &name);
    close_map(map);
    unlink_name(&name);
    if (code == TEST_SKIPPED) {
        TEST_LEAVE(TEST_SKIPPED);
    }
    CHECK_EQUAL(0, code);
}

static void what_is_no_memory_is_not_opened(void)
{
    shared_name name = own_name();
    mmapio_error error = stale_error();
    mmapio_map *map = NULL;
    char path[64];

    need_shared_memory();
    path_of(&name, path);
    CHECK_EQUAL(0, symlink("/etc/passwd", path));
    CHECK_STATUS(MMAPIO_UNSUPPORTED, try_shared(name.text, 0, 0, &map, &error));
    CHECK_ERRNO(MMAPIO_UNSUPPORTED, ELOOP, "open", error);
    CHECK_STATUS(MMAPIO_EXISTS, try_shared(name.text, CREATE, 100, &map, NULL));
    CHECK_EQUAL(0, unlink(path));
    CHECK_EQUAL(0, mkfifo(path, 0600));
    CHECK_STATUS(MMAPIO_ACCESS_DENIED, try_shared(name.text, 0, 0, &map, NULL));
    CHECK_EQUAL(0, unlink(path));
    CHECK_EQUAL(0, mkdir(path, 0700));
    CHECK(try_shared(name.text, 0, 0, &map, NULL) != MMAPIO_OK);
    CHECK_EQUAL(0, rmdir(path));
    CHECK(map == NULL);
}

static void make_as_nobody(void *path)
{
    int file;

    child_become_nobody();
    file = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    CHECK(file >= 0);
    CHECK_EQUAL(0, ftruncate(file, 100));
}

/* Whoever put it there could change what is in it. */
static void what_others_may_change_is_not_opened(void)
{
    static const mode_t modes[] = {0620, 0602, 0640, 0604};
    shared_name name = own_name();
    mmapio_error error = stale_error();
    mmapio_map *map;
    char path[64];
    int code;

    need_shared_memory();
    path_of(&name, path);
    map = map_shared(name.text, CREATE, 100);
    close_map(map);
    for (size_t i = 0; i < sizeof modes / sizeof modes[0]; i++) {
        CHECK_EQUAL(0, chmod(path, modes[i]));
        CHECK_STATUS(MMAPIO_ACCESS_DENIED, try_shared(name.text, 0, 0, &map, &error));
        CHECK_OWN_ERROR(MMAPIO_ACCESS_DENIED, error);
        CHECK_STATUS(MMAPIO_ACCESS_DENIED, try_shared(name.text, OPEN_OR_CREATE, 100, &map, NULL));
    }
    CHECK_EQUAL(0, chmod(path, 0600));
    close_map(map_shared(name.text, 0, 0));
    unlink_name(&name);
    code = child_run(make_as_nobody, path);
    if (code == TEST_SKIPPED) {
        SKIP("only root can become another user");
    }
    CHECK_EQUAL(TEST_PASSED, code);
    CHECK_STATUS(MMAPIO_ACCESS_DENIED, try_shared(name.text, OPEN_OR_CREATE, 100, &map, NULL));
    CHECK_EQUAL(0, unlink(path));
}

/* The lock that the last user holds while its name goes, and that a stranger may hold for ever. */
static void what_somebody_has_for_himself_is_busy(void)
{
    shared_name name = own_name();
    mmapio_error error = stale_error();
    mmapio_map *map;
    char path[64];
    int file;

    need_shared_memory();
    path_of(&name, path);
    close_map(map_shared(name.text, CREATE, 100));
    file = open(path, O_RDWR | O_CLOEXEC);
    CHECK(file >= 0);
    CHECK_EQUAL(0, flock(file, LOCK_EX));
    (void)alarm(20);
    CHECK_STATUS(MMAPIO_BUSY, try_shared(name.text, 0, 0, &map, &error));
    CHECK_ERRNO(MMAPIO_BUSY, EWOULDBLOCK, "flock", error);
    (void)alarm(0);
    CHECK_EQUAL(0, flock(file, LOCK_UN));
    close_map(map_shared(name.text, 0, 0));
    (void)close(file);
    unlink_name(&name);
}

/* As shm_open(3) leaves it between making it and giving it a length. */
static void what_another_program_is_still_making_is_busy(void)
{
    shared_name name = own_name();
    mmapio_map *map = NULL;
    char path[64];
    int file;

    need_shared_memory();
    path_of(&name, path);
    file = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    CHECK(file >= 0);
    CHECK_STATUS(MMAPIO_BUSY, try_shared(name.text, 0, 0, &map, NULL));
    CHECK_STATUS(MMAPIO_BUSY, try_shared(name.text, OPEN_OR_CREATE, 10, &map, NULL));
    CHECK_EQUAL(0, ftruncate(file, 100));
    map = map_shared(name.text, 0, 0);
    CHECK_EQUAL(100, mmapio_map_length(map));
    close_map(map);
    (void)close(file);
    unlink_name(&name);
}

static void what_was_made_has_all_its_pages(void)
{
    shared_name names[] = {own_name(), own_name()};
    mmapio_map *full;
    mmapio_map *empty;
    struct stat info;
    char path[64];

    need_shared_memory();
    full = map_shared(names[0].text, CREATE, 1 << 20);
    empty = map_shared(names[1].text, CREATE | MMAPIO_MAP_NORESERVE, 1 << 20);
    path_of(&names[0], path);
    CHECK_EQUAL(0, stat(path, &info));
    CHECK_EQUAL((1 << 20) / 512, info.st_blocks);
    path_of(&names[1], path);
    CHECK_EQUAL(0, stat(path, &info));
    CHECK_EQUAL(0, info.st_blocks);
    close_map(full);
    close_map(empty);
    unlink_name(&names[0]);
    unlink_name(&names[1]);
}

/* ---- between processes ---- */

static void send_handle(int socket, int handle)
{
    char control[CMSG_SPACE(sizeof(int))] = {0};
    char byte = 'h';
    struct iovec data = {&byte, 1};
    struct msghdr message = {
        .msg_iov = &data, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control};
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);

    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(sizeof(int));
    memcpy(CMSG_DATA(header), &handle, sizeof handle);
    CHECK_EQUAL(1, sendmsg(socket, &message, 0));
}

static int receive_handle(int socket)
{
    char control[CMSG_SPACE(sizeof(int))] = {0};
    char byte = 0;
    struct iovec data = {&byte, 1};
    struct msghdr message = {
        .msg_iov = &data, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control};
    int handle = -1;

    CHECK_EQUAL(1, recvmsg(socket, &message, 0));
    CHECK(CMSG_FIRSTHDR(&message) != NULL);
    memcpy(&handle, CMSG_DATA(CMSG_FIRSTHDR(&message)), sizeof handle);
    return handle;
}

static void answer_through_memory(void *argument)
{
    int socket = *(int *)argument;
    mmapio_map *map = map_handle(receive_handle(socket), READ_WRITE, SHARED, 0, 0);

    CHECK_EQUAL('q', bytes_of(map)[0]);
    bytes_of(map)[1] = 'a';
    close_map(map);
}

static void a_handle_goes_over_a_socket(void)
{
    mmapio_map *map = map_shared(NULL, 0, 100);
    intptr_t handle = -1;
    int ends[2];

    CHECK_EQUAL(0, socketpair(AF_UNIX, SOCK_STREAM, 0, ends));
    CHECK_OK(mmapio_map_export(map, &handle, NULL));
    bytes_of(map)[0] = 'q';
    send_handle(ends[0], (int)handle);
    fixture_close(handle);
    CHECK_EQUAL(0, child_run(answer_through_memory, &ends[1]));
    CHECK_EQUAL('a', bytes_of(map)[1]);
    (void)close(ends[0]);
    (void)close(ends[1]);
    close_map(map);
}

/* ---- resizing ---- */

static void shared_memory_grows_within_its_reserve_and_shrinks(void)
{
    shared_name name = own_name();
    mmapio_map_options options = options_of(READ_WRITE, SHARED | CREATE, 0, 5000);
    mmapio_map *map = NULL;
    mmapio_map *other;
    unsigned char *data;

    need_shared_memory();
    options.reserve = 1 << 20;
    CHECK_OK(mmapio_map_shared(name.text, &options, &map, NULL));
    data = bytes_of(map);
    CHECK_OK(mmapio_map_resize(map, 1 << 20, 0, NULL));
    CHECK(bytes_of(map) == data);
    data[(1 << 20) - 1] = 'e';
    other = map_shared(name.text, 0, 0);
    CHECK_EQUAL(1 << 20, mmapio_map_length(other));
    CHECK_EQUAL('e', bytes_of(other)[(1 << 20) - 1]);
    close_map(other);
    CHECK_OK(mmapio_map_resize(map, 100, MMAPIO_RESIZE_TRUNCATE, NULL));
    other = map_shared(name.text, 0, 0);
    CHECK_EQUAL(100, mmapio_map_length(other));
    close_map(other);
    close_map(map);
    unlink_name(&name);
}

TEST_MAIN(TEST(only_its_user_may_open_it_whatever_the_mask_says), TEST(another_user_is_denied),
          TEST(what_is_no_memory_is_not_opened), TEST(what_others_may_change_is_not_opened),
          TEST(what_somebody_has_for_himself_is_busy), TEST(what_another_program_is_still_making_is_busy),
          TEST(what_was_made_has_all_its_pages), TEST(a_handle_goes_over_a_socket),
          TEST(shared_memory_grows_within_its_reserve_and_shrinks))
