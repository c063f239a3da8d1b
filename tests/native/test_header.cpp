// test_header.cpp - the header in a C++17 program: it compiles without a warning, and the names are C's.
#include <mmapio.h>

#include <cstdio>
#include <type_traits>

static_assert(std::is_standard_layout<mmapio_error>::value, "the error is plain data");
static_assert(std::is_trivial<mmapio_map_options>::value, "options are plain data");
static_assert(std::is_same<mmapio_status, int32_t>::value, "a status is an int32_t");

extern "C" int test_header_from_c(void);

static int failures = 0;

static void expect(bool held, const char *what)
{
    if (!held) {
        std::printf("not true: %s\n", what);
        failures++;
    }
}

int main()
{
    mmapio_map_options options = MMAPIO_MAP_OPTIONS_INIT;
    mmapio_error error = {};
    mmapio_map *map = nullptr;

    options.protection = MMAPIO_PROT_READ | MMAPIO_PROT_WRITE;
    options.flags = MMAPIO_MAP_PRIVATE;
    options.length = 100;
    expect(mmapio_map_anonymous(&options, &map, &error) == MMAPIO_OK, "memory can be mapped from C++");
    expect(map != nullptr && mmapio_map_length(map) == 100, "it has its length");
    expect(mmapio_map_close(map) == MMAPIO_OK, "it can be closed");
    expect(mmapio_abi_version() >> 16 == MMAPIO_ABI_MAJOR, "the library is of the header's ABI");
    expect(test_header_from_c() == 0, "strict C11 sees the same");
    return failures == 0 ? 0 : 1;
}
