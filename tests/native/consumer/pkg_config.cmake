# Builds and runs SOURCE with the flags that pkg-config gives for the library in PREFIX.
#
#     cmake -D PREFIX=<folder> -D COMPILER=<cc> -D SOURCE=<file.c> -D KIND=shared|static -D PROGRAM=<file>
#           -P pkg_config.cmake

cmake_minimum_required(VERSION 3.21)

find_program(PKG_CONFIG NAMES pkg-config pkgconf)
if(NOT PKG_CONFIG)
    message(STATUS "skipped: there is no pkg-config")
    return()
endif()

file(GLOB_RECURSE description "${PREFIX}/mmapio.pc")
get_filename_component(folder "${description}" DIRECTORY)
set(ENV{PKG_CONFIG_PATH} "${folder}")

function(pkg_config result)
    execute_process(
        COMMAND "${PKG_CONFIG}" ${ARGN} mmapio
        OUTPUT_VARIABLE said
        OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
    separate_arguments(said)
    set(${result} ${said} PARENT_SCOPE)
endfunction()

pkg_config(compile --cflags)
pkg_config(folder --variable=libdir)
if(KIND STREQUAL "static")
    # Given "-lmmapio", the linker would take the shared one; what that one brings along by itself is named here.
    pkg_config(link --libs --static)
    list(TRANSFORM link REPLACE "^-lmmapio$" "${folder}/libmmapio.a")
else()
    pkg_config(link --libs)
    set(ENV{LD_LIBRARY_PATH} "${folder}")
    set(ENV{DYLD_LIBRARY_PATH} "${folder}")
endif()

execute_process(COMMAND "${COMPILER}" -std=c11 ${compile} "${SOURCE}" -o "${PROGRAM}" ${link}
                COMMAND_ERROR_IS_FATAL ANY)
execute_process(COMMAND "${PROGRAM}" COMMAND_ERROR_IS_FATAL ANY)
