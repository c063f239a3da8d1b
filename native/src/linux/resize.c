/* resize.c - mremap(2) and fallocate(2). */
#include "../posix/posix.h"
#include "../range.h"
#include "linux.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static mmapio_status grow_of_pieces(mmapio_map *map, uint64_t base_length, bool may_move, mmapio_error *error)
{
    uint64_t page = map->page_size;
    unsigned char *last = map->base + map->base_length - page;

    /* The last piece alone, where it is. */
    if (mremap(last, (size_t)page, (size_t)(base_length - map->base_length + page), 0) != MAP_FAILED) {
        map->base_length = base_length;
        return MMAPIO_OK;
    }
    if (!may_move) {
        return mmapio_posix_fail(error, errno, CALL_MREMAP);
    }
    return mmapio_linux_move(map, base_length, error);
}

static mmapio_status grow(mmapio_map *map, uint64_t base_length, bool may_move, mmapio_error *error)
{
    void *base = mremap(map->base, (size_t)map->base_length, (size_t)base_length, may_move ? MREMAP_MAYMOVE : 0);

    if (base != MAP_FAILED) {
        map->base = base;
        map->base_length = base_length;
        return MMAPIO_OK;
    }
    if (errno == EINVAL && map->page_size == mmapio_os_page_size()) {
        /* What no address space has room for: of ordinary pages, nothing else can be invalid. */
        return mmapio_fail_os(error, MMAPIO_OUT_OF_MEMORY, MMAPIO_OS_ERRNO, errno, CALL_MREMAP);
    }
    return errno == EFAULT ? grow_of_pieces(map, base_length, may_move, error)
                           : mmapio_posix_fail(error, errno, CALL_MREMAP);
}

/* The object behind memory shared with children keeps its first length: mremap would succeed, and new pages fault. */
bool mmapio_posix_can_grow(const mmapio_map *map, bool may_move)
{
    (void)may_move;
    return map->file != MMAPIO_NO_FILE || (map->flags & MMAPIO_MAP_SHARED) == 0;
}

/* What is added is of the last piece, which need not have the protection of the map. */
mmapio_status mmapio_posix_grow(mmapio_map *map, uint64_t base_length, bool may_move, mmapio_error *error)
{
    uint64_t before = map->base_length;
    mmapio_status status = grow(map, base_length, may_move, error);

    if (status == MMAPIO_OK && map->changed &&
        mprotect(map->base + before, (size_t)(base_length - before), mmapio_posix_protection(map->protection)) != 0) {
        status = mmapio_posix_fail(error, errno, CALL_MPROTECT);
        (void)munmap(map->base + before, (size_t)(base_length - before));
        map->base_length = before;
    }
    return status;
}

/* Pages of hugetlbfs are refused by kernels before 5.18; locked ones, too, if they could not be unlocked. */
mmapio_status mmapio_posix_forget(mmapio_map *map, unsigned char *address, uint64_t length, mmapio_error *error)
{
    if (madvise(address, (size_t)length, MADV_DONTNEED) == 0) {
        return MMAPIO_OK;
    }
    if (mprotect(address, (size_t)length, PROT_READ | PROT_WRITE) != 0) {
        return mmapio_posix_fail(error, errno, CALL_MPROTECT);
    }
    (void)memset(address, 0, (size_t)length);
    if (mprotect(address, (size_t)length, mmapio_posix_protection(map->protection)) != 0) {
        return mmapio_posix_fail(error, errno, CALL_MPROTECT);
    }
    return MMAPIO_OK;
}

/* What is beside the range on its page is in use, and keeps being readable, or runnable, meanwhile. Writing through
 * /proc/self/mem would do without that moment, but kernels since 6.12 can forbid it (PROC_MEM_*). Whether it can be done is
 * seen by doing all of it, of no bytes: the page can be cut out of its mapping only while there is room for more of them. */
mmapio_status mmapio_os_clear(mmapio_map *map, uint64_t offset, uint64_t length, mmapio_error *error)
{
    uint64_t page_size = map->page_size;
    unsigned char *at = map->base + map->lead + offset;
    unsigned char *page = at - (uintptr_t)at % page_size;
    int protection = mmapio_linux_protection_at(page);
    int open = protection | PROT_READ | PROT_WRITE;

    if (protection < 0) {
        int code = errno;
        return code == EMFILE || code == ENFILE
                   ? mmapio_posix_fail(error, code, CALL_OPEN)
                   : mmapio_fail_os(error, MMAPIO_UNSUPPORTED, MMAPIO_OS_ERRNO, code, CALL_OPEN);
    }
    if (open != protection && mprotect(page, (size_t)page_size, open) != 0) {
        return mmapio_posix_fail(error, errno, CALL_MPROTECT);
    }
    (void)memset(at, 0, (size_t)length);
    if (open != protection && mprotect(page, (size_t)page_size, protection) != 0) {
        return mmapio_posix_fail(error, errno, CALL_MPROTECT);
    }
    return MMAPIO_OK;
}

/* Blocks beyond the end, where nobody sees them, go by nothing but setting the length. Whoever makes the file longer
 * between these two calls loses that: they are made only where a map found no room, or on a disk that has just run full. */
void mmapio_os_file_give_back(intptr_t file, uint64_t length)
{
    uint64_t found = 0;

    if (mmapio_os_file_length(file, &found, NULL) == MMAPIO_OK && found == length) {
        (void)mmapio_os_file_set_length(file, length, NULL);
    }
}

/* Not posix_fallocate, which writes zeros where the file system cannot allocate: that takes as long as it takes. */
mmapio_status mmapio_os_file_allocate(intptr_t file, uint64_t offset, uint64_t length, mmapio_error *error)
{
    uint64_t before = UINT64_MAX;
    mmapio_status status = mmapio_linux_check_room(file, length, error);
    int result;
    int code;

    if (status == MMAPIO_OK) {
        /* tmpfs looks at the limit for what is only allocated, too. */
        status = mmapio_posix_check_size(offset + length, CALL_FALLOCATE, error);
    }
    if (status != MMAPIO_OK) {
        return status;
    }
    (void)mmapio_os_file_length(file, &before, NULL);
    UNINTERRUPTED(result, fallocate((int)file, FALLOC_FL_KEEP_SIZE, (off_t)offset, (off_t)length));
    if (result == 0) {
        return MMAPIO_OK;
    }
    code = errno;
    /* A file system that runs full on the way keeps what it has allocated by then. */
    if ((code == ENOSPC || code == EDQUOT) && offset + length > before) {
        mmapio_os_file_give_back(file, before);
    }
    return mmapio_posix_fail(error, code, CALL_FALLOCATE);
}

/* fallocate(2) never makes a file shorter than others have made it meanwhile, as ftruncate(2) does, and touches nothing
 * that is there. It takes the last block of the disk's room; where it cannot have that, or the file system cannot do it,
 * ftruncate is what there is. */
mmapio_status mmapio_os_file_lengthen(intptr_t file, uint64_t end, mmapio_error *error)
{
    uint64_t found = 0;
    int result;
    mmapio_status status = mmapio_os_file_length(file, &found, error);

    if (status == MMAPIO_OK && found < end) {
        status = mmapio_posix_check_size(end, CALL_FTRUNCATE, error);
    }
    if (status != MMAPIO_OK || found >= end) {
        return status;
    }
    UNINTERRUPTED(result, fallocate((int)file, 0, (off_t)(end - 1), 1));
    if (result == 0) {
        return MMAPIO_OK;
    }
    status = mmapio_os_file_length(file, &found, error);
    return status == MMAPIO_OK && found < end ? mmapio_os_file_set_length(file, end, error) : status;
}
