/* test_linux_shared.c - shared memory as files of /dev/shm: permissions, strangers, limits, and who takes the name. */
#include "child.h"
#include "linux_filter.h"
#include "linux_mappings.h"
#include "linux_proc.h"
#include "linux_small_disk.h"
#include "shared.h"

#include <errno.h>
#include <sys/file.h>
#include <sys/socket.h>

static void path_of(const shared_name *name, char path[64])
{
    (void)snprintf(path, 64, "/dev/shm/%s", name->text);
}

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

/* ---- more than there is ---- */

/* The filter is there for the day that the library does try: that would end in the kernel's killing of processes. */
static void ask_for_too_much(void *unused)
{
    const uint64_t much = UINT64_C(1) << 50;
    mmapio_error error = stale_error();
    shared_name name = own_name();
    mmapio_map *map = NULL;
    mmapio_map *small = map_shared(NULL, CREATE, 100);

    (void)unused;
    filter_fail(SYS_fallocate, ENOSPC);
    CHECK_STATUS(MMAPIO_OUT_OF_MEMORY, try_shared(NULL, CREATE, much, &map, &error));
    CHECK_OWN_ERROR(MMAPIO_OUT_OF_MEMORY, error);
    CHECK(try_shared(name.text, CREATE, much, &map, NULL) != MMAPIO_OK);
    CHECK_STATUS(MMAPIO_NOT_FOUND, mmapio_shared_unlink(name.text, NULL));
    /* What no address space holds is refused before anybody looks at the memory. */
    CHECK_STATUS(MMAPIO_OUT_OF_RANGE, mmapio_map_resize(small, much, MMAPIO_RESIZE_MAY_MOVE, NULL));
    CHECK_STATUS(MMAPIO_OUT_OF_MEMORY, mmapio_map_resize(small, much >> 3, MMAPIO_RESIZE_MAY_MOVE, NULL));
    CHECK_EQUAL(100, mmapio_map_length(small));
    bytes_of(small)[99] = 1;
    close_map(small);
}

static void more_than_the_memory_is_an_error(void)
{
    need_shared_memory();
    child_must_pass(ask_for_too_much, NULL);
}

/* A control group that has 100 MiB, of which 50 are in use. */
static void live_in_a_small_group(void *unused)
{
    const uint64_t mebibyte = 1 << 20;
    mmapio_map *map = NULL;
    int limit;

    (void)unused;
    if (!may_mount() || mount("none", "/sys/fs/cgroup", "tmpfs", 0, "size=1m") != 0) {
        SKIP("this process may not mount a tmpfs");
    }
    limit = open("/sys/fs/cgroup/memory.max", O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    CHECK(limit >= 0 && write(limit, "104857600\n", 10) == 10 && close(limit) == 0);
    limit = open("/sys/fs/cgroup/memory.swap.max", O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    CHECK(limit >= 0 && write(limit, "0\n", 2) == 2 && close(limit) == 0);
    map = map_shared(NULL, CREATE, 60 * mebibyte);
    close_map(map);
    limit = open("/sys/fs/cgroup/memory.stat", O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    CHECK(limit >= 0 && write(limit, "anon 42428800\nfile 7\nshmem 10000000\n", 37) == 37 && close(limit) == 0);
    CHECK_STATUS(MMAPIO_OUT_OF_MEMORY, try_shared(NULL, CREATE, 60 * mebibyte, &map, NULL));
    map = map_shared(NULL, CREATE, 40 * mebibyte);
    close_map(map);
    map = map_shared(NULL, CREATE | MMAPIO_MAP_NORESERVE, 200 * mebibyte);
    close_map(map);
}

static void more_than_the_control_group_has_is_an_error(void)
{
    need_shared_memory();
    child_must_pass(live_in_a_small_group, NULL);
}

/* ---- a full /dev/shm ---- */

static void fill_a_small_one(void *unused)
{
    uint64_t page = fixture_page_size();
    shared_name names[] = {own_name(), own_name()};
    mmapio_error error = stale_error();
    mmapio_map *map = NULL;
    struct stat info;
    char options[64];
    char path[64];

    (void)unused;
    if (!may_mount()) {
        SKIP("this process may not mount, not even where nobody else sees it");
    }
    (void)snprintf(options, sizeof options, "size=%zu,huge=never", ROOM * fixture_page_size());
    if (mount("none", "/dev/shm", "tmpfs", 0, options) != 0) {
        SKIP("this process may not mount a tmpfs");
    }
    CHECK_STATUS(MMAPIO_NO_SPACE, try_shared(names[0].text, CREATE, WANTED * page, &map, &error));
    CHECK_ERRNO(MMAPIO_NO_SPACE, ENOSPC, "fallocate", error);
    CHECK_STATUS(MMAPIO_NOT_FOUND, mmapio_shared_unlink(names[0].text, NULL));
    /* Nothing of the attempt is left: there is room for as much as there was. */
    map = map_shared(names[0].text, CREATE, (ROOM - 1) * page);
    memset(mmapio_map_data(map), 'x', mmapio_map_length(map));
    CHECK_STATUS(MMAPIO_NO_SPACE, mmapio_map_resize(map, WANTED * page, MMAPIO_RESIZE_MAY_MOVE, NULL));
    CHECK_EQUAL((ROOM - 1) * page, mmapio_map_length(map));
    path_of(&names[0], path);
    CHECK_EQUAL(0, stat(path, &info));
    CHECK_EQUAL((ROOM - 1) * page, info.st_size);
    close_map(map);
    CHECK_OK(mmapio_shared_unlink(names[0].text, NULL));
    close_map(map_shared(names[1].text, CREATE | MMAPIO_MAP_NORESERVE, WANTED * page));
}

static void a_full_file_system_is_an_error_and_no_signal(void)
{
    need_a_real_kernel();
    child_must_pass(fill_a_small_one, NULL);
}

static void find_no_folder(void *unused)
{
    shared_name name = own_name();
    mmapio_map *map = NULL;

    (void)unused;
    if (!may_mount() || mount("none", "/dev", "tmpfs", 0, "size=64k") != 0) {
        SKIP("this process may not mount, not even where nobody else sees it");
    }
    CHECK_EQUAL(0, caps_here().features & MMAPIO_FEATURE_SHARED);
    CHECK_STATUS(MMAPIO_UNSUPPORTED, try_shared(name.text, CREATE, 100, &map, NULL));
    CHECK_STATUS(MMAPIO_NOT_FOUND, try_shared(name.text, 0, 100, &map, NULL));
    close_map(map_shared(NULL, 0, 100));
}

static void without_dev_shm_there_is_memory_without_a_name(void)
{
    child_must_pass(find_no_folder, NULL);
}

/* ---- limits ---- */

static void run_out_of_mappings(void *unused)
{
    mmapio_error error = stale_error();
    mmapio_map *map = NULL;
    uint64_t unit = mmapio_allocation_granularity();
    size_t before = fixture_open_handles();
    mappings all = mappings_use_up();

    (void)unused;
    CHECK_STATUS(MMAPIO_OUT_OF_MEMORY, try_shared(NULL, MMAPIO_MAP_MIRRORED, unit, &map, &error));
    CHECK_ERRNO(MMAPIO_OUT_OF_MEMORY, ENOMEM, "mmap", error);
    CHECK(map == NULL);
    mappings_give_back(&all);
    CHECK_EQUAL(before, fixture_open_handles());
    close_map(map_shared(NULL, MMAPIO_MAP_MIRRORED, unit));
}

static void too_many_mappings_are_an_error_that_leaves_nothing(void)
{
    need_a_real_kernel();
    need_an_allocator_without_mappings();
    child_must_pass(run_out_of_mappings, NULL);
}

static void run_out_of_descriptors(void *unused)
{
    shared_name name = own_name();
    mmapio_map *map = map_shared(NULL, 0, 100);
    mmapio_map *none = NULL;
    mmapio_error error = stale_error();
    intptr_t handle = 0;
    struct rlimit limit = {0, 0};

    (void)unused;
    CHECK_EQUAL(0, setrlimit(RLIMIT_NOFILE, &limit));
    CHECK_STATUS(MMAPIO_LIMIT_REACHED, try_shared(name.text, CREATE, 100, &none, &error));
    CHECK_ERRNO(MMAPIO_LIMIT_REACHED, EMFILE, "open", error);
    CHECK_STATUS(MMAPIO_LIMIT_REACHED, try_shared(NULL, 0, 100, &none, &error));
    CHECK_ERRNO(MMAPIO_LIMIT_REACHED, EMFILE, "memfd_create", error);
    /* fcntl(2) says EINVAL of a limit of zero. */
    CHECK(mmapio_map_export(map, &handle, &error) != MMAPIO_OK);
    CHECK_EQUAL(-1, handle);
    close_map(map);
}

static void no_more_descriptors_is_a_limit(void)
{
    if (under_valgrind()) {
        SKIP("valgrind keeps descriptors for itself, and refuses a limit below them");
    }
    child_must_pass(run_out_of_descriptors, NULL);
}

static void lock_too_much(void *unused)
{
    shared_name name = own_name();
    struct rlimit limit = {65536, 65536};
    mmapio_map *none = NULL;

    (void)unused;
    child_become_ordinary();
    CHECK_EQUAL(0, setrlimit(RLIMIT_MEMLOCK, &limit));
    CHECK_STATUS(MMAPIO_LIMIT_REACHED, try_shared(name.text, CREATE | MMAPIO_MAP_LOCKED, 1 << 20, &none, NULL));
    CHECK(none == NULL);
    CHECK_STATUS(MMAPIO_NOT_FOUND, mmapio_shared_unlink(name.text, NULL));
}

static void more_locked_memory_than_allowed_leaves_no_name(void)
{
    need_shared_memory();
    need_locks_that_count();
    child_must_pass(lock_too_much, NULL);
}

/* ---- the last one ---- */

typedef struct visit {
    shared_name name;
    int leave; /* the end of a pipe that says when */
} visit;

static void visit_and_leave(void *argument)
{
    const visit *self = argument;
    mmapio_map *map = map_shared(self->name.text, 0, 0);
    char byte;

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
    visit self = {own_name(), -1};
    mmapio_map *maker;
    int ends[2];
    pid_t child;
    int status = 0;

    need_shared_memory();
    CHECK_EQUAL(0, pipe(ends));
    maker = map_shared(self.name.text, CREATE | MMAPIO_MAP_DELETE_ON_CLOSE, 100);
    self.leave = ends[0];
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
    visit self = {own_name(), -1};
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
        (void)mmapio_map_close(map);
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
          TEST(what_somebody_has_for_himself_is_busy), TEST(more_than_the_memory_is_an_error),
          TEST(more_than_the_control_group_has_is_an_error), TEST(what_another_program_is_still_making_is_busy),
          TEST(what_was_made_has_all_its_pages), TEST(a_full_file_system_is_an_error_and_no_signal),
          TEST(without_dev_shm_there_is_memory_without_a_name),
          TEST(too_many_mappings_are_an_error_that_leaves_nothing), TEST(no_more_descriptors_is_a_limit),
          TEST(more_locked_memory_than_allowed_leaves_no_name), TEST(the_last_process_takes_the_name_along),
          TEST(a_killed_process_leaves_the_name_to_the_next), TEST(a_name_that_is_somebody_elses_by_now_is_left_alone),
          TEST(of_many_that_come_and_go_the_last_takes_the_name), TEST(a_handle_goes_over_a_socket),
          TEST(shared_memory_grows_within_its_reserve_and_shrinks))
