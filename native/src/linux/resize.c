/* resize.c - mremap(2) and fallocate(2). */
#include "../posix/posix.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>

mmapio_status mmapio_posix_remap(mmapio_map *map, uint64_t base_length, bool may_move, mmapio_error *error)
{
    bool shared_memory = map->file == MMAPIO_NO_FILE && (map->flags & MMAPIO_MAP_SHARED) != 0;
    void *base;

    if (base_length < map->base_length) {
        if (munmap(map->base + base_length, (size_t)(map->base_length - base_length)) != 0) {
            return mmapio_posix_fail(error, errno, CALL_MUNMAP);
        }
        map->base_length = base_length;
        return MMAPIO_OK;
    }
    if (shared_memory) {
        /* The object behind it keeps its first length: mremap would succeed, and the new pages fault. */
        return mmapio_fail(error, MMAPIO_UNSUPPORTED);
    }
    /* mremap takes one piece only, and says EFAULT to a mapping that protections have split. */
    if (map->changed && mprotect(map->base, (size_t)map->base_length, mmapio_posix_protection(map->protection)) != 0) {
        return mmapio_posix_fail(error, errno, CALL_MPROTECT);
    }
    base = mremap(map->base, (size_t)map->base_length, (size_t)base_length, may_move ? MREMAP_MAYMOVE : 0);
    if (base == MAP_FAILED) {
        return mmapio_posix_fail(error, errno, CALL_MREMAP);
    }
    map->base = base;
    map->base_length = base_length;
    return MMAPIO_OK;
}

/* Not posix_fallocate, which writes zeros where the file system cannot allocate: that takes as long as it takes. */
mmapio_status mmapio_os_file_allocate(intptr_t file, uint64_t offset, uint64_t length, mmapio_error *error)
{
    int result;

    do {
        result = fallocate((int)file, FALLOC_FL_KEEP_SIZE, (off_t)offset, (off_t)length);
    } while (result != 0 && errno == EINTR);
    return result == 0 ? MMAPIO_OK : mmapio_posix_fail(error, errno, CALL_FALLOCATE);
}
