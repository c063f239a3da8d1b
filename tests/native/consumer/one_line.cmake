# The library without CMake: runs the line that native/README.md gives for this system, then programs with the result:
# one that is linked with it, and one that loads it and lets go of it.
#
#     cmake -D ROOT=<checkout> -D COMPILER=<cc> -D FOLDER=<folder> -P one_line.cmake

cmake_minimum_required(VERSION 3.21)

if(CMAKE_HOST_SYSTEM_NAME STREQUAL "Linux")
    set(ending so)
elseif(CMAKE_HOST_SYSTEM_NAME STREQUAL "Darwin")
    set(ending dylib)
else()
    message(STATUS "skipped: there is no such line for ${CMAKE_HOST_SYSTEM_NAME}")
    return()
endif()

file(STRINGS "${ROOT}/native/README.md" lines REGEX "^cc .*-o libmmapio\\.${ending}$")
list(LENGTH lines count)
if(NOT count EQUAL 1)
    message(FATAL_ERROR "native/README.md has ${count} lines that build a libmmapio.${ending}")
endif()

file(REMOVE_RECURSE "${FOLDER}")
file(COPY "${ROOT}/native" DESTINATION "${FOLDER}")
string(REGEX REPLACE "^cc " "\"${COMPILER}\" " line "${lines}")
execute_process(COMMAND sh -c "${line}" WORKING_DIRECTORY "${FOLDER}" COMMAND_ERROR_IS_FATAL ANY)
execute_process(
    COMMAND "${COMPILER}" -std=c11 -Inative/include "${ROOT}/tests/native/consumer/consumer.c" -L. -lmmapio
            -Wl,-rpath,. -o consumer
    WORKING_DIRECTORY "${FOLDER}" COMMAND_ERROR_IS_FATAL ANY)
execute_process(COMMAND ./consumer WORKING_DIRECTORY "${FOLDER}" COMMAND_ERROR_IS_FATAL ANY)
execute_process(
    COMMAND "${COMPILER}" -std=c11 -D_GNU_SOURCE -Inative/include "${ROOT}/tests/native/consumer/late.c" -ldl -o late
    WORKING_DIRECTORY "${FOLDER}" COMMAND_ERROR_IS_FATAL ANY)
execute_process(COMMAND ./late "./libmmapio.${ending}" WORKING_DIRECTORY "${FOLDER}" COMMAND_ERROR_IS_FATAL ANY)
