# The header by itself: as C++17 and as strict C11, every warning an error whatever MMAPIO_WERROR says.

include(CheckLanguage)

set(name header.works_from_c_plus_plus_and_strict_c)
check_language(CXX)
if(NOT CMAKE_CXX_COMPILER)
    add_test(NAME ${name} COMMAND ${CMAKE_COMMAND} -E echo "skipped: this build has no C++ compiler")
    mmapio_test_settings(${name})
    set_tests_properties(${name} PROPERTIES SKIP_REGULAR_EXPRESSION "^skipped")
    return()
endif()
enable_language(CXX)

if(MSVC)
    set(strict /W4 /WX)
else()
    set(strict -Wall -Wextra -Wpedantic -Werror)
endif()

add_executable(test_header test_header.cpp test_header.c)
target_compile_options(test_header PRIVATE ${strict})
target_link_libraries(test_header PRIVATE mmapio::mmapio)
set_target_properties(
    test_header
    PROPERTIES C_STANDARD 11
               C_STANDARD_REQUIRED ON
               C_EXTENSIONS OFF
               CXX_STANDARD 17
               CXX_STANDARD_REQUIRED ON
               CXX_EXTENSIONS OFF
               RUNTIME_OUTPUT_DIRECTORY "${CMAKE_CURRENT_BINARY_DIR}/bin")
add_test(NAME ${name} COMMAND test_header)
mmapio_test_settings(${name})
