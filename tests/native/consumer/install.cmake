# Installs BUILD into PREFIX and looks for what a package of the library consists of.
#
#     cmake -D BUILD=<build folder> -D PREFIX=<folder> -D CONFIG=<configuration> -D SYSTEM=<its name> -P install.cmake

cmake_minimum_required(VERSION 3.21)

file(REMOVE_RECURSE "${PREFIX}")
execute_process(COMMAND "${CMAKE_COMMAND}" --install "${BUILD}" --config "${CONFIG}" --prefix "${PREFIX}"
                COMMAND_ERROR_IS_FATAL ANY)

set(patterns include/mmapio.h lib*/cmake/mmapio/mmapioConfig.cmake lib*/cmake/mmapio/mmapioConfigVersion.cmake
             lib*/cmake/mmapio/mmapioTargets.cmake lib*/pkgconfig/mmapio.pc share/licenses/mmapio/LICENSE)
if(SYSTEM STREQUAL "Windows")
    list(APPEND patterns bin/libmmapio.dll lib/*mmapio*)
elseif(SYSTEM STREQUAL "Darwin")
    list(APPEND patterns lib/libmmapio.dylib lib/libmmapio.1.dylib lib/libmmapio.a)
else()
    list(APPEND patterns lib*/libmmapio.so lib*/libmmapio.so.1 lib*/libmmapio.a)
endif()

foreach(pattern IN LISTS patterns)
    # Debian's kind of system has a folder for the processor below lib.
    string(REPLACE "lib*/" "lib*/*/" deeper "${pattern}")
    file(GLOB found "${PREFIX}/${pattern}" "${PREFIX}/${deeper}")
    if(NOT found)
        message(SEND_ERROR "not installed: ${pattern}")
    endif()
endforeach()
