/* linux_mappings.h - a process with as many mappings as the kernel lets it have (vm.max_map_count). For children. */
#ifndef MMAPIO_LINUX_MAPPINGS_H
#define MMAPIO_LINUX_MAPPINGS_H

#include "child.h"
#include "maps.h"

#include <errno.h>
#include <sys/mman.h>

enum { MAPPINGS_PAGES = 400000, MAPPINGS_MORE = 64 };

typedef struct mappings {
    char *room;
    void *more[MAPPINGS_MORE];
    size_t count;
} mappings;

/* An allocator that maps memory of its own is the first to run out. */
static inline void need_an_allocator_without_mappings(void)
{
    if (under_valgrind()) {
        SKIP("valgrind has a limit of mappings of its own, and ends the program there");
    }
    if (UNDER_ADDRESS_SANITIZER || UNDER_THREAD_SANITIZER) {
        SKIP("a sanitizer's allocator aborts when there are no mappings left for it");
    }
}

/* Splits a large mapping until it can be split no further, and then maps pages until none can be mapped. */
static inline mappings mappings_use_up(void)
{
    size_t page = fixture_page_size();
    mappings all = {mmap(NULL, MAPPINGS_PAGES * page, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), {NULL}, 0};
    size_t i = 0;

    CHECK(all.room != MAP_FAILED);
    /* Every other page readable: each is a mapping of its own. */
    while (i < MAPPINGS_PAGES && mprotect(all.room + i * page, 1, PROT_READ) == 0) {
        i += 2;
    }
    if (i >= MAPPINGS_PAGES) {
        SKIP("this system has no limit of mappings that a test could reach");
    }
    CHECK_EQUAL(ENOMEM, errno);
    /* Shared, so that they do not become one with their neighbours. */
    while (all.count < MAPPINGS_MORE) {
        void *more = mmap(NULL, page, PROT_READ, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
        if (more == MAP_FAILED) {
            break;
        }
        all.more[all.count++] = more;
    }
    CHECK(all.count < MAPPINGS_MORE);
    return all;
}

static inline void mappings_give_back(const mappings *all)
{
    for (size_t i = 0; i < all->count; i++) {
        CHECK_EQUAL(0, munmap(all->more[i], fixture_page_size()));
    }
    CHECK_EQUAL(0, munmap(all->room, MAPPINGS_PAGES * fixture_page_size()));
}

#endif /* MMAPIO_LINUX_MAPPINGS_H */
