# How everything is compiled: one interface target that every target of ours links.
option(BRINK_ASAN "AddressSanitizer and UndefinedBehaviorSanitizer" OFF)
option(BRINK_TSAN "ThreadSanitizer" OFF)
option(BRINK_FUZZ "build fuzz targets with libFuzzer, ASan and UBSan" OFF)
option(BRINK_BENCH "build the load generators and floors of bench/" ON)

add_library(brink_options INTERFACE)
target_include_directories(brink_options INTERFACE ${CMAKE_SOURCE_DIR}/src)
target_compile_options(brink_options INTERFACE
  -Wall -Wextra -Wshadow -Wnon-virtual-dtor -Wimplicit-fallthrough -Wno-missing-field-initializers
  -Wno-gnu-statement-expression -fno-omit-frame-pointer)
target_compile_definitions(brink_options INTERFACE BRINK_VERSION="${PROJECT_VERSION}")

# mold links fastest; lld is installed with the compiler and serves where mold is missing.
find_program(BRINK_MOLD mold)
if(BRINK_MOLD)
  target_link_options(brink_options INTERFACE -fuse-ld=mold)
else()
  target_link_options(brink_options INTERFACE -fuse-ld=lld-19)
endif()

if(BRINK_ASAN OR BRINK_FUZZ)
  target_compile_options(brink_options INTERFACE -fsanitize=address,undefined -fno-sanitize-recover=undefined)
  target_link_options(brink_options INTERFACE -fsanitize=address,undefined)
endif()
if(BRINK_FUZZ)
  target_compile_options(brink_options INTERFACE -fsanitize=fuzzer-no-link)
endif()
if(BRINK_TSAN)
  target_compile_options(brink_options INTERFACE -fsanitize=thread)
  target_link_options(brink_options INTERFACE -fsanitize=thread)
endif()

find_program(CCACHE_PROGRAM ccache)
if(CCACHE_PROGRAM)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env CCACHE_SLOPPINESS=pch_defines,time_macros ${CCACHE_PROGRAM})
  set(CMAKE_C_COMPILER_LAUNCHER ${CCACHE_PROGRAM})
  target_compile_options(brink_options INTERFACE $<$<COMPILE_LANGUAGE:CXX>:SHELL:-Xclang -fno-pch-timestamp>)
endif()
