/* fixture_posix.c - fixture.h on Linux and macOS. */
#include "fixture_parts.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

void fixture_die(const char *what)
{
    fprintf(stderr, "fixture: %s: %s\n", what, strerror(errno));
    exit(1);
}

bool fixture_has(fixture_place place)
{
    return fixture_folder(place) != NULL;
}

fixture_file fixture_create(fixture_place place)
{
    fixture_file file;
    int handle;

    (void)snprintf(file.path, sizeof file.path, "%s/mmapio-XXXXXX", fixture_folder(place));
    handle = mkstemp(file.path);
    if (handle < 0) {
        fixture_die(file.path);
    }
    fixture_remember(file.path);
    file.handle = handle;
    return file;
}

bool fixture_sparse(fixture_place place, uint64_t length, fixture_file *file)
{
    *file = fixture_create(place);
    if (fixture_resize(file->handle, length)) {
        return true;
    }
    fixture_remove(file);
    return false;
}

void fixture_remove(const fixture_file *file)
{
    fixture_close(file->handle);
    if (unlink(file->path) != 0) {
        fixture_die(file->path);
    }
    fixture_forget(file->path);
}

intptr_t fixture_open(const fixture_file *file, fixture_access access)
{
    int flags = access == FIXTURE_READ ? O_RDONLY : access == FIXTURE_WRITE_ONLY ? O_WRONLY : O_RDWR;
    int handle = open(file->path, flags | O_CLOEXEC);

    if (handle < 0) {
        fixture_die(file->path);
    }
    return handle;
}

void fixture_close(intptr_t handle)
{
    if (close((int)handle) != 0) {
        fixture_die("close");
    }
}

void fixture_read(intptr_t handle, uint64_t offset, void *bytes, size_t length)
{
    if (pread((int)handle, bytes, length, (off_t)offset) != (ssize_t)length) {
        fixture_die("pread");
    }
}

void fixture_write(intptr_t handle, uint64_t offset, const void *bytes, size_t length)
{
    if (pwrite((int)handle, bytes, length, (off_t)offset) != (ssize_t)length) {
        fixture_die("pwrite");
    }
}

uint64_t fixture_length(intptr_t handle)
{
    struct stat info;

    if (fstat((int)handle, &info) != 0) {
        fixture_die("fstat");
    }
    return (uint64_t)info.st_size;
}

bool fixture_resize(intptr_t handle, uint64_t length)
{
    if (ftruncate((int)handle, (off_t)length) == 0) {
        return true;
    }
    if (errno != EFBIG && errno != EINVAL) {
        fixture_die("ftruncate");
    }
    return false;
}

intptr_t fixture_pipe(void)
{
    int ends[2];

    if (pipe(ends) != 0) {
        fixture_die("pipe");
    }
    fixture_close(ends[1]);
    return ends[0];
}

intptr_t fixture_directory(void)
{
    int handle = open(".", O_RDONLY | O_CLOEXEC);

    if (handle < 0) {
        fixture_die("open .");
    }
    return handle;
}

size_t fixture_page_size(void)
{
    return (size_t)sysconf(_SC_PAGESIZE);
}

size_t fixture_open_handles(void)
{
    size_t count = 0;
    DIR *folder = opendir(fixture_descriptor_folder());

    if (folder == NULL) {
        fixture_die(fixture_descriptor_folder());
    }
    while (readdir(folder) != NULL) {
        count++;
    }
    (void)closedir(folder);
    /* Besides the folder's own descriptor there are "." and "..". */
    return count - 3;
}

/* By msync(2): mincore(2) answers for addresses without a mapping on macOS, and not for unreadable ones under qemu. But
 * valgrind takes msync(2) for an access. */
bool fixture_is_mapped(const void *address)
{
    uintptr_t page = (uintptr_t)address & ~((uintptr_t)fixture_page_size() - 1);
    unsigned char resident;

    if (under_valgrind()) {
        return mincore((void *)page, fixture_page_size(), (void *)&resident) == 0;
    }
    return msync((void *)page, fixture_page_size(), MS_ASYNC) == 0;
}

bool fixture_has_room(uint64_t length)
{
    void *room;

    /* An emulator accounts for each page of a mapping in memory of its own: do not even ask it for terabytes. */
    if (length > SIZE_MAX || (length >> 38 != 0 && fixture_emulated())) {
        return false;
    }
    room = mmap(NULL, (size_t)length, PROT_NONE, MAP_PRIVATE | MAP_ANON, -1, 0);
    return room != MAP_FAILED && munmap(room, (size_t)length) == 0;
}

bool fixture_shows_residency(void)
{
    void *page = mmap(NULL, fixture_page_size(), PROT_READ, MAP_PRIVATE | MAP_ANON, -1, 0);
    unsigned char resident = 1;
    /* The vector is of char on macOS, of unsigned char on Linux. */
    void *vector = &resident;

    if (page == MAP_FAILED || mincore(page, fixture_page_size(), vector) != 0 ||
        munmap(page, fixture_page_size()) != 0) {
        fixture_die("mincore");
    }
    return (resident & 1) == 0;
}

struct fixture_thread {
    pthread_t id;
    void (*body)(void *);
    void *argument;
};

static void *run_thread(void *argument)
{
    fixture_thread *thread = argument;

    thread->body(thread->argument);
    return NULL;
}

fixture_thread *fixture_thread_start(void (*body)(void *), void *argument)
{
    fixture_thread *thread = malloc(sizeof *thread);

    if (thread == NULL) {
        fixture_die("malloc");
    }
    thread->body = body;
    thread->argument = argument;
    errno = pthread_create(&thread->id, NULL, run_thread, thread);
    if (errno != 0) {
        fixture_die("pthread_create");
    }
    return thread;
}

void fixture_thread_join(fixture_thread *thread)
{
    errno = pthread_join(thread->id, NULL);
    if (errno != 0) {
        fixture_die("pthread_join");
    }
    free(thread);
}

bool fixture_is_accessible(const void *address)
{
    int ends[2];
    bool accessible;

    if (pipe(ends) != 0) {
        fixture_die("pipe");
    }
    accessible = write(ends[1], address, 1) == 1;
    (void)close(ends[0]);
    (void)close(ends[1]);
    return accessible;
}
