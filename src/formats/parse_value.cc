#include "formats/parse_value.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <string>
#include <type_traits>

#include "base/time.h"
#include "formats/json_scanner.h"

namespace tidemill {

namespace {

using duckdb::Int128;

/// What eight characters look like.
class DigitForm {
 public:
  /// `form` has a `0` for each digit, and else the character that must stand there.
  constexpr explicit DigitForm(const char (&form)[9]) {
    for (size_t i = 0; i < 8; ++i) {
      wanted_ |= uint64_t{static_cast<unsigned char>(form[i])} << 8 * i;
      if (form[i] != '0') others_ |= uint64_t{0xFF} << 8 * i;
    }
  }

 private:
  friend class DigitPairs;
  uint64_t wanted_ = 0;
  uint64_t others_ = 0;  // All bits of the characters that are no digits.
};

/// The numbers of two digits within eight characters.
class DigitPairs {
 public:
  DigitPairs(const char* text, const DigitForm& form) {
    uint64_t characters = 0;
    std::memcpy(&characters, text, sizeof characters);
    // Of a digit its value, of another character how it differs from the wanted one.
    const uint64_t values = characters ^ form.wanted_;
    constexpr uint64_t kHighBits = 0x8080'8080'8080'8080;
    constexpr uint64_t kUpToHighBit = 0x7676'7676'7676'7676;  // 10 and more reach 0x80 with it.
    const uint64_t no_digits = ((values & ~kHighBits) + kUpToHighBit) | values;
    fits_ = (values & form.others_) == 0 && (no_digits & kHighBits) == 0;
    numbers_ = values * 10 + (values >> 8);
  }

  bool fits() const { return fits_; }
  /// Returns the number whose digits begin at character `i`.
  int at(size_t i) const { return static_cast<int>(numbers_ >> 8 * i & 0xFF); }

 private:
  bool fits_ = false;
  uint64_t numbers_ = 0;
};

/// Reads a number as most are: at most 15 digits, maybe with a point, no exponent. Its digits and
/// the power of ten are exact in a double, and so their quotient is rounded once (Clinger 1990).
std::optional<double> parse_short_double(std::string_view text) {
  constexpr size_t kMostDigits = 15;
  constexpr std::array<double, kMostDigits + 1> kPowers = {
      1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15};
  const bool negative = text.starts_with('-');
  if (negative) text.remove_prefix(1);
  if (text.empty() || text.size() > kMostDigits + 1) return std::nullopt;
  int64_t number = 0;
  size_t point = text.size();
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '.' && point == text.size()) {
      point = i;
    } else if (text[i] >= '0' && text[i] <= '9') {
      number = number * 10 + (text[i] - '0');
    } else {
      return std::nullopt;
    }
  }
  const bool plain = point == text.size();
  const size_t fraction = plain ? 0 : text.size() - point - 1;
  if (point == 0 || (point > 1 && text[0] == '0') || (!plain && fraction == 0) ||
      point + fraction > kMostDigits) {
    return std::nullopt;
  }
  const double value = static_cast<double>(number) / kPowers[fraction];
  return negative ? -value : value;
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

/// Returns the microseconds of what stands behind a second: `Z`, a fraction of up to nine digits,
/// or both, or nothing.
std::optional<int64_t> parse_plain_fraction(std::string_view text) {
  constexpr size_t kMicroseconds = 6;
  if (text.ends_with('Z')) text.remove_suffix(1);
  if (text.empty()) return 0;
  if (text[0] != '.' || text.size() < 2 || text.size() > 10) return std::nullopt;
  text.remove_prefix(1);
  int64_t microseconds = 0;
  bool all_digits = true;
  for (const char c : text.substr(0, kMicroseconds)) {
    all_digits &= c >= '0' && c <= '9';
    microseconds = microseconds * 10 + (c - '0');
  }
  for (size_t i = text.size(); i < kMicroseconds; ++i) microseconds *= 10;
  if (text.size() > kMicroseconds) {
    for (const char c : text.substr(kMicroseconds)) all_digits &= c >= '0' && c <= '9';
  }
  return all_digits ? std::optional(microseconds) : std::nullopt;
}

/// Reads six digits, as most fractions have, at the end of a time.
std::optional<int64_t> parse_microseconds(std::string_view time) {
  constexpr DigitForm kEnd("0.000000");
  const DigitPairs digits(time.data() + time.size() - 8, kEnd);
  if (!digits.fits()) return std::nullopt;
  return digits.at(2) * 10'000 + digits.at(4) * 100 + digits.at(6);
}

/// Reads `2015-01-31T15:00:00Z`, which nearly all times are, or the same with a fraction.
std::optional<int64_t> parse_plain_timestamp(std::string_view text) {
  constexpr size_t kSeconds = 19;  // Characters up to the fraction.
  if (text.size() < kSeconds || text[10] != 'T') return std::nullopt;
  const auto days = parse_date(text.substr(0, 10));
  constexpr DigitForm kTime("00:00:00");
  const DigitPairs time(text.data() + 11, kTime);
  const bool has_microseconds = text.size() == kSeconds + 7;
  auto microsecond = has_microseconds ? parse_microseconds(text) : std::nullopt;
  if (!microsecond) microsecond = parse_plain_fraction(text.substr(kSeconds));
  if (!days || !time.fits() || time.at(0) > 23 || time.at(3) > 59 || time.at(6) > 59 ||
      !microsecond) {
    return std::nullopt;
  }
  const int64_t minutes = (int64_t{*days} * 24 + time.at(0)) * 60 + time.at(3);
  return minutes * 60'000'000 + int64_t{time.at(6)} * 1'000'000 + *microsecond;
}

/// Reads what parse_whole does not at once: broken texts, and those of 19 digits or more.
Parsed<int64_t> parse_long_whole(std::string_view text) {
  int64_t value = 0;
  const char* end = text.data() + text.size();
  const auto [at, error] = std::from_chars(text.data(), end, value);
  // What from_chars takes and JSON does not: zeros in front.
  const size_t sign = text.starts_with('-') ? 1 : 0;
  if (at != end || (text.size() > sign + 1 && text[sign] == '0')) return {};
  if (error == std::errc::result_out_of_range) return {Fit::kOutOfRange};
  if (error != std::errc()) return {};
  return {Fit::kFits, value};
}

}  // namespace

Parsed<int64_t> parse_whole(std::string_view text, int bits) {
  constexpr size_t kAlwaysFit = 18;
  const size_t sign = text.starts_with('-') ? 1 : 0;
  const size_t count = text.size() - sign;
  uint64_t digits = 0;  // What is no digit may make it wrap, and is refused.
  bool plain = count > 0 && count <= kAlwaysFit && (count == 1 || text[sign] != '0');
  if (plain) {
    for (const char c : text.substr(sign)) {
      const unsigned digit = static_cast<unsigned char>(c) - unsigned{'0'};
      plain &= digit <= 9;
      digits = digits * 10 + digit;
    }
  }
  auto value = static_cast<int64_t>(sign > 0 ? 0 - digits : digits);
  if (!plain) {
    const auto parsed = parse_long_whole(text);
    if (parsed.fit != Fit::kFits) return parsed;
    value = parsed.value;
  }
  const int64_t highest = INT64_MAX >> (64 - bits);
  if (value > highest || value < -highest - 1) return {Fit::kOutOfRange};
  return {Fit::kFits, value};
}

Parsed<double> parse_double(std::string_view text) {
  if (const auto value = parse_short_double(text)) return {Fit::kFits, *value};
  return parse_floating<double>(text);
}

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
  if (text.size() != 10) return std::nullopt;
  constexpr DigitForm kBeginning("0000-00-");
  constexpr DigitForm kEnd("00-00-00");
  const DigitPairs century(text.data(), kBeginning);
  const DigitPairs rest(text.data() + 2, kEnd);
  if (!century.fits() || !rest.fits()) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(century.at(0) * 100 + rest.at(0)),
                                         std::chrono::month(static_cast<unsigned>(rest.at(3))),
                                         std::chrono::day(static_cast<unsigned>(rest.at(6)))};
  if (!date.ok() || date.year() < std::chrono::year(1)) return std::nullopt;
  return static_cast<int32_t>(std::chrono::sys_days(date).time_since_epoch().count());
}

std::optional<int64_t> parse_timestamp(std::string_view text) {
  if (const auto time = parse_plain_timestamp(text)) return time;
  // A zone may lead out of the years that dates have.
  constexpr int64_t kFirst = -62'135'596'800'000'000;  // 0001-01-01T00:00:00Z
  constexpr int64_t kLast = 253'402'300'799'999'999;   // 9999-12-31T23:59:59.999999Z
  const auto time = parse_time(text);
  if (!time) return std::nullopt;
  const int64_t microseconds = time->time_since_epoch().count();
  if (microseconds < kFirst || microseconds > kLast) return std::nullopt;
  return microseconds;
}

}  // namespace tidemill
