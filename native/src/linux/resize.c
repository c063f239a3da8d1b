/* resize.c - mremap(2) and fallocate(2). */
#include "../posix/posix.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>

mmapio_status mmapio_posix_remap(mmapio_map *map, uint64_t base_length, bool may_move, mmapio_error *error)
{
    bool shared_memory = map->file == MMAPIO_NO_FILE && (map->flags & MMAPIO_MAP_SHARED) != 0;
    void *base;

    if (shared_memory && base_length > map->base_length) {
        /* The object behind it keeps its first length: mremap would succeed, and the new pages fault. */
        return mmapio_fail(error, MMAPIO_UNSUPPORTED);
    }
    base = mremap(map->base, (size_t)map->base_length, (size_t)base_length, may_move ? MREMAP_MAYMOVE : 0);
    if (base == MAP_FAILED) {
        return mmapio_posix_fail(error, errno, CALL_MREMAP);
    }
    map->base = base;
    map->base_length = base_length;
    return MMAPIO_OK;
}

static int allocate(int file, int mode, uint64_t offset, uint64_t length)
{
    int result;

    do {
        result = fallocate(file, mode, (off_t)offset, (off_t)length);
    } while (result != 0 && errno == EINTR);
    return result;
}

/* Not posix_fallocate, which writes zeros where the file system cannot allocate: that takes as long as it takes. First
 * the blocks, so that a full disk leaves the file's length alone, then the length, which this call never reduces. */
mmapio_status mmapio_os_file_allocate(intptr_t file, uint64_t offset, uint64_t length, mmapio_error *error)
{
    if (allocate((int)file, FALLOC_FL_KEEP_SIZE, offset, length) != 0 || allocate((int)file, 0, offset, length) != 0) {
        return mmapio_posix_fail(error, errno, CALL_FALLOCATE);
    }
    return MMAPIO_OK;
}
