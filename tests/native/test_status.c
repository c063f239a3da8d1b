/* test_status.c - the numbers and names that callers keep: statuses, calls, and the layout of the structs. */
#include "maps.h"

#include <ctype.h>
#include <stddef.h>

/* Written out once more, because the point is that nobody renumbers them. */
static const struct {
    mmapio_status status;
    const char *name;
} STATUSES[] = {
    {0, "OK"},
    {-101, "INVALID_ARGUMENT"},
    {-102, "OUT_OF_RANGE"},
    {-103, "MISALIGNED"},
    {-104, "ABI_MISMATCH"},
    {-201, "ACCESS_DENIED"},
    {-202, "BUSY"},
    {-203, "NOT_FOUND"},
    {-204, "EXISTS"},
    {-301, "OUT_OF_MEMORY"},
    {-302, "LIMIT_REACHED"},
    {-303, "NO_SPACE"},
    {-401, "UNSUPPORTED"},
    {-501, "IO"},
    {-502, "FAULT"},
    {-503, "DURABILITY_LOST"},
    {-999, "UNKNOWN"},
};

enum { STATUS_COUNT = sizeof STATUSES / sizeof STATUSES[0] };

static const struct {
    uint32_t number;
    const char *name;
} CALLS[] = {
    {1, "malloc"},
    {2, "mmap"},
    {3, "munmap"},
    {4, "mprotect"},
    {5, "madvise"},
    {6, "msync"},
    {7, "mincore"},
    {8, "mlock"},
    {9, "mlock2"},
    {10, "munlock"},
    {11, "fstat"},
    {12, "fcntl"},
    {13, "close"},
    {14, "fsync"},
    {15, "cachestat"},
    {16, "process_vm_readv"},
    {17, "vm_read_overwrite"},
    {18, "process_vm_writev"},
    {101, "CreateFileMapping"},
    {102, "MapViewOfFile"},
    {103, "UnmapViewOfFile"},
    {104, "VirtualAlloc"},
    {105, "VirtualFree"},
    {106, "VirtualProtect"},
    {107, "VirtualLock"},
    {108, "VirtualUnlock"},
    {109, "FlushViewOfFile"},
    {110, "FlushFileBuffers"},
    {111, "GetFileSizeEx"},
    {112, "DuplicateHandle"},
    {113, "CloseHandle"},
    {114, "QueryWorkingSetEx"},
    {115, "PrefetchVirtualMemory"},
    {116, "DiscardVirtualMemory"},
    {117, "OfferVirtualMemory"},
    {118, "ReadProcessMemory"},
    {119, "DeviceIoControl"},
    {120, "NtFlushBuffersFileEx"},
};

static void statuses_keep_their_numbers_and_names(void)
{
#define CONSTANT(name, value, text) MMAPIO_##name,
    static const mmapio_status constants[] = {MMAPIO_STATUS_LIST(CONSTANT)};
#undef CONSTANT

    CHECK_EQUAL(STATUS_COUNT, sizeof constants / sizeof constants[0]);
    for (size_t i = 0; i < STATUS_COUNT; i++) {
        CHECK_EQUAL(STATUSES[i].status, constants[i]);
        CHECK_TEXT(STATUSES[i].name, mmapio_status_name(STATUSES[i].status));
    }
}

static void every_status_has_a_sentence_of_its_own(void)
{
    for (size_t i = 0; i < STATUS_COUNT; i++) {
        const char *text = mmapio_status_text(STATUSES[i].status);
        CHECK(text != NULL && strlen(text) > 5);
        CHECK(islower((unsigned char)text[0]));
        CHECK(text[strlen(text) - 1] != '.');
        for (size_t j = 0; j < i; j++) {
            CHECK(strcmp(text, mmapio_status_text(STATUSES[j].status)) != 0);
        }
    }
}

static void a_number_that_is_no_status_is_unknown(void)
{
    static const mmapio_status others[] = {1, -1, -100, -105, 101, INT32_MIN, INT32_MAX};

    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        CHECK_TEXT("UNKNOWN", mmapio_status_name(others[i]));
        CHECK(mmapio_status_text(others[i]) != NULL);
        CHECK(mmapio_status_text(others[i])[0] != '\0');
    }
}

static void calls_keep_their_numbers(void)
{
    for (size_t i = 0; i < sizeof CALLS / sizeof CALLS[0]; i++) {
        CHECK_TEXT(CALLS[i].name, mmapio_call_name(CALLS[i].number));
    }
    CHECK_TEXT("", mmapio_call_name(0));
    CHECK_TEXT("", mmapio_call_name(99));
    CHECK_TEXT("", mmapio_call_name(UINT32_MAX));
}

static void the_error_is_sixteen_bytes_of_four_fields(void)
{
    CHECK_EQUAL(16, sizeof(mmapio_error));
    CHECK_EQUAL(0, offsetof(mmapio_error, status));
    CHECK_EQUAL(4, offsetof(mmapio_error, os_code));
    CHECK_EQUAL(8, offsetof(mmapio_error, os_domain));
    CHECK_EQUAL(12, offsetof(mmapio_error, os_call));
    CHECK_EQUAL(0, MMAPIO_OS_NONE);
    CHECK_EQUAL(1, MMAPIO_OS_ERRNO);
    CHECK_EQUAL(2, MMAPIO_OS_WIN32);
}

static void structs_keep_their_layout(void)
{
    CHECK_EQUAL(56, sizeof(mmapio_map_options));
    CHECK_EQUAL(4, offsetof(mmapio_map_options, protection));
    CHECK_EQUAL(8, offsetof(mmapio_map_options, flags));
    CHECK_EQUAL(12, offsetof(mmapio_map_options, advice));
    CHECK_EQUAL(16, offsetof(mmapio_map_options, offset));
    CHECK_EQUAL(24, offsetof(mmapio_map_options, length));
    CHECK_EQUAL(32, offsetof(mmapio_map_options, reserve));
    CHECK_EQUAL(40, offsetof(mmapio_map_options, huge_page_size));
    CHECK_EQUAL(48, offsetof(mmapio_map_options, huge_pages));
    CHECK_EQUAL(64, sizeof(mmapio_caps));
    CHECK_EQUAL(40, sizeof(mmapio_eviction));
    CHECK_EQUAL(16, sizeof(mmapio_range));
    CHECK_EQUAL(16, offsetof(mmapio_caps, features));
    CHECK_EQUAL(24, offsetof(mmapio_caps, advice_applied));
    CHECK_EQUAL(40, offsetof(mmapio_caps, sync_applied));
    CHECK_EQUAL(48, offsetof(mmapio_caps, residency_scope));
    CHECK_EQUAL(64, sizeof(mmapio_residency));
    CHECK_EQUAL(4, offsetof(mmapio_residency, known));
    CHECK_EQUAL(16, offsetof(mmapio_residency, pages));
    CHECK_EQUAL(24, offsetof(mmapio_residency, resident));
    CHECK_EQUAL(56, offsetof(mmapio_residency, recently_evicted));
}

TEST_MAIN(TEST(statuses_keep_their_numbers_and_names), TEST(every_status_has_a_sentence_of_its_own),
          TEST(a_number_that_is_no_status_is_unknown), TEST(calls_keep_their_numbers),
          TEST(the_error_is_sixteen_bytes_of_four_fields), TEST(structs_keep_their_layout))
