/* test_protected.c - pages that are protected while they are copied are a fault, and no signal, nor an exception. */
#include "guarded.h"

enum { ROUNDS = 40, MEGABYTES = 32 };

/* A copy in a thread of its own. CHECK belongs to the thread of the test. */
typedef struct copier {
    mmapio_map *map;
    unsigned char *buffer;
    uint64_t length;
    uint64_t done;
    mmapio_status status;
    bool write;
} copier;

static void copy_all(void *argument)
{
    copier *self = argument;

    self->status = self->write ? mmapio_map_write(self->map, 0, self->buffer, self->length, &self->done, NULL)
                               : mmapio_map_read(self->map, 0, self->buffer, self->length, &self->done, NULL);
}

/* Protects once the first byte has been copied, which leaves all the others to come. Was it in time? */
static bool protect_while_copying(bool write, uint32_t protection, uint32_t mode)
{
    uint64_t length = (uint64_t)MEGABYTES << 20;
    mmapio_map *map = map_memory(PRIVATE, length);
    copier work = {map, calloc(1, length), length, 0, MMAPIO_OK, write};
    unsigned char *from = write ? work.buffer : bytes_of(map);
    volatile unsigned char *to = write ? bytes_of(map) : work.buffer;
    fixture_thread *thread;

    CHECK(work.buffer != NULL);
    memset(from, 'x', length);
    thread = fixture_thread_start(copy_all, &work);
    while (*to != 'x') {
    }
    use_guard(mode);
    CHECK_OK(mmapio_map_protect(map, 0, length, protection, NULL));
    fixture_thread_join(thread);
    CHECK_STATUS(work.done == length ? MMAPIO_OK : MMAPIO_FAULT, work.status);
    CHECK_OK(mmapio_map_protect(map, 0, length, READ_WRITE, NULL));
    CHECK(memcmp((void *)(uintptr_t)to, from, work.done) == 0);
    /* Nothing far behind the fault; a block of 64 bytes may have been cut in two. */
    CHECK(work.done + 64 >= length || to[work.done + 64] == 0);
    free(work.buffer);
    close_map(map);
    return work.done < length;
}

/* The mode becomes another one, or stays, while the copy is under way. */
static void check_rounds(bool write, uint32_t protection, uint32_t mode)
{
    int in_time = 0;

    for (int i = 0; i < ROUNDS; i++) {
        use_guard(MMAPIO_GUARD_HANDLER);
        in_time += protect_while_copying(write, protection, mode);
    }
    CHECK(in_time > 0);
}

static void a_read_meets_a_fault_when_its_pages_are_closed(void)
{
    need_exact_counts();
    check_rounds(false, MMAPIO_PROT_NONE, MMAPIO_GUARD_HANDLER);
}

static void a_write_meets_a_fault_when_its_pages_are_for_reading(void)
{
    need_exact_counts();
    check_rounds(true, MMAPIO_PROT_READ, MMAPIO_GUARD_HANDLER);
}

static void a_copy_that_began_in_the_other_mode_meets_a_fault_all_the_same(void)
{
    need_exact_counts();
    check_rounds(false, MMAPIO_PROT_NONE, MMAPIO_GUARD_SYSCALL);
}

TEST_MAIN(TEST(a_read_meets_a_fault_when_its_pages_are_closed),
          TEST(a_write_meets_a_fault_when_its_pages_are_for_reading),
          TEST(a_copy_that_began_in_the_other_mode_meets_a_fault_all_the_same))
