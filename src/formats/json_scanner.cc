#include "formats/json_scanner.h"

#include <simdjson.h>

#include <algorithm>
#include <cstring>
#include <utility>

#include "base/error.h"

namespace tidemill {

namespace {

constexpr size_t kFirstCapacity = 64 * size_t{1024};

bool is_digit(char c) { return c >= '0' && c <= '9'; }

const char* skip_digits(const char* at, const char* end) {
  while (at < end && is_digit(*at)) ++at;
  return at;
}

int hexadecimal(char c) {
  if (is_digit(c)) return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

/// Returns the code unit of the four digits of `\uXXXX`, or -1 when they are none.
int code_unit(const char* digits) {
  int unit = 0;
  for (int i = 0; i < 4; ++i) {
    const int digit = hexadecimal(digits[i]);
    if (digit < 0) return -1;
    unit = unit * 16 + digit;
  }
  return unit;
}

bool is_high_surrogate(int unit) { return unit >= 0xD800 && unit < 0xDC00; }
bool is_low_surrogate(int unit) { return unit >= 0xDC00 && unit < 0xE000; }

/// Returns what a simple escape stands for, or NUL when there is no such escape.
char simple_escape(char c) {
  switch (c) {
    case '"':
    case '\\':
    case '/':
      return c;
    case 'b':
      return '\b';
    case 'f':
      return '\f';
    case 'n':
      return '\n';
    case 'r':
      return '\r';
    case 't':
      return '\t';
    default:
      return '\0';
  }
}

/// An escape as it stands in a string.
struct Escape {
  size_t size = 0;  // In bytes; 0: it is none.
  int unit = 0;     // Its UTF-16 code unit.
};

/// Reads the escape that `text` begins with.
Escape read_escape(std::string_view text) {
  if (text.size() < 2) return {};
  if (text[1] != 'u') {
    const char unit = simple_escape(text[1]);
    return unit == '\0' ? Escape{} : Escape{.size = 2, .unit = unit};
  }
  const int unit = text.size() < 6 ? -1 : code_unit(text.data() + 2);
  return unit < 0 ? Escape{} : Escape{.size = 6, .unit = unit};
}

char* put_utf8(int code_point, char* out) {
  const auto put = [&](int byte) { *out++ = static_cast<char>(byte); };
  if (code_point < 0x80) {
    put(code_point);
  } else if (code_point < 0x800) {
    put(0xC0 | code_point >> 6);
    put(0x80 | (code_point & 0x3F));
  } else if (code_point < 0x10000) {
    put(0xE0 | code_point >> 12);
    put(0x80 | (code_point >> 6 & 0x3F));
    put(0x80 | (code_point & 0x3F));
  } else {
    put(0xF0 | code_point >> 18);
    put(0x80 | (code_point >> 12 & 0x3F));
    put(0x80 | (code_point >> 6 & 0x3F));
    put(0x80 | (code_point & 0x3F));
  }
  return out;
}

/// Returns what ends the container that an opening bracket begins: in ASCII it stands two behind.
char closing_of(char opening) { return static_cast<char>(opening + 2); }

/// Returns the position of the first backslash in `text` from `from` on, or the text's size.
size_t find_backslash(std::string_view text, size_t from) {
  return std::min(text.find('\\', from), text.size());
}

std::string reason_of(simdjson::error_code error) {
  switch (error) {
    case simdjson::UTF8_ERROR:
      return "not valid UTF-8";
    case simdjson::UNCLOSED_STRING:
      return "not valid JSON: a string has no end";
    case simdjson::UNESCAPED_CHARS:
      return "not valid JSON: a control character stands in a string";
    default:
      return std::string("not valid JSON: ") + simdjson::error_message(error);
  }
}

}  // namespace

JsonScanner::JsonScanner() {
  const auto error = simdjson::get_active_implementation()->create_dom_parser_implementation(
      kFirstCapacity, kDeepest, indexer_);
  if (error != simdjson::SUCCESS) throw bug_error("no memory to index JSON");
}

JsonScanner::~JsonScanner() = default;

bool JsonScanner::start(std::string_view text) {
  if (text.size() > indexer_->capacity() &&
      indexer_->set_capacity(std::max(text.size(), 2 * indexer_->capacity())) !=
          simdjson::SUCCESS) {
    throw bug_error("no memory to index JSON of bytes: " + std::to_string(text.size()));
  }
  text_ = text;
  at_ = 0;
  depth_ = 0;
  first_field_ = false;
  count_ = 0;
  half_surrogates_ = 0;
  next_backslash_ = find_backslash(text, 0);
  has_escapes_ = next_backslash_ < text.size();
  const auto error = indexer_->stage1(reinterpret_cast<const uint8_t*>(text.data()), text.size(),
                                      simdjson::stage1_mode::regular);
  if (error != simdjson::SUCCESS) {
    problem_ = reason_of(error);
    return false;
  }
  tokens_ = indexer_->structural_indexes.get();
  count_ = indexer_->n_structural_indexes;
  if (after_containers_.size() < count_) after_containers_.resize(count_);
  return true;
}

bool JsonScanner::fail(const char* what) {
  problem_ = std::string("not valid JSON: ") + what + " at byte " + std::to_string(position());
  return false;
}

bool JsonScanner::fail_at(size_t token, const char* what) {
  at_ = token;
  return fail(what);
}

bool JsonScanner::enter_object() {
  if (depth_ == kDeepest) return fail("it is nested too deep");
  open_[++depth_] = static_cast<uint32_t>(at_++);
  first_field_ = true;
  return true;
}

JsonScanner::Field JsonScanner::broken(const char* what) {
  fail(what);
  return Field::kBroken;
}

JsonScanner::Field JsonScanner::leave_object() {
  after_containers_[open_[depth_--]] = static_cast<uint32_t>(++at_);
  first_field_ = false;
  return Field::kEnd;
}

/// Checks the escapes up to `end`, where the string ends. Strings are read in their order in the
/// text, so the next backslash is never before the string.
bool JsonScanner::check_escapes(JsonString& string, size_t end) {
  string.escaped = true;
  bool high = false;  // The escape right before this one is a high surrogate.
  while (next_backslash_ < end) {
    const Escape escape = read_escape(text_.substr(next_backslash_, end - next_backslash_));
    if (escape.size == 0) return fail("a string has an ill-formed escape");
    if (high != is_low_surrogate(escape.unit)) string.half_surrogate = true;
    const size_t after = next_backslash_ + escape.size;
    next_backslash_ = find_backslash(text_, after);
    high = is_high_surrogate(escape.unit);
    if (high && next_backslash_ != after) {
      string.half_surrogate = true;
      high = false;
    }
  }
  if (string.half_surrogate) ++half_surrogates_;
  return true;
}

bool JsonScanner::read_literal(std::string_view& literal) {
  if (at_ == count_) return fail("a value is missing");
  if (!check_literal(at_, literal)) return false;
  ++at_;
  return true;
}

inline bool JsonScanner::check_literal(size_t token, std::string_view& literal) {
  literal = between(token, token + 1);
  const char first = literal.front();
  if (first == '-' || is_digit(first))
    return is_json_number(literal) || fail_at(token, "a number is ill-formed");
  return literal == "true" || literal == "false" || literal == "null" ||
         fail_at(token, "a value is missing or is none");
}

bool JsonScanner::skip_literal() {
  std::string_view literal;
  return read_literal(literal);
}

/// Goes past the object or list that begins here. Most of a text is passed in this loop, so what
/// changes with each token lies in registers.
bool JsonScanner::skip_container() {
  const char* const text = text_.data();
  const uint32_t* const tokens = tokens_;
  const size_t count = count_;
  const auto first_of = [&](size_t token) { return token < count ? text[tokens[token]] : '\0'; };
  const size_t outside = depth_;
  size_t depth = outside;
  size_t at = at_;
  char closing = '\0';  // What ends the innermost container.
  bool expects = true;  // A value begins here; else one has ended.
  const auto pass_string = [&] {
    if (next_backslash_ < tokens[at + 1]) {
      JsonString string;
      at_ = at;
      if (!read_string(string)) return false;
    }
    ++at;
    return true;
  };
  const auto pass_key = [&] {
    if (first_of(at) != '"') return fail_at(at, "a field's name is missing");
    if (!pass_string()) return false;
    if (first_of(at) != ':') return fail_at(at, "a colon is missing");
    ++at;
    return true;
  };
  do {
    const char next = first_of(at);
    if (!expects) {
      if (next == ',') {
        ++at;
        if (closing == '}' && !pass_key()) return false;
        expects = true;
      } else if (next == closing) {
        after_containers_[open_[depth]] = static_cast<uint32_t>(++at);
        closing = closing_of(text[tokens[open_[--depth]]]);
      } else {
        return fail_at(at, "a comma or a closing bracket is missing");
      }
    } else if (next == '"') {
      if (!pass_string()) return false;
      expects = false;
    } else if (next == '{' || next == '[') {
      if (depth == kDeepest) return fail_at(at, "it is nested too deep");
      open_[++depth] = static_cast<uint32_t>(at++);
      closing = closing_of(next);
      expects = first_of(at) != closing;
      if (expects && next == '{' && !pass_key()) return false;
    } else {
      std::string_view literal;
      if (at == count) return fail_at(at, "a value is missing");
      if (!check_literal(at, literal)) return false;
      ++at;
      expects = false;
    }
  } while (depth > outside);
  at_ = at;
  return true;
}

bool JsonScanner::at_end() { return at_ == count_ || fail("something follows the value"); }

JsonString make_json_string(std::string_view inside) {
  JsonString string{.inside = inside};
  bool high = false;  // The escape right before this one is a high surrogate.
  size_t at = find_backslash(inside, 0);
  while (at < inside.size()) {
    string.escaped = true;
    const Escape escape = read_escape(inside.substr(at));
    if (high != is_low_surrogate(escape.unit)) string.half_surrogate = true;
    const size_t after = at + escape.size;
    at = find_backslash(inside, after);
    high = is_high_surrogate(escape.unit);
    if (high && at != after) {
      string.half_surrogate = true;
      high = false;
    }
  }
  if (high) string.half_surrogate = true;
  return string;
}

bool is_json_number(std::string_view text) {
  const char* at = text.data();
  const char* end = at + text.size();
  if (at < end && *at == '-') ++at;
  const char* whole = at;
  at = skip_digits(at, end);
  if (at == whole || (*whole == '0' && at > whole + 1)) return false;
  if (at < end && *at == '.') {
    const char* fraction = ++at;
    at = skip_digits(at, end);
    if (at == fraction) return false;
  }
  if (at < end && (*at == 'e' || *at == 'E')) {
    ++at;
    if (at < end && (*at == '+' || *at == '-')) ++at;
    const char* exponent = at;
    at = skip_digits(at, end);
    if (at == exponent) return false;
  }
  return at == end;
}

char* unescape_json(std::string_view inside, char* out) {
  size_t at = 0;
  while (at < inside.size()) {
    const size_t backslash = find_backslash(inside, at);
    std::memcpy(out, inside.data() + at, backslash - at);
    out += backslash - at;
    if (backslash == inside.size()) break;
    Escape escape = read_escape(inside.substr(backslash));
    at = backslash + escape.size;
    int code_point = escape.unit;
    if (is_high_surrogate(code_point)) {
      escape = read_escape(inside.substr(at));
      at += escape.size;
      code_point = 0x10000 + ((code_point - 0xD800) << 10) + (escape.unit - 0xDC00);
    }
    out = put_utf8(code_point, out);
  }
  return out;
}

}  // namespace tidemill
