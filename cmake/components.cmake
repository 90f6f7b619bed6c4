# Writes the list of the components in a folder, so that a new one needs no edit anywhere else.
#
# add_component_list(TARGET FOLDER folder TYPE type NAMESPACE name HEADER header)
#
# Every .cc in src/FOLDER without a header of the same name, tests aside, is one component: http.cc defines
# `const TYPE& http();` in tidemill::NAMESPACE. A name that is a C++ keyword gets a trailing underscore: export.cc
# defines `export_`. HEADER declares TYPE and `std::span<const TYPE* const> all();`, which the generated file defines,
# in the order of the file names.

set(cpp_keywords
  auto bool break case catch char class const continue default delete do double else enum explicit export extern false
  float for friend goto if inline int long mutable namespace new operator private protected public register return
  short signed sizeof static struct switch template this throw true try typedef typename union unsigned using virtual
  void volatile while)

function(component_function file result)
  get_filename_component(name "${file}" NAME_WE)
  if(name IN_LIST cpp_keywords)
    string(APPEND name "_")
  endif()
  set(${result} "${name}" PARENT_SCOPE)
endfunction()

function(add_component_list target)
  cmake_parse_arguments(PARSE_ARGV 1 list "" "FOLDER;TYPE;NAMESPACE;HEADER" "")
  if(NOT EXISTS "${CMAKE_SOURCE_DIR}/src/${list_HEADER}")
    return()
  endif()
  file(GLOB files CONFIGURE_DEPENDS "${CMAKE_SOURCE_DIR}/src/${list_FOLDER}/*.cc")
  list(FILTER files EXCLUDE REGEX "_test\\.cc$")
  list(SORT files)
  set(declarations "")
  set(addresses "")
  foreach(file IN LISTS files)
    string(REGEX REPLACE "\\.cc$" ".h" header "${file}")
    if(NOT EXISTS "${header}")
      component_function("${file}" function)
      string(APPEND declarations "const ${list_TYPE}& ${function}();\n")
      list(APPEND addresses "&${function}()")
    endif()
  endforeach()
  list(LENGTH addresses list_COUNT)
  list(JOIN addresses ", " list_ADDRESSES)
  set(list_DECLARATIONS "${declarations}")
  string(REPLACE "/" "_" name "${list_FOLDER}")
  set(generated "${CMAKE_BINARY_DIR}/generated/${name}_list.cc")
  configure_file("${CMAKE_SOURCE_DIR}/cmake/component_list.cc.in" "${generated}" @ONLY)
  target_sources(${target} PRIVATE "${generated}")
endfunction()
