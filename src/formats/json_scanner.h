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
#include <vector>

namespace simdjson::internal {
class dom_parser_implementation;
}

namespace tidemill {

/// True for white space between tokens.
inline bool is_json_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

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

  /// True when a backslash stands in the text, as nothing but an escape in a sound one.
  bool has_escapes() const { return has_escapes_; }
  /// Returns the first character of the next token, or NUL after the last. `{`, `[`, `"`, `t`, `f`,
  /// `n`, `-` and digits begin values, if all is well.
  char peek() const { return at_ < count_ ? text_[tokens_[at_]] : '\0'; }
  /// Returns the number of the next token; JsonCursor walks from there again.
  size_t token() const { return at_; }
  /// Returns the first character of a token that was passed or is the next.
  char first_of(size_t token) const { return token < count_ ? text_[tokens_[token]] : '\0'; }
  /// Returns the token after the object or list that begins with a token and was passed.
  size_t after_container(size_t token) const { return after_containers_[token]; }
  /// Returns what stands from one token up to another, without white space at its end.
  std::string_view between(size_t token, size_t end) const {
    return without_space(tokens_[token], tokens_[end]);
  }
  /// Returns what stands between the quotes of a string, which a token begins.
  std::string_view inside_string(size_t token) const;
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
  std::string_view since(size_t from) const { return without_space(from, position()); }
  /// Returns how many strings of the text, up to here, held half of a surrogate pair.
  size_t half_surrogates() const { return half_surrogates_; }

  /// Returns why the text is broken: `not valid JSON: a comma is missing at byte 17`.
  const std::string& problem() const { return problem_; }

 private:
  bool fail(const char* what);
  bool fail_at(size_t token, const char* what);
  Field broken(const char* what);
  Field leave_object();
  bool skip_string();
  bool skip_literal();
  bool skip_container();
  bool check_literal(size_t token, std::string_view& literal);
  bool check_escapes(JsonString& string, size_t end);
  std::string_view without_space(size_t begin, size_t end) const;

  std::unique_ptr<simdjson::internal::dom_parser_implementation> indexer_;
  std::string_view text_;
  const uint32_t* tokens_ = nullptr;  // Where each token begins; one more entry is the text's size.
  size_t count_ = 0;
  size_t at_ = 0;
  bool has_escapes_ = false;
  size_t next_backslash_ = 0;  // The first one not yet checked, or the text's size.
  size_t depth_ = 0;           // Of the object or list around `at_`; 0: none.
  bool first_field_ = false;   // `enter_object` was the last call.
  size_t half_surrogates_ = 0;
  std::array<uint32_t, kDeepest + 1>
      open_{};                              // By depth: the token that the container begins with.
  std::vector<uint32_t> after_containers_;  // By a container's first token: the one after it.
  std::string problem_;
};

inline std::string_view JsonScanner::inside_string(size_t token) const {
  // The first stage has seen that strings end, and begins a token after each: only white space
  // stands between a string's end and the next token.
  const size_t begin = tokens_[token] + 1;
  size_t end = tokens_[token + 1] - 1;
  while (text_[end] != '"') --end;
  return {text_.data() + begin, end - begin};
}

inline bool JsonScanner::read_string(JsonString& string) {
  string = {.inside = inside_string(at_)};
  const auto end = static_cast<size_t>(string.inside.end() - text_.data());
  if (next_backslash_ < end && !check_escapes(string, end)) return false;
  ++at_;
  return true;
}

inline bool JsonScanner::skip_string() {
  if (next_backslash_ >= tokens_[at_ + 1]) {
    ++at_;
    return true;
  }
  JsonString string;
  return read_string(string);
}

inline JsonScanner::Field JsonScanner::next_field(JsonString& key) {
  const char next = peek();
  if (next == '}') return leave_object();
  if (!first_field_) {
    if (next != ',') return broken("a comma is missing");
    ++at_;
  }
  first_field_ = false;
  if (peek() != '"') return broken("a field's name is missing");
  if (!read_string(key)) return Field::kBroken;
  if (peek() != ':') return broken("a colon is missing");
  ++at_;
  return Field::kFound;
}

inline bool JsonScanner::skip_value() {
  const char first = peek();
  if (first == '"') return skip_string();
  return first == '{' || first == '[' ? skip_container() : skip_literal();
}

inline std::string_view JsonScanner::without_space(size_t begin, size_t end) const {
  while (end > begin && is_json_space(text_[end - 1])) --end;
  return {text_.data() + begin, end - begin};
}

/// Returns the string between whose quotes `inside` stands; its escapes are well-formed.
JsonString make_json_string(std::string_view inside);

/// True when `text` is a number as JSON writes it.
bool is_json_number(std::string_view text);

/// Appends the text of an escaped string to `out`, which has room for `string.inside.size()` bytes
/// more, and returns its end. For strings that `JsonScanner` has read and found without half a
/// surrogate.
char* unescape_json(std::string_view inside, char* out);

}  // namespace tidemill
