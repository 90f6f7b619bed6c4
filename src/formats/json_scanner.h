// JSON text (RFC 8259), token by token and nothing kept.
//
// simdjson's first stage finds where the tokens of a text begin, and checks UTF-8 and control
// characters on the way, at several GB/s. Its on-demand parser goes on from there without looking
// at what it skips: `{"x":tru,"y":[1,,2]}` passes as long as nobody asks for x and y, and which
// records are bad would depend on who reads them. So the second stage is ours. It walks the same
// tokens once; every token is checked, whether it is read or skipped, and the text of each value
// stays where it is. simdjson picks its first stage when the program runs, so nothing here depends
// on the compiler's target.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace simdjson::internal {
class dom_parser_implementation;
}

namespace tidemill {

/// A string as it stands between its quotes.
struct JsonString {
  std::string_view inside;
  bool escaped = false;         ///< It has escapes: `unescape_json` makes its text.
  bool half_surrogate = false;  ///< An escape is half of a surrogate pair: it has no text in UTF-8.
};

/// Walks the tokens of one text after another. A function that answers false has found the text to
/// be broken; then `problem` says why, and only `start` may follow.
class JsonScanner {
 public:
  /// Objects and lists may lie within each other this deep.
  static constexpr size_t kDeepest = 1024;

  JsonScanner();
  ~JsonScanner();

  /// Begins with `text`, which outlives the walk; not empty and not only white space.
  [[nodiscard]] bool start(std::string_view text);

  /// True when a backslash stands in the text, as nothing but an escape in a sound one. To be asked
  /// right after `start`.
  bool has_backslash() const { return next_backslash_ < text_.size(); }
  /// Returns the first character of the next token, or NUL after the last. `{`, `[`, `"`, `t`, `f`,
  /// `n`, `-` and digits begin values, if all is well.
  char peek() const { return at_ < count_ ? text_[tokens_[at_]] : '\0'; }
  /// Returns the number of the next token; JsonCursor walks from there again.
  size_t token() const { return at_; }
  /// Returns the first character of a token that was passed or is the next.
  char first_of(size_t token) const { return token < count_ ? text_[tokens_[token]] : '\0'; }
  /// Returns what stands from one token up to another, without white space at its end.
  std::string_view between(size_t token, size_t end) const;
  /// Returns where the next token begins, in bytes.
  size_t position() const { return at_ < count_ ? tokens_[at_] : text_.size(); }

  /// Enters the object that begins here.
  [[nodiscard]] bool enter_object();
  /// Goes to the next field of the innermost entered object; each field's value must have been read
  /// or skipped. kEnd leaves the object.
  enum class Field { kFound, kEnd, kBroken };
  [[nodiscard]] Field next_field(JsonString& key);

  /// Reads the string that begins here.
  [[nodiscard]] bool read_string(JsonString& string);
  /// Reads the number, `true`, `false` or `null` that begins here, as it is written.
  [[nodiscard]] bool read_literal(std::string_view& literal);
  /// Goes past the value that begins here.
  [[nodiscard]] bool skip_value();

  /// True when no token is left; else the text is broken.
  [[nodiscard]] bool at_end();
  /// Returns what was passed since `from`, a former `position()`, without white space at its end.
  std::string_view since(size_t from) const;
  /// Returns how many strings of the text, up to here, held half of a surrogate pair.
  size_t half_surrogates() const { return half_surrogates_; }

  /// Returns why the text is broken: `not valid JSON: a comma is missing at byte 17`.
  const std::string& problem() const { return problem_; }

 private:
  bool fail(const char* what);
  bool enter(bool object);
  char closing() const { return inside_object() ? '}' : ']'; }
  bool inside_object() const { return (objects_[depth_ / 64] >> (depth_ % 64) & 1) != 0; }
  bool skip_string();
  bool skip_key();
  bool skip_scalar();
  bool leave_finished(size_t outside);
  bool check_escapes(JsonString& string, size_t end);
  size_t token_end() const;

  std::unique_ptr<simdjson::internal::dom_parser_implementation> indexer_;
  std::string_view text_;
  const uint32_t* tokens_ = nullptr;  // Where each token begins; one more entry is the text's size.
  size_t count_ = 0;
  size_t at_ = 0;
  size_t next_backslash_ = 0;  // The first one not yet checked, or the text's size.
  size_t depth_ = 0;           // Of the object or list around `at_`; 0: none.
  bool first_field_ = false;   // `enter_object` was the last call.
  size_t half_surrogates_ = 0;
  std::array<uint64_t, kDeepest / 64 + 1>
      objects_{};  // One bit a depth, set: an object, else a list.
  std::string problem_;
};

/// Returns the string between whose quotes `inside` stands; its escapes are well-formed.
JsonString make_json_string(std::string_view inside);

/// True when `text` is a number as JSON writes it.
bool is_json_number(std::string_view text);

/// Appends the text of an escaped string to `out`, which has room for `string.inside.size()` bytes
/// more, and returns its end. For strings that `JsonScanner` has read and found without half a
/// surrogate.
char* unescape_json(std::string_view inside, char* out);

}  // namespace tidemill
