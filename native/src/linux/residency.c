/* residency.c - cachestat(2) for counts, mincore(2) for pages, and silence where both would be wrong. */
#include "kernel.h"
#include "linux.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

static bool ask_cachestat(intptr_t file, uint64_t offset, uint64_t length, mmapio_residency *report)
{
    struct mmapio_cachestat_range where = {offset, length};
    struct mmapio_cachestat found;

    if (syscall(SYS_cachestat, (int)file, &where, &found, 0) != 0) {
        return false;
    }
    report->known = MMAPIO_KNOWN_RESIDENT | MMAPIO_KNOWN_DIRTY | MMAPIO_KNOWN_WRITEBACK | MMAPIO_KNOWN_EVICTED;
    report->resident = found.cache;
    report->dirty = found.dirty;
    report->writeback = found.writeback;
    report->evicted = found.evicted;
    report->recently_evicted = found.recently_evicted;
    return true;
}

/* Since 5.2 mincore(2) calls every page of a file resident unless the caller owns the file or could write to it
 * (can_do_mincore() in mm/mincore.c, against CVE-2019-5489). The same question, asked from outside. */
static bool mincore_is_honest(intptr_t file)
{
    struct stat info;
    char path[32];

    if (file == MMAPIO_NO_FILE) {
        return true;
    }
    if (fstat((int)file, &info) == 0 && info.st_uid == geteuid()) {
        return true;
    }
    (void)snprintf(path, sizeof path, "/proc/self/fd/%d", (int)file);
    return faccessat(AT_FDCWD, path, W_OK, AT_EACCESS) == 0;
}

mmapio_status mmapio_os_residency(mmapio_map *map, const page_range *range, mmapio_residency *report, uint8_t *pages,
                                  mmapio_error *error)
{
    /* cachestat speaks of the file's pages; a private map that was written to has pages of its own, and in
     * a mirrored one the range may have the same pages twice. */
    bool shares_file = map->file >= 0 && (map->flags & MMAPIO_MAP_SHARED) != 0 && !map->mirrored;
    bool counted = shares_file && (mmapio_linux_ground_of(map) & GROUND_OWN_PAGES) != 0 &&
                   ask_cachestat(map->file, map->base_offset + range->map_offset, range->length, report);
    mmapio_status status;

    report->scope = map->file == MMAPIO_NO_FILE ? MMAPIO_SCOPE_WORKING_SET : MMAPIO_SCOPE_PAGE_CACHE;
    if (counted && pages == NULL) {
        return MMAPIO_OK;
    }
    /* Without a handle to ask by: whoever maps a file to write to it may write to it. */
    bool honest = map->file != MMAPIO_CLOSED_FILE
                      ? mincore_is_honest(map->file)
                      : (map->flags & MMAPIO_MAP_SHARED) != 0 && (map->protection & MMAPIO_PROT_WRITE) != 0;
    if (!honest) {
        report->known = 0;
        report->resident = report->dirty = report->writeback = report->evicted = report->recently_evicted = 0;
        return MMAPIO_OK;
    }
    /* The vector and the count shall agree: where both were asked for, mincore gives both. */
    status = mmapio_posix_mincore(range, pages, &report->resident, error);
    report->known = status == MMAPIO_OK ? report->known | MMAPIO_KNOWN_RESIDENT : 0;
    return status;
}

mmapio_status mmapio_os_file_residency(intptr_t file, uint64_t offset, uint64_t length, mmapio_residency *report,
                                       mmapio_error *error)
{
    bool own_pages = (mmapio_linux_ground(file) & GROUND_OWN_PAGES) != 0;
    mmapio_error failure;
    mmapio_status status;

    report->scope = MMAPIO_SCOPE_PAGE_CACHE;
    if ((own_pages && ask_cachestat(file, offset, length, report)) || !mincore_is_honest(file)) {
        return MMAPIO_OK;
    }
    status = mmapio_posix_file_mincore(file, offset, length, &report->resident, &failure);
    report->known = status == MMAPIO_OK ? MMAPIO_KNOWN_RESIDENT : 0;
    if (status == MMAPIO_UNSUPPORTED && failure.os_call == CALL_MMAP) {
        return MMAPIO_OK; /* what cannot be mapped, such as a file of debugfs, has no pages to tell of */
    }
    return status == MMAPIO_OK ? status
                               : mmapio_fail_os(error, status, failure.os_domain, failure.os_code, failure.os_call);
}
