// How a source writes its times: ISO 8601, as a count since 1970, or by a pattern.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tidemill {

/// One way to write a time, compiled once and read many times; any thread may read by it.
///
/// - `iso8601`: `2015-01-31T15:00:00.123456Z`, as `parse_time` does.
/// - `epoch_s`, `epoch_ms`, `epoch_us`: a count of seconds, ms or µs since 1970-01-01 UTC, with a
///   sign and a fraction if need be.
/// - A pattern: texts such as `31/01/2015 15:00` for `%d/%m/%Y %H:%M`.
///
/// A pattern has the fields of strptime (POSIX): `%Y` four digits, `%y` two (69 to 99 are 19xx),
/// `%m` `%d` `%e` `%H` `%I` `%M` `%S` one or two digits, `%j` the day of the year, `%b` `%B` an
/// English month and `%a` `%A` an English weekday by its first three letters or whole, `%p` AM or
/// PM, `%f` one to nine digits of a fraction, `%z` `+01:00`, `+0100` or `Z`, `%%` a percent sign. A
/// blank stands for any number of blanks; everything else for itself. What a pattern leaves out is
/// January, the first, midnight, UTC; a year is needed.
class TimeFormat {
 public:
  /// Nothing when the text is no format: an unknown name or field, a field twice, or no year.
  static std::optional<TimeFormat> parse(std::string_view text);

  /// Returns the microseconds since 1970-01-01T00:00:00Z, digits beyond them cut off (towards the
  /// past); nothing when `text` is not written so or is no time between the years 1 and 9999.
  std::optional<int64_t> read(std::string_view text) const;
  bool operator==(const TimeFormat&) const = default;

 private:
  enum class Kind { kIso8601, kEpoch, kPattern };
  Kind kind_ = Kind::kIso8601;
  int64_t unit_ = 1;  // Of an epoch: microseconds.
  std::string pattern_;
};

}  // namespace tidemill
