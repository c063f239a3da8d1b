/* copy.c - copies from and to a map that survive when its pages are gone. */
#include "check.h"
#include "guard.h"
#include "range.h"

static _Atomic(uint32_t) guard_mode = MMAPIO_GUARD_HANDLER;
static _Atomic(uint64_t) copies_cut_short;

mmapio_status mmapio_guard_set(uint32_t mode)
{
    if (mode != MMAPIO_GUARD_HANDLER && mode != MMAPIO_GUARD_SYSCALL) {
        return MMAPIO_INVALID_ARGUMENT;
    }
    guard_mode = mode;
    return MMAPIO_OK;
}

uint64_t mmapio_guard_faults(void)
{
    return copies_cut_short + mmapio_os_zero_fill_total();
}

uint64_t mmapio_map_torn_pages(const mmapio_map *map)
{
    return map == NULL || map->zero_fill == 0 ? 0 : mmapio_os_zero_fill_pages(map);
}

/* Everything but the copying itself. */
static mmapio_status check(const mmapio_map *map, uint64_t offset, const void *buffer, uint64_t length, bool write)
{
    if (map == NULL || (buffer == NULL && length != 0)) {
        return MMAPIO_INVALID_ARGUMENT;
    }
    if (!range_within(offset, length, map->length)) {
        return MMAPIO_OUT_OF_RANGE;
    }
    if ((map->protection & (write ? MMAPIO_PROT_WRITE : MMAPIO_PROT_READ)) == 0 && length != 0) {
        return MMAPIO_ACCESS_DENIED;
    }
    return MMAPIO_OK;
}

static mmapio_status copy(mmapio_map *map, uint64_t offset, void *buffer, uint64_t length, bool write, uint64_t *done,
                          mmapio_error *error)
{
    unsigned char *data = map->base + map->lead + offset;
    mmapio_status status;
    uint64_t left;

    /* A page protected against the access raises SIGSEGV, which our handler leaves alone: there the kernel copies. */
    if (guard_mode == MMAPIO_GUARD_SYSCALL || map->changed) {
        return mmapio_os_copy(map, offset, buffer, length, write, done, error);
    }
    status = mmapio_os_guard_install(error);
    if (status != MMAPIO_OK) {
        return status;
    }
    left = write ? mmapio_guard_move(data, buffer, (size_t)length) : mmapio_guard_move(buffer, data, (size_t)length);
    *done = length - left;
    return left == 0 ? MMAPIO_OK : mmapio_fail(error, MMAPIO_FAULT);
}

/* Not from, nor to, pages of zeros that stand in for the file's: those before them count. Looked at again after the
 * copy, which may have met one that another thread's fault had just put there. */
static mmapio_status copy_to_torn(mmapio_map *map, uint64_t offset, void *buffer, uint64_t length, bool write,
                                  uint64_t *done, mmapio_error *error)
{
    uint64_t good = mmapio_os_zero_fill_good(map, map->lead + offset, length);
    mmapio_status status = good == 0 ? MMAPIO_OK : copy(map, offset, buffer, good, write, done, error);

    if (*done != 0) {
        *done = mmapio_os_zero_fill_good(map, map->lead + offset, *done);
    }
    return status == MMAPIO_OK && *done < length ? mmapio_fail(error, MMAPIO_FAULT) : status;
}

static mmapio_status checked_copy(mmapio_map *map, uint64_t offset, void *buffer, uint64_t length, bool write,
                                  uint64_t *done, mmapio_error *error)
{
    uint64_t unused;
    uint64_t *count = done == NULL ? &unused : done;
    mmapio_status status = check(map, offset, buffer, length, write);

    clear_error(error);
    *count = 0;
    if (status != MMAPIO_OK) {
        return mmapio_fail(error, status);
    }
    if (length != 0) {
        status = map->zero_fill == 0 ? copy(map, offset, buffer, length, write, count, error)
                                     : copy_to_torn(map, offset, buffer, length, write, count, error);
    }
    if (status == MMAPIO_FAULT) {
        copies_cut_short++;
    }
    return status;
}

mmapio_status mmapio_map_read(mmapio_map *map, uint64_t offset, void *destination, uint64_t length, uint64_t *done,
                              mmapio_error *error)
{
    return checked_copy(map, offset, destination, length, false, done, error);
}

mmapio_status mmapio_map_write(mmapio_map *map, uint64_t offset, const void *source, uint64_t length, uint64_t *done,
                               mmapio_error *error)
{
    /* Only read from: the one copy serves both directions. */
    return checked_copy(map, offset, (void *)(uintptr_t)source, length, true, done, error);
}
