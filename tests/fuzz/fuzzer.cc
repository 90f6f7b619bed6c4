// What libFuzzer calls; built once for each target, which is TIDEMILL_FUZZ_TARGET.
#include <cstdint>

#include "target.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  tidemill::fuzz::TIDEMILL_FUZZ_TARGET({reinterpret_cast<const char*>(data), size});
  return 0;
}
