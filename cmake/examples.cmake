# Puts the projects in examples/ into the program, so that `tidemill init` needs nothing but itself.
#
# embed_examples(TARGET) defines tidemill::cli::example_files() of src/cli/examples.h. Pictures are left out, and what a
# run leaves behind.

set(largest_example_file 2000000)  # Bytes: a sample, not a data set.

function(embed_examples target)
  set(folder "${CMAKE_SOURCE_DIR}/examples")
  file(GLOB_RECURSE files CONFIGURE_DEPENDS LIST_DIRECTORIES false RELATIVE "${folder}" "${folder}/*/*")
  list(FILTER files EXCLUDE REGEX "/\\.tidemill/|/__pycache__/|\\.(png|jpg|svg|html)$")
  list(SORT files)
  set(assembly "")
  set(declarations "")
  set(entries "")
  set(paths "")
  set(number 0)
  foreach(file IN LISTS files)
    file(SIZE "${folder}/${file}" size)
    if(size GREATER largest_example_file)
      message(FATAL_ERROR "examples/${file} is too large to be part of the program: ${size} bytes")
    endif()
    set(symbol "tidemill_example_${number}")
    string(APPEND assembly
      "    .global ${symbol}\n    .global ${symbol}_end\n"
      "${symbol}:\n    .incbin \"${folder}/${file}\"\n${symbol}_end:\n")
    string(APPEND declarations "extern const char ${symbol}[];\nextern const char ${symbol}_end[];\n")
    string(APPEND entries "    {\"${file}\", {${symbol}, ${symbol}_end}},\n")
    list(APPEND paths "${folder}/${file}")
    math(EXPR number "${number} + 1")
  endforeach()
  set(generated "${CMAKE_BINARY_DIR}/generated/example_files.cc")
  configure_file("${CMAKE_SOURCE_DIR}/cmake/example_files.cc.in" "${generated}" @ONLY)
  set_source_files_properties("${generated}" PROPERTIES OBJECT_DEPENDS "${paths}")
  target_sources(${target} PRIVATE "${generated}")
endfunction()
