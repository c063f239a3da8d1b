/*
 * unsupported.c - an operating system this library does not know.
 *
 * Always compiled, so that a change of the seam is noticed here too; linked only where CMake finds no other folder.
 */
#include "../platform.h"

uint32_t mmapio_os_page_size(void)
{
    return 4096;
}

uint32_t mmapio_os_allocation_granularity(void)
{
    return 4096;
}

void mmapio_os_caps(mmapio_caps *caps)
{
    caps->system = MMAPIO_SYSTEM_NONE;
}

mmapio_status mmapio_os_file_length(intptr_t file, uint64_t *length, mmapio_error *error)
{
    (void)file;
    (void)length;
    return mmapio_fail(error, MMAPIO_UNSUPPORTED);
}

mmapio_status mmapio_os_file_measure(intptr_t file, uint64_t *length, uint64_t *block, mmapio_error *error)
{
    *block = 0;
    return mmapio_os_file_length(file, length, error);
}

mmapio_status mmapio_os_file_duplicate(intptr_t file, intptr_t *duplicate, mmapio_error *error)
{
    (void)file;
    (void)duplicate;
    return mmapio_fail(error, MMAPIO_UNSUPPORTED);
}

mmapio_status mmapio_os_file_close(intptr_t file, mmapio_error *error)
{
    (void)file;
    return mmapio_fail(error, MMAPIO_UNSUPPORTED);
}

mmapio_status mmapio_os_map(mmapio_map *map, mmapio_error *error)
{
    (void)map;
    return mmapio_fail(error, MMAPIO_UNSUPPORTED);
}

mmapio_status mmapio_os_unmap(mmapio_map *map, mmapio_error *error)
{
    (void)map;
    return mmapio_fail(error, MMAPIO_UNSUPPORTED);
}

mmapio_status mmapio_os_advise(mmapio_map *map, const page_range *range, uint32_t advice, uint32_t *outcome,
                               mmapio_error *error)
{
    (void)map;
    (void)range;
    (void)advice;
    (void)outcome;
    (void)error;
    return MMAPIO_OK;
}

mmapio_status mmapio_os_sync(mmapio_map *map, const page_range *range, uint32_t mode, mmapio_error *error)
{
    (void)map;
    (void)range;
    (void)mode;
    return mmapio_fail(error, MMAPIO_UNSUPPORTED);
}

mmapio_status mmapio_os_residency(mmapio_map *map, const page_range *range, mmapio_residency *report, uint8_t *pages,
                                  mmapio_error *error)
{
    (void)map;
    (void)range;
    (void)report;
    (void)pages;
    return mmapio_fail(error, MMAPIO_UNSUPPORTED);
}

mmapio_status mmapio_os_protect(mmapio_map *map, const page_range *range, uint32_t protection, mmapio_error *error)
{
    (void)map;
    (void)range;
    (void)protection;
    return mmapio_fail(error, MMAPIO_UNSUPPORTED);
}

mmapio_status mmapio_os_lock(mmapio_map *map, const page_range *range, uint32_t flags, mmapio_error *error)
{
    (void)map;
    (void)range;
    (void)flags;
    return mmapio_fail(error, MMAPIO_UNSUPPORTED);
}

mmapio_status mmapio_os_unlock(mmapio_map *map, const page_range *range, mmapio_error *error)
{
    (void)map;
    (void)range;
    return mmapio_fail(error, MMAPIO_UNSUPPORTED);
}

mmapio_status mmapio_os_populate(mmapio_map *map, const page_range *range, uint32_t protection, mmapio_error *error)
{
    (void)map;
    (void)range;
    (void)protection;
    return mmapio_fail(error, MMAPIO_UNSUPPORTED);
}

mmapio_status mmapio_os_guard_install(mmapio_error *error)
{
    return mmapio_fail(error, MMAPIO_UNSUPPORTED);
}

mmapio_status mmapio_os_guard_install_protected(mmapio_error *error)
{
    return mmapio_fail(error, MMAPIO_UNSUPPORTED);
}

bool mmapio_os_guard_serves(const mmapio_map *map)
{
    (void)map;
    return false;
}

uint64_t mmapio_os_backed(mmapio_map *map, uint64_t offset, uint64_t length, backing how)
{
    (void)map;
    (void)offset;
    (void)how;
    return length;
}

uint64_t mmapio_os_zero_fill_total(void)
{
    return 0;
}

mmapio_status mmapio_os_copy(mmapio_map *map, uint64_t offset, void *buffer, uint64_t length, bool write,
                             uint64_t *done, mmapio_error *error)
{
    (void)map;
    (void)offset;
    (void)buffer;
    (void)length;
    (void)write;
    (void)done;
    return mmapio_fail(error, MMAPIO_UNSUPPORTED);
}

mmapio_status mmapio_os_zero_fill_begin(mmapio_map *map, mmapio_error *error)
{
    (void)map;
    return mmapio_fail(error, MMAPIO_UNSUPPORTED);
}

void mmapio_os_zero_fill_end(mmapio_map *map)
{
    (void)map;
}

uint64_t mmapio_os_zero_fill_pages(const mmapio_map *map)
{
    (void)map;
    return 0;
}

uint64_t mmapio_os_zero_fill_good(const mmapio_map *map, uint64_t map_offset, uint64_t length)
{
    (void)map;
    (void)map_offset;
    return length;
}

mmapio_status mmapio_os_file_set_length(intptr_t file, uint64_t length, mmapio_error *error)
{
    (void)file;
    (void)length;
    return mmapio_fail(error, MMAPIO_UNSUPPORTED);
}

mmapio_status mmapio_os_file_allocate(intptr_t file, uint64_t offset, uint64_t length, mmapio_error *error)
{
    (void)file;
    (void)offset;
    (void)length;
    return mmapio_fail(error, MMAPIO_UNSUPPORTED);
}

mmapio_status mmapio_os_file_lengthen(intptr_t file, uint64_t end, mmapio_error *error)
{
    (void)file;
    (void)end;
    return mmapio_fail(error, MMAPIO_UNSUPPORTED);
}

void mmapio_os_file_give_back(intptr_t file, uint64_t length)
{
    (void)file;
    (void)length;
}

mmapio_status mmapio_os_remap_check(const mmapio_map *map, uint64_t length, bool may_move, mmapio_error *error)
{
    (void)map;
    (void)length;
    (void)may_move;
    return mmapio_fail(error, MMAPIO_UNSUPPORTED);
}

mmapio_status mmapio_os_clear(mmapio_map *map, uint64_t offset, uint64_t length, mmapio_error *error)
{
    (void)map;
    (void)offset;
    (void)length;
    return mmapio_fail(error, MMAPIO_UNSUPPORTED);
}

mmapio_status mmapio_os_remap(mmapio_map *map, uint64_t length, bool may_move, mmapio_error *error)
{
    (void)map;
    (void)length;
    (void)may_move;
    return mmapio_fail(error, MMAPIO_UNSUPPORTED);
}

mmapio_status mmapio_os_shrink_file(mmapio_map *map, uint64_t length, mmapio_error *error)
{
    (void)map;
    (void)length;
    return mmapio_fail(error, MMAPIO_UNSUPPORTED);
}

mmapio_status mmapio_os_prefetch(mmapio_map *map, const page_range *ranges, uint32_t count, uint32_t *outcome,
                                 mmapio_error *error)
{
    (void)map;
    (void)ranges;
    (void)count;
    (void)outcome;
    (void)error;
    return MMAPIO_OK;
}

mmapio_status mmapio_os_evict(mmapio_map *map, const page_range *range, mmapio_error *error)
{
    (void)map;
    (void)range;
    return mmapio_fail(error, MMAPIO_UNSUPPORTED);
}

mmapio_status mmapio_os_file_residency(intptr_t file, uint64_t offset, uint64_t length, mmapio_residency *report,
                                       mmapio_error *error)
{
    (void)file;
    (void)offset;
    (void)length;
    (void)report;
    return mmapio_fail(error, MMAPIO_UNSUPPORTED);
}

mmapio_status mmapio_os_file_prefetch(intptr_t file, uint64_t offset, uint64_t length, uint32_t *outcome,
                                      mmapio_error *error)
{
    (void)file;
    (void)offset;
    (void)length;
    (void)outcome;
    (void)error;
    return MMAPIO_OK;
}

mmapio_status mmapio_os_file_evict(intptr_t file, uint64_t offset, uint64_t length, mmapio_error *error)
{
    (void)file;
    (void)offset;
    (void)length;
    return mmapio_fail(error, MMAPIO_UNSUPPORTED);
}

mmapio_status mmapio_os_file_advise(intptr_t file, uint64_t offset, uint64_t length, uint32_t advice, uint32_t *outcome,
                                    mmapio_error *error)
{
    (void)file;
    (void)offset;
    (void)length;
    (void)advice;
    (void)outcome;
    (void)error;
    return MMAPIO_OK;
}

uint64_t mmapio_os_reserve(const mmapio_map *map)
{
    return map->base_length;
}

mmapio_status mmapio_os_memory_open(mmapio_map *map, uint64_t length, mmapio_error *error)
{
    (void)map;
    (void)length;
    return mmapio_fail(error, MMAPIO_UNSUPPORTED);
}

mmapio_status mmapio_os_memory_close(mmapio_map *map, mmapio_error *error)
{
    (void)map;
    return mmapio_fail(error, MMAPIO_UNSUPPORTED);
}

mmapio_status mmapio_os_memory_export(const mmapio_map *map, intptr_t *handle, mmapio_error *error)
{
    (void)map;
    (void)handle;
    return mmapio_fail(error, MMAPIO_UNSUPPORTED);
}

void mmapio_os_memory_discard(const mmapio_map *map)
{
    (void)map;
}

mmapio_status mmapio_os_memory_unlink(const char *name, mmapio_error *error)
{
    (void)name;
    return mmapio_fail(error, MMAPIO_UNSUPPORTED);
}

mmapio_status mmapio_os_memory_length(intptr_t memory, uint64_t *length, mmapio_error *error)
{
    (void)memory;
    (void)length;
    return mmapio_fail(error, MMAPIO_UNSUPPORTED);
}

bool mmapio_os_is_memory(intptr_t handle)
{
    (void)handle;
    return false;
}

bool mmapio_os_memory_resizes(void)
{
    return false;
}

mmapio_status mmapio_os_seal(mmapio_map *map, uint32_t seals, mmapio_error *error)
{
    (void)map;
    (void)seals;
    return mmapio_fail(error, MMAPIO_UNSUPPORTED);
}

mmapio_status mmapio_os_seals(mmapio_map *map, uint32_t *seals, mmapio_error *error)
{
    (void)map;
    (void)seals;
    return mmapio_fail(error, MMAPIO_UNSUPPORTED);
}

void mmapio_os_file_remember(mmapio_map *map)
{
    (void)map;
}
