/* test_linux_huge.c - huge pages: explicit ones, the fallback where there are none, and what is told of either. */
#include "child.h"
#include "linux_proc.h"
#include "linux_small_disk.h"
#include "shared.h"

#include <errno.h>

enum { MIB = 1 << 20, POOL = 4 };

#define TRANSPARENT "/sys/kernel/mm/transparent_hugepage/"

static const char *const POOL_FILE = "/sys/kernel/mm/hugepages/hugepages-2048kB/nr_hugepages";
static const char *const FREE_FILE = "/sys/kernel/mm/hugepages/hugepages-2048kB/free_hugepages";

static long number_in(const char *path)
{
    long value = -1;
    FILE *file = fopen(path, "re");

    if (file != NULL) {
        if (fscanf(file, "%ld", &value) != 1) {
            value = -1;
        }
        (void)fclose(file);
    }
    return value;
}

/* Runs body with at least POOL huge pages of 2 MiB that are free, and takes back what it had to set aside. */
static void with_pool(void (*body)(void *))
{
    long before = number_in(POOL_FILE);
    long free_now = number_in(FREE_FILE);
    char text[32];
    int code;

    if (before < 0) {
        SKIP("this kernel has no huge pages of 2 MiB");
    }
    if (free_now < POOL) {
        (void)snprintf(text, sizeof text, "%ld", before + POOL - free_now);
        if (!write_text(POOL_FILE, text)) {
            SKIP("no huge pages are set aside, and this process may not do so (vm.nr_hugepages)");
        }
    }
    code = number_in(FREE_FILE) < POOL ? TEST_SKIPPED : child_run(body, NULL);
    if (free_now < POOL) {
        (void)snprintf(text, sizeof text, "%ld", before);
        (void)write_text(POOL_FILE, text);
    }
    if (code == TEST_SKIPPED) {
        SKIP("not enough memory is in one piece for huge pages");
    }
    CHECK_EQUAL(0, code);
}

static mmapio_map_options huge_options(uint32_t flags, uint32_t policy, uint64_t size, uint64_t length)
{
    mmapio_map_options options = options_of(READ_WRITE, flags, 0, length);

    options.huge_pages = policy;
    options.huge_page_size = size;
    return options;
}

static void check_explicit(mmapio_map *map, uint64_t length)
{
    CHECK_EQUAL(MMAPIO_HUGE_REQUIRE, mmapio_map_huge_pages(map));
    CHECK_EQUAL(2 * MIB, mmapio_map_page_size(map));
    CHECK_EQUAL(length, mmapio_map_length(map));
    CHECK_EQUAL(2 * MIB, mapping_bytes(bytes_of(map), "KernelPageSize:"));
    memset(bytes_of(map), 'h', (size_t)length);
}

static void take_from_the_pool(void *unused)
{
    static const uint32_t policies[] = {MMAPIO_HUGE_REQUIRE, MMAPIO_HUGE_PREFER};
    mmapio_map *map = NULL;
    long before = number_in(FREE_FILE);

    (void)unused;
    for (size_t i = 0; i < 4; i++) {
        mmapio_map_options options = huge_options(i < 2 ? PRIVATE : SHARED, policies[i % 2], 2 * MIB, 3 * MIB);
        unsigned char *data;
        CHECK_OK(mmapio_map_anonymous(&options, &map, NULL));
        data = bytes_of(map);
        check_explicit(map, 3 * MIB);
        CHECK_OK(mmapio_map_protect(map, 0, 10, READ_ONLY, NULL));
        CHECK_OK(mmapio_map_populate(map, 0, 3 * MIB, MMAPIO_PROT_READ, NULL));
        close_map(map);
        CHECK(!fixture_is_mapped(data) && !fixture_is_mapped(data + 3 * MIB));
        CHECK_EQUAL(before, number_in(FREE_FILE));
    }
}

static void memory_gets_huge_pages_of_the_size_asked_for(void)
{
    need_a_real_kernel();
    with_pool(take_from_the_pool);
}

static void share_from_the_pool(void *unused)
{
    mmapio_map_options options = huge_options(SHARED, MMAPIO_HUGE_REQUIRE, 2 * MIB, 3 * MIB);
    mmapio_map *map = NULL;
    mmapio_map *other;
    intptr_t handle = -1;
    long before = number_in(FREE_FILE);

    (void)unused;
    CHECK_OK(mmapio_map_shared(NULL, &options, &map, NULL));
    check_explicit(map, 3 * MIB);
    CHECK_OK(mmapio_map_export(map, &handle, NULL));
    /* Whoever maps it has no others, whatever he asks for. */
    other = map_handle(handle, READ_WRITE, SHARED, 0, 0);
    CHECK_EQUAL(2 * MIB, mmapio_map_page_size(other));
    CHECK_EQUAL(4 * MIB, mmapio_map_length(other));
    CHECK_EQUAL('h', bytes_of(other)[3 * MIB - 1]);
    CHECK_OK(mmapio_map_seal(map, MMAPIO_SEAL_SHRINK | MMAPIO_SEAL_GROW, NULL));
    fixture_close(handle);
    close_map(map);
    close_map(other);
    CHECK_EQUAL(before, number_in(FREE_FILE));
}

static void shared_memory_gets_them_too(void)
{
    need_a_real_kernel();
    with_pool(share_from_the_pool);
}

static void map_a_file_of_hugetlbfs(void *unused)
{
    char folder[] = "./huge-XXXXXX";
    char path[64];
    mmapio_map *map;
    int file;

    (void)unused;
    if (!may_mount()) {
        SKIP("this process may not mount, not even where nobody else sees it");
    }
    CHECK(mkdtemp(folder) != NULL);
    if (mount("none", folder, "hugetlbfs", 0, "pagesize=2M") != 0) {
        (void)rmdir(folder);
        SKIP("this process may not mount hugetlbfs");
    }
    (void)snprintf(path, sizeof path, "%s/file", folder);
    file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    CHECK(file >= 0);
    CHECK_EQUAL(0, umount2(folder, MNT_DETACH));
    CHECK_EQUAL(0, rmdir(folder));
    CHECK(fixture_resize(file, 4 * MIB));
    map = map_part(file, READ_WRITE, SHARED, 0, 3 * MIB);
    check_explicit(map, 3 * MIB);
    close_map(map);
    fixture_close(file);
}

static void a_file_of_hugetlbfs_has_them_unasked(void)
{
    need_a_real_kernel();
    with_pool(map_a_file_of_hugetlbfs);
}

/* More than any machine that runs this has set aside. */
static const uint64_t TOO_MUCH = UINT64_C(1) << 40;

static void too_few_of_them_is_a_limit_where_they_are_required(void)
{
    mmapio_map_options options = huge_options(PRIVATE, MMAPIO_HUGE_REQUIRE, 2 * MIB, TOO_MUCH);
    mmapio_error error = stale_error();
    mmapio_map *map = NULL;

    need_a_real_kernel();
    if (under_valgrind()) {
        SKIP("valgrind refuses a mapping of this size by itself, as an invalid argument");
    }
    if (number_in(POOL_FILE) < 0) {
        SKIP("this kernel has no huge pages of 2 MiB");
    }
    CHECK_STATUS(MMAPIO_LIMIT_REACHED, mmapio_map_anonymous(&options, &map, &error));
    CHECK_ERRNO(MMAPIO_LIMIT_REACHED, ENOMEM, "mmap", error);
    CHECK(strstr(mmapio_status_text(error.status), "vm.nr_hugepages") != NULL);
    options.flags = SHARED;
    CHECK_STATUS(MMAPIO_LIMIT_REACHED, mmapio_map_shared(NULL, &options, &map, &error));
    CHECK_STATUS(MMAPIO_LIMIT_REACHED, error.status);
    CHECK(map == NULL);
}

/* What the setting in use is called: it stands in brackets. */
static bool setting_is(const char *name, const char *word)
{
    char line[128] = "";
    char path[96];
    char in_use[32];
    FILE *file;

    (void)snprintf(path, sizeof path, TRANSPARENT "%s", name);
    (void)snprintf(in_use, sizeof in_use, "[%s]", word);
    file = fopen(path, "re");
    if (file != NULL) {
        (void)fgets(line, sizeof line, file);
        (void)fclose(file);
    }
    return strstr(line, in_use) != NULL;
}

static bool transparent_is_off(const char *name)
{
    return setting_is(name, "never") || setting_is(name, "deny") ||
           (caps_here().features & MMAPIO_FEATURE_TRANSPARENT) == 0;
}

static void check_fallback(mmapio_map *map, const char *setting)
{
    CHECK_EQUAL(fixture_page_size(), mmapio_map_page_size(map));
    CHECK_EQUAL(transparent_is_off(setting) ? MMAPIO_HUGE_NONE : MMAPIO_HUGE_TRANSPARENT, mmapio_map_huge_pages(map));
    bytes_of(map)[0] = 'x';
    close_map(map);
}

static void where_they_are_preferred_others_do(void)
{
    const char *enabled = "enabled";
    mmapio_map_options options = huge_options(PRIVATE | MMAPIO_MAP_NORESERVE, MMAPIO_HUGE_PREFER, 0, UINT64_C(1) << 36);
    mmapio_map *map = NULL;

    need_a_real_kernel();
    if (!fixture_has_room(UINT64_C(1) << 36)) {
        SKIP("there is no address space for more memory than there are huge pages");
    }
    CHECK_OK(mmapio_map_anonymous(&options, &map, NULL));
    check_fallback(map, enabled);
    options.flags = SHARED | MMAPIO_MAP_NORESERVE;
    CHECK_OK(mmapio_map_shared(NULL, &options, &map, NULL));
    check_fallback(map, "shmem_enabled");
    /* A size no processor has. */
    options = huge_options(PRIVATE, MMAPIO_HUGE_PREFER, UINT64_C(1) << 40, 100);
    CHECK_OK(mmapio_map_anonymous(&options, &map, NULL));
    check_fallback(map, enabled);
    options.huge_pages = MMAPIO_HUGE_TRANSPARENT;
    CHECK_OK(mmapio_map_anonymous(&options, &map, NULL));
    check_fallback(map, enabled);
}

/* A file on a tmpfs mounted so, mapped with transparent huge pages: what is said of them is what comes of them. */
static void map_on_a_mount(const char *option, bool makes_some, uint32_t flags)
{
    const uint64_t huge = (uint64_t)number_in(TRANSPARENT "hpage_pmd_size");
    mmapio_map_options options = huge_options(SHARED | flags, MMAPIO_HUGE_TRANSPARENT, 0, 4 * huge);
    char folder[] = "./huge-XXXXXX";
    uint32_t outcome = 99;
    mmapio_map *map = NULL;
    bool some;
    char path[32];
    char mount_options[64];
    int file;

    (void)snprintf(mount_options, sizeof mount_options, "size=%llu,huge=%s", (unsigned long long)(8 * huge), option);
    CHECK(mkdtemp(folder) != NULL);
    if (mount("none", folder, "tmpfs", 0, mount_options) != 0) {
        (void)rmdir(folder);
        SKIP("this process may not mount a tmpfs, or this kernel has no huge pages for it");
    }
    (void)snprintf(path, sizeof path, "%s/file", folder);
    file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    CHECK(file >= 0 && fixture_resize(file, 4 * huge));
    CHECK_OK(mmapio_map_file(file, &options, &map, NULL));
    CHECK_OK(mmapio_map_advise(map, 0, 4 * huge, MMAPIO_MADV_HUGEPAGE, &outcome, NULL));
    memset(bytes_of(map), 'h', (size_t)(4 * huge));
    some = mapping_bytes(bytes_of(map) + 2 * huge, "ShmemPmdMapped:") != 0;
    CHECK_EQUAL(makes_some, some);
    CHECK_EQUAL(makes_some ? MMAPIO_HUGE_TRANSPARENT : MMAPIO_HUGE_NONE, mmapio_map_huge_pages(map));
    CHECK_EQUAL(makes_some ? MMAPIO_ADVICE_APPLIED : MMAPIO_ADVICE_IGNORED, outcome);
    close_map(map);
    (void)close(file);
    CHECK_EQUAL(0, umount2(folder, MNT_DETACH));
    CHECK_EQUAL(0, rmdir(folder));
}

static void map_on_all_mounts(void *unused)
{
    (void)unused;
    if (!may_mount()) {
        SKIP("this process may not mount, not even where nobody else sees it");
    }
    map_on_a_mount("never", false, 0);
    map_on_a_mount("advise", true, 0);
    map_on_a_mount("within_size", true, 0);
    map_on_a_mount("always", true, 0);
    map_on_a_mount("never", false, MMAPIO_MAP_NO_HANDLE);
    map_on_a_mount("advise", true, MMAPIO_MAP_NO_HANDLE);
}

static void transparent_ones_of_a_tmpfs_are_governed_by_its_mount(void)
{
    need_a_real_kernel();
    if (under_valgrind()) {
        SKIP("valgrind chooses addresses, and none that huge pages fit");
    }
    if (setting_is("shmem_enabled", "deny") || setting_is("shmem_enabled", "force") ||
        (caps_here().features & MMAPIO_FEATURE_TRANSPARENT) == 0) {
        SKIP("this system makes transparent huge pages everywhere, or nowhere");
    }
    child_must_pass(map_on_all_mounts, NULL);
}

static void advice_about_them_comes_to_nothing_where_they_are_switched_off(void)
{
    uint32_t outcome = 99;
    mmapio_map *map = map_memory(SHARED, 4 * MIB);

    need_a_real_kernel();
    CHECK_OK(mmapio_map_advise(map, 0, 4 * MIB, MMAPIO_MADV_HUGEPAGE, &outcome, NULL));
    CHECK_EQUAL(transparent_is_off("shmem_enabled") ? MMAPIO_ADVICE_IGNORED : MMAPIO_ADVICE_APPLIED, outcome);
    close_map(map);
    map = map_memory(PRIVATE, 4 * MIB);
    CHECK_OK(mmapio_map_advise(map, 0, 4 * MIB, MMAPIO_MADV_HUGEPAGE, &outcome, NULL));
    CHECK_EQUAL(transparent_is_off("enabled") ? MMAPIO_ADVICE_IGNORED : MMAPIO_ADVICE_APPLIED, outcome);
    close_map(map);
}

static void what_cannot_have_them_is_unsupported_where_they_are_required(void)
{
    shared_name name = own_name();
    mmapio_map_options options = huge_options(PRIVATE, MMAPIO_HUGE_REQUIRE, UINT64_C(1) << 40, 100);
    mmapio_map *map = NULL;

    CHECK_STATUS(MMAPIO_UNSUPPORTED, mmapio_map_anonymous(&options, &map, NULL));
    options = huge_options(SHARED, MMAPIO_HUGE_REQUIRE, UINT64_C(1) << 40, 100);
    CHECK_STATUS(MMAPIO_UNSUPPORTED, mmapio_map_shared(NULL, &options, &map, NULL));
    options = huge_options(SHARED | CREATE, MMAPIO_HUGE_REQUIRE, 0, 2 * MIB);
    CHECK_STATUS(MMAPIO_UNSUPPORTED, mmapio_map_shared(name.text, &options, &map, NULL));
    options = huge_options(PRIVATE | MMAPIO_MAP_GUARD_PAGES, MMAPIO_HUGE_REQUIRE, 0, 2 * MIB);
    CHECK_STATUS(MMAPIO_UNSUPPORTED, mmapio_map_anonymous(&options, &map, NULL));
    CHECK(map == NULL);
}

static void sizes_and_policies_that_make_no_sense_are_refused(void)
{
    mmapio_map_options options = huge_options(PRIVATE, MMAPIO_HUGE_PREFER, 3 * MIB, 100);
    mmapio_map *map = NULL;

    CHECK_STATUS(MMAPIO_INVALID_ARGUMENT, mmapio_map_anonymous(&options, &map, NULL));
    options = huge_options(PRIVATE, 4, 0, 100);
    CHECK_STATUS(MMAPIO_INVALID_ARGUMENT, mmapio_map_anonymous(&options, &map, NULL));
    options = huge_options(PRIVATE, 0, 0, 100);
    options.reserved = 1;
    CHECK_STATUS(MMAPIO_INVALID_ARGUMENT, mmapio_map_anonymous(&options, &map, NULL));
    CHECK_EQUAL(0, mmapio_map_page_size(NULL));
    CHECK_EQUAL(MMAPIO_HUGE_NONE, mmapio_map_huge_pages(NULL));
}

TEST_MAIN(TEST(memory_gets_huge_pages_of_the_size_asked_for), TEST(shared_memory_gets_them_too),
          TEST(a_file_of_hugetlbfs_has_them_unasked), TEST(too_few_of_them_is_a_limit_where_they_are_required),
          TEST(where_they_are_preferred_others_do), TEST(transparent_ones_of_a_tmpfs_are_governed_by_its_mount),
          TEST(advice_about_them_comes_to_nothing_where_they_are_switched_off),
          TEST(what_cannot_have_them_is_unsupported_where_they_are_required),
          TEST(sizes_and_policies_that_make_no_sense_are_refused))
