/*
 * test_posix_end.c - good bytes are the file's, to the last one.
 *
 * The page that holds the end of a file reads as zeros behind it and takes writes that nobody keeps, without a fault.
 * Copies tell none of that for good, whoever moves the end, and whenever.
 */
#include "guarded.h"
#include "random.h"

enum { PAGES = 5, STEPS = 4000 };

static void a_read_ends_where_the_file_does(void)
{
    unsigned char bytes[64];

    for (size_t mode = 0; mode < GUARD_MODES; mode++) {
        fixture_file file = fixture_patterned(19);
        mmapio_map *map = map_part(file.handle, READ_ONLY, SHARED, 0, 4096);
        mmapio_error error = stale_error();
        uint64_t done = 99;
        use_guard(guard_modes[mode]);
        memset(bytes, UNTOUCHED, sizeof bytes);
        CHECK_STATUS(MMAPIO_FAULT, mmapio_map_read(map, 0, bytes, 64, &done, &error));
        CHECK_EQUAL(19, done);
        CHECK_TEXT("mmapio_map_read", mmapio_call_name(error.os_call));
        CHECK_EQUAL(MMAPIO_OS_NONE, error.os_domain);
        CHECK_EQUAL(fixture_pattern(18), bytes[18]);
        CHECK_EQUAL(UNTOUCHED, bytes[19]);
        CHECK_OK(mmapio_map_read(map, 0, bytes, 19, &done, NULL));
        CHECK_STATUS(MMAPIO_FAULT, mmapio_map_read(map, 19, bytes, 1, &done, NULL));
        CHECK_EQUAL(0, done);
        close_map(map);
        fixture_remove(&file);
    }
}

static void a_write_behind_the_end_is_not_taken(void)
{
    for (size_t mode = 0; mode < GUARD_MODES; mode++) {
        fixture_file file = fixture_patterned(19);
        mmapio_map *map = map_part(file.handle, READ_WRITE, SHARED, 0, 4096);
        mmapio_error error = stale_error();
        uint64_t done = 99;
        use_guard(guard_modes[mode]);
        CHECK_STATUS(MMAPIO_FAULT, mmapio_map_write(map, 30, "lost", 4, &done, &error));
        CHECK_EQUAL(0, done);
        CHECK_TEXT("mmapio_map_write", mmapio_call_name(error.os_call));
        CHECK_EQUAL(0, bytes_of(map)[30]);
        CHECK_STATUS(MMAPIO_FAULT, mmapio_map_write(map, 17, "kept", 4, &done, NULL));
        CHECK_EQUAL(2, done);
        CHECK_EQUAL(0, bytes_of(map)[19]);
        CHECK_EQUAL(19, fixture_length(file.handle));
        close_map(map);
        fixture_remove(&file);
    }
}

static void a_file_that_was_cut_has_no_more_good_bytes_than_are_left(void)
{
    uint64_t page = fixture_page_size();
    unsigned char *bytes = malloc(2 * page);

    CHECK(bytes != NULL);
    for (size_t mode = 0; mode < GUARD_MODES; mode++) {
        fixture_file file = fixture_patterned(2 * page);
        mmapio_map *map = map_whole(file.handle, READ_WRITE, SHARED);
        uint64_t done = 99;
        use_guard(guard_modes[mode]);
        CHECK_OK(mmapio_map_read(map, 0, bytes, 2 * page, &done, NULL));
        CHECK(fixture_resize(file.handle, 100));
        CHECK_STATUS(MMAPIO_FAULT, mmapio_map_read(map, 0, bytes, 200, &done, NULL));
        CHECK_EQUAL(100, done);
        CHECK_STATUS(MMAPIO_FAULT, mmapio_map_read(map, 0, bytes, 2 * page, &done, NULL));
        CHECK_EQUAL(100, done);
        CHECK_STATUS(MMAPIO_FAULT, mmapio_map_write(map, 90, bytes, page, &done, NULL));
        CHECK_EQUAL(10, done);
        CHECK_OK(mmapio_map_write(map, 50, bytes, 50, &done, NULL));
        close_map(map);
        fixture_remove(&file);
    }
    free(bytes);
}

/* Any copies of any map of a file whose end goes anywhere, beside a model: the bytes that the file has. */
typedef struct walker {
    fixture_file file;
    mmapio_map *map;
    uint64_t lead;
    uint64_t length; /* of the map */
    uint64_t end;    /* of the file */
    unsigned char *bytes;
    unsigned char *seen;
} walker;

static void move_end(walker *walk)
{
    uint64_t page = fixture_page_size();
    uint64_t near = random_below(PAGES) * page + random_below(5) - 2;
    uint64_t end = random_below(2) == 0 ? random_below(PAGES * page + 1) : near;

    walk->end = end > (PAGES + 1) * page ? 0 : end;
    CHECK(fixture_resize(walk->file.handle, walk->end));
}

static void copy_anything(walker *walk)
{
    uint64_t offset = random_below(walk->length);
    uint64_t length = 1 + random_below(random_below(2) == 0 ? 100 : walk->length);
    bool write = random_below(2) == 0;
    uint64_t left = walk->end > walk->lead + offset ? walk->end - walk->lead - offset : 0;
    uint64_t done = UINT64_MAX;
    uint64_t good;

    length = length < walk->length - offset ? length : walk->length - offset;
    good = length < left ? length : left;
    memset(walk->bytes, (int)random_below(256), length);
    CHECK_STATUS(good == length ? MMAPIO_OK : MMAPIO_FAULT,
                 write ? mmapio_map_write(walk->map, offset, walk->bytes, length, &done, NULL)
                       : mmapio_map_read(walk->map, offset, walk->bytes, length, &done, NULL));
    CHECK_EQUAL(good, done);
    if (good != 0) {
        fixture_read(walk->file.handle, walk->lead + offset, walk->seen, good);
        CHECK(memcmp(walk->bytes, walk->seen, good) == 0);
    }
}

static void walk_about(uint32_t protection, uint32_t flags, uint64_t lead, uint32_t mode)
{
    uint64_t page = fixture_page_size();
    walker walk = {fixture_patterned(PAGES * page),
                   NULL,
                   lead,
                   PAGES * page - lead,
                   PAGES * page,
                   malloc(PAGES * page),
                   malloc(PAGES * page)};

    CHECK(walk.bytes != NULL && walk.seen != NULL);
    use_guard(mode);
    walk.map = map_part(walk.file.handle, protection, flags, lead, walk.length);
    for (int i = 0; i < STEPS; i++) {
        if (random_below(3) == 0) {
            move_end(&walk);
        }
        copy_anything(&walk);
    }
    close_map(walk.map);
    fixture_remove(&walk.file);
    free(walk.seen);
    free(walk.bytes);
}

static void however_the_end_moves_the_count_is_exact(void)
{
    need_exact_counts();
    random_seed();
    for (size_t mode = 0; mode < GUARD_MODES; mode++) {
        walk_about(READ_WRITE, SHARED, 0, guard_modes[mode]);
        walk_about(READ_WRITE, SHARED | MMAPIO_MAP_STEADY_SIGNALS, 0, guard_modes[mode]);
        walk_about(READ_WRITE, SHARED | MMAPIO_MAP_STEADY_SIGNALS, 137, guard_modes[mode]);
    }
}

/* Pages of zeros that stand in for what is gone stay when the file grows: here it only shrinks. */
static void so_it_is_where_faults_are_filled(void)
{
    need_exact_counts();

    uint64_t page = fixture_page_size();
    unsigned char *bytes = malloc(PAGES * page);

    CHECK(bytes != NULL);
    for (size_t mode = 0; mode < GUARD_MODES; mode++) {
        cut_file cut = cut_file_of(PAGES, PAGES, 0, MMAPIO_MAP_ZERO_FILL);
        use_guard(guard_modes[mode]);
        for (uint64_t end = PAGES * page; end > 1000; end -= 1000) {
            uint64_t done = 99;
            CHECK(fixture_resize(cut.file.handle, end));
            CHECK_STATUS(end == cut.length ? MMAPIO_OK : MMAPIO_FAULT,
                         mmapio_map_read(cut.map, 0, bytes, cut.length, &done, NULL));
            CHECK_EQUAL(end, done);
        }
        CHECK_EQUAL(0, mmapio_map_torn_pages(cut.map));
        cut_file_end(&cut);
    }
    free(bytes);
}

static void private_pages_that_may_be_written_are_the_processs_own(void)
{
    for (size_t mode = 0; mode < GUARD_MODES; mode++) {
        fixture_file file = fixture_patterned(19);
        mmapio_map *own = map_part(file.handle, READ_WRITE, PRIVATE, 0, 4096);
        mmapio_map *plain = map_part(file.handle, READ_ONLY, PRIVATE, 0, 4096);
        unsigned char bytes[64];
        uint64_t done = 99;
        use_guard(guard_modes[mode]);
        CHECK_OK(mmapio_map_write(own, 30, "kept", 4, &done, NULL));
        CHECK_OK(mmapio_map_read(own, 0, bytes, 64, &done, NULL));
        CHECK(memcmp(bytes + 30, "kept", 4) == 0);
        CHECK_STATUS(MMAPIO_FAULT, mmapio_map_read(plain, 0, bytes, 64, &done, NULL));
        CHECK_EQUAL(19, done);
        close_map(plain);
        close_map(own);
        fixture_remove(&file);
    }
}

/* memmove's way from the end, where the beginning is good and the end is not. */
static void overlapping_copies_tell_of_the_first_fault(void)
{
    uint64_t page = fixture_page_size();
    const uint64_t length = 4 * page;

    need_exact_counts();
    for (size_t mode = 0; mode < GUARD_MODES; mode++) {
        for (uint64_t apart = 1; apart < page; apart += page / 3) {
            for (int write = 0; write < 2; write++) {
                cut_file cut = cut_file_of(PAGES, PAGES, 0, 0);
                unsigned char *bytes = bytes_of(cut.map);
                uint64_t done = 99;
                uint64_t good = 3 * page + 10 - apart;
                use_guard(guard_modes[mode]);
                CHECK(fixture_resize(cut.file.handle, 3 * page + 10));
                /* The destination begins within the source, and its pages end before those of the source do. */
                CHECK_STATUS(MMAPIO_FAULT, write != 0 ? mmapio_map_write(cut.map, apart, bytes, length, &done, NULL)
                                                      : mmapio_map_read(cut.map, apart, bytes, length, &done, NULL));
                CHECK_EQUAL(good, done);
                for (uint64_t i = 0; i < good; i++) {
                    uint64_t to = write != 0 ? apart + i : i;
                    uint64_t from = write != 0 ? i : apart + i;
                    CHECK_EQUAL(fixture_pattern(from), bytes[to]);
                }
                cut_file_end(&cut);
            }
        }
    }
}

TEST_MAIN(TEST(a_read_ends_where_the_file_does), TEST(a_write_behind_the_end_is_not_taken),
          TEST(a_file_that_was_cut_has_no_more_good_bytes_than_are_left),
          TEST(however_the_end_moves_the_count_is_exact), TEST(so_it_is_where_faults_are_filled),
          TEST(private_pages_that_may_be_written_are_the_processs_own),
          TEST(overlapping_copies_tell_of_the_first_fault))
