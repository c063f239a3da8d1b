# Read by CMake after its own rules for Darwin, which ask the machine it runs on for the version of macOS.

# Without this, CMake takes the target for one that is too old to know @rpath.
set(CMAKE_SHARED_LIBRARY_RUNTIME_C_FLAG "-Wl,-rpath,")
set(CMAKE_SHARED_LIBRARY_RUNTIME_CXX_FLAG "-Wl,-rpath,")

# The library is linked by LLVM's linker. Zig's own exports two names that it made up itself, and spreads a kilobyte of
# data over two segments, each of which takes up 16 KiB of a file for arm64.
find_program(MMAPIO_LD64 NAMES ld64.lld ld64.lld-19 ld64.lld-18 ld64.lld-17 ld64.lld-16 ld64.lld-15 ld64.lld-14
             REQUIRED)
get_filename_component(zig_folder "${MMAPIO_ZIG}" DIRECTORY)

# What callers may link to, as the linker spells it.
set(exports "${CMAKE_BINARY_DIR}/exports-darwin.txt")
if(EXISTS "${CMAKE_SOURCE_DIR}/native/exports.txt")
    file(STRINGS "${CMAKE_SOURCE_DIR}/native/exports.txt" names)
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${CMAKE_SOURCE_DIR}/native/exports.txt")
    list(TRANSFORM names PREPEND "_")
    list(JOIN names "\n" text)
    file(CONFIGURE OUTPUT "${exports}" CONTENT "${text}\n")
endif()

string(REPLACE "aarch64" "arm64" architecture "${CMAKE_SYSTEM_PROCESSOR}")
string(
    CONCAT CMAKE_C_CREATE_SHARED_LIBRARY
           "\"${MMAPIO_LD64}\" -arch ${architecture} -platform_version macos 11.0 11.0 -syslibroot / "
           "-dylib -dead_strip -no_data_const -S -exported_symbols_list \"${exports}\" <LINK_FLAGS> "
           "-o <TARGET> <SONAME_FLAG> <TARGET_INSTALLNAME_DIR><TARGET_SONAME> <OBJECTS> <LINK_LIBRARIES> "
           "-L\"${zig_folder}/lib/libc/darwin\" -lSystem")
