/* test_shared.c - memory that processes share, by name and by handle: what holds on every system. */
#include "shared.h"

static void what_one_map_writes_the_other_reads(void)
{
    shared_name name = own_name();
    mmapio_map *maker;
    mmapio_map *user;
    mmapio_map *reader;
    mmapio_map_options options = options_of(READ_ONLY, SHARED, 0, 0);

    need_shared_memory();
    maker = map_shared(name.text, CREATE, 100000);
    user = map_shared(name.text, 0, 0);
    CHECK_OK(mmapio_map_shared(name.text, &options, &reader, NULL));
    CHECK_EQUAL(100000, mmapio_map_length(maker));
    CHECK(mmapio_map_length(user) >= 100000);
    for (size_t i = 0; i < 100000; i++) {
        CHECK_EQUAL(0, bytes_of(maker)[i]);
    }
    bytes_of(maker)[99999] = 'm';
    bytes_of(user)[0] = 'u';
    CHECK_EQUAL('m', bytes_of(user)[99999]);
    CHECK_EQUAL('u', bytes_of(maker)[0]);
    CHECK_EQUAL('m', bytes_of(reader)[99999]);
    close_map(maker);
    CHECK_EQUAL('u', bytes_of(reader)[0]);
    close_map(user);
    close_map(reader);
    unlink_name(&name);
}

/* A page that was written is its own from then on, all of it; the next one still shows what others write. */
static void a_private_map_keeps_its_writes(void)
{
    uint64_t page = fixture_page_size();
    shared_name name = own_name();
    mmapio_map *maker;
    mmapio_map *copy = NULL;
    mmapio_map_options options = options_of(READ_WRITE, PRIVATE, 0, 0);

    need_shared_memory();
    maker = map_shared(name.text, CREATE, page + 900);
    CHECK_OK(mmapio_map_shared(name.text, &options, &copy, NULL));
    bytes_of(copy)[0] = 'c';
    bytes_of(maker)[page + 899] = 'm';
    CHECK_EQUAL(0, bytes_of(maker)[0]);
    CHECK_EQUAL('m', bytes_of(copy)[page + 899]);
    close_map(copy);
    close_map(maker);
    unlink_name(&name);
}

static void making_what_is_there_is_refused_and_opening_what_is_not_is_too(void)
{
    shared_name name = own_name();
    mmapio_error error = stale_error();
    mmapio_map *map = NULL;
    mmapio_map *none = NULL;

    need_shared_memory();
    CHECK_STATUS(MMAPIO_NOT_FOUND, try_shared(name.text, 0, 0, &none, &error));
    CHECK_STATUS(MMAPIO_NOT_FOUND, error.status);
    CHECK(error.os_code != 0);
    CHECK_STATUS(MMAPIO_NOT_FOUND, try_shared(name.text, 0, 100, &none, NULL));
    CHECK_STATUS(MMAPIO_NOT_FOUND, mmapio_shared_unlink(name.text, NULL));
    map = map_shared(name.text, CREATE, 100);
    bytes_of(map)[0] = 'k';
    CHECK_STATUS(MMAPIO_EXISTS, try_shared(name.text, CREATE, 100, &none, &error));
    CHECK_STATUS(MMAPIO_EXISTS, error.status);
    CHECK(error.os_code != 0);
    CHECK(none == NULL);
    CHECK_EQUAL('k', bytes_of(map)[0]);
    close_map(map);
    unlink_name(&name);
}

static void open_or_create_does_either(void)
{
    shared_name name = own_name();
    mmapio_map *first;
    mmapio_map *second;

    need_shared_memory();
    first = map_shared(name.text, OPEN_OR_CREATE, 100);
    second = map_shared(name.text, OPEN_OR_CREATE, 50);
    bytes_of(first)[49] = 'x';
    CHECK_EQUAL('x', bytes_of(second)[49]);
    CHECK_EQUAL(50, mmapio_map_length(second));
    close_map(first);
    close_map(second);
    unlink_name(&name);
}

static void more_than_there_is_is_out_of_range(void)
{
    shared_name name = own_name();
    mmapio_map *map;
    mmapio_map *none = NULL;

    need_shared_memory();
    map = map_shared(name.text, CREATE, 100);
    CHECK_STATUS(MMAPIO_OUT_OF_RANGE, try_shared(name.text, 0, 1 << 20, &none, NULL));
    CHECK_STATUS(MMAPIO_OUT_OF_RANGE, try_shared(name.text, OPEN_OR_CREATE, 1 << 20, &none, NULL));
    CHECK(none == NULL);
    close_map(map);
    unlink_name(&name);
}

static void names_that_are_not_good_everywhere_are_refused(void)
{
    static const char *const bad[] = {"",
                                      ".",
                                      "..",
                                      "/a",
                                      "a/b",
                                      "a\\b",
                                      "a b",
                                      "a:b",
                                      "a\nb",
                                      "\xC3\xA4",
                                      "Local\\a",
                                      "a\x7F",
                                      "a*",
                                      "a\"b",
                                      "1234567890123456789012345678901",
                                      "1234567890123456789012345678901234567890"};
    static const char *const good[] = {"a", "...", "-a", "A_z.0-9", "123456789012345678901234567890"};
    mmapio_map *map = NULL;

    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        mmapio_error error = stale_error();
        CHECK_STATUS(MMAPIO_INVALID_ARGUMENT, try_shared(bad[i], CREATE, 100, &map, &error));
        CHECK_OWN_ERROR(MMAPIO_INVALID_ARGUMENT, error);
        CHECK(map == NULL);
        CHECK_STATUS(MMAPIO_INVALID_ARGUMENT, mmapio_shared_unlink(bad[i], NULL));
    }
    CHECK_STATUS(MMAPIO_INVALID_ARGUMENT, mmapio_shared_unlink(NULL, NULL));
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        mmapio_status status = try_shared(good[i], 0, 0, &map, NULL);
        CHECK(status == MMAPIO_OK || status == MMAPIO_NOT_FOUND || status == MMAPIO_UNSUPPORTED);
        close_map(map);
    }
}

static void flags_and_places_that_make_no_sense_are_refused(void)
{
    static const struct {
        uint32_t flags;
        uint64_t offset;
        uint64_t length;
    } bad[] = {
        {PRIVATE | CREATE, 0, 100},
        {SHARED | CREATE | OPEN_OR_CREATE, 0, 100},
        {SHARED | MMAPIO_MAP_DELETE_ON_CLOSE, 0, 100},
        {SHARED | CREATE, 0, 0},
        {SHARED | OPEN_OR_CREATE, 0, 0},
        {SHARED | CREATE, 4096, 100},
        {SHARED, 65536, 100},
        {SHARED | CREATE | MMAPIO_MAP_ADOPT_FILE, 0, 100},
        {SHARED | PRIVATE, 0, 100},
        {0, 0, 100},
    };
    shared_name name = own_name();
    mmapio_map *map = NULL;

    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        mmapio_map_options options = options_of(READ_WRITE, bad[i].flags, bad[i].offset, bad[i].length);
        CHECK_STATUS(MMAPIO_INVALID_ARGUMENT, mmapio_map_shared(name.text, &options, &map, NULL));
        CHECK(map == NULL);
    }
    CHECK_STATUS(MMAPIO_INVALID_ARGUMENT, try_shared(NULL, 0, 0, &map, NULL));
    CHECK_STATUS(MMAPIO_INVALID_ARGUMENT, mmapio_map_shared(NULL, NULL, &map, NULL));
    CHECK_STATUS(MMAPIO_INVALID_ARGUMENT, mmapio_map_shared(NULL, NULL, NULL, NULL));
    CHECK_STATUS(MMAPIO_OUT_OF_RANGE, try_shared(NULL, 0, UINT64_MAX, &map, NULL));
}

static void memory_without_a_name_goes_by_handle(void)
{
    mmapio_map *map = map_shared(NULL, 0, 100000);
    mmapio_map *other;
    mmapio_map *part;
    intptr_t handle = 0;

    CHECK_OK(mmapio_map_export(map, &handle, NULL));
    bytes_of(map)[99999] = 'x';
    close_map(map);
    other = map_handle(handle, READ_WRITE, SHARED, 0, 0);
    part = map_handle(handle, READ_ONLY, SHARED, 99990, 10);
    CHECK(mmapio_map_length(other) >= 100000);
    CHECK_EQUAL('x', bytes_of(other)[99999]);
    bytes_of(other)[99990] = 'y';
    CHECK_EQUAL('y', bytes_of(part)[0]);
    CHECK_EQUAL('x', bytes_of(part)[9]);
    fixture_close(handle);
    CHECK_OK(mmapio_map_sync(other, 0, 100, MMAPIO_MS_DURABLE, NULL));
    close_map(other);
    close_map(part);
}

static void a_file_goes_by_handle_too(void)
{
    fixture_file file = fixture_patterned(1000);
    mmapio_map *map = map_whole(file.handle, READ_WRITE, SHARED);
    mmapio_map *other;
    intptr_t handle = 0;

    CHECK_OK(mmapio_map_export(map, &handle, NULL));
    close_map(map);
    other = map_handle(handle, READ_WRITE, SHARED, 500, 0);
    fixture_close(handle);
    CHECK_EQUAL(500, mmapio_map_length(other));
    CHECK_EQUAL(fixture_pattern(500), bytes_of(other)[0]);
    CHECK_OK(mmapio_map_sync(other, 0, 500, MMAPIO_MS_DURABLE, NULL));
    close_map(other);
    fixture_remove(&file);
}

static void what_has_no_handle_gives_none(void)
{
    mmapio_map *memory = map_memory(PRIVATE, 100);
    mmapio_map *none = NULL;
    mmapio_error error = stale_error();
    intptr_t handle = 5;

    CHECK_STATUS(MMAPIO_UNSUPPORTED, mmapio_map_export(memory, &handle, &error));
    CHECK_OWN_ERROR(MMAPIO_UNSUPPORTED, error);
    CHECK_EQUAL(-1, handle);
    CHECK_STATUS(MMAPIO_INVALID_ARGUMENT, mmapio_map_export(NULL, &handle, NULL));
    CHECK_STATUS(MMAPIO_INVALID_ARGUMENT, mmapio_map_export(memory, NULL, NULL));
    CHECK_STATUS(MMAPIO_INVALID_ARGUMENT, mmapio_map_import(-1, NULL, &none, NULL));
    CHECK_STATUS(MMAPIO_INVALID_ARGUMENT, mmapio_map_import(0, NULL, NULL, NULL));
    CHECK_STATUS(MMAPIO_INVALID_ARGUMENT, mmapio_map_import(123456, NULL, &none, &error));
    CHECK(error.os_code != 0);
    CHECK(none == NULL);
    close_map(memory);
}

static void importing_more_than_there_is_is_out_of_range(void)
{
    mmapio_map *map = map_shared(NULL, 0, 100);
    mmapio_map *none = NULL;
    mmapio_map_options options = options_of(READ_WRITE, SHARED, 0, 1 << 20);
    intptr_t handle = 0;

    CHECK_OK(mmapio_map_export(map, &handle, NULL));
    CHECK_STATUS(MMAPIO_OUT_OF_RANGE, mmapio_map_import(handle, &options, &none, NULL));
    options.offset = 1 << 20;
    options.length = 0;
    CHECK_STATUS(MMAPIO_OUT_OF_RANGE, mmapio_map_import(handle, &options, &none, NULL));
    fixture_close(handle);
    close_map(map);
}

static void the_name_goes_with_the_last_map_where_that_is_asked_for(void)
{
    shared_name name = own_name();
    bool counts = caps_here().system != MMAPIO_SYSTEM_DARWIN;
    mmapio_map *maker;
    mmapio_map *user;
    mmapio_map *none = NULL;

    need_shared_memory();
    maker = map_shared(name.text, CREATE | MMAPIO_MAP_DELETE_ON_CLOSE, 100);
    user = map_shared(name.text, 0, 0);
    bytes_of(maker)[0] = 'x';
    close_map(maker);
    if (counts) {
        /* There is a user left, which did not ask for anything: the memory remembers. */
        maker = map_shared(name.text, 0, 0);
        CHECK_EQUAL('x', bytes_of(maker)[0]);
        close_map(maker);
    }
    close_map(user);
    CHECK_STATUS(MMAPIO_NOT_FOUND, try_shared(name.text, 0, 0, &none, NULL));
    CHECK_STATUS(MMAPIO_NOT_FOUND, mmapio_shared_unlink(name.text, NULL));
}

static void a_map_that_fails_leaves_no_name_behind(void)
{
    shared_name name = own_name();
    mmapio_map_options options = options_of(READ_WRITE, SHARED | CREATE | MMAPIO_MAP_NORESERVE, 0, 100);
    mmapio_map *none = NULL;

    need_shared_memory();
    options.reserve = UINT64_C(1) << 62;
    if (mmapio_map_shared(name.text, &options, &none, NULL) == MMAPIO_OK) {
        close_map(none); /* Windows has no use for a reserve here */
    } else {
        CHECK(none == NULL);
        CHECK_STATUS(MMAPIO_NOT_FOUND, mmapio_shared_unlink(name.text, NULL));
    }
    CHECK_STATUS(MMAPIO_NOT_FOUND, try_shared(name.text, 0, 0, &none, NULL));
}

static void making_and_failing_leaves_no_handle_open(void)
{
    shared_name name = own_name();
    size_t before;
    mmapio_map *map = NULL;

    need_shared_memory();
    map = map_shared(name.text, CREATE, 100);
    before = fixture_open_handles();
    for (int i = 0; i < 200; i++) {
        mmapio_map *other = map_shared(name.text, 0, 0);
        mmapio_map *none = NULL;
        close_map(other);
        close_map(map_shared(NULL, 0, 100));
        CHECK_STATUS(MMAPIO_EXISTS, try_shared(name.text, CREATE, 100, &none, NULL));
        CHECK_STATUS(MMAPIO_OUT_OF_RANGE, try_shared(name.text, 0, 1 << 20, &none, NULL));
    }
    CHECK_EQUAL(before, fixture_open_handles());
    close_map(map);
    unlink_name(&name);
}

/* Seals: what holds everywhere is that memory which cannot change its length says so. */
static void seals_are_told(void)
{
    bool sets = (caps_here().features & MMAPIO_FEATURE_SEALS) != 0;
    mmapio_map *map = map_shared(NULL, 0, 100);
    mmapio_map *memory = map_memory(PRIVATE, 100);
    const uint32_t lengths = MMAPIO_SEAL_SHRINK | MMAPIO_SEAL_GROW;
    uint32_t seals = 99;

    CHECK_OK(mmapio_map_seals(map, &seals, NULL));
    CHECK_EQUAL(sets ? 0 : lengths, seals);
    CHECK_OK(mmapio_map_seal(map, lengths, NULL));
    CHECK_OK(mmapio_map_seals(map, &seals, NULL));
    CHECK_EQUAL(lengths, seals);
    CHECK(mmapio_map_resize(map, 1 << 20, MMAPIO_RESIZE_MAY_MOVE, NULL) != MMAPIO_OK);
    CHECK_STATUS(MMAPIO_INVALID_ARGUMENT, mmapio_map_seal(map, 0x20, NULL));
    CHECK_STATUS(MMAPIO_INVALID_ARGUMENT, mmapio_map_seal(NULL, 0, NULL));
    CHECK_STATUS(MMAPIO_INVALID_ARGUMENT, mmapio_map_seals(map, NULL, NULL));
    CHECK_STATUS(MMAPIO_INVALID_ARGUMENT, mmapio_map_seals(NULL, &seals, NULL));
    CHECK_STATUS(MMAPIO_UNSUPPORTED, mmapio_map_seal(memory, lengths, NULL));
    CHECK_OK(mmapio_map_seals(memory, &seals, NULL));
    CHECK_EQUAL(0, seals);
    if (!sets) {
        CHECK_STATUS(MMAPIO_UNSUPPORTED, mmapio_map_seal(map, MMAPIO_SEAL_WRITE, NULL));
    }
    close_map(memory);
    close_map(map);
}

TEST_MAIN(TEST(what_one_map_writes_the_other_reads), TEST(a_private_map_keeps_its_writes),
          TEST(making_what_is_there_is_refused_and_opening_what_is_not_is_too), TEST(open_or_create_does_either),
          TEST(more_than_there_is_is_out_of_range), TEST(names_that_are_not_good_everywhere_are_refused),
          TEST(flags_and_places_that_make_no_sense_are_refused), TEST(memory_without_a_name_goes_by_handle),
          TEST(a_file_goes_by_handle_too), TEST(what_has_no_handle_gives_none),
          TEST(importing_more_than_there_is_is_out_of_range),
          TEST(the_name_goes_with_the_last_map_where_that_is_asked_for), TEST(a_map_that_fails_leaves_no_name_behind),
          TEST(making_and_failing_leaves_no_handle_open), TEST(seals_are_told))
