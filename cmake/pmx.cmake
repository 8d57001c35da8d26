# How this project's targets are made: one static library a folder, one unit-test binary a folder.

add_library(pmx_warnings INTERFACE)
target_compile_options(pmx_warnings INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wnon-virtual-dtor -Wold-style-cast)
if(PMX_WERROR)
  target_compile_options(pmx_warnings INTERFACE -Werror)
endif()
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  # GCC 12 reports these falsely inside std::string as soon as it optimises (its bugs 105329, 105651).
  target_compile_options(pmx_warnings INTERFACE -Wno-array-bounds -Wno-restrict -Wno-stringop-overflow)
endif()
if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  target_compile_options(pmx_warnings INTERFACE -Werror=thread-safety)
endif()

# One precompiled header for all targets: parsing nlohmann/json.hpp costs more than compiling most of our files.
if(PMX_PRECOMPILE)
  find_package(nlohmann_json REQUIRED)
  file(CONFIGURE OUTPUT ${CMAKE_BINARY_DIR}/pmx_pch.cpp CONTENT "")
  add_library(pmx_pch OBJECT ${CMAKE_BINARY_DIR}/pmx_pch.cpp)
  target_link_libraries(pmx_pch PRIVATE pmx_warnings nlohmann_json::nlohmann_json)
  target_precompile_headers(pmx_pch PRIVATE
    <nlohmann/json.hpp> <chrono> <condition_variable> <functional> <map> <memory> <mutex> <optional> <set> <string>
    <string_view> <thread> <variant> <vector>)
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    target_compile_options(pmx_warnings INTERFACE -fpch-preprocess)  # lets ccache see through it
  endif()
endif()

function(pmx_precompile target)
  if(PMX_PRECOMPILE)
    target_precompile_headers(${target} REUSE_FROM pmx_pch)
  endif()
endfunction()

# How unit tests are compiled. Beside the optimised libraries of the release preset they are not optimised
# themselves: that would double the time of a test run and prove nothing.
add_library(pmx_test_options INTERFACE)
if(CMAKE_BUILD_TYPE STREQUAL "Release")
  target_compile_options(pmx_test_options INTERFACE -O0 -U_FORTIFY_SOURCE)
  if(PMX_PRECOMPILE AND PMX_BUILD_TESTS)
    add_library(pmx_test_pch OBJECT ${CMAKE_BINARY_DIR}/pmx_pch.cpp)
    target_link_libraries(pmx_test_pch PRIVATE pmx_warnings pmx_test_options nlohmann_json::nlohmann_json)
    target_precompile_headers(pmx_test_pch PRIVATE $<TARGET_PROPERTY:pmx_pch,PRECOMPILE_HEADERS>)
  endif()
endif()

function(pmx_precompile_test target)
  if(TARGET pmx_test_pch)
    target_precompile_headers(${target} REUSE_FROM pmx_test_pch)
  else()
    pmx_precompile(${target})
  endif()
endfunction()

# pmx_library(<folder> SOURCES ... PUBLIC <links> PRIVATE <links>): library pmx_<folder>. Its links are the include rule.
function(pmx_library folder)
  cmake_parse_arguments(ARG "" "" "SOURCES;PUBLIC;PRIVATE" ${ARGN})
  add_library(pmx_${folder} STATIC ${ARG_SOURCES})
  target_include_directories(pmx_${folder} PUBLIC ${PROJECT_SOURCE_DIR})
  target_link_libraries(pmx_${folder} PUBLIC ${ARG_PUBLIC} PRIVATE ${ARG_PRIVATE} pmx_warnings)
  pmx_precompile(pmx_${folder})
endfunction()

# pmx_unit_tests(<folder> [links]): binary <folder>_test from tests/unit/<folder>/**_test.cpp, run by ctest.
function(pmx_unit_tests folder)
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/tests/unit/${folder}/*.cpp)
  if(NOT PMX_BUILD_TESTS OR NOT sources)
    return()
  endif()
  add_executable(${folder}_test ${sources} ${PROJECT_SOURCE_DIR}/tests/unit/main.cpp)
  target_link_libraries(${folder}_test PRIVATE pmx_${folder} ${ARGN} pmx_warnings pmx_test_options doctest::doctest)
  pmx_precompile_test(${folder}_test)
  add_test(NAME unit.${folder} COMMAND ${folder}_test)
endfunction()

# pmx_embed(<target> <namespace> <base dir> <files...>): compiles files into <target> as read-only data behind
#   std::string_view <namespace>::embedded_file(std::string_view name)   name is relative to the base dir
#   std::vector<std::string_view> <namespace>::embedded_files(std::string_view prefix)
function(pmx_embed target namespace base)
  set(blocks "")
  set(externs "")
  set(rows "")
  set(index 0)
  foreach(file ${ARGN})
    file(RELATIVE_PATH name ${base} ${file})
    set(symbol "pmx_${namespace}_file_${index}")
    string(APPEND blocks
      "asm(\".section .rodata\\n.balign 16\\n.global ${symbol}\\n${symbol}:\\n.incbin \\\"${file}\\\"\\n\"\n"
      "    \".global ${symbol}_end\\n${symbol}_end:\\n.byte 0\\n.previous\\n\");\n")
    string(APPEND externs "extern const char ${symbol}[];\nextern const char ${symbol}_end[];\n")
    string(APPEND rows "    {\"${name}\", ${symbol}, ${symbol}_end},\n")
    math(EXPR index "${index} + 1")
  endforeach()
  set(PMX_EMBED_BLOCKS "${blocks}")
  set(PMX_EMBED_EXTERNS "${externs}")
  set(PMX_EMBED_ROWS "${rows}")
  set(PMX_EMBED_NAMESPACE "${namespace}")
  set(output ${CMAKE_CURRENT_BINARY_DIR}/${target}_embedded.cpp)
  configure_file(${PROJECT_SOURCE_DIR}/cmake/embedded.cpp.in ${output} @ONLY)
  set_source_files_properties(${output} PROPERTIES OBJECT_DEPENDS "${ARGN}")
  target_sources(${target} PRIVATE ${output})
endfunction()
