#include "formats/parse_value.h"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <string>
#include <type_traits>

#include "base/time.h"
#include "formats/json_scanner.h"

namespace tidemill {

namespace {

using duckdb::Int128;

/// Returns the number that the digits of `text` from `at` on make, or -1 when one of them is none.
int digits(std::string_view text, size_t at, size_t count) {
  int value = 0;
  for (const char c : text.substr(at, count)) {
    if (c < '0' || c > '9') return -1;
    value = value * 10 + (c - '0');
  }
  return value;
}

template <typename Number>
Parsed<Number> parse_floating(std::string_view text) {
  if (!is_json_number(text)) return {};
  Number value = 0;
  const auto result = std::from_chars(text.data(), text.data() + text.size(), value);
  if (result.ec == std::errc()) return {Fit::kFits, value};
  // Too large or too small: only the C library tells which.
  const std::string copy(text);
  if constexpr (std::is_same_v<Number, float>) {
    value = std::strtof(copy.c_str(), nullptr);
  } else {
    value = std::strtod(copy.c_str(), nullptr);
  }
  if (std::isinf(value)) return {Fit::kOutOfRange};
  return {Fit::kFits, value};
}

/// A number as an integer times a power of ten: without zeros at either end.
struct Scientific {
  bool negative = false;
  std::string digits;    // Empty: zero.
  int64_t fraction = 0;  // How many of the digits stand after the point; negative: zeros before it.
};

/// Splits a text that `is_json_number`.
Scientific split_number(std::string_view text) {
  constexpr int64_t kFarAway = 1'000'000'000;
  Scientific number{.negative = text.front() == '-'};
  const size_t mark = std::min(text.find_first_of("eE"), text.size());
  bool after_point = false;
  for (const char c : text.substr(0, mark)) {
    if (c == '.') after_point = true;
    if (c < '0' || c > '9') continue;
    if (after_point) ++number.fraction;
    if (c != '0' || !number.digits.empty()) number.digits += c;
  }
  if (mark < text.size()) {
    const std::string_view exponent = text.substr(text[mark + 1] == '+' ? mark + 2 : mark + 1);
    int64_t power =
        exponent.front() == '-' ? -kFarAway : kFarAway;  // What is left when it does not fit.
    std::from_chars(exponent.data(), exponent.data() + exponent.size(), power);
    number.fraction -= std::clamp(power, -kFarAway, kFarAway);
  }
  while (!number.digits.empty() && number.digits.back() == '0') {
    number.digits.pop_back();
    --number.fraction;
  }
  return number;
}

/// Reads exactly `2015-01-31T15:00:00Z`, which nearly all times are.
std::optional<int64_t> parse_plain_timestamp(std::string_view text) {
  if (text.size() != 20 || text[10] != 'T' || text[13] != ':' || text[16] != ':' ||
      text[19] != 'Z') {
    return std::nullopt;
  }
  const auto days = parse_date(text.substr(0, 10));
  const int hour = digits(text, 11, 2);
  const int minute = digits(text, 14, 2);
  const int second = digits(text, 17, 2);
  if (!days || hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 59)
    return std::nullopt;
  return ((int64_t{*days} * 24 + hour) * 60 + minute) * 60'000'000 + int64_t{second} * 1'000'000;
}

}  // namespace

Parsed<int64_t> parse_whole(std::string_view text, int bits) {
  int64_t value = 0;
  const char* end = text.data() + text.size();
  const auto [at, error] = std::from_chars(text.data(), end, value);
  // What from_chars takes and JSON does not: zeros in front.
  const size_t sign = text.starts_with('-') ? 1 : 0;
  if (at != end || (text.size() > sign + 1 && text[sign] == '0')) return {};
  if (error == std::errc::result_out_of_range) return {Fit::kOutOfRange};
  if (error != std::errc()) return {};
  const int64_t highest = INT64_MAX >> (64 - bits);
  if (value > highest || value < -highest - 1) return {Fit::kOutOfRange};
  return {Fit::kFits, value};
}

Parsed<double> parse_double(std::string_view text) { return parse_floating<double>(text); }

Parsed<float> parse_float(std::string_view text) { return parse_floating<float>(text); }

Parsed<Int128> parse_decimal(std::string_view text, int precision, int scale) {
  if (!is_json_number(text)) return {};
  const Scientific number = split_number(text);
  if (number.digits.empty()) return {Fit::kFits, 0};
  if (number.fraction > scale) return {};
  const int64_t zeros = scale - number.fraction;
  if (static_cast<int64_t>(number.digits.size()) + zeros > precision) return {Fit::kOutOfRange};
  Int128 value = 0;
  for (const char c : number.digits) value = value * 10 + (c - '0');
  for (int64_t i = 0; i < zeros; ++i) value *= 10;
  return {Fit::kFits, number.negative ? -value : value};
}

std::optional<int32_t> parse_date(std::string_view text) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return std::nullopt;
  const int year = digits(text, 0, 4);
  const int month = digits(text, 5, 2);
  const int day = digits(text, 8, 2);
  if (year < 0 || month < 0 || day < 0) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(year),
                                         std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(day))};
  if (!date.ok()) return std::nullopt;
  return static_cast<int32_t>(std::chrono::sys_days(date).time_since_epoch().count());
}

std::optional<int64_t> parse_timestamp(std::string_view text) {
  if (const auto time = parse_plain_timestamp(text)) return time;
  if (const auto time = parse_time(text)) return time->time_since_epoch().count();
  return std::nullopt;
}

}  // namespace tidemill
