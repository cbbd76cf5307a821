include(GoogleTest)

# One precompiled header for the standard library and fmt, made once and reused by every room and test.
file(WRITE ${CMAKE_BINARY_DIR}/pch_anchor.cc.in "")
configure_file(${CMAKE_BINARY_DIR}/pch_anchor.cc.in ${CMAKE_BINARY_DIR}/pch_anchor.cc COPYONLY)
add_library(brink_pch STATIC ${CMAKE_BINARY_DIR}/pch_anchor.cc)
target_link_libraries(brink_pch PUBLIC brink_options fmt::fmt-header-only)
target_precompile_headers(brink_pch PRIVATE
  <algorithm> <array> <atomic> <chrono> <coroutine> <cstdint> <cstring> <expected> <functional> <map> <memory>
  <optional> <span> <string> <string_view> <unordered_map> <utility> <variant> <vector> <fmt/format.h>)

# brink_room(name LINK deps...): the static library brink_<name> of src/<name>, and its unit tests
# tests/<name>/**/*_test.cc as the executable test_<name>.
function(brink_room name)
  cmake_parse_arguments(ROOM "" "" "LINK" ${ARGN})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/src/${name}/*.cc)
  list(REMOVE_ITEM sources ${CMAKE_SOURCE_DIR}/src/app/main.cc)
  if(NOT sources)
    add_library(brink_${name} INTERFACE)
    target_link_libraries(brink_${name} INTERFACE brink_options ${ROOM_LINK} Threads::Threads)
  else()
    add_library(brink_${name} STATIC ${sources})
    target_link_libraries(brink_${name} PUBLIC brink_options ${ROOM_LINK} Threads::Threads)
    target_precompile_headers(brink_${name} REUSE_FROM brink_pch)
  endif()

  file(GLOB_RECURSE tests CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/tests/${name}/*_test.cc)
  if(tests AND NOT BRINK_FUZZ)
    add_executable(test_${name} ${tests})
    target_include_directories(test_${name} PRIVATE ${CMAKE_SOURCE_DIR})
    target_compile_definitions(test_${name} PRIVATE BRINK_SOURCE_DIR="${CMAKE_SOURCE_DIR}")
    target_link_libraries(test_${name} PRIVATE brink_${name} GTest::gmock GTest::gtest GTest::gtest_main)
    target_precompile_headers(test_${name} REUSE_FROM brink_pch)
    add_test(NAME ${name} COMMAND test_${name})
  endif()
endfunction()

# Compiles each header alone, so that none leans on what another file happened to include first.
# Target: headers.
function(brink_header_self_containment)
  file(GLOB_RECURSE headers CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/src/*.h)
  set(stubs)
  foreach(header ${headers})
    file(RELATIVE_PATH relative ${CMAKE_SOURCE_DIR}/src ${header})
    string(REPLACE "/" "__" flat ${relative})
    set(unit ${CMAKE_BINARY_DIR}/headers/${flat}.cc)
    file(CONFIGURE OUTPUT ${unit} CONTENT "#include \"${relative}\"\n")
    list(APPEND stubs ${unit})
  endforeach()
  if(stubs)
    add_library(headers OBJECT EXCLUDE_FROM_ALL ${stubs})
    target_link_libraries(headers PRIVATE brink_options fmt::fmt-header-only OpenSSL::SSL PkgConfig::CARES PkgConfig::LMDB
                          PkgConfig::RE2 nlohmann_json::nlohmann_json)
    target_compile_options(headers PRIVATE -O0 -g0 -Wno-unused-const-variable -Wno-unused-function)
  endif()
endfunction()

# fuzz/<name>_fuzz.cc -> executable fuzz_<name>, only in the fuzz preset.
function(brink_fuzz_targets)
  if(NOT BRINK_FUZZ)
    return()
  endif()
  file(GLOB targets CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/fuzz/*_fuzz.cc)
  foreach(source ${targets})
    get_filename_component(name ${source} NAME_WE)
    string(REGEX REPLACE "_fuzz$" "" name ${name})
    add_executable(fuzz_${name} ${source})
    target_include_directories(fuzz_${name} PRIVATE ${CMAKE_SOURCE_DIR})
    target_link_libraries(fuzz_${name} PRIVATE brink_edge brink_control -fsanitize=fuzzer)
  endforeach()
endfunction()
