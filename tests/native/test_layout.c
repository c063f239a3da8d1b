/* test_layout.c - mappings that lie in a certain way: the same pages twice in a row, and pages nobody may touch. */
#include "shared.h"

static uint64_t unit(void)
{
    return mmapio_allocation_granularity();
}

static void need_mirrors(void)
{
    if ((caps_here().features & MMAPIO_FEATURE_MIRRORED) == 0) {
        SKIP("this system does not map anything twice in a row");
    }
}

static void check_mirrored(mmapio_map *map, uint64_t length)
{
    unsigned char *data = bytes_of(map);
    uint64_t backed = 0;

    CHECK_EQUAL(2 * length, mmapio_map_length(map));
    memset(data + length - 5, 'x', 10);
    CHECK_EQUAL(0, memcmp(data, "xxxxx\0", 6));
    CHECK_EQUAL(0, memcmp(data + 2 * length - 5, "xxxxx", 5));
    data[0] = 'y';
    CHECK_EQUAL('y', data[length]);
    CHECK_OK(mmapio_map_backed_length(map, &backed, NULL));
    CHECK_EQUAL(2 * length, backed);
}

static void what_runs_over_the_end_comes_out_at_the_beginning(void)
{
    mmapio_map *map;
    unsigned char *data;

    need_mirrors();
    map = map_shared(NULL, MMAPIO_MAP_MIRRORED, 3 * unit());
    data = bytes_of(map);
    check_mirrored(map, 3 * unit());
    close_map(map);
    CHECK(!fixture_is_mapped(data) && !fixture_is_mapped(data + 4 * unit()));
}

static void named_memory_and_what_comes_by_handle_can_be_mirrored_too(void)
{
    shared_name name = own_name();
    intptr_t handle = 0;
    mmapio_map *named;
    mmapio_map *plain;
    mmapio_map *part;

    need_mirrors();
    need_shared_memory();
    named = map_shared(name.text, CREATE | MMAPIO_MAP_MIRRORED, 2 * unit());
    plain = map_shared(name.text, 0, 0);
    check_mirrored(named, 2 * unit());
    CHECK_EQUAL(2 * unit(), mmapio_map_length(plain));
    CHECK_OK(mmapio_map_export(plain, &handle, NULL));
    part = map_handle(handle, READ_WRITE, SHARED | MMAPIO_MAP_MIRRORED, unit(), unit());
    fixture_close(handle);
    bytes_of(part)[unit()] = 'p';
    CHECK_EQUAL('p', bytes_of(plain)[unit()]);
    CHECK_EQUAL('p', bytes_of(part)[0]);
    close_map(part);
    close_map(named);
    close_map(plain);
    unlink_name(&name);
}

static void a_file_can_be_mirrored(void)
{
    fixture_file file = fixture_patterned(2 * unit());
    mmapio_map *map;

    need_mirrors();
    map = map_handle(file.handle, READ_ONLY, SHARED | MMAPIO_MAP_MIRRORED, 0, 0);
    CHECK_EQUAL(4 * unit(), mmapio_map_length(map));
    for (uint64_t i = 0; i < 4 * unit(); i += 997) {
        CHECK_EQUAL(fixture_pattern(i % (2 * unit())), bytes_of(map)[i]);
    }
    close_map(map);
    CHECK(fixture_mappings_of(&file) <= 0);
    fixture_remove(&file);
}

static void a_length_or_offset_off_the_granularity_is_misaligned(void)
{
    mmapio_map *map = map_shared(NULL, 0, 4 * unit());
    mmapio_map *none = NULL;
    mmapio_map_options options = options_of(READ_WRITE, SHARED | MMAPIO_MAP_MIRRORED, 1, unit());
    mmapio_error error = stale_error();
    intptr_t handle = 0;

    need_mirrors();
    CHECK_STATUS(MMAPIO_MISALIGNED, try_shared(NULL, MMAPIO_MAP_MIRRORED, unit() + 1, &none, &error));
    CHECK_OWN_ERROR(MMAPIO_MISALIGNED, error);
    CHECK_STATUS(MMAPIO_MISALIGNED, try_shared(NULL, MMAPIO_MAP_MIRRORED, 1, &none, NULL));
    CHECK_OK(mmapio_map_export(map, &handle, NULL));
    CHECK_STATUS(MMAPIO_MISALIGNED, mmapio_map_import(handle, &options, &none, NULL));
    options.offset = 0;
    options.reserve = 8 * unit();
    CHECK_STATUS(MMAPIO_INVALID_ARGUMENT, mmapio_map_import(handle, &options, &none, NULL));
    CHECK(none == NULL);
    fixture_close(handle);
    close_map(map);
}

static void a_mirrored_map_keeps_its_length(void)
{
    mmapio_map *map;

    need_mirrors();
    map = map_shared(NULL, MMAPIO_MAP_MIRRORED, unit());
    CHECK_STATUS(MMAPIO_UNSUPPORTED, mmapio_map_resize(map, 4 * unit(), MMAPIO_RESIZE_MAY_MOVE, NULL));
    CHECK_STATUS(MMAPIO_UNSUPPORTED, mmapio_map_resize(map, unit(), MMAPIO_RESIZE_MAY_MOVE, NULL));
    check_mirrored(map, unit());
    close_map(map);
}

static void calls_on_ranges_reach_across_the_middle(void)
{
    mmapio_residency report = {.struct_size = sizeof report};
    mmapio_map *map;
    char copy[16] = "";

    need_mirrors();
    map = map_shared(NULL, MMAPIO_MAP_MIRRORED, unit());
    CHECK_OK(mmapio_map_write(map, unit() - 4, "over the end", 12, NULL, NULL));
    CHECK_EQUAL(0, memcmp(bytes_of(map), " the end", 8));
    CHECK_OK(mmapio_map_read(map, 2 * unit() - 4, copy, 4, NULL, NULL));
    CHECK_TEXT("over", copy);
    CHECK_OK(mmapio_map_populate(map, 0, 2 * unit(), MMAPIO_PROT_READ, NULL));
    CHECK_OK(mmapio_map_sync(map, 0, 2 * unit(), MMAPIO_MS_SYNC, NULL));
    CHECK_OK(mmapio_map_protect(map, unit() - 1, 2, READ_ONLY, NULL));
    CHECK_OK(mmapio_map_residency(map, 0, 2 * unit(), &report, NULL, NULL));
    CHECK_EQUAL(2 * unit() / fixture_page_size(), report.pages);
    close_map(map);
}

static void making_mirrors_again_and_again_leaves_nothing(void)
{
    size_t before;

    need_mirrors();
    close_map(map_shared(NULL, MMAPIO_MAP_MIRRORED | MMAPIO_MAP_GUARD_PAGES, unit()));
    before = fixture_open_handles();
    for (int i = 0; i < 300; i++) {
        close_map(map_shared(NULL, MMAPIO_MAP_MIRRORED | MMAPIO_MAP_GUARD_PAGES, unit()));
    }
    CHECK_EQUAL(before, fixture_open_handles());
}

/* ---- guard pages ---- */

/* valgrind complains of every question about memory that is not there. */
static void need_guards_to_be_asked_for(void)
{
    if (under_valgrind()) {
        SKIP("valgrind takes asking the kernel whether memory is accessible for an access");
    }
}

/* The guards are there, so that nothing else can come to lie there, and nobody can touch them. */
static void check_guarded(mmapio_map *map, uint64_t room)
{
    unsigned char *data = bytes_of(map);

    CHECK(fixture_is_mapped(data) && fixture_is_mapped(data + room - 1));
    CHECK(fixture_is_mapped(data - 1) && fixture_is_mapped(data - unit()));
    CHECK(!fixture_is_accessible(data - 1));
    CHECK(!fixture_is_accessible(data - unit()));
    CHECK(!fixture_is_accessible(data + room));
    CHECK(fixture_is_accessible(data));
    CHECK(fixture_is_accessible(data + room - 1));
    memset(data, 'g', (size_t)mmapio_map_length(map));
}

static void guards_stand_around_every_kind_of_map(void)
{
    const uint32_t flags = MMAPIO_MAP_GUARD_PAGES;
    uint64_t page = fixture_page_size();
    fixture_file file;
    mmapio_map *maps[5];

    need_guards_to_be_asked_for();
    file = fixture_patterned(3 * page);
    maps[0] = map_memory(PRIVATE | flags, 3 * page);
    maps[1] = map_memory(SHARED | flags, 3 * page);
    maps[2] = map_shared(NULL, flags, 3 * page);
    maps[3] = map_whole(file.handle, READ_WRITE, SHARED | flags);
    maps[4] = map_whole(file.handle, READ_WRITE, PRIVATE | flags);
    for (size_t i = 0; i < 5; i++) {
        unsigned char *data = bytes_of(maps[i]);
        check_guarded(maps[i], 3 * page);
        close_map(maps[i]);
        CHECK(!fixture_is_mapped(data));
    }
    fixture_remove(&file);
}

static void guards_stand_around_mirrors(void)
{
    mmapio_map *map;

    need_guards_to_be_asked_for();
    need_mirrors();
    map = map_shared(NULL, MMAPIO_MAP_MIRRORED | MMAPIO_MAP_GUARD_PAGES, unit());
    check_guarded(map, 2 * unit());
    close_map(map);
}

static void no_map_has_no_reserve(void)
{
    mmapio_map_options options = options_of(READ_WRITE, PRIVATE, 0, 10);
    mmapio_map *map = NULL;

    CHECK_EQUAL(0, mmapio_map_reserve(NULL));
    CHECK_OK(mmapio_map_anonymous(&options, &map, NULL));
    CHECK(mmapio_map_reserve(map) >= 10);
    close_map(map);
}

static void a_reserve_lies_between_the_guards(void)
{
    uint64_t page = fixture_page_size();
    mmapio_map_options options = options_of(READ_WRITE, PRIVATE | MMAPIO_MAP_GUARD_PAGES, 0, page);
    mmapio_map *map = NULL;
    unsigned char *data;

    need_guards_to_be_asked_for();
    options.reserve = 16 * unit();
    CHECK_OK(mmapio_map_anonymous(&options, &map, NULL));
    data = bytes_of(map);
    CHECK_EQUAL(16 * unit(), mmapio_map_reserve(map));
    check_guarded(map, page);
    CHECK_OK(mmapio_map_resize(map, 16 * unit(), 0, NULL));
    CHECK(bytes_of(map) == data);
    check_guarded(map, 16 * unit());
    /* What lies between the end and the guard is guarded, too. */
    CHECK_OK(mmapio_map_resize(map, 5 * unit() - 1, 0, NULL));
    check_guarded(map, 5 * unit());
    CHECK_OK(mmapio_map_resize(map, 16 * unit(), 0, NULL));
    CHECK_EQUAL(0, data[16 * unit() - 1]);
    close_map(map);
    CHECK(!fixture_is_mapped(data) && !fixture_is_mapped(data + 15 * unit()));
}

TEST_MAIN(TEST(no_map_has_no_reserve), TEST(what_runs_over_the_end_comes_out_at_the_beginning),
          TEST(named_memory_and_what_comes_by_handle_can_be_mirrored_too), TEST(a_file_can_be_mirrored),
          TEST(a_length_or_offset_off_the_granularity_is_misaligned), TEST(a_mirrored_map_keeps_its_length),
          TEST(calls_on_ranges_reach_across_the_middle), TEST(making_mirrors_again_and_again_leaves_nothing),
          TEST(guards_stand_around_every_kind_of_map), TEST(guards_stand_around_mirrors),
          TEST(a_reserve_lies_between_the_guards))
