// The texts in contracts and addresses: types, paths, formats of times, times, file patterns.
#include <algorithm>
#include <vector>

#include "base/text.h"
#include "base/time.h"
#include "data/path.h"
#include "data/time_format.h"
#include "data/type.h"
#include "target.h"

namespace tidemill {
namespace fuzz {

namespace {

void check_type(const std::string& text) {
  const auto type = parse_type(text);
  if (!type) return;
  const auto again = parse_type(type->name());
  require(again && *again == *type, "a type's name is its text");
  require(!type->sql().empty(), "a type has a name in SQL");
}

void check_path(const std::string& text) {
  const auto path = parse_path(text);
  if (!path) return;
  require(!path->empty(), "a path has a step");
  require(parse_path(path_text(*path)) == path, "a path's text is read as the path");
}

/// The first line is the format, the next one a text.
void check_time_format(const std::string& text) {
  const size_t end = std::min(text.find('\n'), text.size());
  const auto format = TimeFormat::parse(text.substr(0, end));
  if (!format) return;
  const auto time = format->read(std::string_view(text).substr(std::min(end + 1, text.size())));
  if (!time) return;
  constexpr int64_t kSecond = 1'000'000;
  require(*time >= -62'135'596'800 * kSecond && *time < 253'402'300'800 * kSecond,
          "times lie between the years 1 and 9999");
}

void check_time(const std::string& text) {
  const auto time = parse_time(text);
  if (!time) return;
  require(parse_time(format_time(*time)) == time, "a time is read as it was written");
}

/// Returns whether `path` fits, by trying everything: for short texts.
bool fits_slowly(std::string_view path, std::string_view pattern, bool name_begins = true) {
  if (pattern.empty()) return path.empty();
  const char first = pattern.front();
  if (name_begins && pattern.starts_with("**/")) {
    const size_t slash = path.find('/');
    return fits_slowly(path, pattern.substr(3)) ||
           (slash != std::string_view::npos && fits_slowly(path.substr(slash + 1), pattern));
  }
  if (first == '*' && fits_slowly(path, pattern.substr(1), false)) return true;
  if (path.empty()) return false;
  if (first == '*') return path.front() != '/' && fits_slowly(path.substr(1), pattern, false);
  const bool same = first == path.front() || (first == '?' && path.front() != '/');
  return same && fits_slowly(path.substr(1), pattern.substr(1), first == '/');
}

/// The first line is the pattern, the rest a path.
void check_pattern(const std::string& text) {
  const size_t end = std::min(text.find('\n'), text.size());
  const std::string_view pattern = std::string_view(text).substr(0, end);
  const std::string_view path = std::string_view(text).substr(std::min(end + 1, text.size()));
  const bool fits = fits_pattern(path, pattern);
  if (text.size() < 30)
    require(fits == fits_slowly(path, pattern), "a path fits its pattern, or not");
}

void check_address(const std::string& text) {
  const Instant start = *parse_time("2015-01-31T23:59:59");
  const auto expanded = expand_times(text, start, next_time(start, Grain::kHour));
  require(!expanded || text.find('{') != std::string::npos || *expanded == text,
          "without braces an address stays as it is");
}

}  // namespace

void contract_texts(std::string_view input) {
  Choices choices(input);
  const size_t kind = choices.choose(6);
  const std::string text = choices.rest();
  constexpr std::array kChecks = {check_type, check_path,    check_time_format,
                                  check_time, check_pattern, check_address};
  kChecks[kind](text);
}

}  // namespace fuzz
}  // namespace tidemill
