/* cached.h - asking what of a file or map is in memory, and evicting it, with all that must hold of the answers. */
#ifndef MMAPIO_CACHED_H
#define MMAPIO_CACHED_H

#include "maps.h"

static inline mmapio_residency file_report(intptr_t handle, uint64_t offset, uint64_t length)
{
    mmapio_error error = stale_error();
    mmapio_residency report;

    memset(&report, 0xA5, sizeof report);
    report.struct_size = (uint32_t)sizeof report;
    CHECK_OK(mmapio_file_residency(handle, offset, length, &report, &error));
    CHECK_OWN_ERROR(MMAPIO_OK, error);
    CHECK_EQUAL(sizeof report, report.struct_size);
    CHECK_EQUAL(fixture_page_size(), report.page_size);
    return report;
}

static inline uint64_t file_resident(intptr_t handle)
{
    mmapio_residency report = file_report(handle, 0, 0);

    CHECK((report.known & MMAPIO_KNOWN_RESIDENT) != 0);
    CHECK_EQUAL(MMAPIO_SCOPE_PAGE_CACHE, report.scope);
    return report.resident;
}

static inline void check_eviction(const mmapio_eviction *report)
{
    CHECK_EQUAL(sizeof *report, report->struct_size);
    CHECK_EQUAL(fixture_page_size(), report->page_size);
    CHECK(report->known == 0 || report->known == MMAPIO_KNOWN_RESIDENT);
    CHECK(report->known != 0 || (report->resident_before == 0 && report->resident_after == 0));
    CHECK(report->resident_before <= report->pages);
    CHECK(report->resident_after <= report->pages);
}

static inline mmapio_eviction evict_map(mmapio_map *map, uint64_t offset, uint64_t length)
{
    mmapio_error error = stale_error();
    mmapio_eviction report;

    memset(&report, 0xA5, sizeof report);
    report.struct_size = (uint32_t)sizeof report;
    CHECK_OK(mmapio_map_evict(map, offset, length, &report, &error));
    CHECK_OWN_ERROR(MMAPIO_OK, error);
    check_eviction(&report);
    return report;
}

static inline mmapio_eviction evict_file(intptr_t handle, uint64_t offset, uint64_t length)
{
    mmapio_error error = stale_error();
    mmapio_eviction report;

    memset(&report, 0xA5, sizeof report);
    report.struct_size = (uint32_t)sizeof report;
    CHECK_OK(mmapio_file_evict(handle, offset, length, &report, &error));
    CHECK_OWN_ERROR(MMAPIO_OK, error);
    check_eviction(&report);
    return report;
}

static inline void need_feature(uint64_t feature, const char *what)
{
    if ((caps_here().features & feature) == 0) {
        printf("  skipped: this system cannot %s\n", what);
        TEST_LEAVE(TEST_SKIPPED);
    }
}

#endif /* MMAPIO_CACHED_H */
