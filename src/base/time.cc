#include "base/time.h"

#include <fmt/format.h>

#include <array>
#include <utility>

namespace tidemill {

namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::microseconds;
using std::chrono::minutes;
using std::chrono::seconds;
using std::chrono::year_month_day;

constexpr std::array<std::pair<Grain, std::string_view>, 6> kGrains = {{{Grain::kMinute, "minute"},
                                                                        {Grain::kHour, "hour"},
                                                                        {Grain::kDay, "day"},
                                                                        {Grain::kWeek, "week"},
                                                                        {Grain::kMonth, "month"},
                                                                        {Grain::kYear, "year"}}};

struct Fields {
  year_month_day date;
  int64_t day_of_year;
  int64_t hour;
  int64_t minute;
  int64_t second;
  int64_t microsecond;
};

Fields fields_of(Instant time) {
  const auto day = std::chrono::floor<days>(time);
  const year_month_day date(day);
  const auto rest = time - day;
  return {.date = date,
          .day_of_year = (day - std::chrono::sys_days(date.year() / 1 / 1)).count() + 1,
          .hour = rest / hours(1),
          .minute = rest / minutes(1) % 60,
          .second = rest / seconds(1) % 60,
          .microsecond = rest.count() % 1'000'000};
}

/// Reads text from its front: digits and separators of an ISO 8601 time.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) {}

  bool done() const { return text_.empty(); }
  bool skip(char c) {
    if (text_.empty() || text_.front() != c) return false;
    text_.remove_prefix(1);
    return true;
  }
  std::optional<int> digits(size_t count) {
    if (text_.size() < count) return std::nullopt;
    int value = 0;
    for (const char c : text_.substr(0, count)) {
      if (c < '0' || c > '9') return std::nullopt;
      value = value * 10 + (c - '0');
    }
    text_.remove_prefix(count);
    return value;
  }
  /// Reads 1 to 9 digits of a fraction; what is beyond microseconds is cut off.
  std::optional<microseconds> fraction() {
    int64_t value = 0;
    size_t count = 0;
    for (; count < text_.size() && text_[count] >= '0' && text_[count] <= '9'; ++count) {
      if (count < 6) value = value * 10 + (text_[count] - '0');
    }
    if (count == 0 || count > 9) return std::nullopt;
    text_.remove_prefix(count);
    for (; count < 6; ++count) value *= 10;
    return microseconds(value);
  }

 private:
  std::string_view text_;
};

/// Reads `Z`, `+01:00`, `+0100`, `+01` or nothing at the end of a time.
std::optional<minutes> scan_zone(Scanner& scanner) {
  if (scanner.done() || scanner.skip('Z') || scanner.skip('z')) {
    return scanner.done() ? std::optional(minutes(0)) : std::nullopt;
  }
  const bool ahead = scanner.skip('+');
  if (!ahead && !scanner.skip('-')) return std::nullopt;
  const auto hour = scanner.digits(2);
  if (!hour || *hour > 18) return std::nullopt;
  int minute = 0;
  if (!scanner.done()) {
    scanner.skip(':');
    const auto digits = scanner.digits(2);
    if (!digits || *digits > 59) return std::nullopt;
    minute = *digits;
  }
  if (!scanner.done()) return std::nullopt;
  const minutes offset = hours(*hour) + minutes(minute);
  return ahead ? offset : -offset;
}

std::optional<std::chrono::sys_days> scan_date(Scanner& scanner) {
  const auto year = scanner.digits(4);
  if (!year) return std::nullopt;
  int month = 1;
  int day = 1;
  if (scanner.skip('-')) {
    const auto digits = scanner.digits(2);
    if (!digits) return std::nullopt;
    month = *digits;
    if (scanner.skip('-')) {
      const auto day_digits = scanner.digits(2);
      if (!day_digits) return std::nullopt;
      day = *day_digits;
    }
  }
  const year_month_day date{std::chrono::year(*year),
                            std::chrono::month(static_cast<unsigned>(month)),
                            std::chrono::day(static_cast<unsigned>(day))};
  if (!date.ok()) return std::nullopt;
  return std::chrono::sys_days(date);
}

std::optional<microseconds> scan_clock(Scanner& scanner) {
  const auto hour = scanner.digits(2);
  if (!hour || *hour > 23) return std::nullopt;
  microseconds clock = hours(*hour);
  if (!scanner.skip(':')) return clock;
  const auto minute = scanner.digits(2);
  if (!minute || *minute > 59) return std::nullopt;
  clock += minutes(*minute);
  if (!scanner.skip(':')) return clock;
  const auto second = scanner.digits(2);
  if (!second || *second > 59) return std::nullopt;
  clock += seconds(*second);
  if (!scanner.skip('.') && !scanner.skip(',')) return clock;
  const auto fraction = scanner.fraction();
  if (!fraction) return std::nullopt;
  return clock + *fraction;
}

}  // namespace

std::optional<Grain> parse_grain(std::string_view text) {
  for (const auto& [grain, name] : kGrains) {
    if (name == text) return grain;
  }
  return std::nullopt;
}

std::string grain_name(Grain grain) {
  for (const auto& [known, name] : kGrains) {
    if (known == grain) return std::string(name);
  }
  return "";
}

Instant floor_time(Instant time, Grain grain) {
  const auto day = std::chrono::floor<days>(time);
  switch (grain) {
    case Grain::kMinute:
      return std::chrono::floor<minutes>(time);
    case Grain::kHour:
      return std::chrono::floor<hours>(time);
    case Grain::kDay:
      return day;
    case Grain::kWeek: {
      const std::chrono::weekday weekday(day);
      return day - days(weekday.iso_encoding() - 1);
    }
    case Grain::kMonth: {
      const year_month_day date(day);
      return std::chrono::sys_days(date.year() / date.month() / 1);
    }
    case Grain::kYear:
      return std::chrono::sys_days(year_month_day(day).year() / 1 / 1);
  }
  return time;
}

Instant next_time(Instant time, Grain grain) {
  const Instant start = floor_time(time, grain);
  switch (grain) {
    case Grain::kMinute:
      return start + minutes(1);
    case Grain::kHour:
      return start + hours(1);
    case Grain::kDay:
      return start + days(1);
    case Grain::kWeek:
      return start + days(7);
    case Grain::kMonth:
      return floor_time(start + days(32), Grain::kMonth);
    case Grain::kYear:
      return floor_time(start + days(367), Grain::kYear);
  }
  return start;
}

std::optional<Instant> parse_time(std::string_view text) {
  Scanner scanner(text);
  const auto date = scan_date(scanner);
  if (!date) return std::nullopt;
  if (scanner.done()) return *date;
  if (!scanner.skip('T') && !scanner.skip('t') && !scanner.skip(' ')) return std::nullopt;
  const auto clock = scan_clock(scanner);
  if (!clock) return std::nullopt;
  const auto zone = scan_zone(scanner);
  if (!zone) return std::nullopt;
  return *date + *clock - *zone;
}

std::string format_time(Instant time) {
  const Fields f = fields_of(time);
  std::string fraction;
  if (f.microsecond != 0) {
    fraction = fmt::format(".{:06}", f.microsecond);
    fraction.erase(fraction.find_last_not_of('0') + 1);
  }
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}{}Z", static_cast<int>(f.date.year()),
                     static_cast<unsigned>(f.date.month()), static_cast<unsigned>(f.date.day()),
                     f.hour, f.minute, f.second, fraction);
}

std::string format_time(Instant time, Grain grain) {
  const std::string text = format_time(time);
  switch (grain) {
    case Grain::kMinute:
      return text.substr(0, 16);
    case Grain::kHour:
      return text.substr(0, 13);
    case Grain::kDay:
    case Grain::kWeek:
      return text.substr(0, 10);
    case Grain::kMonth:
      return text.substr(0, 7);
    case Grain::kYear:
      return text.substr(0, 4);
  }
  return text;
}

std::optional<std::string> format_pattern(Instant time, std::string_view pattern) {
  const Fields f = fields_of(time);
  std::string result;
  for (size_t i = 0; i < pattern.size(); ++i) {
    if (pattern[i] != '%') {
      result += pattern[i];
      continue;
    }
    const bool padded = i + 1 >= pattern.size() || pattern[i + 1] != '-';
    i += padded ? 1 : 2;
    if (i >= pattern.size()) return std::nullopt;
    const auto number = [&](int64_t value, int width) {
      result += padded ? fmt::format("{:0{}}", value, width) : std::to_string(value);
    };
    switch (pattern[i]) {
      case 'Y':
        number(static_cast<int>(f.date.year()), 4);
        break;
      case 'm':
        number(static_cast<unsigned>(f.date.month()), 2);
        break;
      case 'd':
        number(static_cast<unsigned>(f.date.day()), 2);
        break;
      case 'H':
        number(f.hour, 2);
        break;
      case 'M':
        number(f.minute, 2);
        break;
      case 'S':
        number(f.second, 2);
        break;
      case 'j':
        number(f.day_of_year, 3);
        break;
      case '%':
        result += '%';
        break;
      default:
        return std::nullopt;
    }
  }
  return result;
}

std::optional<std::string> expand_times(std::string_view text, Instant start, Instant end) {
  std::string result;
  while (true) {
    const size_t open = text.find('{');
    result += text.substr(0, open);
    if (open == std::string_view::npos) return result;
    const size_t close = text.find('}', open);
    if (close == std::string_view::npos) return std::nullopt;
    const std::string_view inside = text.substr(open + 1, close - open - 1);
    const size_t colon = inside.find(':');
    const std::string_view name = inside.substr(0, colon);
    if (colon == std::string_view::npos || (name != "start" && name != "end")) return std::nullopt;
    const auto formatted = format_pattern(name == "start" ? start : end, inside.substr(colon + 1));
    if (!formatted) return std::nullopt;
    result += *formatted;
    text.remove_prefix(close + 1);
  }
}

}  // namespace tidemill
