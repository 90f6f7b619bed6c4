#include <cstdio>
#include <cstdlib>

#include "target.h"

namespace tidemill::fuzz {

void require(bool kept, std::string_view promise) {
  if (kept) return;
  std::fprintf(stderr, "a promise was not kept: %.*s\n", static_cast<int>(promise.size()),
               promise.data());
  std::abort();
}

}  // namespace tidemill::fuzz
