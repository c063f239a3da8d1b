/* test_linux_move.c - moving maps of several pieces: what they keep, and that a failure at any step leaves all of it. */
#include "child.h"
#include "linux_calls.h"
#include "linux_mappings.h"
#include "linux_proc.h"
#include "maps.h"

enum { MOVE = MMAPIO_RESIZE_MAY_MOVE, PAGES = 16, MORE = 400, STEPS = 200, GIVEN = 200 };

static failing_call remaps;

void *mremap(void *address, size_t length, size_t new_length, int flags, ...)
{
    void *place;
    va_list rest;

    va_start(rest, flags);
    place = (flags & MREMAP_FIXED) != 0 ? va_arg(rest, void *) : NULL;
    va_end(rest);
    if (fails_now(&remaps)) {
        errno = ENOMEM;
        return MAP_FAILED;
    }
    return (void *)syscall(SYS_mremap, address, length, new_length, flags, place);
}

/* Pages 3, 4 and 9 may not be written, page 11 is not there for anybody. */
static void split(mmapio_map *map)
{
    uint64_t page = fixture_page_size();

    for (uint64_t i = 0; i < PAGES * page; i++) {
        bytes_of(map)[i] = fixture_pattern(i);
    }
    CHECK_OK(mmapio_map_protect(map, 3 * page, 2 * page, MMAPIO_PROT_READ, NULL));
    CHECK_OK(mmapio_map_protect(map, 9 * page, page, MMAPIO_PROT_READ, NULL));
    CHECK_OK(mmapio_map_protect(map, 11 * page, page, MMAPIO_PROT_NONE, NULL));
    CHECK_OK(mmapio_map_protect(map, 15 * page, page, MMAPIO_PROT_READ, NULL));
}

static bool is_writable(const mmapio_map *map, uint64_t page)
{
    return child_run(child_writes, bytes_of(map) + page * fixture_page_size()) == 0;
}

static void check_contents(mmapio_map *map)
{
    uint64_t page = fixture_page_size();

    CHECK(!fixture_is_accessible(bytes_of(map) + 11 * page));
    for (uint64_t i = 0; i < mmapio_map_length(map); i += 7) {
        if (i / page != 11) {
            CHECK_EQUAL(i < PAGES * page ? fixture_pattern(i) : 0, bytes_of(map)[i]);
        }
    }
}

static void check_protections(mmapio_map *map)
{
    static const uint64_t closed[] = {3, 4, 9, 11, 15};
    static const uint64_t open[] = {0, 2, 5, 8, 10, 12, 14};

    for (size_t i = 0; i < sizeof closed / sizeof closed[0]; i++) {
        CHECK(!is_writable(map, closed[i]));
    }
    for (size_t i = 0; i < sizeof open / sizeof open[0]; i++) {
        CHECK(is_writable(map, open[i]));
    }
    if (mmapio_map_length(map) > PAGES * fixture_page_size()) {
        CHECK(is_writable(map, PAGES));
        CHECK(is_writable(map, MORE - 1));
    }
}

/* In its way, so that it can grow nowhere but elsewhere. */
static void wall_up(const mmapio_map *map)
{
    size_t page = fixture_page_size();

    (void)mmap(bytes_of(map) + PAGES * page, page, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
}

static mmapio_map *pieces_of(uint32_t kind, fixture_file *file)
{
    uint64_t page = fixture_page_size();
    mmapio_map *map;

    if (kind == 0) {
        map = map_memory(PRIVATE, PAGES * page);
    } else {
        *file = fixture_patterned(PAGES * page);
        map = map_whole(file->handle, READ_WRITE, kind);
    }
    split(map);
    wall_up(map);
    return map;
}

static const uint32_t KINDS[] = {0, SHARED};

static void pieces_keep_their_protections(void)
{
    need_the_kernels_mremap();
    need_a_real_kernel();

    for (size_t i = 0; i < sizeof KINDS / sizeof KINDS[0]; i++) {
        fixture_file file = {0};
        mmapio_map *map = pieces_of(KINDS[i], &file);
        unsigned char *before = bytes_of(map);
        CHECK_OK(mmapio_map_resize(map, MORE * (uint64_t)fixture_page_size(), MOVE, NULL));
        CHECK(bytes_of(map) != before);
        check_contents(map);
        check_protections(map);
        close_map(map);
        if (KINDS[i] != 0) {
            CHECK(fixture_mappings_of(&file) <= 0);
            fixture_remove(&file);
        }
    }
}

static uint64_t address_space(void)
{
    return status_bytes("VmSize:");
}

/* Every call that is made for it fails once: then the map is as it was, or grown all the same, and nothing else is left. */
static void a_failure_at_any_step_leaves_a_whole_map(void)
{
    need_the_kernels_mremap();
    need_a_real_kernel();

    uint64_t page = fixture_page_size();
    unsigned refused = 0;

    for (size_t i = 0; i < sizeof KINDS / sizeof KINDS[0]; i++) {
        bool failed = true;
        for (unsigned step = 1; step < STEPS && failed; step++) {
            fixture_file file = {0};
            mmapio_map *map = pieces_of(KINDS[i], &file);
            uint64_t before = address_space();
            mmapio_status status;
            remaps = (failing_call){0, step};
            status = mmapio_map_resize(map, MORE * page, MOVE, NULL);
            failed = remaps.count >= step;
            remaps = (failing_call){0, 0};
            CHECK(status == MMAPIO_OK || status == MMAPIO_OUT_OF_MEMORY);
            refused += status != MMAPIO_OK;
            CHECK_EQUAL((status == MMAPIO_OK ? MORE : PAGES) * page, mmapio_map_length(map));
            CHECK_EQUAL(before + (status == MMAPIO_OK ? MORE - PAGES : 0) * page, address_space());
            check_contents(map);
            if (step % 8 == 1) {
                check_protections(map);
            }
            close_map(map);
            if (KINDS[i] != 0) {
                fixture_remove(&file);
            }
        }
        CHECK(!failed);
    }
    CHECK(refused > 0);
}

/* ---- with as many mappings as there may be ---- */

static void move_without_room(void *unused)
{
    uint64_t page = fixture_page_size();
    fixture_file file = {0};
    mmapio_map *map = pieces_of(0, &file);
    unsigned char *data = bytes_of(map);
    mappings all = mappings_use_up();
    uint64_t before;

    (void)unused;
    before = address_space();
    for (size_t given = 0; given < GIVEN; given += 2) {
        mmapio_status status = mmapio_map_resize(map, MORE * page, MOVE, NULL);
        CHECK(status == MMAPIO_OK || status == MMAPIO_OUT_OF_MEMORY);
        if (status == MMAPIO_OK) {
            CHECK(given > 0);
            check_contents(map);
            return;
        }
        CHECK(bytes_of(map) == data);
        CHECK_EQUAL(PAGES * page, mmapio_map_length(map));
        CHECK_EQUAL(before, address_space());
        check_contents(map);
        /* Two fewer each time: the limit is met at one step after the other. */
        CHECK_EQUAL(0, mprotect(all.room + given * page, page, PROT_NONE));
    }
    CHECK(!"there was room in the end");
}

static void a_limit_of_mappings_leaves_everything_where_it_was(void)
{
    need_the_kernels_mremap();
    need_a_real_kernel();
    need_an_allocator_without_mappings();

    child_must_pass(move_without_room, NULL);
}

TEST_MAIN(TEST(pieces_keep_their_protections), TEST(a_failure_at_any_step_leaves_a_whole_map),
          TEST(a_limit_of_mappings_leaves_everything_where_it_was))
