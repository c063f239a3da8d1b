# Installs the library into a folder of its own, and builds and runs programs with it as users do: found by find_package
# and by pkg-config, shared and static, the README's example, and the library without CMake.

# Once, for the library as users get it.
if(CMAKE_CROSSCOMPILING OR CMAKE_CROSSCOMPILING_EMULATOR OR CMAKE_C_FLAGS MATCHES "-fsanitize")
    return()
endif()

set(room "${scratch}/installed")
set(consumer "${CMAKE_CURRENT_SOURCE_DIR}/consumer")
file(REMOVE_RECURSE "${room}")

function(mmapio_consumer_test name)
    add_test(NAME installed.${name} COMMAND ${ARGN})
    mmapio_test_settings(installed.${name})
    set_tests_properties(installed.${name} PROPERTIES FIXTURES_REQUIRED installed)
endfunction()

mmapio_consumer_test(has_every_file ${CMAKE_COMMAND} -D BUILD=${PROJECT_BINARY_DIR} -D PREFIX=${room}/prefix -D
                     CONFIG=$<CONFIG> -D SYSTEM=${CMAKE_SYSTEM_NAME} -P ${consumer}/install.cmake)
set_tests_properties(installed.has_every_file PROPERTIES FIXTURES_SETUP installed FIXTURES_REQUIRED "")

set(generator --build-generator ${CMAKE_GENERATOR})
if(CMAKE_GENERATOR_PLATFORM)
    list(APPEND generator --build-generator-platform ${CMAKE_GENERATOR_PLATFORM})
endif()

function(mmapio_find_package_test name library program)
    mmapio_consumer_test(
        ${name}
        ${CMAKE_CTEST_COMMAND}
        --build-and-test
        ${consumer}
        ${room}/${name}
        ${generator}
        --build-config
        $<CONFIG>
        --build-options
        -DCMAKE_PREFIX_PATH=${room}/prefix
        -DCMAKE_C_COMPILER=${CMAKE_C_COMPILER}
        -DCMAKE_BUILD_TYPE=$<CONFIG>
        -DLIBRARY=${library}
        -DPROGRAM=${program}
        --test-command
        ${room}/${name}/consumer
        ${ARGN})
endfunction()

mmapio_find_package_test(find_package_shared mmapio::mmapio consumer.c)
mmapio_find_package_test(find_package_static mmapio::static consumer.c)

add_test(NAME configured.without_a_kind_of_build_is_one_to_use
         COMMAND ${CMAKE_COMMAND} -D ROOT=${PROJECT_SOURCE_DIR} -D COMPILER=${CMAKE_C_COMPILER} -D
                 GENERATOR=${CMAKE_GENERATOR} -D FOLDER=${room}/configured -P ${consumer}/configured.cmake)
mmapio_test_settings(configured.without_a_kind_of_build_is_one_to_use)
set_tests_properties(configured.without_a_kind_of_build_is_one_to_use PROPERTIES SKIP_REGULAR_EXPRESSION "skipped: ")

# What follows is written for POSIX: its compilers, its shells, its files.
if(WIN32)
    return()
endif()

# The example is what stands in the README, not a copy of it.
file(READ "${PROJECT_SOURCE_DIR}/README.md" readme)
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/README.md")
string(REGEX REPLACE ".*\n```c\n(.*)" "\\1" example "${readme}")
string(FIND "${example}" "\n```" end)
string(SUBSTRING "${example}" 0 ${end} example)
file(CONFIGURE OUTPUT "${room}/readme.c" CONTENT "${example}\n" @ONLY)
mmapio_find_package_test(readme_example mmapio::mmapio "${room}/readme.c" "${PROJECT_SOURCE_DIR}/README.md")
set_tests_properties(installed.readme_example PROPERTIES PASS_REGULAR_EXPRESSION "pages are in memory")

foreach(kind IN ITEMS shared static)
    mmapio_consumer_test(
        pkg_config_${kind}
        ${CMAKE_COMMAND}
        -D
        PREFIX=${room}/prefix
        -D
        COMPILER=${CMAKE_C_COMPILER}
        -D
        SOURCE=${consumer}/consumer.c
        -D
        KIND=${kind}
        -D
        PROGRAM=${room}/pkg_config_${kind}
        -P
        ${consumer}/pkg_config.cmake)
    set_tests_properties(installed.pkg_config_${kind} PROPERTIES SKIP_REGULAR_EXPRESSION "skipped: ")
endforeach()

add_test(
    NAME one_line.builds_a_library_that_works
    COMMAND ${CMAKE_COMMAND} -D ROOT=${PROJECT_SOURCE_DIR} -D COMPILER=${CMAKE_C_COMPILER} -D
            FOLDER=${room}/one_line -P ${consumer}/one_line.cmake)
mmapio_test_settings(one_line.builds_a_library_that_works)
set_tests_properties(one_line.builds_a_library_that_works PROPERTIES SKIP_REGULAR_EXPRESSION "skipped: ")
