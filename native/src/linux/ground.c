/* ground.c - what a file lies on.
 *
 * On a stacked file system the inode that the descriptor is of is not the one whose pages are mapped: overlayfs, the
 * root of every container, maps the file below, and so does FUSE with passthrough. What asks the descriptor's inode for
 * its pages (cachestat(2), sync_file_range(2)) finds none there, and succeeds. What goes through a mapping (mincore(2),
 * msync(2)) has the pages that are meant. So the former are trusted only on file systems that are known to keep the
 * pages themselves; all others, of which new ones come about, go the slower way. */
#include "kernel.h"
#include "linux.h"

#include <stdatomic.h>
#include <sys/stat.h>
#include <sys/vfs.h>

static const uint32_t OWN_PAGES[] = {
    0xEF53,     /* ext2, ext3, ext4 */
    0x58465342, /* XFS */
    0x9123683E, /* btrfs */
    0xF2F52010, /* F2FS */
    0xCA451A4E, /* bcachefs */
    0x6969,     /* NFS */
    0xFF534D42, /* CIFS */
    0xFE534D42, /* SMB 2 */
    0x4D44,     /* FAT */
    0x2011BAB0, /* exFAT */
    0x7366746E, /* NTFS */
    0x9660,     /* ISO 9660 */
    0x73717368, /* SquashFS */
    0x01021997, /* 9P */
    0x62656572, /* sysfs, which has none */
};

static bool keeps_own_pages(uint32_t type)
{
    for (size_t i = 0; i < sizeof OWN_PAGES / sizeof OWN_PAGES[0]; i++) {
        if (OWN_PAGES[i] == type) {
            return true;
        }
    }
    return false;
}

/* The nodes of devices lie on a tmpfs, too (devtmpfs). */
static bool is_block_device(intptr_t file)
{
    struct stat info;

    return fstat((int)file, &info) == 0 && S_ISBLK(info.st_mode);
}

/* Where the system does not tell, as in a sandbox, nothing is taken for granted. */
uint32_t mmapio_linux_ground(intptr_t file)
{
    struct statfs info;
    uint32_t type;

    if (fstatfs((int)file, &info) != 0) {
        return GROUND_ASKED;
    }
    type = (uint32_t)info.f_type;
    switch (type) {
    case TMPFS_MAGIC: /* memfd, too */
    case RAMFS_MAGIC:
    case HUGETLBFS_MAGIC:
        return GROUND_ASKED | GROUND_OWN_PAGES | (is_block_device(file) ? 0u : GROUND_NO_DEVICE);
    default:
        return GROUND_ASKED | (keeps_own_pages(type) ? GROUND_OWN_PAGES : 0u);
    }
}

uint32_t mmapio_linux_ground_of(mmapio_map *map)
{
    uint32_t ground = atomic_load_explicit(&map->ground, memory_order_relaxed);

    if (ground == 0) {
        ground = mmapio_linux_ground(map->file);
        atomic_store_explicit(&map->ground, ground, memory_order_relaxed);
    }
    return ground;
}

void mmapio_os_file_remember(mmapio_map *map)
{
    uint32_t ground = mmapio_linux_ground_of(map);

    if ((ground & GROUND_NO_DEVICE) != 0 && mmapio_linux_makes_huge(map)) {
        atomic_store_explicit(&map->ground, ground | GROUND_HUGE, memory_order_relaxed);
    }
}

bool mmapio_linux_is_refusal(int code)
{
    switch (code) {
    case ENOSYS:
    case EPERM: /* as sandboxes answer */
    case EACCES:
    case EINVAL:
    case ESPIPE:
    case EOPNOTSUPP:
        return true;
    default:
        return false;
    }
}
