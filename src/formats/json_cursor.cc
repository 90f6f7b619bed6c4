#include "formats/json_cursor.h"

namespace tidemill {

bool JsonCursor::has_half_surrogate() const {
  const size_t end = after();
  for (size_t at = token_; at < end; ++at) {
    if (scanner_->first_of(at) == '"' && string_at(at).half_surrogate) return true;
  }
  return false;
}

}  // namespace tidemill
