/*
 * move.c - moving a mapping that is several to the kernel.
 *
 * Advice, locks and protections on parts make several mappings of one, in the kernel's books. mremap(2) takes a piece of
 * one of them only, and keeps what it was told of it. So the pieces move one by one; what could fail half way is seen to
 * before the first of them moves:
 *
 *   the place     Addresses for all of them, with a page in front that stays ours to the end. It is shared memory, which
 *                 the kernel never makes one mapping with anybody else's: that it is of one piece from the page in front
 *                 to an address is how we know that it is still ours up to there. A failed mremap(2) may have freed the
 *                 place that the piece was to have (before 6.17) or not (since), and what is freed is anybody's at once.
 *   the limits    The last piece, which grows, goes first: all other pieces are where they were if a limit says no.
 *   the room      Mappings that stand for those the kernel wants to be free while it moves one (vm.max_map_count). Other
 *                 threads may use up what there was; these are given back then, and the piece moved all the same.
 */
#include "../posix/posix.h"
#include "../range.h"
#include "linux.h"

#include <errno.h>
#include <sys/mman.h>

/* mremap(2) wants fewer than six to be free, for splits it may have to make, and more than that leave none for us. */
enum { ROOM = 16 };

typedef struct move_plan {
    const mmapio_map *map;
    unsigned char *front; /* a page of ours */
    unsigned char *place; /* where the pieces go: behind it */
    void *room;           /* NULL when it has been given back */
    uint64_t page;
} move_plan;

static bool move(unsigned char *from, uint64_t length, uint64_t new_length, unsigned char *to)
{
    return mremap(from, (size_t)length, (size_t)new_length, MREMAP_MAYMOVE | MREMAP_FIXED, to) != MAP_FAILED;
}

/* Making a piece longer where it is says EFAULT if it is more than one: before it looks at limits and room, so that
 * asking for a page more, which is never to be had where the next mapping begins, tells. */
static bool is_one_piece(unsigned char *start, uint64_t length, uint64_t page)
{
    if (mremap(start, (size_t)length, (size_t)(length + page), 0) == MAP_FAILED) {
        return errno != EFAULT;
    }
    (void)munmap(start + length, (size_t)page);
    return true;
}

/* Where the piece begins that ends at end: an offset from base. */
static uint64_t last_piece(unsigned char *base, uint64_t end, uint64_t page)
{
    uint64_t lowest = 0;
    uint64_t highest = end - page; /* a page is of one piece */

    while (lowest < highest) {
        uint64_t middle = round_down((lowest + highest) / 2, page);
        if (is_one_piece(base + middle, end - middle, page)) {
            highest = middle;
        } else {
            lowest = middle + page;
        }
    }
    return highest;
}

/* Takes addresses, if nobody has them. */
static bool take(unsigned char *address, uint64_t length)
{
    void *got = mmap(address, (size_t)length, PROT_NONE, MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

    if (got != address && got != MAP_FAILED) {
        (void)munmap(got, (size_t)length);
    }
    return got == address;
}

/* After a piece could not be moved: is its place, from start to end, still ours, or ours again? */
static bool keeps_place(const move_plan *plan, uint64_t start, uint64_t end)
{
    return is_one_piece(plan->front, plan->page + end, plan->page) || take(plan->place + start, end - start);
}

static void give_room_back(move_plan *plan)
{
    if (plan->room != NULL) {
        (void)munmap(plan->room, (size_t)(ROOM * plan->page));
        plan->room = NULL;
    }
}

/* Every other page readable: each is a mapping of its own. */
static bool set_room_aside(move_plan *plan)
{
    size_t page = (size_t)plan->page;
    unsigned char *room = mmap(NULL, ROOM * page, PROT_NONE, MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    int code;

    if (room == MAP_FAILED) {
        return false;
    }
    plan->room = room;
    for (size_t i = 1; i < ROOM; i += 2) {
        if (mprotect(room + i * page, page, PROT_READ) != 0) {
            code = errno;
            give_room_back(plan);
            errno = code;
            return false;
        }
    }
    return true;
}

/* Takes back the pieces from offset begin on. Others may have mapped something there since. */
static bool move_back(move_plan *plan, uint64_t begin)
{
    const mmapio_map *map = plan->map;
    uint64_t end = map->base_length;

    if (!take(map->base + begin, end - begin)) {
        return false;
    }
    while (end > begin) {
        uint64_t start = begin + last_piece(plan->place + begin, end - begin, plan->page);
        if (!move(plan->place + start, end - start, end - start, map->base + start)) {
            return false;
        }
        end = start;
    }
    return true;
}

/* Moves one piece, of end - start bytes, to its place, the second time with all the room there is. */
static bool move_piece(move_plan *plan, uint64_t start, uint64_t end, uint64_t more, bool *kept)
{
    unsigned char *from = plan->map->base + start;
    int code;

    if (move(from, end - start, end - start + more, plan->place + start)) {
        return true;
    }
    code = errno;
    *kept = keeps_place(plan, start, end + more);
    /* The first one may be refused: nothing has moved. */
    if (*kept && end != plan->map->base_length) {
        give_room_back(plan);
        if (move(from, end - start, end - start, plan->place + start)) {
            return true;
        }
        code = errno;
        *kept = keeps_place(plan, start, end);
    }
    errno = code;
    return false;
}

/* EFAULT is said of two pieces, taken for one because the question failed for want of memory. */
static mmapio_status status_of(int code)
{
    return code == EFAULT ? MMAPIO_OUT_OF_MEMORY : mmapio_posix_status(code);
}

static mmapio_status move_all(move_plan *plan, uint64_t base_length, mmapio_error *error)
{
    const mmapio_map *map = plan->map;
    uint64_t end = map->base_length;

    while (end > 0) {
        uint64_t start = last_piece(map->base, end, plan->page);
        uint64_t more = end == map->base_length ? base_length - end : 0;
        mmapio_status status;
        bool kept = true;
        if (!move_piece(plan, start, end, more, &kept)) {
            int code = errno;
            bool back = end == map->base_length || move_back(plan, end);
            status = mmapio_fail_os(error, !back ? MMAPIO_FAULT : status_of(code), MMAPIO_OS_ERRNO, code, CALL_MREMAP);
            /* All but the piece's own place, if that is no longer ours; pieces that are not back stay where they are. */
            (void)munmap(plan->place, (size_t)(kept ? end + more : start));
            if (end != map->base_length) {
                (void)munmap(plan->place + map->base_length, (size_t)(base_length - map->base_length));
            }
            return status;
        }
        end = start;
    }
    return MMAPIO_OK;
}

mmapio_status mmapio_linux_move(mmapio_map *map, uint64_t base_length, mmapio_error *error)
{
    move_plan plan = {map, NULL, NULL, NULL, map->page_size};
    mmapio_status status;
    int code;

    plan.front =
        mmap(NULL, (size_t)(base_length + plan.page), PROT_NONE, MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (plan.front == MAP_FAILED) {
        return mmapio_posix_fail(error, errno, CALL_MMAP);
    }
    plan.place = plan.front + plan.page;
    if (!set_room_aside(&plan)) {
        code = errno;
        (void)munmap(plan.front, (size_t)(base_length + plan.page));
        return mmapio_posix_fail(error, code, CALL_MMAP);
    }
    status = move_all(&plan, base_length, error);
    give_room_back(&plan);
    (void)munmap(plan.front, (size_t)plan.page);
    if (status == MMAPIO_OK) {
        map->base = plan.place;
        map->base_length = base_length;
    }
    return status;
}
