# Checks the ledger native/exports.txt against the symbols of the shared library, and against the header.

set(mmapio_ledger "${PROJECT_SOURCE_DIR}/native/exports.txt")
set(mmapio_check_exports "${CMAKE_CURRENT_LIST_DIR}/check_exports.cmake")
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${mmapio_ledger}")

# Set MMAPIO_EXPORTS_TOOL where a cross build finds none, or the wrong one.
if(CMAKE_SYSTEM_NAME STREQUAL "Windows")
    set(mmapio_exports_format PE)
    set(names ${CMAKE_OBJDUMP} llvm-objdump objdump)
elseif(CMAKE_SYSTEM_NAME STREQUAL "Darwin")
    # The nm of binutils, which another system may have, does not read this format.
    set(mmapio_exports_format MACHO)
    set(names llvm-nm ${CMAKE_NM} nm)
else()
    set(mmapio_exports_format ELF)
    set(names ${CMAKE_NM} nm llvm-nm)
endif()
find_program(MMAPIO_EXPORTS_TOOL NAMES ${names} DOC "nm, or objdump for Windows, that reads the shared library")

# Gives the command that fails unless the library matches a ledger.
function(mmapio_exports_command result ledger)
    set(${result}
        ${CMAKE_COMMAND}
        -D
        LIBRARY=$<TARGET_FILE:mmapio_shared>
        -D
        LEDGER=${ledger}
        -D
        FORMAT=${mmapio_exports_format}
        -D
        TOOL=${MMAPIO_EXPORTS_TOOL}
        -D
        HEADER=${PROJECT_SOURCE_DIR}/native/include/mmapio.h
        -P
        ${mmapio_check_exports}
        PARENT_SCOPE)
endfunction()
