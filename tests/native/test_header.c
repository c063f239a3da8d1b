/* test_header.c - the header in a program of strict C11, where nothing but the header is included before it. */
#include <mmapio.h>

#include <mmapio.h>

_Static_assert(sizeof(mmapio_error) == 16, "the error is frozen");
_Static_assert(sizeof(mmapio_status) == 4, "so is the status");
_Static_assert(MMAPIO_UNKNOWN == -999, "statuses are constants");

int test_header_from_c(void);

int test_header_from_c(void)
{
    const mmapio_map_options options = MMAPIO_MAP_OPTIONS_INIT;

    if (options.struct_size != sizeof options || options.protection != MMAPIO_PROT_READ ||
        options.flags != MMAPIO_MAP_SHARED || options.advice != MMAPIO_MADV_NORMAL || options.offset != 0 ||
        options.length != 0) {
        return 1;
    }
    return mmapio_page_size() == 0;
}
