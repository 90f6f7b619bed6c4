# tidemill_compiler: the flags of all our own code.

add_library(tidemill_compiler INTERFACE)
target_compile_options(tidemill_compiler INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wconversion
  -Wno-missing-field-initializers)  # else g++ 12 wants every member named in a designated initializer
if(TIDEMILL_WARNINGS_ARE_ERRORS)
  target_compile_options(tidemill_compiler INTERFACE -Werror)
endif()
if(TIDEMILL_SANITIZERS)
  target_compile_options(tidemill_compiler INTERFACE
    -fsanitize=${TIDEMILL_SANITIZERS} -fno-sanitize-recover=all)
  target_link_options(tidemill_compiler INTERFACE -fsanitize=${TIDEMILL_SANITIZERS})
endif()

find_program(MOLD mold)
if(MOLD)
  target_link_options(tidemill_compiler INTERFACE -fuse-ld=mold)
endif()

# What the files in src/formats are compiled with: simdjson's kernel for x86-64-v3 wants PCLMUL besides.
set(TIDEMILL_READER_FLAGS -march=x86-64-v3 -mpclmul)
