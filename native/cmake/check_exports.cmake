# Fails unless the symbols that LIBRARY exports are exactly the lines of LEDGER, and the functions that HEADER declares.
#
#     cmake -D LIBRARY=<file> -D LEDGER=<exports.txt> -D FORMAT=ELF|MACHO|PE -D TOOL=<nm, or objdump for PE>
#           [-D HEADER=<mmapio.h>] -P check_exports.cmake
#
# Any nm or objdump that reads the format will do, of binutils or of LLVM: a cross build can name its own.

cmake_minimum_required(VERSION 3.21)

foreach(given IN ITEMS LIBRARY LEDGER FORMAT TOOL)
    if("${${given}}" STREQUAL "")
        message(FATAL_ERROR "${given} is not set")
    endif()
endforeach()

set(problems "")

# Lines that match the pattern name a symbol: in its first parenthesis, or for PE in the one that is counted below.
if(FORMAT STREQUAL "ELF")
    # 0000000000001a30 T mmapio_map_close@@MMAPIO_1.0, and the version node itself, which is absolute (A).
    set(arguments -D --defined-only)
    set(pattern "^[0-9a-fA-F]+ [B-Zb-z] ([^@ ]+).*$")
elseif(FORMAT STREQUAL "MACHO")
    # The format puts an underscore before every name of C.
    set(arguments -g --defined-only)
    set(pattern "^[0-9a-fA-F]+ [A-Za-z] _([^ ]+)$")
elseif(FORMAT STREQUAL "PE")
    # binutils: "[   0] mmapio_abi_version", or "[   0] +base[   1]  0000 mmapio_abi_version" (2.40 and later);
    # LLVM: "     1   0x1234  mmapio_abi_version".
    set(arguments -p)
    set(pattern "^[ \t]*(\\[ *[0-9]+\\]( \\+base\\[ *[0-9]+\\])?( +[0-9a-f]+)?|[0-9]+ +0x[0-9a-f]+) +([A-Za-z_][A-Za-z0-9_]*)$")
else()
    message(FATAL_ERROR "FORMAT is ${FORMAT}: not one of ELF, MACHO, PE")
endif()

execute_process(
    COMMAND "${TOOL}" ${arguments} "${LIBRARY}"
    OUTPUT_VARIABLE output
    ERROR_VARIABLE complaint
    RESULT_VARIABLE result)
if(NOT result EQUAL 0)
    message(FATAL_ERROR "${TOOL} ${LIBRARY}: ${result} ${complaint}")
endif()

# Brackets would keep CMake from splitting the text into a list; the parts around them do not matter here.
set(symbols "")
string(REPLACE ";" " " output "${output}")
string(REGEX REPLACE "\r?\n" ";" lines "${output}")
if(FORMAT STREQUAL "PE")
    string(REPLACE "[" "(" lines "${lines}")
    string(REPLACE "]" ")" lines "${lines}")
    string(REPLACE "\\[" "\\(" pattern "${pattern}")
    string(REPLACE "\\]" "\\)" pattern "${pattern}")
    set(name "\\4")
else()
    set(name "\\1")
endif()
foreach(line IN LISTS lines)
    if(line MATCHES "${pattern}")
        string(REGEX REPLACE "${pattern}" "${name}" symbol "${line}")
        list(APPEND symbols "${symbol}")
    endif()
endforeach()
list(LENGTH symbols count)
if(count EQUAL 0)
    message(FATAL_ERROR "${TOOL} shows no exports of ${LIBRARY}:\n${output}")
endif()

file(STRINGS "${LEDGER}" ledger)
set(sorted "${ledger}")
list(SORT sorted)
list(REMOVE_DUPLICATES sorted)
if(NOT sorted STREQUAL ledger)
    list(APPEND problems "${LEDGER} is not sorted, or names a symbol twice")
endif()

foreach(symbol IN LISTS symbols)
    if(NOT symbol IN_LIST ledger)
        list(APPEND problems "exported but not in the ledger: ${symbol}")
    endif()
endforeach()
foreach(symbol IN LISTS ledger)
    if(NOT symbol IN_LIST symbols)
        list(APPEND problems "in the ledger but not exported: ${symbol}")
    endif()
endforeach()

if(NOT "${HEADER}" STREQUAL "")
    file(READ "${HEADER}" header)
    string(REGEX MATCHALL "MMAPIO_API [^;(]*mmapio_[a-z0-9_]+\\(" declared "${header}")
    list(TRANSFORM declared REPLACE ".*(mmapio_[a-z0-9_]+)\\($" "\\1")
    foreach(symbol IN LISTS declared)
        if(NOT symbol IN_LIST symbols)
            list(APPEND problems "declared in the header but not exported: ${symbol}")
        endif()
    endforeach()
    foreach(symbol IN LISTS symbols)
        if(NOT symbol IN_LIST declared)
            list(APPEND problems "exported but not declared in the header: ${symbol}")
        endif()
    endforeach()
endif()

if(problems)
    list(JOIN problems "\n  " text)
    message(FATAL_ERROR "${LIBRARY}:\n  ${text}")
endif()
message(STATUS "${count} symbols, as in the ledger")
