# A toolchain file that cross-compiles to any of the eight RIDs with Zig's bundled clang, C libraries and SDK stubs.
#
#   cmake -G Ninja -DCMAKE_TOOLCHAIN_FILE=native/cmake/zig.cmake -DMMAPIO_RID=osx-arm64 -DMMAPIO_ZIG=/path/to/zig …
#
# The build driver's verb "natives" fetches the compiler, pinned by version and hash, and runs this for each RID.

# CMake reads this file again for every compiler check it makes, in a project of its own: hand our variables on.
list(APPEND CMAKE_TRY_COMPILE_PLATFORM_VARIABLES MMAPIO_RID MMAPIO_ZIG)

set(target_linux-x64 x86_64-linux-gnu.2.17)
set(target_linux-arm64 aarch64-linux-gnu.2.17)
set(target_linux-musl-x64 x86_64-linux-musl)
set(target_linux-musl-arm64 aarch64-linux-musl)
set(target_osx-x64 x86_64-macos.11.0)
set(target_osx-arm64 aarch64-macos.11.0)
set(target_win-x64 x86_64-windows-gnu)
set(target_win-arm64 aarch64-windows-gnu)

if(NOT DEFINED target_${MMAPIO_RID})
    message(FATAL_ERROR "MMAPIO_RID is '${MMAPIO_RID}', which is none of the eight")
endif()

if(MMAPIO_RID MATCHES "^linux")
    set(CMAKE_SYSTEM_NAME Linux)
elseif(MMAPIO_RID MATCHES "^osx")
    set(CMAKE_SYSTEM_NAME Darwin)
else()
    set(CMAKE_SYSTEM_NAME Windows)
endif()

if(MMAPIO_RID MATCHES "arm64$")
    set(CMAKE_SYSTEM_PROCESSOR aarch64)
else()
    set(CMAKE_SYSTEM_PROCESSOR x86_64)
endif()

set(CMAKE_C_COMPILER "${MMAPIO_ZIG}" cc)
set(CMAKE_CXX_COMPILER "${MMAPIO_ZIG}" c++)
set(CMAKE_C_COMPILER_TARGET ${target_${MMAPIO_RID}})
set(CMAKE_CXX_COMPILER_TARGET ${target_${MMAPIO_RID}})

set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)

# Symbols go at link time; a Mach-O that is stripped afterwards would lose its ad-hoc signature.
set(CMAKE_SHARED_LINKER_FLAGS_RELEASE_INIT "-s")

# CMake 3.25 would pass -rpath on in a spelling that Zig's linker driver refuses.
set(CMAKE_SHARED_LIBRARY_RUNTIME_C_FLAG "-Wl,-rpath,")
