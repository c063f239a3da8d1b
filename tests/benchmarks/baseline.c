/* baseline.c - what the library is measured against: the same work in plain C, by the system's own calls. */
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

uint64_t baseline_sum(const uint64_t *data, int64_t count)
{
    uint64_t sum = 0;

    for (int64_t i = 0; i < count; i++) {
        sum += data[i];
    }
    return sum;
}

/* Each place depends on what was read at the one before, as in a tree or an index. Goes on where the last call ended:
 * places seen before would be in the processor's cache. */
uint64_t baseline_random(const unsigned char *data, uint64_t mask, int64_t reads, uint64_t *state)
{
    uint64_t at = *state;
    uint64_t sum = 0;

    for (int64_t i = 0; i < reads; i++) {
        uint64_t value;
        at ^= at << 13;
        at ^= at >> 7;
        at ^= at << 17;
        memcpy(&value, data + (at & mask), sizeof value);
        sum += value;
        at ^= value;
    }
    *state = at;
    return sum;
}

void baseline_copy(void *to, const void *from, int64_t length, int64_t times)
{
    for (int64_t i = 0; i < times; i++) {
        memcpy(to, from, (size_t)length);
        __asm__ volatile("" ::"r"(to) : "memory");
    }
}

/* Opens and maps all of a file, touches every page up to a length, and closes it. */
int baseline_open_touch_close(const char *path, int64_t length)
{
    struct stat info;
    int sum = 0;
    int file = open(path, O_RDONLY | O_CLOEXEC);

    if (file >= 0 && fstat(file, &info) == 0) {
        const volatile unsigned char *data = mmap(NULL, (size_t)info.st_size, PROT_READ, MAP_SHARED, file, 0);
        for (int64_t i = 0; i < length; i += 4096) {
            sum += data[i];
        }
        (void)munmap((void *)(uintptr_t)data, (size_t)info.st_size);
    }
    (void)close(file);
    return sum;
}

int baseline_advise(void *address, int64_t length, int advice)
{
    return madvise(address, (size_t)length, advice);
}

int64_t baseline_mincore(void *address, int64_t length, unsigned char *pages)
{
    int64_t count = (length + 4095) / 4096;
    int64_t found = 0;

    if (mincore(address, (size_t)length, pages) != 0) {
        return -1;
    }
    for (int64_t i = 0; i < count; i++) {
        found += pages[i] & 1;
    }
    return found;
}

/* One read of 8 bytes. */
int64_t baseline_pread(intptr_t file, int64_t offset)
{
    int64_t value = 0;

    return pread((int)file, &value, sizeof value, offset) == (ssize_t)sizeof value ? value : -1;
}

int baseline_sync(void *address, int64_t length)
{
    return msync(address, (size_t)length, MS_SYNC);
}
