/* check.h - what the public functions share in checking their arguments. */
#ifndef MMAPIO_CHECK_H
#define MMAPIO_CHECK_H

#include "platform.h"

#include <string.h>

enum { MMAPIO_PROT_ALL = MMAPIO_PROT_READ | MMAPIO_PROT_WRITE | MMAPIO_PROT_EXEC };

/* No struct of ours will ever be as large: a struct_size above is something that was never set. */
enum { MAX_STRUCT_SIZE = 4096 };

static inline void clear_error(mmapio_error *error)
{
    if (error != NULL) {
        memset(error, 0, sizeof *error);
    }
}

static inline uint32_t smaller(uint32_t a, size_t b)
{
    return a < b ? a : (uint32_t)b;
}

/* Writing implies reading, on every system alike. */
static inline uint32_t complete_protection(uint32_t protection)
{
    return (protection & MMAPIO_PROT_WRITE) != 0 ? protection | MMAPIO_PROT_READ : protection;
}

/* Is this a known advice, possibly with MMAPIO_MADV_ALLOW_LOSS, that may be given to a map of these flags? */
bool mmapio_advice_allowed(uint32_t advice, uint32_t map_flags);

#endif /* MMAPIO_CHECK_H */
