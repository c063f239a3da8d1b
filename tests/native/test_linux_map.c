/* test_linux_map.c - flags of a new map that only Linux has. */
#include "linux_proc.h"
#include "maps.h"

static unsigned long long from_meminfo(const char *field)
{
    unsigned long long value = 0;
    char line[256];
    FILE *info = fopen("/proc/meminfo", "re");

    CHECK(info != NULL);
    while (fgets(line, sizeof line, info) != NULL) {
        if (strncmp(line, field, strlen(field)) == 0) {
            CHECK_EQUAL(1, sscanf(line + strlen(field), " %llu", &value));
        }
    }
    (void)fclose(info);
    return value;
}

static void an_ordinary_file_has_no_huge_pages(void)
{
    fixture_file file = fixture_patterned(10000);
    mmapio_map_options options = options_of(READ_ONLY, SHARED | MMAPIO_MAP_HUGETLB, 0, 0);
    mmapio_error error = stale_error();
    mmapio_map *map = NULL;

    CHECK_STATUS(MMAPIO_UNSUPPORTED, mmapio_map_file(file.handle, &options, &map, &error));
    CHECK_STATUS(MMAPIO_UNSUPPORTED, error.status);
    CHECK(map == NULL);
    fixture_remove(&file);
}

/* The length asked for is a small part of a huge page: closing must take all of it back. */
static void memory_of_huge_pages_can_be_closed(void)
{
    mmapio_map_options options = options_of(READ_WRITE, PRIVATE | MMAPIO_MAP_HUGETLB, 0, 10000);
    unsigned long long pool = from_meminfo("HugePages_Free:");
    mmapio_map *map = NULL;
    unsigned char *data;

    if (pool == 0) {
        SKIP("the administrator has set no huge pages aside (vm.nr_hugepages)");
    }
    /* qemu's user mode chooses the addresses itself, and not on a boundary of huge pages. */
    need_a_real_kernel();
    CHECK_OK(mmapio_map_anonymous(&options, &map, NULL));
    data = bytes_of(map);
    data[9999] = 1;
    CHECK_EQUAL(10000, mmapio_map_length(map));
    close_map(map);
    CHECK(!fixture_is_mapped(data));
    CHECK_EQUAL(pool, from_meminfo("HugePages_Free:"));
}

static void huge_pages_that_do_not_exist_are_a_failure_and_not_small_ones(void)
{
    mmapio_map_options options = options_of(READ_WRITE, PRIVATE | MMAPIO_MAP_HUGETLB, 0, UINT64_C(1) << 46);
    mmapio_map *map = NULL;

    CHECK(mmapio_map_anonymous(&options, &map, NULL) != MMAPIO_OK);
    CHECK(map == NULL);
}

static void memory_without_reserve_can_exceed_all_there_is(void)
{
    mmapio_map_options options = options_of(READ_WRITE, PRIVATE | MMAPIO_MAP_NORESERVE, 0, UINT64_C(1) << 42);
    mmapio_map *map = NULL;
    FILE *policy = fopen("/proc/sys/vm/overcommit_memory", "re");
    int strict = policy == NULL ? '2' : fgetc(policy);

    if (policy != NULL) {
        (void)fclose(policy);
    }
    if (strict == '2' || !fixture_has_room(UINT64_C(1) << 42)) {
        SKIP("this system promises no more memory than it has");
    }
    /* One page would come with its neighbours: as many as make a huge one, 32 MiB where pages have 16 KiB. */
    options.advice = MMAPIO_MADV_NOHUGEPAGE;
    CHECK_OK(mmapio_map_anonymous(&options, &map, NULL));
    bytes_of(map)[(UINT64_C(1) << 42) - 1] = 9;
    CHECK_EQUAL(9, bytes_of(map)[(UINT64_C(1) << 42) - 1]);
    CHECK_EQUAL(fixture_page_size(), mapping_bytes(bytes_of(map), "Rss:"));
    close_map(map);
}

TEST_MAIN(TEST(an_ordinary_file_has_no_huge_pages), TEST(memory_of_huge_pages_can_be_closed),
          TEST(huge_pages_that_do_not_exist_are_a_failure_and_not_small_ones),
          TEST(memory_without_reserve_can_exceed_all_there_is))
