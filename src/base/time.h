// Instants in UTC and the calendar arithmetic of intervals. No local time anywhere.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tidemill {

/// A moment in UTC, in microseconds since 1970-01-01T00:00:00Z.
using Instant = std::chrono::sys_time<std::chrono::microseconds>;

/// The widths an interval can have.
enum class Grain { kMinute, kHour, kDay, kWeek, kMonth, kYear };

std::optional<Grain> parse_grain(std::string_view text);
std::string grain_name(Grain grain);

/// Returns the start of the slice that `time` lies in. Weeks start on Monday (ISO 8601).
Instant floor_time(Instant time, Grain grain);
/// Returns the start of the next slice after the one `time` lies in.
Instant next_time(Instant time, Grain grain);

/// Reads ISO 8601: `2015`, `2015-01`, `2015-01-01`, `2015-01-01T15`, `…T15:30`,
/// `…T15:30:05.123456`, with `Z`,
/// `+01:00` or nothing (UTC); a blank may stand for `T`. Nothing when it is no such time or no such
/// day.
std::optional<Instant> parse_time(std::string_view text);

/// Returns `2015-01-01T15:00:00Z`, with a fraction only when it is not zero, of one to six digits.
std::string format_time(Instant time);
/// Returns the shortest form that says a slice of `grain` unambiguously: `2015-01-01`,
/// `2015-01-01T15`.
std::string format_time(Instant time, Grain grain);
/// Formats by a pattern of `%Y %m %d %H %M %S`, and `%-m %-d %-H %-M %-S` without leading zero,
/// `%j`, `%%`. Returns nothing when the pattern has another conversion.
std::optional<std::string> format_pattern(Instant time, std::string_view pattern);
/// Returns `text` with each `{start:PATTERN}` and `{end:PATTERN}` replaced by that time, formatted
/// by its pattern. Returns nothing when a brace names something else or its pattern is none.
std::optional<std::string> expand_times(std::string_view text, Instant start, Instant end);

}  // namespace tidemill
