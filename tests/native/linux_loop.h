/* linux_loop.h - block devices for tests: loop devices, which only root can make. */
#ifndef MMAPIO_LINUX_LOOP_H
#define MMAPIO_LINUX_LOOP_H

#include "linux_small_disk.h"

#include <errno.h>
#include <linux/loop.h>
#include <sys/ioctl.h>

/* So many pages that they are written in several requests: the driver takes one that is cut short for a success. */
enum { CLAIMED = 1024 };

/* A block device with room for ROOM pages that claims to have CLAIMED. It goes when the descriptor is closed. */
static inline int device_that_runs_full(void)
{
    struct loop_config config = {0};
    char path[32];
    int control = open("/dev/loop-control", O_RDWR | O_CLOEXEC);
    int device = -1;

    if (control < 0) {
        SKIP("this process may not make loop devices");
    }
    config.fd = (unsigned)empty_file_on_a_small_disk();
    CHECK(fixture_resize((intptr_t)config.fd, CLAIMED * (uint64_t)fixture_page_size()));
    config.info.lo_flags = LO_FLAGS_AUTOCLEAR;
    /* Somebody else may take the free one first: then there is another. */
    for (int attempt = 0; attempt < 100; attempt++) {
        int number = ioctl(control, LOOP_CTL_GET_FREE);
        if (number < 0) {
            break;
        }
        (void)snprintf(path, sizeof path, "/dev/loop%d", number);
        device = open(path, O_RDWR | O_CLOEXEC);
        if (device < 0 || ioctl(device, LOOP_CONFIGURE, &config) == 0) {
            break;
        }
        (void)close(device);
        device = -1;
        if (errno != EBUSY) {
            break;
        }
    }
    (void)close(control);
    (void)close((int)config.fd);
    if (device < 0) {
        SKIP("this process may not make loop devices");
    }
    return device;
}

#endif /* MMAPIO_LINUX_LOOP_H */
