/* residency.c - QueryWorkingSetEx, which knows the pages of this process and not the file cache. */
#include "win32.h"

#include <stdlib.h>
#include <string.h>

bool mmapio_win32_query(unsigned char *address, size_t count, PSAPI_WORKING_SET_EX_INFORMATION *pages)
{
    const struct win32_system *system = mmapio_win32_system();

    if (system->query_working_set == NULL) {
        SetLastError(ERROR_CALL_NOT_IMPLEMENTED);
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        pages[i].VirtualAddress = address + i * system->page_size;
        pages[i].VirtualAttributes.Flags = 0;
    }
    return system->query_working_set(GetCurrentProcess(), pages, (DWORD)(count * sizeof *pages));
}

static size_t batch_of(uint64_t pages)
{
    return pages < WIN32_BATCH ? (size_t)pages : WIN32_BATCH;
}

bool mmapio_win32_each_run(const page_range *range, bool (*wanted)(PSAPI_WORKING_SET_EX_BLOCK page),
                           void (*act)(void *address, SIZE_T length, void *context), void *context)
{
    PSAPI_WORKING_SET_EX_INFORMATION pages[WIN32_BATCH];
    uint64_t page_size = mmapio_win32_system()->page_size;
    uint64_t total = range->length / page_size;

    for (uint64_t done = 0; done < total;) {
        size_t count = batch_of(total - done);
        unsigned char *address = range->address + done * page_size;
        size_t run = 0; /* wanted pages right before page i */
        if (!mmapio_win32_query(address, count, pages)) {
            return false;
        }
        for (size_t i = 0; i <= count; i++) {
            if (i < count && wanted(pages[i].VirtualAttributes)) {
                run++;
            } else if (run != 0) {
                act(address + (i - run) * page_size, (SIZE_T)(run * page_size), context);
                run = 0;
            }
        }
        done += count;
    }
    return true;
}

bool mmapio_win32_is_locked(PSAPI_WORKING_SET_EX_BLOCK page)
{
    return page.Valid && page.Locked;
}

struct marks {
    unsigned char *first; /* page */
    unsigned char *of;    /* a byte for each */
};

static void mark_run(void *address, SIZE_T length, void *context)
{
    const struct marks *marks = context;
    uint64_t page_size = mmapio_win32_system()->page_size;

    memset(marks->of + (uint64_t)((unsigned char *)address - marks->first) / page_size, 1,
           (size_t)(length / page_size));
}

unsigned char *mmapio_win32_locked_pages(const page_range *range)
{
    struct marks marks = {range->address, calloc((size_t)(range->length / mmapio_win32_system()->page_size), 1)};

    if (marks.of != NULL) {
        (void)mmapio_win32_each_run(range, mmapio_win32_is_locked, mark_run, &marks);
    }
    return marks.of;
}

mmapio_status mmapio_os_residency(mmapio_map *map, const page_range *range, mmapio_residency *report, uint8_t *pages,
                                  mmapio_error *error)
{
    PSAPI_WORKING_SET_EX_INFORMATION batch[WIN32_BATCH];
    uint64_t page_size = mmapio_win32_system()->page_size;
    uint64_t total = range->length / page_size;
    uint64_t found = 0;

    (void)map;
    for (uint64_t done = 0; done < total;) {
        size_t count = batch_of(total - done);
        if (!mmapio_win32_query(range->address + done * page_size, count, batch)) {
            return mmapio_win32_fail(error, GetLastError(), CALL_QUERY_WORKING_SET_EX);
        }
        for (size_t i = 0; i < count; i++) {
            uint8_t present = (uint8_t)batch[i].VirtualAttributes.Valid;
            found += present;
            if (pages != NULL) {
                pages[done + i] = present;
            }
        }
        done += count;
    }
    report->scope = MMAPIO_SCOPE_WORKING_SET;
    report->known = MMAPIO_KNOWN_RESIDENT;
    report->resident = found;
    return MMAPIO_OK;
}
