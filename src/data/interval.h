// The half-open time slice [start, end) that an asset is built by.
#pragma once

#include <compare>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"

namespace tidemill {

struct Interval {
  Instant start;
  Instant end;  ///< Not part of the interval; after `start`.

  auto operator<=>(const Interval&) const = default;

  bool contains(Instant time) const { return start <= time && time < end; }
  bool contains(const Interval& other) const { return start <= other.start && other.end <= end; }
  bool overlaps(const Interval& other) const { return start < other.end && other.start < end; }
  /// Returns `2015-01-01T15:00:00Z/2015-01-01T16:00:00Z` (ISO 8601 interval): what tags in the log
  /// hold.
  std::string text() const;
  /// Returns the short form for people: `2015-01-01T15` for the hour, `2015-01-01` for the day, or
  /// both ends.
  std::string label() const;
};

/// Reads what `Interval::text` writes; nothing when it is none.
std::optional<Interval> parse_interval(std::string_view text);

/// Returns the slices of `grain` that overlap `range`, in order, each whole.
std::vector<Interval> slices(const Interval& range, Grain grain);

/// Returns how many slices of `grain` overlap `range`, without making them.
int64_t count_slices(const Interval& range, Grain grain);

}  // namespace tidemill
