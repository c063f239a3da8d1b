/* test_caps.c - what the library says about itself and the machine. */
#include "maps.h"

#include <stddef.h>
#include <stdlib.h>

enum {
    ALL_SYNC =
        MMAPIO_MS_ASYNC | MMAPIO_MS_INVALIDATE | MMAPIO_MS_SYNC | MMAPIO_MS_DATA | MMAPIO_MS_DURABLE | MMAPIO_MS_BARRIER
};

static void the_loaded_library_is_of_the_headers_version(void)
{
    char version[64];

    (void)snprintf(version, sizeof version, "%d.%d.%d", MMAPIO_VERSION_MAJOR, MMAPIO_VERSION_MINOR,
                   MMAPIO_VERSION_PATCH);
    CHECK_TEXT(version, mmapio_version_string());
    CHECK_EQUAL(MMAPIO_ABI_MAJOR << 16 | MMAPIO_ABI_MINOR, mmapio_abi_version());
}

static void page_size_and_granularity_are_the_systems(void)
{
    uint32_t page = mmapio_page_size();
    uint32_t granularity = mmapio_allocation_granularity();

    CHECK_EQUAL(fixture_page_size(), page);
    CHECK_EQUAL(on_windows() ? 65536 : page, granularity);
    CHECK_EQUAL(page, caps_here().page_size);
    CHECK_EQUAL(granularity, caps_here().allocation_granularity);
}

static void no_caps_or_a_struct_too_short_is_refused(void)
{
    mmapio_caps caps;

    CHECK_STATUS(MMAPIO_INVALID_ARGUMENT, mmapio_caps_get(NULL));
    for (uint32_t size = 0; size < 16; size++) {
        caps.struct_size = size;
        CHECK_STATUS(MMAPIO_INVALID_ARGUMENT, mmapio_caps_get(&caps));
        CHECK_EQUAL(size, caps.struct_size);
    }
}

static void a_shorter_struct_is_filled_as_far_as_it_goes(void)
{
    mmapio_caps full = caps_here();
    mmapio_caps caps;

    for (uint32_t size = 16; size < sizeof caps; size += 4) {
        memset(&caps, 0xA5, sizeof caps);
        caps.struct_size = size;
        CHECK_OK(mmapio_caps_get(&caps));
        CHECK_EQUAL(size, caps.struct_size);
        CHECK(memcmp((char *)&caps + 4, (char *)&full + 4, size - 4) == 0);
        for (size_t i = size; i < sizeof caps; i++) {
            CHECK_EQUAL(0xA5, ((unsigned char *)&caps)[i]);
        }
    }
}

static void a_longer_struct_has_its_unknown_tail_zeroed(void)
{
    struct {
        mmapio_caps known;
        unsigned char unknown[40];
    } caps;

    memset(&caps, 0xA5, sizeof caps);
    caps.known.struct_size = (uint32_t)sizeof caps - 8;
    CHECK_OK(mmapio_caps_get(&caps.known));
    CHECK_EQUAL(sizeof caps.known, caps.known.struct_size);
    for (size_t i = 0; i < 32; i++) {
        CHECK_EQUAL(0, caps.unknown[i]);
    }
    CHECK_EQUAL(0xA5, caps.unknown[32]);
}

static void the_masks_do_not_contradict_each_other(void)
{
    mmapio_caps caps = caps_here();
    uint64_t known = UINT64_C(0x1F) | ((UINT64_C(1) << (MMAPIO_MADV_COLLAPSE + 1)) - (UINT64_C(1) << 8));

    CHECK_EQUAL(0, caps.advice_applied & caps.advice_approximated);
    CHECK_EQUAL(0, (caps.advice_applied | caps.advice_approximated) & ~known);
    CHECK_EQUAL(0, caps.sync_applied & caps.sync_approximated);
    CHECK_EQUAL(0, (caps.sync_applied | caps.sync_approximated) & ~(uint32_t)ALL_SYNC);
    CHECK_EQUAL(0, caps.reserved);
    CHECK_EQUAL(0, caps.file_advice_applied & caps.file_advice_approximated);
    CHECK_EQUAL(0, (caps.file_advice_applied | caps.file_advice_approximated) >> (MMAPIO_FADV_NOREUSE + 1));
    if ((caps.features & MMAPIO_FEATURE_LOCK_ON_FAULT) != 0) {
        CHECK((caps.features & MMAPIO_FEATURE_LOCK) != 0);
    }
    if ((caps.features & MMAPIO_FEATURE_RESIDENCY_COUNTS) != 0) {
        CHECK((caps.features & MMAPIO_FEATURE_RESIDENCY) != 0);
    }
    CHECK_EQUAL((caps.features & MMAPIO_FEATURE_RESIDENCY) != 0, caps.residency_scope != MMAPIO_SCOPE_UNKNOWN);
}

static void the_answer_does_not_change(void)
{
    mmapio_caps first = caps_here();
    mmapio_map *map = map_memory(PRIVATE, 100000);
    mmapio_caps second = caps_here();

    close_map(map);
    CHECK(memcmp(&first, &second, sizeof first) == 0);
}

TEST_MAIN(TEST(the_loaded_library_is_of_the_headers_version), TEST(page_size_and_granularity_are_the_systems),
          TEST(no_caps_or_a_struct_too_short_is_refused), TEST(a_shorter_struct_is_filled_as_far_as_it_goes),
          TEST(a_longer_struct_has_its_unknown_tail_zeroed), TEST(the_masks_do_not_contradict_each_other),
          TEST(the_answer_does_not_change))
