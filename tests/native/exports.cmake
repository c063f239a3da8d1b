# The ledger native/exports.txt against the symbols of the shared library that was built, and against the header.

set(ledger "${PROJECT_SOURCE_DIR}/native/exports.txt")
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${ledger}")

# Set MMAPIO_EXPORTS_TOOL where a cross build finds none, or the wrong one.
if(CMAKE_SYSTEM_NAME STREQUAL "Windows")
    set(format PE)
    set(names ${CMAKE_OBJDUMP} llvm-objdump objdump)
elseif(CMAKE_SYSTEM_NAME STREQUAL "Darwin")
    # The nm of binutils, which another system may have, does not read this format.
    set(format MACHO)
    set(names llvm-nm ${CMAKE_NM} nm)
else()
    set(format ELF)
    set(names ${CMAKE_NM} nm llvm-nm)
endif()
find_program(MMAPIO_EXPORTS_TOOL NAMES ${names} DOC "nm, or objdump for Windows, that reads the shared library")

function(mmapio_exports_test name ledger)
    add_test(
        NAME exports.${name}
        COMMAND
            ${CMAKE_COMMAND} -D LIBRARY=$<TARGET_FILE:mmapio::mmapio> -D LEDGER=${ledger} -D FORMAT=${format} -D
            TOOL=${MMAPIO_EXPORTS_TOOL} -D HEADER=${PROJECT_SOURCE_DIR}/native/include/mmapio.h -P
            ${CMAKE_CURRENT_SOURCE_DIR}/check_exports.cmake)
    mmapio_test_settings(exports.${name})
endfunction()

mmapio_exports_test(match_the_ledger_and_the_header "${ledger}")

# That the check can fail: with a ledger that lacks a line, one that has a line too many, and one out of order.
file(STRINGS "${ledger}" lines)
list(REMOVE_ITEM lines mmapio_map_close)
list(JOIN lines "\n" text)
file(WRITE "${scratch}/ledger_lacks_a_line.txt" "${text}\n")
list(APPEND lines mmapio_map_close mmapio_zzz)
list(JOIN lines "\n" text)
file(WRITE "${scratch}/ledger_out_of_order.txt" "${text}\n")
list(SORT lines)
list(JOIN lines "\n" text)
file(WRITE "${scratch}/ledger_has_a_line_too_many.txt" "${text}\n")

mmapio_exports_test(check_notices_an_extra_symbol "${scratch}/ledger_lacks_a_line.txt")
mmapio_exports_test(check_notices_a_missing_symbol "${scratch}/ledger_has_a_line_too_many.txt")
mmapio_exports_test(check_notices_disorder "${scratch}/ledger_out_of_order.txt")
set_tests_properties(exports.check_notices_an_extra_symbol
                     PROPERTIES PASS_REGULAR_EXPRESSION "not in the ledger: mmapio_map_close")
set_tests_properties(exports.check_notices_a_missing_symbol
                     PROPERTIES PASS_REGULAR_EXPRESSION "not exported: mmapio_zzz")
set_tests_properties(exports.check_notices_disorder PROPERTIES PASS_REGULAR_EXPRESSION "not sorted")
