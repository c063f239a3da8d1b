# The check of exports, which every build of the library makes too: here for cross builds, and to see that it can fail.

function(mmapio_exports_test name ledger)
    mmapio_exports_command(command "${ledger}")
    add_test(NAME exports.${name} COMMAND ${command})
    mmapio_test_settings(exports.${name})
endfunction()

include("${PROJECT_SOURCE_DIR}/native/cmake/exports.cmake")
mmapio_exports_test(match_the_ledger_and_the_header "${mmapio_ledger}")

# That the check can fail: with a ledger that lacks a line, one that has a line too many, and one out of order.
file(STRINGS "${mmapio_ledger}" lines)
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
