/* file.c - what is asked of, and done to, a file without mapping it, and without its pages: see cache.c for those. */
#include "check.h"

mmapio_status mmapio_file_set_length(intptr_t file, uint64_t length, mmapio_error *error)
{
    uint64_t present = 0;
    mmapio_status status;

    clear_error(error);
    if (file == MMAPIO_NO_FILE) {
        return mmapio_fail(error, MMAPIO_INVALID_ARGUMENT);
    }
    if (length > (uint64_t)INT64_MAX) {
        return mmapio_fail(error, MMAPIO_OUT_OF_RANGE);
    }
    status = mmapio_os_file_length(file, &present, error);
    if (status == MMAPIO_OK && length != present) {
        status = mmapio_os_file_set_length(file, length, error);
    }
    return status;
}

mmapio_status mmapio_file_kind(intptr_t file, uint32_t *kind, mmapio_error *error)
{
    mmapio_error found = {MMAPIO_OK, 0, MMAPIO_OS_NONE, 0};
    uint64_t length = 0;
    uint64_t block = 0;
    mmapio_status status;

    clear_error(error);
    if (kind != NULL) {
        *kind = 0;
    }
    if (kind == NULL || file == MMAPIO_NO_FILE) {
        return mmapio_fail(error, MMAPIO_INVALID_ARGUMENT);
    }
    status = mmapio_os_file_measure(file, &length, &block, &found);
    if (found.os_domain == MMAPIO_OS_FILE) {
        *kind = (uint32_t)found.os_code;
        return MMAPIO_OK;
    }
    if (status != MMAPIO_OK && error != NULL) {
        *error = found;
    }
    return status;
}
