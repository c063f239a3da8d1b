/*
 * fuzz_map.c - histories of calls on one map of a file, against a model of its contents. Clang's libFuzzer makes them.
 *
 * Each step is eight bytes of the input: what to do, with what flags, an offset and a length. A stranger gives the file
 * another length at any step. What was said and what was read are compared with what the model says.
 */
#include <mmapio.h>

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { LONGEST = 40000, STEP = 8, LEAD = 1000 };

#define EXPECT(condition)                                                                                              \
    do {                                                                                                               \
        if (!(condition)) {                                                                                            \
            (void)fprintf(stderr, "%s:%d: not true: %s\n", __FILE__, __LINE__, #condition);                            \
            abort();                                                                                                   \
        }                                                                                                              \
    } while (0)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

typedef struct model {
    unsigned char file[LEAD + LONGEST]; /* zeros from end on */
    uint64_t end;                       /* of the file */
    uint64_t length;                    /* of the map, which begins at LEAD */
    uint64_t covered;                   /* the longest it has been */
} model;

static model now;
static unsigned char buffer[LONGEST];

static uint64_t good_bytes(uint64_t offset, uint64_t length)
{
    uint64_t left = now.end > LEAD + offset ? now.end - LEAD - offset : 0;

    return left < length ? left : length;
}

static void set_end(uint64_t end)
{
    if (end < now.end) {
        memset(now.file + end, 0, now.end - end);
    }
    now.end = end;
}

static void copy(mmapio_map *map, uint64_t offset, uint64_t length, unsigned char fill, int write)
{
    uint64_t done = 77;
    uint64_t good = good_bytes(offset, length);
    mmapio_status expected = good == length ? MMAPIO_OK : MMAPIO_FAULT;

    if (offset > now.length || length > now.length - offset) {
        expected = MMAPIO_OUT_OF_RANGE;
        good = 0;
    }
    memset(buffer, fill, length);
    EXPECT((write ? mmapio_map_write(map, offset, buffer, length, &done, NULL)
                  : mmapio_map_read(map, offset, buffer, length, &done, NULL)) == expected);
    EXPECT(done == good);
    if (good != 0 && write) {
        memset(now.file + LEAD + offset, fill, good);
    } else if (good != 0) {
        EXPECT(memcmp(buffer, now.file + LEAD + offset, good) == 0);
    }
}

static void resize(mmapio_map *map, uint64_t length, uint32_t flags)
{
    EXPECT(mmapio_map_resize(map, length, MMAPIO_RESIZE_MAY_MOVE | flags, NULL) == MMAPIO_OK);
    if (length > now.length && LEAD + length > now.end) {
        set_end(LEAD + length);
    } else if (length < now.length && (flags & MMAPIO_RESIZE_TRUNCATE) != 0 && LEAD + now.covered >= now.end &&
               LEAD + length < now.end) {
        set_end(LEAD + length);
    }
    now.length = length;
    now.covered = length > now.covered ? length : now.covered;
}

/* Whose answers depend on the machine: they change no byte, and refuse what is outside of the map. */
static void call(mmapio_map *map, uint8_t which, uint8_t flags, uint64_t offset, uint64_t length)
{
    int inside = offset <= now.length && length <= now.length - offset;
    mmapio_residency report = {.struct_size = sizeof report};
    mmapio_eviction eviction = {.struct_size = sizeof eviction};
    mmapio_status status;

    switch (which) {
    case 0:
        status = mmapio_map_advise(map, offset, length, flags % 32, NULL, NULL);
        break;
    case 1:
        status = mmapio_map_sync(map, offset, length, MMAPIO_MS_SYNC, NULL);
        EXPECT(status == (inside ? MMAPIO_OK : MMAPIO_OUT_OF_RANGE));
        break;
    case 2:
        status = mmapio_map_populate(map, offset, length, flags % 2 + 1, NULL);
        break;
    case 3:
        status = mmapio_map_residency(map, offset, length, &report, NULL, NULL);
        break;
    case 4:
        status = mmapio_map_evict(map, offset, length, &eviction, NULL);
        break;
    case 5:
        status = mmapio_map_prefetch(map, offset, length, NULL, NULL);
        break;
    case 6:
        status = mmapio_map_lock(map, offset, length, flags % 2, NULL);
        break;
    default:
        status = mmapio_map_unlock(map, offset, length, NULL);
    }
    EXPECT(inside || status == MMAPIO_OUT_OF_RANGE);
}

static void step(mmapio_map *map, int file, const uint8_t *bytes)
{
    uint64_t offset = ((uint64_t)bytes[2] << 8 | bytes[3]) % LONGEST;
    uint64_t length = ((uint64_t)bytes[4] << 8 | bytes[5]) % LONGEST;
    uint64_t backed = 0;

    switch (bytes[0] % 8) {
    case 0:
    case 1:
        copy(map, offset, length, bytes[6] | 1, bytes[0] % 8);
        break;
    case 2:
        resize(map, length, bytes[1] & (MMAPIO_RESIZE_TRUNCATE | MMAPIO_RESIZE_ALLOCATE));
        break;
    case 3:
        EXPECT(ftruncate(file, (off_t)(offset + LEAD)) == 0);
        set_end(offset + LEAD);
        break;
    case 4:
        EXPECT(mmapio_map_backed_length(map, &backed, NULL) == MMAPIO_OK);
        EXPECT(backed == good_bytes(0, now.length));
        break;
    case 5:
        EXPECT(mmapio_guard_set(bytes[1] % 2) == MMAPIO_OK);
        break;
    default:
        call(map, bytes[6] % 8, bytes[1], offset, length);
    }
    EXPECT(mmapio_map_length(map) == now.length);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    mmapio_map_options options = MMAPIO_MAP_OPTIONS_INIT;
    mmapio_map *map = NULL;
    int file = memfd_create("fuzz", MFD_CLOEXEC);

    memset(&now, 0, sizeof now);
    if (size < STEP || file < 0) {
        (void)close(file);
        return 0;
    }
    now.length = now.covered = 9000;
    now.end = LEAD + 9500;
    EXPECT(ftruncate(file, (off_t)now.end) == 0);
    options.protection = MMAPIO_PROT_READ | MMAPIO_PROT_WRITE;
    options.offset = LEAD;
    options.length = now.length;
    options.reserve = data[0] % 2 != 0 ? LONGEST / 2 : 0;
    EXPECT(mmapio_map_file(file, &options, &map, NULL) == MMAPIO_OK);
    for (size_t at = 0; at + STEP <= size; at += STEP) {
        step(map, file, data + at);
    }
    EXPECT(pread(file, buffer, good_bytes(0, LONGEST), LEAD) == (ssize_t)good_bytes(0, LONGEST));
    EXPECT(memcmp(buffer, now.file + LEAD, good_bytes(0, LONGEST)) == 0);
    EXPECT(mmapio_map_close(map) == MMAPIO_OK);
    (void)close(file);
    return 0;
}
