/* test_threads.c - calls on one map from several threads, and maps made and closed by several threads. */
#include "maps.h"

enum { THREADS = 4, ROUNDS = 200, PAGES = 16 };

/* What a thread works on, and what went wrong first: CHECK belongs to the thread of the test. */
typedef struct worker {
    mmapio_map *map;
    intptr_t handle;
    uint64_t first; /* of the PAGES pages that are this worker's own */
    const char *failure;
} worker;

static void expect(worker *self, bool held, const char *what)
{
    if (!held && self->failure == NULL) {
        self->failure = what;
    }
}

static void call_on_own_range(worker *self, unsigned char stamp)
{
    uint64_t page = fixture_page_size();
    uint64_t offset = self->first * page;
    uint64_t length = PAGES * page;
    unsigned char *data = bytes_of(self->map) + offset;
    mmapio_residency report;
    mmapio_error error;
    uint8_t pages[PAGES];

    memset(&report, 0, sizeof report);
    report.struct_size = (uint32_t)sizeof report;
    memset(data, stamp, length);
    expect(self, mmapio_map_advise(self->map, offset, length, MMAPIO_MADV_RANDOM, NULL, &error) == MMAPIO_OK, "advise");
    expect(self, mmapio_map_sync(self->map, offset, length, MMAPIO_MS_ASYNC, &error) == MMAPIO_OK, "sync");
    expect(self, mmapio_map_populate(self->map, offset, length, MMAPIO_PROT_READ, &error) == MMAPIO_OK, "populate");
    expect(self, mmapio_map_protect(self->map, offset, length, MMAPIO_PROT_READ, &error) == MMAPIO_OK, "protect");
    expect(self, data[0] == stamp && data[length - 1] == stamp, "reading while protected");
    expect(self, mmapio_map_protect(self->map, offset, length, READ_WRITE, &error) == MMAPIO_OK, "unprotect");
    expect(self, mmapio_map_residency(self->map, offset, length, &report, pages, &error) == MMAPIO_OK, "residency");
    expect(self, report.pages == PAGES, "count of pages");
    expect(self, mmapio_map_lock(self->map, offset, 1, 0, &error) == MMAPIO_OK, "lock");
    expect(self, mmapio_map_unlock(self->map, offset, 1, &error) == MMAPIO_OK, "unlock");
    /* An error is the caller's own: no other thread's success may get into it. */
    expect(self,
           mmapio_map_sync(self->map, offset, UINT64_MAX, MMAPIO_MS_ASYNC, &error) == MMAPIO_OUT_OF_RANGE &&
               error.status == MMAPIO_OUT_OF_RANGE,
           "error");
}

static void work_on_one_map(void *argument)
{
    worker *self = argument;

    for (int round = 0; round < ROUNDS; round++) {
        call_on_own_range(self, (unsigned char)(self->first + (uint64_t)round));
    }
}

static void make_and_close_maps(void *argument)
{
    worker *self = argument;

    for (int round = 0; round < ROUNDS; round++) {
        mmapio_map_options options = options_of(READ_ONLY, SHARED, (uint64_t)round * 7, 0);
        mmapio_map *map = NULL;
        mmapio_error error;
        expect(self, mmapio_map_file(self->handle, &options, &map, &error) == MMAPIO_OK, "map");
        if (map != NULL) {
            expect(self, bytes_of(map)[0] == fixture_pattern((uint64_t)round * 7), "first byte");
            expect(self, mmapio_map_close(map) == MMAPIO_OK, "close");
        }
        options = options_of(READ_WRITE, PRIVATE, 0, 5000 + (uint64_t)round);
        expect(self, mmapio_map_anonymous(&options, &map, &error) == MMAPIO_OK, "anonymous");
        if (map != NULL) {
            expect(self, bytes_of(map)[4999] == 0, "zeros");
            bytes_of(map)[4999] = 1;
            expect(self, mmapio_map_close(map) == MMAPIO_OK, "close of memory");
        }
    }
}

static void run_workers(worker *workers, void (*body)(void *))
{
    fixture_thread *threads[THREADS];

    for (size_t i = 0; i < THREADS; i++) {
        threads[i] = fixture_thread_start(body, &workers[i]);
    }
    for (size_t i = 0; i < THREADS; i++) {
        fixture_thread_join(threads[i]);
    }
    for (size_t i = 0; i < THREADS; i++) {
        CHECK_TEXT("", workers[i].failure == NULL ? "" : workers[i].failure);
    }
}

static void threads_may_use_one_map_at_the_same_time(void)
{
    uint64_t page = fixture_page_size();
    fixture_file file = fixture_patterned(THREADS * PAGES * page);
    worker workers[THREADS];
    mmapio_map *map = map_whole(file.handle, READ_WRITE, SHARED);

    for (size_t i = 0; i < THREADS; i++) {
        workers[i] = (worker){map, file.handle, i * PAGES, NULL};
    }
    run_workers(workers, work_on_one_map);
    for (size_t i = 0; i < THREADS; i++) {
        CHECK_EQUAL((unsigned char)(i * PAGES + ROUNDS - 1), bytes_of(map)[i * PAGES * page]);
    }
    close_map(map);
    fixture_remove(&file);
}

static void threads_may_make_and_close_maps_at_the_same_time(void)
{
    fixture_file file = fixture_patterned(200000);
    size_t handles = fixture_open_handles();
    worker workers[THREADS];

    for (size_t i = 0; i < THREADS; i++) {
        workers[i] = (worker){NULL, file.handle, 0, NULL};
    }
    run_workers(workers, make_and_close_maps);
    CHECK(fixture_open_handles() <= handles);
    CHECK(fixture_mappings_of(&file) <= 0);
    fixture_remove(&file);
}

TEST_MAIN(TEST(threads_may_use_one_map_at_the_same_time), TEST(threads_may_make_and_close_maps_at_the_same_time))
