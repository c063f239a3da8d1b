/* map.c - mmap(2) and its kin. */
#include "posix.h"

#include "../range.h"

#include <errno.h>
#include <sys/mman.h>

/* What has nothing to be mapped is refused with ENODEV (Linux; some files of /proc: EIO) or EINVAL (macOS), which Linux
 * says to huge pages of an ordinary file, too. Some devices have no length either, but they map. */
static mmapio_status map_failure(const mmapio_map *map, int code, bool huge, mmapio_error *error)
{
    bool has_file = map->file != MMAPIO_NO_FILE && !map->is_memory;
    mmapio_error why;

    if (huge && (code == ENOMEM || code == EINVAL)) {
        /* Too few of them are free, or there are none of that size. */
        mmapio_status status = code == ENOMEM ? MMAPIO_LIMIT_REACHED : MMAPIO_UNSUPPORTED;
        return mmapio_fail_os(error, status, MMAPIO_OS_ERRNO, code, CALL_MMAP);
    }
    if ((code == EINVAL || code == EIO || code == ENODEV) && has_file &&
        mmapio_posix_explain(map->file, &why) == MMAPIO_UNSUPPORTED) {
        return mmapio_fail_os(error, why.status, why.os_domain, why.os_code, CALL_MMAP);
    }
    return mmapio_posix_fail(error, code, CALL_MMAP);
}

static void *map_at(const mmapio_map *map, void *address, uint64_t length, int flags)
{
    flags |= address == NULL ? 0 : MAP_FIXED;
    flags |= map->file == MMAPIO_NO_FILE ? MAP_ANONYMOUS : 0;
    return mmap(address, (size_t)length, mmapio_posix_protection(map->protection), flags, (int)map->file,
                (off_t)map->base_offset);
}

/* Maps into a stretch of addresses that is set aside first: nobody else can have got between the pieces, nor next to
 * them. */
static void *map_inside(const mmapio_map *map, uint64_t length, int flags)
{
    uint64_t whole = length + 2 * map->guard;
    uint64_t piece = map->mirrored ? length / 2 : length;
    unsigned char *place = mmap(NULL, (size_t)whole, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

    if (place == MAP_FAILED) {
        return MAP_FAILED;
    }
    for (uint64_t done = 0; done < length; done += piece) {
        if (map_at(map, place + map->guard + done, piece, flags) == MAP_FAILED) {
            int code = errno;
            (void)munmap(place, (size_t)whole);
            errno = code;
            return MAP_FAILED;
        }
    }
    return place + map->guard;
}

/* One attempt, with explicit huge pages of that size or, for 0, without. */
static mmapio_status map_once(mmapio_map *map, uint64_t huge_size, mmapio_error *error)
{
    /* The reserve lies beyond the end of the file, where mmap(2) allows mappings to reach: its pages come to life as
     * the file grows, with no further call. Reading in, and charging swap for, what is not there yet makes no sense. */
    uint64_t length = map->reserve > map->base_length ? map->reserve : map->base_length;
    uint32_t wanted =
        map->reserve == 0 ? map->flags : (map->flags & ~(uint32_t)MMAPIO_MAP_POPULATE) | MMAPIO_MAP_NORESERVE;
    int flags = mmapio_posix_map_flags(wanted);
    void *base;

    if (huge_size != 0) {
        /* mmap rounds up to whole huge pages by itself; munmap insists on being told so. */
        length = round_up(length, huge_size);
        flags |= map->file == MMAPIO_NO_FILE ? mmapio_posix_huge_flags(huge_size) : 0;
        /* They are few: those that are not set aside now may be gone when they are touched, which is a signal. */
        flags &= ~MAP_NORESERVE;
    }
    base = map->guard != 0 || map->mirrored ? map_inside(map, length, flags) : map_at(map, NULL, length, flags);
    if (base == MAP_FAILED) {
        return map_failure(map, errno, huge_size != 0, error);
    }
    if (map->guard != 0 && length > map->base_length &&
        mprotect((unsigned char *)base + map->base_length, (size_t)(length - map->base_length), PROT_NONE) != 0) {
        int code = errno;
        (void)munmap((unsigned char *)base - map->guard, (size_t)(length + 2 * map->guard));
        return mmapio_posix_fail(error, code, CALL_MPROTECT);
    }
    map->base = base;
    map->base_length = length;
    return MMAPIO_OK;
}

/* Explicit huge pages where they are asked for, or where the file has no others. */
static mmapio_status map_huge(mmapio_map *map, uint64_t size, mmapio_error *error)
{
    mmapio_status status;

    if (size == 0 || map->guard != 0 || map->mirrored) {
        return mmapio_fail(error, MMAPIO_UNSUPPORTED);
    }
    status = map_once(map, size, error);
    if (status == MMAPIO_OK) {
        map->huge = MMAPIO_HUGE_REQUIRE;
        map->page_size = size;
    }
    return status;
}

mmapio_status mmapio_os_map(mmapio_map *map, mmapio_error *error)
{
    mmapio_error ignored;
    uint32_t asked = map->huge;
    bool asks_size = asked >= MMAPIO_HUGE_PREFER;
    bool given = false;
    uint64_t size = asks_size || map->file != MMAPIO_NO_FILE ? mmapio_posix_huge_page_size(map, &given) : 0;
    mmapio_status status;

    if (asks_size || given) {
        bool may_do_without = asked == MMAPIO_HUGE_PREFER && !given;
        status = map_huge(map, size, may_do_without ? &ignored : error);
        if (status == MMAPIO_OK || !may_do_without) {
            return status;
        }
    }
    map->page_size = mmapio_os_page_size();
    map->huge = MMAPIO_HUGE_NONE;
    status = map_once(map, 0, error);
    if (status == MMAPIO_OK && asked != MMAPIO_HUGE_NONE && mmapio_posix_make_transparent(map)) {
        map->huge = MMAPIO_HUGE_TRANSPARENT;
    }
    return status;
}

mmapio_status mmapio_os_unmap(mmapio_map *map, mmapio_error *error)
{
    if (munmap(map->base - map->guard, (size_t)(map->base_length + 2 * map->guard)) != 0) {
        return mmapio_posix_fail(error, errno, CALL_MUNMAP);
    }
    map->base = NULL;
    return MMAPIO_OK;
}

uint64_t mmapio_os_reserve(const mmapio_map *map)
{
    return map->base_length;
}

mmapio_status mmapio_os_protect(mmapio_map *map, const page_range *range, uint32_t protection, mmapio_error *error)
{
    (void)map;
    if (mprotect(range->address, (size_t)range->length, mmapio_posix_protection(protection)) != 0) {
        return mmapio_posix_fail(error, errno, CALL_MPROTECT);
    }
    return MMAPIO_OK;
}

mmapio_status mmapio_os_unlock(mmapio_map *map, const page_range *range, mmapio_error *error)
{
    (void)map;
    if (munlock(range->address, (size_t)range->length) != 0) {
        return mmapio_posix_fail(error, errno, CALL_MUNLOCK);
    }
    return MMAPIO_OK;
}
