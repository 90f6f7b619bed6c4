// A second walk over a value that a JsonScanner has passed and found to be sound.
#pragma once

#include <cstddef>
#include <string_view>

#include "formats/json_scanner.h"

namespace tidemill {

/// One value of a scanner's text. Valid until the scanner starts another text.
class JsonCursor {
 public:
  /// `token` is the scanner's `token()` at the value's beginning.
  JsonCursor(const JsonScanner& scanner, size_t token) : scanner_(&scanner), token_(token) {}

  /// Returns the value's first character.
  char first() const { return scanner_->first_of(token_); }
  /// Returns the value as it stands in the text.
  std::string_view written() const { return scanner_->between(token_, after()); }
  /// Returns a string's content; `first()` is a quote.
  JsonString string() const { return string_at(token_); }
  /// True when a string in the value, or a name, has half of a surrogate pair.
  bool has_half_surrogate() const;

  /// Calls `each(JsonCursor)` for every element of a list; `first()` is `[`.
  template <typename Function>
  void for_each_element(const Function& each) const {
    for (size_t at = token_ + 1; scanner_->first_of(at) != ']';) {
      const JsonCursor element(*scanner_, at);
      each(element);
      at = element.after_comma();
    }
  }
  /// Calls `each(const JsonString& name, JsonCursor value)` for every field of an object; `first()`
  /// is `{`.
  template <typename Function>
  void for_each_field(const Function& each) const {
    for (size_t at = token_ + 1; scanner_->first_of(at) != '}';) {
      const JsonCursor value(*scanner_, at + 2);
      each(string_at(at), value);
      at = value.after_comma();
    }
  }

 private:
  JsonString string_at(size_t token) const {
    const std::string_view inside = scanner_->inside_string(token);
    return scanner_->has_escapes() ? make_json_string(inside) : JsonString{.inside = inside};
  }
  /// Returns the token after the value.
  size_t after() const {
    const bool is_container = first() == '{' || first() == '[';
    return is_container ? scanner_->after_container(token_) : token_ + 1;
  }
  size_t after_comma() const {
    const size_t next = after();
    return scanner_->first_of(next) == ',' ? next + 1 : next;
  }

  const JsonScanner* scanner_;
  size_t token_;
};

}  // namespace tidemill
