# The fuzz targets in tests/fuzz: each .cc that has no other part is one target, a function of its name.

set(fuzz_folder "${CMAKE_SOURCE_DIR}/tests/fuzz")
file(GLOB fuzz_targets CONFIGURE_DEPENDS "${fuzz_folder}/*.cc")
set(fuzz_parts "${fuzz_folder}/read_records.cc" "${fuzz_folder}/require.cc")
list(REMOVE_ITEM fuzz_targets ${fuzz_parts} "${fuzz_folder}/fuzzer.cc" "${fuzz_folder}/replay.cc")

# add_fuzzers(LIBRARY): a program of libFuzzer for each target, fuzz_TARGET.
function(add_fuzzers library)
  add_library(fuzz_targets OBJECT ${fuzz_targets} ${fuzz_parts})
  target_link_libraries(fuzz_targets PUBLIC ${library})
  foreach(source IN LISTS fuzz_targets)
    get_filename_component(name "${source}" NAME_WE)
    add_executable(fuzz_${name} "${fuzz_folder}/fuzzer.cc")
    target_compile_definitions(fuzz_${name} PRIVATE TIDEMILL_FUZZ_TARGET=${name})
    target_link_libraries(fuzz_${name} PRIVATE fuzz_targets)
    target_link_options(fuzz_${name} PRIVATE -fsanitize=fuzzer)
  endforeach()
endfunction()

# add_replay(LIBRARY): one program that runs all targets on the files of a folder.
function(add_replay library)
  add_executable(tidemill_replay ${fuzz_targets} ${fuzz_parts} "${fuzz_folder}/replay.cc")
  target_link_libraries(tidemill_replay PRIVATE ${library})
endfunction()
