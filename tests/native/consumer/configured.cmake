# Configures ROOT as the README says, which names no kind of build, and looks whether it is one to use: optimised, and
# without asserts.
#
#     cmake -D ROOT=<sources> -D COMPILER=<cc> -D GENERATOR=<generator> -D FOLDER=<folder> -P configured.cmake

cmake_minimum_required(VERSION 3.21)

file(REMOVE_RECURSE "${FOLDER}")
execute_process(COMMAND "${CMAKE_COMMAND}" -S "${ROOT}" -B "${FOLDER}" -G "${GENERATOR}" "-DCMAKE_C_COMPILER=${COMPILER}"
                        -DMMAPIO_BUILD_TESTS=OFF
                COMMAND_ERROR_IS_FATAL ANY)
load_cache("${FOLDER}" READ_WITH_PREFIX "" CMAKE_BUILD_TYPE CMAKE_CONFIGURATION_TYPES)
if(CMAKE_CONFIGURATION_TYPES)
    message("skipped: ${GENERATOR} asks for the kind when it builds")
elseif(NOT CMAKE_BUILD_TYPE STREQUAL "Release")
    message(FATAL_ERROR "the kind of build is '${CMAKE_BUILD_TYPE}'")
endif()
