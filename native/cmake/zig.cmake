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
    # CMake insists on finding one. Nothing calls it: the library is linked with the name it is installed under.
    set(CMAKE_INSTALL_NAME_TOOL "${MMAPIO_ZIG}")
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

# The system's ar and ranlib write no index of symbols for another system's objects.
foreach(language IN ITEMS C CXX)
    set(CMAKE_${language}_ARCHIVE_CREATE "\"${MMAPIO_ZIG}\" ar qcD <TARGET> <LINK_FLAGS> <OBJECTS>")
    set(CMAKE_${language}_ARCHIVE_APPEND "\"${MMAPIO_ZIG}\" ar qD <TARGET> <LINK_FLAGS> <OBJECTS>")
    set(CMAKE_${language}_ARCHIVE_FINISH "\"${MMAPIO_ZIG}\" ranlib -D <TARGET>")
endforeach()

# The same bytes wherever the checkout lies: no debug information, no paths. Small code: nearly all of it waits for the
# kernel; native/CMakeLists.txt names what does not.
set(optimize "-Os -g0")
if(NOT MMAPIO_RID MATCHES "^win")
    # They take a sixth of the library: backtraces go by frame pointers, which macOS keeps by itself.
    string(APPEND optimize " -fno-unwind-tables -fno-asynchronous-unwind-tables")
endif()
if(MMAPIO_RID MATCHES "^linux")
    string(APPEND optimize " -fno-omit-frame-pointer")
endif()
if(MMAPIO_RID MATCHES "^osx")
    if(MMAPIO_RID STREQUAL "osx-arm64")
        # Segments of a Mach-O file for arm64 begin on 16 KiB boundaries: what does not fit on one page of code costs a
        # whole further one. So what several functions have in common is made a function of its own.
        string(APPEND optimize " -moutline")
    endif()
    set(CMAKE_USER_MAKE_RULES_OVERRIDE "${CMAKE_CURRENT_LIST_DIR}/zig-darwin.cmake")
endif()
foreach(language IN ITEMS C CXX)
    set(CMAKE_${language}_FLAGS_INIT "-ffile-prefix-map=${CMAKE_SOURCE_DIR}=.")
    set(CMAKE_${language}_FLAGS_RELEASE "${optimize} -DNDEBUG" CACHE STRING "Flags of release builds")
endforeach()

# The one test in C++ links nothing of its library, which Zig would compile for a minute first.
set(CMAKE_EXE_LINKER_FLAGS_INIT "-nostdlib++")

# Symbols go at link time. A Mach-O file that is stripped afterwards would lose its ad-hoc signature.
if(NOT MMAPIO_RID MATCHES "^osx")
    set(CMAKE_SHARED_LINKER_FLAGS_RELEASE_INIT "-s")
endif()
