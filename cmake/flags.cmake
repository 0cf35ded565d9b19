# Flags that all of our code shares, as one interface target.
add_library(vedette_flags INTERFACE)
target_include_directories(vedette_flags INTERFACE ${CMAKE_SOURCE_DIR}/src)
target_compile_options(vedette_flags INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -Woverloaded-virtual -Wimplicit-fallthrough -Werror
  -Wno-missing-designated-field-initializers  # members with defaults are left out on purpose
  -fstack-protector-strong -fno-omit-frame-pointer)
target_compile_definitions(vedette_flags INTERFACE
  _GLIBCXX_ASSERTIONS SPDLOG_FMT_EXTERNAL)
target_link_libraries(vedette_flags INTERFACE Threads::Threads)
if(CMAKE_BUILD_TYPE STREQUAL "Release")
  target_compile_definitions(vedette_flags INTERFACE _FORTIFY_SOURCE=2)
endif()

# The linker and sanitizers are set globally, so that everything we compile agrees.
add_link_options(-fuse-ld=lld -Wl,-z,relro,-z,now)
if(VEDETTE_SANITIZERS)
  add_compile_options(-fsanitize=${VEDETTE_SANITIZERS} -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${VEDETTE_SANITIZERS})
endif()
if(VEDETTE_SANITIZERS MATCHES "undefined")
  add_compile_options(-fsanitize-ignorelist=${CMAKE_CURRENT_LIST_DIR}/sanitizers.txt)
endif()
if(VEDETTE_FUZZ)
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()
