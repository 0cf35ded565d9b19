if(VEDETTE_FUZZ)
  add_custom_target(fuzzers)  # all of them
elseif(VEDETTE_TESTS)
  add_library(vedette_fuzz_replay OBJECT ${CMAKE_SOURCE_DIR}/tests/fuzz_replay.cpp)
  target_link_libraries(vedette_fuzz_replay PRIVATE vedette_flags)
endif()

# Most of a file's compile time goes into the headers that its neighbours include, too, so a module's files are compiled
# several at once. It asks that names in unnamed namespaces differ within a module. ./run lint compiles each file alone.
function(vedette_compile_together target)
  set_target_properties(${target} PROPERTIES UNITY_BUILD ${VEDETTE_UNITY} UNITY_BUILD_BATCH_SIZE 8)
endfunction()

# vedette_module(path DEPS other modules LIBS foreign libraries)
#
# One module is one folder below src/: its sources become the library vedette_<path>, its *_test.cpp one test
# program <path>_test, and each *_fuzz.cpp a fuzz target of its own. Sub-folders that are modules themselves
# are left out. A fuzz target is a libFuzzer program in the fuzz preset and a replay of its seeds elsewhere;
# its seeds lie in testdata/<target>/ beside it.
function(vedette_module path)
  cmake_parse_arguments(ARG "" "" "DEPS;LIBS" ${ARGN})
  string(REPLACE "/" "_" name ${path})
  set(dir ${CMAKE_SOURCE_DIR}/src/${path})
  file(GLOB sources CONFIGURE_DEPENDS ${dir}/*.cpp)
  file(GLOB headers CONFIGURE_DEPENDS ${dir}/*.hpp)
  list(FILTER headers EXCLUDE REGEX "/test_[a-z_]+\\.hpp$")  # of the tests alone, with their definitions
  file(GLOB tests CONFIGURE_DEPENDS ${dir}/*_test.cpp)
  file(GLOB fuzzers CONFIGURE_DEPENDS ${dir}/*_fuzz.cpp)
  list(REMOVE_ITEM sources ${tests} ${fuzzers} ${dir}/main.cpp)
  list(TRANSFORM ARG_DEPS REPLACE "/" "_")
  list(TRANSFORM ARG_DEPS PREPEND vedette_)

  if(sources)
    set(scope PUBLIC)
    add_library(vedette_${name} STATIC ${sources})
    vedette_use_foreign_headers(vedette_${name})
    vedette_compile_together(vedette_${name})
  else()
    set(scope INTERFACE)
    add_library(vedette_${name} INTERFACE)
  endif()
  target_sources(vedette_${name} ${scope} FILE_SET HEADERS BASE_DIRS ${CMAKE_SOURCE_DIR}/src FILES ${headers})
  target_link_libraries(vedette_${name} ${scope} vedette_flags ${ARG_DEPS} ${ARG_LIBS})
  set_target_properties(vedette_${name} PROPERTIES VERIFY_INTERFACE_HEADER_SETS ON)

  if(VEDETTE_TESTS AND tests)
    add_executable(${name}_test ${tests})
    target_link_libraries(${name}_test PRIVATE vedette_${name} GTest::gmock GTest::gtest_main)
    vedette_use_foreign_headers(${name}_test TEST)
    vedette_compile_together(${name}_test)
    target_compile_definitions(${name}_test PRIVATE VEDETTE_SOURCE_DIR="${CMAKE_SOURCE_DIR}")
    gtest_discover_tests(${name}_test TEST_PREFIX ${name}. DISCOVERY_TIMEOUT 60
      PROPERTIES TIMEOUT 300 ENVIRONMENT VEDETTE_TESTS=thorough)
  endif()

  if(VEDETTE_FUZZ)
    foreach(fuzzer ${fuzzers})
      get_filename_component(target ${fuzzer} NAME_WE)
      add_executable(${target} ${fuzzer})
      target_link_options(${target} PRIVATE -fsanitize=fuzzer)
      target_link_libraries(${target} PRIVATE vedette_${name})
      add_dependencies(fuzzers ${target})
    endforeach()
  elseif(VEDETTE_TESTS AND fuzzers)
    vedette_fuzz_replay(${name} ${fuzzers})
  endif()
endfunction()

# One program for the fuzz targets of a module, <name>_fuzz_replay: each target's entry point gets the target's name.
function(vedette_fuzz_replay name)
  set(source "#include \"fuzz_replay.hpp\"\n")
  set(table "")
  foreach(fuzzer ${ARGN})
    get_filename_component(target ${fuzzer} NAME_WE)
    get_filename_component(dir ${fuzzer} DIRECTORY)
    string(APPEND source "#define LLVMFuzzerTestOneInput ${target}\n#include \"${fuzzer}\"\n#undef LLVMFuzzerTestOneInput\n")
    string(APPEND table "    {\"${target}\", ${target}},\n")
    add_test(NAME fuzz.${target} COMMAND ${name}_fuzz_replay ${target} ${dir}/testdata/${target})
  endforeach()
  set(file ${CMAKE_BINARY_DIR}/fuzz_replay/${name}.cpp)
  file(CONFIGURE OUTPUT ${file} CONTENT "${source}const std::map<std::string_view, FuzzTarget> fuzz_targets{\n${table}};\n")
  add_executable(${name}_fuzz_replay ${file})
  target_include_directories(${name}_fuzz_replay PRIVATE ${CMAKE_SOURCE_DIR}/tests)
  target_link_libraries(${name}_fuzz_replay PRIVATE vedette_${name} vedette_fuzz_replay)
  vedette_use_foreign_headers(${name}_fuzz_replay TEST)
endfunction()
