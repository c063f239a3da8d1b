/* guard_move_msvc.c - the guarded copy for a compiler with structured exception handling and no inline assembler. */
#include "../guard.h"
#include "win32.h"

#include <string.h>

static int filter(const EXCEPTION_RECORD *record, uintptr_t *address)
{
    if (!mmapio_win32_is_fault(record->ExceptionCode) || record->NumberParameters < 2) {
        return EXCEPTION_CONTINUE_SEARCH;
    }
    *address = (uintptr_t)record->ExceptionInformation[1];
    return EXCEPTION_EXECUTE_HANDLER;
}

/* memcpy may begin at either end, so the address of the fault does not tell what was copied before it. The pages before
 * the faulting one are good, and are copied again, up to where the fault was. */
size_t mmapio_guard_move(void *to, const void *from, size_t count)
{
    size_t good = count;

    while (good != 0) {
        uintptr_t fault = 0;
        uintptr_t begin;
        __try {
            memcpy(to, from, good);
            return count - good;
        } __except (filter(GetExceptionInformation()->ExceptionRecord, &fault)) {
            begin = fault - (uintptr_t)from < good ? (uintptr_t)from : (uintptr_t)to;
            fault &= ~(uintptr_t)(mmapio_win32_system()->page_size - 1);
            good = fault > begin && fault - begin < good ? (size_t)(fault - begin) : 0;
        }
    }
    return count;
}

/* Faults never get as far as the vectored handler's business: the frame above deals with them. */
uintptr_t mmapio_guard_landing(uintptr_t pc)
{
    (void)pc;
    return 0;
}
