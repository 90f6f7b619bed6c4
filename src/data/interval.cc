#include "data/interval.h"

namespace tidemill {

std::string Interval::text() const { return format_time(start) + "/" + format_time(end); }

std::string Interval::label() const {
  for (const Grain grain :
       {Grain::kYear, Grain::kMonth, Grain::kDay, Grain::kHour, Grain::kMinute}) {
    if (floor_time(start, grain) == start && next_time(start, grain) == end)
      return format_time(start, grain);
  }
  return format_time(start) + " to " + format_time(end);
}

std::optional<Interval> parse_interval(std::string_view text) {
  const size_t slash = text.find('/');
  if (slash == std::string_view::npos) return std::nullopt;
  const auto start = parse_time(text.substr(0, slash));
  const auto end = parse_time(text.substr(slash + 1));
  if (!start || !end || *end <= *start) return std::nullopt;
  return Interval{*start, *end};
}

std::vector<Interval> slices(const Interval& range, Grain grain) {
  std::vector<Interval> result;
  for (Instant start = floor_time(range.start, grain); start < range.end;) {
    const Instant end = next_time(start, grain);
    result.push_back({start, end});
    start = end;
  }
  return result;
}

int64_t count_slices(const Interval& range, Grain grain) {
  const Instant start = floor_time(range.start, grain);
  if (start >= range.end) return 0;
  switch (grain) {
    case Grain::kMonth:
    case Grain::kYear:
      return static_cast<int64_t>(slices(range, grain).size());
    default: {
      const auto width = next_time(start, grain) - start;
      return (range.end - start + width - std::chrono::microseconds(1)) / width;
    }
  }
}

}  // namespace tidemill
