/* test_large.c - files and ranges past 2 GiB, past 4 GiB, and past 2^32 pages. They are sparse: next to no disk. */
#include "maps.h"

#define GIB (UINT64_C(1) << 30)
#define TIB (UINT64_C(1) << 40)

static const uint64_t MARKS[] = {0,       1,           2 * GIB - 1,    2 * GIB,         2 * GIB + 1, 4 * GIB - 1,
                                 4 * GIB, 4 * GIB + 1, 4 * GIB + 4097, 5 * GIB + 65535, 6 * GIB - 2, 6 * GIB - 1};
enum { MARK_COUNT = sizeof MARKS / sizeof MARKS[0] };

static void need_room(uint64_t length)
{
    if (!fixture_has_room(length)) {
        SKIP("the address space of this process has no room for it");
    }
}

/* 6 GiB of zeros but for the marks: mark number i is the byte i + 1. */
static fixture_file marked_file(void)
{
    fixture_file file;

    need_room(6 * GIB);
    if (!fixture_sparse(FIXTURE_DISK, 6 * GIB, &file)) {
        SKIP("this file system has no files of 6 GiB");
    }
    for (unsigned char i = 0; i < MARK_COUNT; i++) {
        unsigned char mark = (unsigned char)(i + 1);
        fixture_write(file.handle, MARKS[i], &mark, 1);
    }
    return file;
}

static void a_whole_file_of_six_gibibytes_has_every_byte_in_its_place(void)
{
    fixture_file file = marked_file();
    mmapio_map *map = map_whole(file.handle, READ_WRITE, SHARED);
    unsigned char byte = 0;

    CHECK_EQUAL(6 * GIB, mmapio_map_length(map));
    for (size_t i = 0; i < MARK_COUNT; i++) {
        CHECK_EQUAL(i + 1, bytes_of(map)[MARKS[i]]);
    }
    CHECK_EQUAL(0, bytes_of(map)[3 * GIB]);
    bytes_of(map)[4 * GIB + 77] = 99;
    CHECK_OK(mmapio_map_sync(map, 4 * GIB + 77, 1, MMAPIO_MS_SYNC, NULL));
    fixture_read(file.handle, 4 * GIB + 77, &byte, 1);
    CHECK_EQUAL(99, byte);
    CHECK_EQUAL(0, bytes_of(map)[77]);
    close_map(map);
    fixture_remove(&file);
}

static void a_part_may_begin_anywhere_past_four_gibibytes(void)
{
    fixture_file file = marked_file();

    for (size_t i = 0; i < MARK_COUNT; i++) {
        mmapio_map *map = map_part(file.handle, READ_ONLY, SHARED, MARKS[i], 1);
        CHECK_EQUAL(i + 1, bytes_of(map)[0]);
        close_map(map);
        map = map_part(file.handle, READ_ONLY, SHARED, MARKS[i], 0);
        CHECK_EQUAL(6 * GIB - MARKS[i], mmapio_map_length(map));
        CHECK_EQUAL(i + 1, bytes_of(map)[0]);
        CHECK_EQUAL(MARK_COUNT, bytes_of(map)[mmapio_map_length(map) - 1]);
        close_map(map);
    }
    fixture_remove(&file);
}

static void ranges_past_four_gibibytes_are_not_cut_to_32_bits(void)
{
    fixture_file file = marked_file();
    mmapio_map *map = map_whole(file.handle, READ_WRITE, SHARED);
    uint64_t length = mmapio_map_length(map);

    CHECK_OK(mmapio_map_advise(map, 5 * GIB, GIB, MMAPIO_MADV_RANDOM, NULL, NULL));
    CHECK_STATUS(MMAPIO_OUT_OF_RANGE, mmapio_map_advise(map, 5 * GIB, GIB + 1, MMAPIO_MADV_RANDOM, NULL, NULL));
    CHECK_STATUS(MMAPIO_OUT_OF_RANGE, mmapio_map_sync(map, length + 4 * GIB, 1, MMAPIO_MS_SYNC, NULL));
    CHECK_OK(mmapio_map_populate(map, 4 * GIB + 10, 10, MMAPIO_PROT_WRITE, NULL));
    /* Cut to 32 bits this would be the page of mark 0, which must stay readable. */
    CHECK_OK(mmapio_map_protect(map, 4 * GIB, 1, MMAPIO_PROT_READ, NULL));
    bytes_of(map)[0] = 50;
    CHECK_OK(mmapio_map_protect(map, 0, length, MMAPIO_PROT_READ, NULL));
    CHECK_EQUAL(MARK_COUNT, bytes_of(map)[length - 1]);
    close_map(map);
    fixture_remove(&file);
}

/* 2^32 pages of 4 KiB: as many as do not fit into 32 bits. */
static void a_map_of_sixteen_tebibytes_works_at_both_ends(void)
{
    fixture_file file;
    mmapio_map *map;
    mmapio_residency report;

    need_room(16 * TIB);
    if (!fixture_sparse(FIXTURE_DISK, 16 * TIB, &file) &&
        (!fixture_has(FIXTURE_MEMORY) || !fixture_sparse(FIXTURE_MEMORY, 16 * TIB, &file))) {
        SKIP("no file system at hand has files of 16 TiB");
    }
    fixture_write(file.handle, 16 * TIB - 1, "z", 1);
    map = map_part(file.handle, READ_WRITE, SHARED, 0, 16 * TIB);
    CHECK_EQUAL(16 * TIB, mmapio_map_length(map));
    CHECK_EQUAL('z', bytes_of(map)[16 * TIB - 1]);
    bytes_of(map)[0] = 'a';
    CHECK_OK(mmapio_map_sync(map, 16 * TIB - 1, 1, MMAPIO_MS_SYNC, NULL));
    if ((caps_here().features & MMAPIO_FEATURE_RESIDENCY_COUNTS) != 0) {
        memset(&report, 0, sizeof report);
        report.struct_size = (uint32_t)sizeof report;
        CHECK_OK(mmapio_map_residency(map, 0, 16 * TIB, &report, NULL, NULL));
        CHECK_EQUAL(16 * TIB / fixture_page_size(), report.pages);
        CHECK_EQUAL(2, report.resident);
    }
    close_map(map);
    fixture_remove(&file);
}

TEST_MAIN(TEST(a_whole_file_of_six_gibibytes_has_every_byte_in_its_place),
          TEST(a_part_may_begin_anywhere_past_four_gibibytes), TEST(ranges_past_four_gibibytes_are_not_cut_to_32_bits),
          TEST(a_map_of_sixteen_tebibytes_works_at_both_ends))
