/* linux_residency.h - sparse files in memory and on disk, and asking how much of them is there. */
#ifndef MMAPIO_LINUX_RESIDENCY_H
#define MMAPIO_LINUX_RESIDENCY_H

#include "linux_proc.h"
#include "maps.h"

enum { PAGES = 64 };

static inline mmapio_residency report_of(mmapio_map *map, uint64_t offset, uint64_t length, uint8_t *pages)
{
    mmapio_residency report;

    memset(&report, 0xA5, sizeof report);
    report.struct_size = (uint32_t)sizeof report;
    CHECK_OK(mmapio_map_residency(map, offset, length, &report, pages, NULL));
    return report;
}

static inline uint64_t resident_pages(mmapio_map *map)
{
    mmapio_residency report = report_of(map, 0, mmapio_map_length(map), NULL);

    CHECK((report.known & MMAPIO_KNOWN_RESIDENT) != 0);
    CHECK_EQUAL(MMAPIO_SCOPE_PAGE_CACHE, report.scope);
    return report.resident;
}

static inline void need_real_residency(void)
{
    if (!fixture_shows_residency()) {
        SKIP("an emulator calls every page resident");
    }
}

/* PAGES pages without content, none of which is in memory. */
static inline fixture_file sparse_file(fixture_place place)
{
    fixture_file file;

    need_real_residency();
    CHECK(fixture_sparse(place, PAGES * (uint64_t)fixture_page_size(), &file));
    return file;
}

/* Without read-ahead, and without pages larger than one: what is touched comes in, and nothing else. */
static inline mmapio_map *map_page_by_page(intptr_t handle, uint32_t protection, uint32_t flags)
{
    mmapio_map *map = map_whole(handle, protection, flags);

    CHECK_OK(mmapio_map_advise(map, 0, mmapio_map_length(map), MMAPIO_MADV_NOHUGEPAGE, NULL, NULL));
    CHECK_OK(mmapio_map_advise(map, 0, mmapio_map_length(map), MMAPIO_MADV_RANDOM, NULL, NULL));
    return map;
}

static inline void touch(mmapio_map *map, uint64_t page, unsigned char value)
{
    bytes_of(map)[page * fixture_page_size() + 9] = value;
}

static inline void need_counts(void)
{
    if ((caps_here().features & MMAPIO_FEATURE_RESIDENCY_COUNTS) == 0) {
        SKIP("this kernel does not count dirty pages (cachestat, 6.5)");
    }
}

static inline void need_a_disk_that_counts(void)
{
    need_a_real_kernel();
    need_real_residency();
    need_a_disk();
    need_counts();
}

/* Locking without reading in: what it takes, too, to tell a limit that is reached from pages that cannot be read. */
static inline void need_lock_on_fault(void)
{
    if ((caps_here().features & MMAPIO_FEATURE_LOCK_ON_FAULT) == 0) {
        SKIP("this kernel lacks mlock2");
    }
}

/* Kernels since 5.14 have an advice for it. */
static inline bool populating_is_advice(void)
{
    return (caps_here().advice_applied >> MMAPIO_MADV_POPULATE_READ & 1) != 0;
}

static inline const char *populating_call(void)
{
    return populating_is_advice() ? "madvise" : "futex";
}

#endif /* MMAPIO_LINUX_RESIDENCY_H */
