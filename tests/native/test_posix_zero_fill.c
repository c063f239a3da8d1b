/* test_posix_zero_fill.c - MMAPIO_MAP_ZERO_FILL: pages that fault become zeros, and are counted. */
#include "child.h"
#include "guarded.h"

#include <sys/mman.h>

enum { PAGES = 6, KEPT = 2, MANY = 64, THREADS = 4, LIMIT = 1024 };

static void a_page_that_faults_becomes_zeros_and_is_counted(void)
{
    uint64_t page = fixture_page_size();
    cut_file cut = cut_file_of(PAGES, KEPT, 9, MMAPIO_MAP_ZERO_FILL);
    uint64_t before = mmapio_guard_faults();
    const volatile unsigned char *data = bytes_of(cut.map);

    CHECK_EQUAL(0, mmapio_map_torn_pages(cut.map));
    CHECK_EQUAL(fixture_pattern(9 + cut.fault - 1), data[cut.fault - 1]);
    CHECK_EQUAL(0, mmapio_map_torn_pages(cut.map));
    CHECK_EQUAL(0, data[cut.fault]);
    CHECK_EQUAL(1, mmapio_map_torn_pages(cut.map));
    CHECK_EQUAL(0, data[cut.fault + page - 1]);
    CHECK_EQUAL(1, mmapio_map_torn_pages(cut.map));
    CHECK_EQUAL(0, data[cut.length - 1]);
    CHECK_EQUAL(2, mmapio_map_torn_pages(cut.map));
    CHECK_EQUAL(before + 2, mmapio_guard_faults());
    CHECK_EQUAL(fixture_pattern(9 + cut.fault - 1), data[cut.fault - 1]);
    cut_file_end(&cut);
}

static void need_stores_to_be_repeated(void)
{
    if (under_valgrind()) {
        SKIP("valgrind does not repeat the store that faulted");
    }
}

static void what_is_written_to_such_a_page_goes_nowhere(void)
{
    need_stores_to_be_repeated();

    cut_file cut = cut_file_of(PAGES, KEPT, 0, MMAPIO_MAP_ZERO_FILL);
    volatile unsigned char *data = bytes_of(cut.map);
    unsigned char byte = UNTOUCHED;

    data[cut.fault + 3] = 'x';
    CHECK_EQUAL('x', data[cut.fault + 3]);
    CHECK_EQUAL(cut.fault, fixture_length(cut.file.handle));
    /* The file grows again: the map does not see it, and the file does not see the map. */
    CHECK(fixture_resize(cut.file.handle, cut.length));
    fixture_write(cut.file.handle, cut.fault, "file", 4);
    CHECK_EQUAL(0, data[cut.fault]);
    CHECK_EQUAL('x', data[cut.fault + 3]);
    fixture_read(cut.file.handle, cut.fault + 3, &byte, 1);
    CHECK_EQUAL('e', byte);
    /* A page that never faulted is the file's. */
    fixture_write(cut.file.handle, cut.length - 1, "z", 1);
    CHECK_EQUAL('z', data[cut.length - 1]);
    CHECK_EQUAL(1, mmapio_map_torn_pages(cut.map));
    cut_file_end(&cut);
}

static void read_both(void *unused)
{
    cut_file cut = cut_file_of(PAGES, KEPT, 0, MMAPIO_MAP_ZERO_FILL);
    mmapio_map *other = map_part(cut.file.handle, READ_ONLY, SHARED, 0, cut.length);

    (void)unused;
    child_reads(bytes_of(cut.map) + cut.fault);
    CHECK_EQUAL(1, mmapio_map_torn_pages(cut.map));
    child_reads(bytes_of(other) + cut.fault);
}

static void another_map_of_the_file_is_left_to_its_fate(void)
{
    CHECK_EQUAL(-SIGBUS, child_run(read_both, NULL));
}

/* A copy tells of the fault. Zeros would be no news to its caller. */
static void a_fault_safe_copy_tells_of_the_fault_all_the_same(void)
{
    need_exact_counts();

    cut_file cut = cut_file_of(PAGES, KEPT, 0, MMAPIO_MAP_ZERO_FILL);

    for (size_t mode = 0; mode < GUARD_MODES; mode++) {
        unsigned char bytes[16];
        uint64_t done = 99;
        use_guard(guard_modes[mode]);
        CHECK_STATUS(MMAPIO_FAULT, mmapio_map_read(cut.map, cut.fault - 7, bytes, 16, &done, NULL));
        CHECK_EQUAL(7, done);
    }
    CHECK_EQUAL(0, mmapio_map_torn_pages(cut.map));
    cut_file_end(&cut);
}

/* Nor does it take zeros that a fault elsewhere has put in the file's place for what the file holds. */
static void a_fault_safe_copy_stops_at_pages_that_have_become_zeros(void)
{
    need_exact_counts();

    uint64_t page = fixture_page_size();
    cut_file cut = cut_file_of(MANY * 2, KEPT, 9, MMAPIO_MAP_ZERO_FILL);
    uint64_t torn = 70 * page - 9;
    uint64_t before = mmapio_guard_faults();

    CHECK(fixture_resize(cut.file.handle, cut.length + 9));
    CHECK(fixture_resize(cut.file.handle, 70 * page));
    child_reads(bytes_of(cut.map) + torn);
    CHECK(fixture_resize(cut.file.handle, cut.length + 9));
    for (size_t mode = 0; mode < GUARD_MODES; mode++) {
        unsigned char bytes[16] = {1};
        unsigned char unseen = 0;
        uint64_t done = 99;
        use_guard(guard_modes[mode]);
        CHECK_STATUS(MMAPIO_FAULT, mmapio_map_read(cut.map, torn - 7, bytes, 16, &done, NULL));
        CHECK_EQUAL(7, done);
        CHECK_STATUS(MMAPIO_FAULT, mmapio_map_read(cut.map, torn + 3, bytes, 16, &done, NULL));
        CHECK_EQUAL(0, done);
        CHECK_STATUS(MMAPIO_FAULT, mmapio_map_write(cut.map, torn - 7, "it is not there!", 16, &done, NULL));
        CHECK_EQUAL(7, done);
        fixture_read(cut.file.handle, 70 * page - 1, &unseen, 1);
        CHECK_EQUAL('n', unseen);
        CHECK_OK(mmapio_map_read(cut.map, torn - 16, bytes, 16, &done, NULL));
        CHECK_OK(mmapio_map_write(cut.map, torn + page, "all of it", 9, &done, NULL));
        CHECK_EQUAL(9, done);
    }
    CHECK_EQUAL(1, mmapio_map_torn_pages(cut.map));
    CHECK_EQUAL(before + 1 + 3 * GUARD_MODES, mmapio_guard_faults());
    use_guard(MMAPIO_GUARD_HANDLER);
    cut_file_end(&cut);
}

static void a_sync_of_such_pages_fails_since_they_are_in_no_file(void)
{
    uint64_t page = fixture_page_size();
    cut_file cut = cut_file_of(PAGES, KEPT, 0, MMAPIO_MAP_ZERO_FILL);
    mmapio_map *reads = map_part(cut.file.handle, READ_ONLY, SHARED | MMAPIO_MAP_ZERO_FILL, 0, cut.length);
    mmapio_error error = stale_error();

    child_reads(bytes_of(cut.map) + cut.fault + page);
    child_reads(bytes_of(reads) + cut.fault + page);
    CHECK(fixture_resize(cut.file.handle, cut.length));
    for (int again = 0; again < 2; again++) {
        CHECK_STATUS(MMAPIO_FAULT, mmapio_map_sync(cut.map, 0, cut.length, MMAPIO_MS_SYNC, &error));
        CHECK_OWN_ERROR(MMAPIO_FAULT, error);
        CHECK_STATUS(MMAPIO_FAULT, mmapio_map_sync(cut.map, cut.fault + page, 1, MMAPIO_MS_DURABLE, &error));
        CHECK_OK(mmapio_map_acknowledge_loss(cut.map, NULL));
    }
    /* Promises nothing; does not touch one; has written nothing. */
    CHECK_OK(mmapio_map_sync(cut.map, 0, cut.length, MMAPIO_MS_ASYNC, NULL));
    CHECK_OK(mmapio_map_sync(cut.map, 0, cut.fault + page, MMAPIO_MS_DURABLE, NULL));
    CHECK_OK(mmapio_map_sync(cut.map, cut.fault + 2 * page, page, MMAPIO_MS_DURABLE, NULL));
    CHECK_OK(mmapio_map_sync(reads, 0, cut.length, MMAPIO_MS_SYNC, NULL));
    close_map(reads);
    cut_file_end(&cut);
}

/* What a store to a page for reading raises. */
#ifdef __APPLE__
#define STORE_REFUSED SIGBUS
#else
#define STORE_REFUSED SIGSEGV
#endif

static void write_to_a_filled_page(void *unused)
{
    uint64_t page = fixture_page_size();
    fixture_file file = fixture_patterned(2 * page);
    mmapio_map *map = map_whole(file.handle, READ_ONLY, SHARED | MMAPIO_MAP_ZERO_FILL);

    (void)unused;
    CHECK(fixture_resize(file.handle, page));
    child_reads(bytes_of(map) + page);
    fixture_remove(&file);
    child_writes(bytes_of(map) + page);
}

static void a_page_of_a_map_for_reading_stays_for_reading(void)
{
    CHECK_EQUAL(-STORE_REFUSED, child_run(write_to_a_filled_page, NULL));
}

/* What fills a page knows one protection, that of the map. */
static void its_protection_cannot_be_changed(void)
{
    cut_file cut = cut_file_of(PAGES, KEPT, 0, MMAPIO_MAP_ZERO_FILL);

    CHECK_STATUS(MMAPIO_UNSUPPORTED, mmapio_map_protect(cut.map, 0, cut.length, MMAPIO_PROT_READ, NULL));
    bytes_of(cut.map)[0] = 'x';
    CHECK_EQUAL('x', bytes_of(cut.map)[0]);
    cut_file_end(&cut);
}

static void fault_where_a_map_was(void *unused)
{
    uint64_t page = fixture_page_size();
    cut_file cut = cut_file_of(PAGES, KEPT, 0, MMAPIO_MAP_ZERO_FILL);
    unsigned char *place = bytes_of(cut.map);

    (void)unused;
    child_reads(place + cut.fault);
    close_map(cut.map);
    CHECK(mmap(place, PAGES * page, PROT_READ, MAP_SHARED | MAP_FIXED, (int)cut.file.handle, 0) == (void *)place);
    fixture_remove(&cut.file);
    child_reads(place + cut.fault);
}

static void what_comes_to_lie_where_a_closed_map_was_is_not_filled(void)
{
    CHECK_EQUAL(-SIGBUS, child_run(fault_where_a_map_was, NULL));
}

static void the_count_begins_anew_with_each_map(void)
{
    for (int round = 0; round < 3; round++) {
        cut_file cut = cut_file_of(PAGES, KEPT, 0, MMAPIO_MAP_ZERO_FILL);
        CHECK_EQUAL(0, mmapio_map_torn_pages(cut.map));
        child_reads(bytes_of(cut.map) + cut.fault);
        CHECK_EQUAL(1, mmapio_map_torn_pages(cut.map));
        cut_file_end(&cut);
    }
}

static void one_map_too_many_is_refused_and_leaves_nothing_behind(void)
{
    static mmapio_map *maps[LIMIT];
    fixture_file file = fixture_patterned(100);
    mmapio_map_options options = options_of(READ_WRITE, PRIVATE | MMAPIO_MAP_ZERO_FILL, 0, 100);
    mmapio_error error = stale_error();
    mmapio_map *map = NULL;

    for (size_t i = 0; i < LIMIT; i++) {
        CHECK_OK(mmapio_map_anonymous(&options, &maps[i], NULL));
    }
    CHECK_STATUS(MMAPIO_LIMIT_REACHED, mmapio_map_file(file.handle, &options, &map, &error));
    CHECK_OWN_ERROR(MMAPIO_LIMIT_REACHED, error);
    CHECK(map == NULL);
    CHECK(fixture_mappings_of(&file) <= 0);
    close_map(maps[500]);
    CHECK_OK(mmapio_map_file(file.handle, &options, &map, &error));
    maps[500] = map;
    for (size_t i = 0; i < LIMIT; i++) {
        close_map(maps[i]);
    }
    fixture_remove(&file);
}

static void read_all_pages(void *argument)
{
    const cut_file *cut = argument;
    uint64_t page = fixture_page_size();

    for (uint64_t offset = 0; offset < cut->length; offset += page) {
        child_reads(bytes_of(cut->map) + offset);
    }
}

static void threads_may_fault_on_the_same_pages(void)
{
    for (int round = 0; round < 60; round++) {
        cut_file cut = cut_file_of(MANY, KEPT, 0, MMAPIO_MAP_ZERO_FILL);
        fixture_thread *threads[THREADS];
        for (size_t i = 0; i < THREADS; i++) {
            threads[i] = fixture_thread_start(read_all_pages, &cut);
        }
        for (size_t i = 0; i < THREADS; i++) {
            fixture_thread_join(threads[i]);
        }
        /* Pages are counted, and not how many threads came across each. */
        CHECK_EQUAL(MANY - KEPT, mmapio_map_torn_pages(cut.map));
        CHECK_EQUAL(0, bytes_of(cut.map)[cut.length - 1]);
        cut_file_end(&cut);
    }
}

/* A map of nothing has nothing to fill, but what it grows to has. */
static void grow_and_cut(void *unused)
{
    uint64_t page = fixture_page_size();
    fixture_file file = fixture_create(FIXTURE_DISK);
    mmapio_map *map = map_whole(file.handle, READ_WRITE, SHARED | MMAPIO_MAP_ZERO_FILL);
    mmapio_status status = mmapio_map_resize(map, 2 * page, MMAPIO_RESIZE_MAY_MOVE, NULL);

    (void)unused;
    if (status == MMAPIO_UNSUPPORTED) {
        return;
    }
    CHECK_OK(status);
    CHECK(fixture_resize(file.handle, page));
    child_reads(bytes_of(map) + page);
    CHECK_EQUAL(1, mmapio_map_torn_pages(map));
    close_map(map);
}

static void a_map_that_was_empty_fills_or_does_not_grow(void)
{
    need_no_leak_check();
    child_must_pass(grow_and_cut, NULL);
}

static void it_grows_within_its_reserve_only(void)
{
    uint64_t page = fixture_page_size();
    fixture_file file = fixture_patterned(page);
    mmapio_map_options options = options_of(READ_WRITE, SHARED | MMAPIO_MAP_ZERO_FILL, 0, 0);
    mmapio_map *map = NULL;

    options.reserve = 4 * page;
    CHECK_OK(mmapio_map_file(file.handle, &options, &map, NULL));
    CHECK_OK(mmapio_map_resize(map, 4 * page, 0, NULL));
    CHECK_STATUS(MMAPIO_UNSUPPORTED, mmapio_map_resize(map, 5 * page, MMAPIO_RESIZE_MAY_MOVE, NULL));
    CHECK_EQUAL(4 * page, mmapio_map_length(map));
    CHECK_EQUAL(4 * page, fixture_length(file.handle));
    CHECK(fixture_resize(file.handle, page));
    CHECK_EQUAL(0, bytes_of(map)[3 * page]);
    CHECK_EQUAL(1, mmapio_map_torn_pages(map));
    close_map(map);
    fixture_remove(&file);
}

/* Pages that the map gave up and gains anew are the file's; one that it kept all the while stays what it was. */
static void what_it_grows_over_is_the_files_again(void)
{
    need_stores_to_be_repeated();

    uint64_t page = fixture_page_size();
    fixture_file file = fixture_patterned(PAGES * page);
    mmapio_map_options options = options_of(READ_WRITE, SHARED | MMAPIO_MAP_ZERO_FILL, 0, 0);
    unsigned char byte = 0;
    mmapio_map *map = NULL;

    options.reserve = 2 * PAGES * page;
    CHECK_OK(mmapio_map_file(file.handle, &options, &map, NULL));
    CHECK(fixture_resize(file.handle, 0));
    for (uint64_t torn = 1; torn < PAGES; torn++) {
        child_reads(bytes_of(map) + torn * page);
    }
    CHECK_OK(mmapio_map_resize(map, page + 1, MMAPIO_RESIZE_TRUNCATE, NULL));
    CHECK_OK(mmapio_map_resize(map, 2 * PAGES * page, 0, NULL));
    CHECK_EQUAL(PAGES - 1, mmapio_map_torn_pages(map));
    for (uint64_t fresh = 2; fresh < 2 * PAGES; fresh++) {
        bytes_of(map)[fresh * page] = (unsigned char)(90 + fresh);
        fixture_read(file.handle, fresh * page, &byte, 1);
        CHECK_EQUAL(90 + fresh, byte);
        CHECK_OK(mmapio_map_read(map, fresh * page, &byte, 1, NULL, NULL));
        CHECK_EQUAL(90 + fresh, byte);
    }
    CHECK_OK(mmapio_map_sync(map, 2 * page, 4 * page, MMAPIO_MS_DURABLE, NULL));
    CHECK_STATUS(MMAPIO_FAULT, mmapio_map_sync(map, page, page, MMAPIO_MS_DURABLE, NULL));
    /* It may be torn once more. */
    CHECK(fixture_resize(file.handle, page));
    CHECK_EQUAL(0, bytes_of(map)[3 * page]);
    CHECK_EQUAL(PAGES, mmapio_map_torn_pages(map));
    CHECK_STATUS(MMAPIO_FAULT, mmapio_map_read(map, 3 * page, &byte, 1, NULL, NULL));
    close_map(map);
    fixture_remove(&file);
}

/* Those with children come first: a child starts with the signal's default action, which nothing would replace again if
 * the handler had been installed before. */
TEST_MAIN(TEST(another_map_of_the_file_is_left_to_its_fate), TEST(a_page_of_a_map_for_reading_stays_for_reading),
          TEST(its_protection_cannot_be_changed), TEST(what_comes_to_lie_where_a_closed_map_was_is_not_filled),
          TEST(a_map_that_was_empty_fills_or_does_not_grow), TEST(a_page_that_faults_becomes_zeros_and_is_counted),
          TEST(what_is_written_to_such_a_page_goes_nowhere), TEST(a_fault_safe_copy_tells_of_the_fault_all_the_same),
          TEST(a_fault_safe_copy_stops_at_pages_that_have_become_zeros),
          TEST(a_sync_of_such_pages_fails_since_they_are_in_no_file), TEST(the_count_begins_anew_with_each_map),
          TEST(one_map_too_many_is_refused_and_leaves_nothing_behind), TEST(threads_may_fault_on_the_same_pages),
          TEST(it_grows_within_its_reserve_only), TEST(what_it_grows_over_is_the_files_again))
