/* status.c - names and texts of statuses and calls, and the two ways to record a failure. */
#include "platform.h"

mmapio_status mmapio_fail(mmapio_error *error, mmapio_status status)
{
    return mmapio_fail_os(error, status, MMAPIO_OS_NONE, 0, CALL_NONE);
}

mmapio_status mmapio_fail_os(mmapio_error *error, mmapio_status status, uint32_t domain, int32_t code, uint32_t call)
{
    if (error != NULL) {
        error->status = status;
        error->os_code = code;
        error->os_domain = domain;
        error->os_call = call;
    }
    return status;
}

const char *mmapio_status_name(mmapio_status status)
{
    switch (status) {
#define ENTRY(name, value, text)                                                                                       \
    case (value):                                                                                                      \
        return #name;
        MMAPIO_STATUS_LIST(ENTRY)
#undef ENTRY
    default:
        return "UNKNOWN";
    }
}

const char *mmapio_status_text(mmapio_status status)
{
    switch (status) {
#define ENTRY(name, value, text)                                                                                       \
    case (value):                                                                                                      \
        return text;
        MMAPIO_STATUS_LIST(ENTRY)
#undef ENTRY
    default:
        return "a status this library does not know";
    }
}

const char *mmapio_call_name(uint32_t os_call)
{
    switch (os_call) {
#define ENTRY(name, value, text)                                                                                       \
    case (value):                                                                                                      \
        return text;
        MMAPIO_CALL_LIST(ENTRY)
#undef ENTRY
    default:
        return "";
    }
}
