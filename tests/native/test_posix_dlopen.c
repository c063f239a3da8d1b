/*
 * test_posix_dlopen.c - the library loaded late, by dlopen, and let go of again. This program is not linked with it.
 *
 * Trap 4: a handler that touches thread-local storage may find none in a thread that was there before the library, and
 * a C library may refuse to load one that needs it at a fixed place. Neither can happen here.
 */
#include "child.h"

#include <mmapio.h>

#include <dlfcn.h>
#include <pthread.h>
#include <sys/mman.h>

#include "fixture.h"

typedef mmapio_status map_file_call(intptr_t, const mmapio_map_options *, mmapio_map **, mmapio_error *);
typedef mmapio_status read_call(mmapio_map *, uint64_t, void *, uint64_t, uint64_t *, mmapio_error *);
typedef mmapio_status close_call(mmapio_map *);

typedef struct library {
    void *handle;
    map_file_call *map_file;
    read_call *read;
    close_call *close;
} library;

/* Where the build put it, unless this runs elsewhere. */
static const char *library_path(void)
{
    const char *given = getenv("MMAPIO_TEST_LIBRARY");

    return given != NULL ? given : MMAPIO_LIBRARY;
}

static library load(void)
{
    library loaded;

    loaded.handle = dlopen(library_path(), RTLD_NOW | RTLD_LOCAL);
    if (loaded.handle == NULL) {
        printf("  %s\n", dlerror());
    }
    CHECK(loaded.handle != NULL);
    /* POSIX promises that functions come through as pointers to objects; C does not know of it. */
    *(void **)&loaded.map_file = dlsym(loaded.handle, "mmapio_map_file");
    *(void **)&loaded.read = dlsym(loaded.handle, "mmapio_map_read");
    *(void **)&loaded.close = dlsym(loaded.handle, "mmapio_map_close");
    CHECK(loaded.map_file != NULL && loaded.read != NULL && loaded.close != NULL);
    return loaded;
}

static mmapio_map *map_cut(const library *loaded, fixture_file *file)
{
    uint64_t page = fixture_page_size();
    mmapio_map *map = NULL;

    *file = fixture_patterned(2 * page);
    CHECK_EQUAL(MMAPIO_OK, loaded->map_file(file->handle, NULL, &map, NULL));
    CHECK(fixture_resize(file->handle, page));
    return map;
}

static bool survives(const library *loaded, mmapio_map *map)
{
    unsigned char bytes[16];
    uint64_t done = 99;

    return loaded->read(map, fixture_page_size(), bytes, sizeof bytes, &done, NULL) == MMAPIO_FAULT &&
           done < sizeof bytes;
}

/* A thread that was there first, and waits to be given a map. */
typedef struct early_thread {
    pthread_mutex_t lock;
    pthread_cond_t given;
    const library *loaded;
    mmapio_map *map;
    bool survived;
} early_thread;

static void wait_and_copy(void *argument)
{
    early_thread *self = argument;

    (void)pthread_mutex_lock(&self->lock);
    while (self->map == NULL) {
        (void)pthread_cond_wait(&self->given, &self->lock);
    }
    (void)pthread_mutex_unlock(&self->lock);
    self->survived = survives(self->loaded, self->map);
}

static void load_beside_a_thread(void *unused)
{
    early_thread early = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, NULL, NULL, false};
    fixture_thread *thread = fixture_thread_start(wait_and_copy, &early);
    library loaded = load();
    fixture_file file;
    mmapio_map *map = map_cut(&loaded, &file);

    (void)unused;
    (void)pthread_mutex_lock(&early.lock);
    early.loaded = &loaded;
    early.map = map;
    (void)pthread_cond_signal(&early.given);
    (void)pthread_mutex_unlock(&early.lock);
    fixture_thread_join(thread);
    CHECK(early.survived);
    CHECK_EQUAL(MMAPIO_OK, loaded.close(map));
    fixture_remove(&file);
}

static void a_thread_older_than_the_library_survives_a_fault(void)
{
    child_must_pass(load_beside_a_thread, NULL);
}

static void let_go_and_fault(void *again)
{
    library loaded = load();
    fixture_file file;
    mmapio_map *map = map_cut(&loaded, &file);
    uint64_t page = fixture_page_size();
    unsigned char *plain = mmap(NULL, 2 * page, PROT_READ, MAP_SHARED, (int)file.handle, 0);

    CHECK(plain != MAP_FAILED);
    CHECK(survives(&loaded, map));
    CHECK_EQUAL(MMAPIO_OK, loaded.close(map));
    CHECK_EQUAL(0, dlclose(loaded.handle));
    fixture_remove(&file);
    if (again != NULL) {
        loaded = load();
        map = map_cut(&loaded, &file);
        CHECK(survives(&loaded, map));
        fixture_remove(&file);
        return;
    }
    child_reads(plain + page);
}

/* The handler stays installed, so its code must stay too: the signal is SIGBUS, and not one of missing code. */
static void after_it_was_let_go_of_a_fault_is_what_it_was(void)
{
    CHECK_EQUAL(-SIGBUS, child_run(let_go_and_fault, NULL));
}

static void loaded_again_it_goes_on(void)
{
    int yes = 1;

    need_no_leak_check();
    child_must_pass(let_go_and_fault, &yes);
}

TEST_MAIN(TEST(a_thread_older_than_the_library_survives_a_fault), TEST(after_it_was_let_go_of_a_fault_is_what_it_was),
          TEST(loaded_again_it_goes_on))
