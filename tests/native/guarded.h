/* guarded.h - what the tests of fault-safe copies share. */
#ifndef MMAPIO_GUARDED_H
#define MMAPIO_GUARDED_H

#include "maps.h"

#include <stdlib.h>

/* Both ways of surviving a fault must give the same answers. */
static const uint32_t guard_modes[] = {MMAPIO_GUARD_HANDLER, MMAPIO_GUARD_SYSCALL};

enum { GUARD_MODES = 2, UNTOUCHED = 0xEE };

static inline void use_guard(uint32_t mode)
{
    CHECK_OK(mmapio_guard_set(mode));
}

/* valgrind runs rep movsb an instruction at a time of its own, and tells one byte more than the processor would. */
static inline void need_exact_counts(void)
{
    if (under_valgrind()) {
        SKIP("valgrind emulates the copying instruction, and its count is off by one");
    }
}

/* A file of so many pages in whole, and a map of all of it; then the file loses the pages from kept on. */
typedef struct cut_file {
    fixture_file file;
    mmapio_map *map;
    uint64_t fault;  /* the first offset in the map that faults */
    uint64_t length; /* of the map */
} cut_file;

/* The map begins at byte lead of the file. */
static inline cut_file cut_file_of(uint64_t pages, uint64_t kept, uint64_t lead, uint32_t flags)
{
    uint64_t page = fixture_page_size();
    cut_file cut;

    cut.file = fixture_patterned(pages * page);
    cut.map = map_part(cut.file.handle, READ_WRITE, SHARED | flags, lead, pages * page - lead);
    cut.length = pages * page - lead;
    cut.fault = kept * page - lead;
    CHECK(fixture_resize(cut.file.handle, kept * page));
    return cut;
}

static inline void cut_file_end(cut_file *cut)
{
    close_map(cut->map);
    fixture_remove(&cut->file);
}

/* How many of length bytes at offset are before the fault. */
static inline uint64_t good_bytes(const cut_file *cut, uint64_t offset, uint64_t length)
{
    uint64_t left = offset < cut->fault ? cut->fault - offset : 0;

    return length < left ? length : left;
}

#endif /* MMAPIO_GUARDED_H */
