/* tail.c - what lies between the end of a file and the end of its last page.
 *
 * Mappings reach there: it reads as zeros, and what is written there is in no file. But it stays in the page, and not
 * every kernel clears it when the file becomes longer (Linux does since 6.13, of some file systems): it would be found
 * at the end of the file then. */
#include "range.h"

#include <string.h>

enum { PIECE = 4096 };

static bool copy(mmapio_map *window, uint64_t offset, unsigned char *bytes, uint64_t length, bool write)
{
    uint64_t done = 0;

    return mmapio_os_copy(window, offset, bytes, length, write, &done, NULL) == MMAPIO_OK;
}

static bool is_zero(const unsigned char *bytes, uint64_t length)
{
    return bytes[0] == 0 && memcmp(bytes, bytes + 1, (size_t)length - 1) == 0;
}

/* What is not zero now, in a file that still ends before, is of no use to anybody. Had somebody written it by making the
 * file longer, it would be longer. */
static void clear(mmapio_map *window, uint64_t file_length, uint64_t end)
{
    unsigned char bytes[PIECE];

    for (uint64_t at = window->length; at < end; at += PIECE) {
        uint64_t length = end - at < PIECE ? end - at : PIECE;
        uint64_t found = 0;
        if (copy(window, at, bytes, length, false) && !is_zero(bytes, length) &&
            mmapio_os_file_length(window->file, &found, NULL) == MMAPIO_OK && found == file_length) {
            memset(bytes, 0, sizeof bytes);
            (void)copy(window, at, bytes, length, true);
        }
    }
}

void mmapio_clear_torn_tail(intptr_t file, uint64_t page_size, uint64_t file_length)
{
    mmapio_map window = {.file = file, .flags = MMAPIO_MAP_SHARED, .page_size = page_size};
    uint64_t end = round_up(file_length, page_size);

    if (file_length == end) {
        return;
    }
    window.protection = MMAPIO_PROT_READ | MMAPIO_PROT_WRITE;
    window.base_offset = round_down(file_length, mmapio_os_allocation_granularity());
    window.length = file_length - window.base_offset;
    window.base_length = end - window.base_offset;
    if (mmapio_os_map(&window, NULL) == MMAPIO_OK) {
        clear(&window, file_length, end - window.base_offset);
        (void)mmapio_os_unmap(&window, NULL);
    }
}
