# What is compiled once for all modules: Asio's own code, and the foreign headers that most files include.
#
# Without these every file would parse 2 to 5 seconds of headers and compile its own copy of Asio: a clean build would take
# twice as long.

add_library(vedette_asio STATIC ${CMAKE_SOURCE_DIR}/cmake/asio.cpp)
target_compile_definitions(vedette_asio PUBLIC
  BOOST_ASIO_SEPARATE_COMPILATION BOOST_ASIO_NO_DEPRECATED BOOST_ASIO_DISABLE_BOOST_REGEX
  BOOST_ASIO_DISABLE_BOOST_DATE_TIME)
target_link_libraries(vedette_asio PUBLIC Boost::headers OpenSSL::SSL Threads::Threads)
target_link_libraries(vedette_flags INTERFACE vedette_asio)

# clang refuses a precompiled header that saw other macros than the file that uses it, so all see the same.
target_compile_definitions(vedette_flags INTERFACE
  $<TARGET_PROPERTY:Boost::json,INTERFACE_COMPILE_DEFINITIONS> $<TARGET_PROPERTY:Boost::url,INTERFACE_COMPILE_DEFINITIONS>
  $<TARGET_PROPERTY:Boost::container,INTERFACE_COMPILE_DEFINITIONS>)

if(VEDETTE_PCH)
  # The files' times in the precompiled header would make every build differ for ccache.
  add_compile_options("SHELL:-Xclang -fno-pch-timestamp")
  set(foreign_headers ${CMAKE_SOURCE_DIR}/cmake/foreign_headers.hpp)
  file(WRITE ${CMAKE_BINARY_DIR}/foreign.cpp.in "// Libraries and programs differ in -fPIC and -fPIE: a precompiled header for each.\n")
  configure_file(${CMAKE_BINARY_DIR}/foreign.cpp.in ${CMAKE_BINARY_DIR}/foreign.cpp COPYONLY)
  add_library(vedette_foreign_headers STATIC ${CMAKE_BINARY_DIR}/foreign.cpp)
  target_link_libraries(vedette_foreign_headers PRIVATE vedette_flags fmt::fmt spdlog::spdlog)
  target_precompile_headers(vedette_foreign_headers PRIVATE ${foreign_headers})
  if(VEDETTE_TESTS)
    add_library(vedette_foreign_headers_tests STATIC ${CMAKE_BINARY_DIR}/foreign.cpp)
    target_link_libraries(vedette_foreign_headers_tests PRIVATE vedette_flags fmt::fmt spdlog::spdlog GTest::gmock)
    target_precompile_headers(vedette_foreign_headers_tests PRIVATE ${foreign_headers} <gmock/gmock.h> <gtest/gtest.h>)
    set_target_properties(vedette_foreign_headers_tests PROPERTIES POSITION_INDEPENDENT_CODE OFF)
    target_compile_options(vedette_foreign_headers_tests PRIVATE -fPIE)
  endif()
endif()

# vedette_use_foreign_headers(target [TEST]): TEST for a program that may include GoogleTest.
function(vedette_use_foreign_headers target)
  if(NOT VEDETTE_PCH)
    return()
  elseif("TEST" IN_LIST ARGN)
    target_precompile_headers(${target} REUSE_FROM vedette_foreign_headers_tests)
  else()
    target_precompile_headers(${target} REUSE_FROM vedette_foreign_headers)
  endif()
endfunction()
