#include "formats/json_cursor.h"

namespace tidemill {

JsonString JsonCursor::string_at(size_t token) const {
  const std::string_view quoted = scanner_->between(token, token + 1);
  return make_json_string(quoted.substr(1, quoted.size() - 2));
}

/// Returns the token after the value.
size_t JsonCursor::after() const {
  if (first() != '{' && first() != '[') return token_ + 1;
  size_t depth = 0;
  size_t at = token_;
  do {
    const char first = scanner_->first_of(at++);
    if (first == '{' || first == '[') ++depth;
    if (first == '}' || first == ']') --depth;
  } while (depth > 0);
  return at;
}

bool JsonCursor::has_half_surrogate() const {
  const size_t end = after();
  for (size_t at = token_; at < end; ++at) {
    if (scanner_->first_of(at) == '"' && string_at(at).half_surrogate) return true;
  }
  return false;
}

}  // namespace tidemill
