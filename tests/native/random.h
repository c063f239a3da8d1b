/* random.h - numbers for tests that try what nobody thought of. Each such test prints its seed. */
#ifndef MMAPIO_RANDOM_H
#define MMAPIO_RANDOM_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static uint64_t random_state;

/* MMAPIO_SEED repeats what was seen. */
static inline void random_seed(void)
{
    const char *given = getenv("MMAPIO_SEED");

    random_state = given != NULL ? strtoull(given, NULL, 10) : (uint64_t)time(NULL) * 2 + 1;
    printf("  MMAPIO_SEED=%llu\n", (unsigned long long)random_state);
}

/* xorshift64 (Marsaglia, 2003): no state but 0 is bad. */
static inline uint64_t random_below(uint64_t limit)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return random_state % limit;
}

#endif /* MMAPIO_RANDOM_H */
