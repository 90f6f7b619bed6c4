#include "data/time_format.h"

#include <algorithm>
#include <array>
#include <chrono>

#include "base/text.h"
#include "base/time.h"

namespace tidemill {

namespace {

constexpr std::string_view kFields = "YymdejHIMSfbBaApz%";
constexpr int64_t kSecond = 1'000'000;
constexpr int64_t kEarliest = -62'135'596'800 * kSecond;  // 0001-01-01
constexpr int64_t kLatest = 253'402'300'800 * kSecond;    // 10000-01-01, which is too late.

constexpr std::array<std::string_view, 12> kMonths = {
    "january", "february", "march",     "april",   "may",      "june",
    "july",    "august",   "september", "october", "november", "december"};
constexpr std::array<std::string_view, 7> kWeekdays = {
    "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"};

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// What a text says of a time, field by field.
struct Fields {
  int year = 0;
  int month = 1;
  int day = 1;
  int day_of_year = 0;  // 0: not given.
  int hour = 0;
  int minute = 0;
  int second = 0;
  int64_t microsecond = 0;
  bool afternoon = false;
  bool twelve_hours = false;
  int zone_minutes = 0;

  std::optional<int64_t> time() const {
    using std::chrono::sys_days;
    const std::chrono::year y(year);
    const std::chrono::year_month_day date{y, std::chrono::month(static_cast<unsigned>(month)),
                                           std::chrono::day(static_cast<unsigned>(day))};
    if (!date.ok() || year < 1) return std::nullopt;
    int64_t days = sys_days(date).time_since_epoch().count();
    if (day_of_year > 0) {
      if (day_of_year > (y.is_leap() ? 366 : 365)) return std::nullopt;
      days = sys_days(y / 1 / 1).time_since_epoch().count() + day_of_year - 1;
    }
    if (twelve_hours && (hour < 1 || hour > 12)) return std::nullopt;
    const int hours = twelve_hours ? hour % 12 + (afternoon ? 12 : 0) : hour;
    if (hours > 23 || minute > 59 || second > 59) return std::nullopt;
    const int64_t minutes = (days * 24 + hours) * 60 + minute - zone_minutes;
    return (minutes * 60 + second) * kSecond + microsecond;
  }
};

/// Reads a text along a pattern.
class PatternReader {
 public:
  explicit PatternReader(std::string_view text) : text_(text) {}

  std::optional<int64_t> read(std::string_view pattern) {
    for (size_t i = 0; i < pattern.size(); ++i) {
      if (pattern[i] == ' ') {
        while (text_.starts_with(' ')) text_.remove_prefix(1);
      } else if (pattern[i] != '%' || pattern[i + 1] == '%') {
        if (!text_.starts_with(pattern[i])) return std::nullopt;
        text_.remove_prefix(1);
        if (pattern[i] == '%') ++i;
      } else if (!read_field(pattern[++i])) {
        return std::nullopt;
      }
    }
    return text_.empty() ? fields_.time() : std::nullopt;
  }

 private:
  bool read_field(char field) {
    switch (field) {
      case 'Y':
        return read_number(4, 4, fields_.year);
      case 'y':
        if (!read_number(2, 2, fields_.year)) return false;
        fields_.year += fields_.year < 69 ? 2000 : 1900;
        return true;
      case 'm':
        return read_number(1, 2, fields_.month);
      case 'd':
      case 'e':
        return read_number(1, 2, fields_.day);
      case 'j':
        return read_number(1, 3, fields_.day_of_year) && fields_.day_of_year > 0;
      case 'I':
        fields_.twelve_hours = true;
        [[fallthrough]];
      case 'H':
        return read_number(1, 2, fields_.hour);
      case 'M':
        return read_number(1, 2, fields_.minute);
      case 'S':
        return read_number(1, 2, fields_.second);
      case 'f':
        return read_fraction();
      case 'b':
      case 'B':
        return read_name(kMonths, fields_.month);
      case 'a':
      case 'A': {
        int weekday = 0;  // The date says it better.
        return read_name(kWeekdays, weekday);
      }
      case 'p':
        return read_half_of_day();
      default:
        return read_zone();
    }
  }

  bool read_number(size_t least, size_t most, int& number) {
    size_t count = 0;
    number = 0;
    while (count < most && count < text_.size() && is_digit(text_[count]))
      number = number * 10 + (text_[count++] - '0');
    text_.remove_prefix(count);
    return count >= least;
  }

  bool read_fraction() {
    size_t count = 0;
    for (; count < 9 && count < text_.size() && is_digit(text_[count]); ++count) {
      if (count < 6) fields_.microsecond = fields_.microsecond * 10 + (text_[count] - '0');
    }
    for (size_t i = count; i < 6; ++i) fields_.microsecond *= 10;
    text_.remove_prefix(count);
    return count > 0;
  }

  template <size_t count>
  bool read_name(const std::array<std::string_view, count>& names, int& number) {
    constexpr size_t kShort = 3;
    for (size_t i = 0; i < count; ++i) {
      for (const size_t size : {names[i].size(), kShort}) {
        if (lower(text_.substr(0, size)) != names[i].substr(0, size)) continue;
        text_.remove_prefix(size);
        number = static_cast<int>(i) + 1;
        return true;
      }
    }
    return false;
  }

  bool read_half_of_day() {
    const std::string half = lower(text_.substr(0, 2));
    fields_.afternoon = half == "pm";
    text_.remove_prefix(std::min<size_t>(2, text_.size()));
    return half == "am" || half == "pm";
  }

  bool read_zone() {
    if (text_.starts_with('Z')) {
      text_.remove_prefix(1);
      return true;
    }
    const int sign = text_.starts_with('+') ? 1 : text_.starts_with('-') ? -1 : 0;
    if (sign == 0) return false;
    text_.remove_prefix(1);
    int hours = 0;
    int minutes = 0;
    if (!read_number(2, 2, hours)) return false;
    if (text_.starts_with(':')) text_.remove_prefix(1);
    if (!read_number(2, 2, minutes) || hours > 18 || minutes > 59) return false;
    fields_.zone_minutes = sign * (hours * 60 + minutes);
    return true;
  }

  std::string_view text_;
  Fields fields_;
};

/// Reads `-12.345` as a count of `unit` microseconds.
std::optional<int64_t> read_epoch(std::string_view text, int64_t unit) {
  const bool negative = text.starts_with('-');
  if (negative) text.remove_prefix(1);
  constexpr size_t kMostDigits = 18;
  const std::string_view beginning = text.substr(0, kMostDigits);
  size_t point = 0;
  int64_t count = 0;
  for (; point < beginning.size() && is_digit(beginning[point]); ++point)
    count = count * 10 + (beginning[point] - '0');
  if (point == kMostDigits && point < text.size() && is_digit(text[point])) return std::nullopt;
  int64_t microseconds = 0;
  if (point == 0 || __builtin_mul_overflow(count, unit, &microseconds) || microseconds > kLatest)
    return std::nullopt;
  if (point < text.size()) {
    const std::string_view fraction = text.substr(point + 1);
    if (text[point] != '.' || fraction.empty()) return std::nullopt;
    bool cut = false;
    for (int64_t worth = unit / 10; const char c : fraction) {
      if (!is_digit(c)) return std::nullopt;
      microseconds += worth * (c - '0');
      cut = cut || (worth == 0 && c != '0');
      worth /= 10;
    }
    if (negative && cut) ++microseconds;
  }
  return negative ? -microseconds : microseconds;
}

bool is_pattern(std::string_view text) {
  bool year = false;
  std::string seen;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') continue;
    if (++i == text.size() || kFields.find(text[i]) == std::string_view::npos) return false;
    if (text[i] == '%') continue;
    if (seen.find(text[i]) != std::string::npos) return false;
    seen += text[i];
    year = year || text[i] == 'Y' || text[i] == 'y';
  }
  return year;
}

}  // namespace

std::optional<TimeFormat> TimeFormat::parse(std::string_view text) {
  TimeFormat format;
  if (text == "iso8601") return format;
  format.kind_ = Kind::kEpoch;
  if (text == "epoch_us") return format;
  format.unit_ = 1000;
  if (text == "epoch_ms") return format;
  format.unit_ = kSecond;
  if (text == "epoch_s") return format;
  format.kind_ = Kind::kPattern;
  format.pattern_ = text;
  return is_pattern(text) ? std::optional(format) : std::nullopt;
}

std::optional<int64_t> TimeFormat::read(std::string_view text) const {
  const auto possible = [](int64_t time) -> std::optional<int64_t> {
    if (time < kEarliest || time >= kLatest) return std::nullopt;
    return time;
  };
  switch (kind_) {
    case Kind::kIso8601:
      if (const auto time = parse_time(text)) return possible(time->time_since_epoch().count());
      break;
    case Kind::kEpoch:
      if (const auto time = read_epoch(text, unit_)) return possible(*time);
      break;
    case Kind::kPattern:
      if (const auto time = PatternReader(text).read(pattern_)) return possible(*time);
      break;
  }
  return std::nullopt;
}

}  // namespace tidemill
