/* linux_shared.h - where the names of shared memory are. */
#ifndef MMAPIO_LINUX_SHARED_H
#define MMAPIO_LINUX_SHARED_H

#include "shared.h"

static inline void path_of(const shared_name *name, char path[64])
{
    (void)snprintf(path, 64, "/dev/shm/%s", name->text);
}

#endif /* MMAPIO_LINUX_SHARED_H */
