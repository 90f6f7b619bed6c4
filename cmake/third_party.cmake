# tidemill_third_party: all libraries that Tidemill links. Versions and hashes: dependencies/.

set(third_party "${CMAKE_SOURCE_DIR}/build/third_party")
if(NOT EXISTS "${third_party}/duckdb/lib/libduckdb.so" OR NOT EXISTS "${third_party}/simdjson/simdjson.cpp")
  message(FATAL_ERROR "build/third_party is not complete: run tools/setup build")
endif()

# Bound, so that the system finds 57,000 symbols without searching for them: docs/decisions/018.
set(bound_duckdb "${CMAKE_BINARY_DIR}/libduckdb.so")
add_custom_command(
  OUTPUT "${bound_duckdb}"
  COMMAND "${CMAKE_SOURCE_DIR}/tools/bind_symbols" "${third_party}/duckdb/lib/libduckdb.so" "${bound_duckdb}"
  DEPENDS "${CMAKE_SOURCE_DIR}/tools/bind_symbols" "${third_party}/duckdb/lib/libduckdb.so"
  VERBATIM)
add_custom_target(bind_duckdb DEPENDS "${bound_duckdb}")
add_library(duckdb SHARED IMPORTED GLOBAL)
add_dependencies(duckdb bind_duckdb)
set_target_properties(duckdb PROPERTIES
  IMPORTED_LOCATION "${bound_duckdb}"
  IMPORTED_SONAME libduckdb.so
  INTERFACE_INCLUDE_DIRECTORIES "${third_party}/duckdb/include")

# DuckDB's extensions that the program loads when a source needs them.
file(GLOB TIDEMILL_EXTENSIONS "${third_party}/duckdb_extensions/*/linux_amd64/*_scanner.duckdb_extension")
list(LENGTH TIDEMILL_EXTENSIONS extension_count)
if(NOT extension_count EQUAL 2)
  message(FATAL_ERROR "build/third_party is not complete: run tools/setup build")
endif()
list(GET TIDEMILL_EXTENSIONS 0 first_extension)
get_filename_component(TIDEMILL_EXTENSIONS_DIRECTORY "${first_extension}" DIRECTORY)

add_library(simdjson STATIC "${third_party}/simdjson/simdjson.cpp")
target_include_directories(simdjson SYSTEM PUBLIC "${third_party}/simdjson")
target_compile_options(simdjson PRIVATE -O3 -w ${TIDEMILL_READER_FLAGS})

find_package(Threads REQUIRED)
find_package(BZip2 REQUIRED)
find_package(CURL REQUIRED)
find_package(OpenSSL REQUIRED)
find_package(SQLite3 REQUIRED)
find_package(CLI11 REQUIRED)
find_package(fmt REQUIRED)
find_package(nlohmann_json REQUIRED)
find_package(yaml-cpp REQUIRED)
find_package(zstd REQUIRED)
find_path(ISAL_INCLUDE_DIRECTORY isa-l.h REQUIRED)
find_library(ISAL_LIBRARY isal REQUIRED)

add_library(tidemill_third_party INTERFACE)
target_include_directories(tidemill_third_party SYSTEM INTERFACE "${ISAL_INCLUDE_DIRECTORY}" ${CURL_INCLUDE_DIRS})
target_link_libraries(tidemill_third_party INTERFACE
  duckdb simdjson "${ISAL_LIBRARY}" yaml-cpp nlohmann_json::nlohmann_json CLI11::CLI11 fmt::fmt
  SQLite::SQLite3 BZip2::BZip2 zstd::libzstd_shared OpenSSL::Crypto Threads::Threads ${CMAKE_DL_LIBS})
