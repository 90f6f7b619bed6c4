#include "pages/choices.h"

#include <algorithm>
#include <chrono>
#include <set>

#include "base/text.h"
#include "base/time.h"

namespace tidemill::pages {

namespace {

using duckdb::Parameters;
using duckdb::Value;

Choice range(const Filter& filter, std::string label, Instant start, Instant end) {
  return {std::move(label), {{filter.name + "_start", start}, {filter.name + "_end", end}}};
}

Instant first_of_year(int year) {
  using std::chrono::sys_days;
  return sys_days(std::chrono::year(year) / std::chrono::January / 1);
}

/// Returns `last 7 days` for `7d`.
std::string duration_label(const std::string& duration) {
  const size_t unit = duration.find_first_not_of("0123456789");
  const std::string letter = duration.substr(unit);
  const std::string word = letter == "w"   ? "week"
                           : letter == "d" ? "day"
                           : letter == "h" ? "hour"
                           : letter == "m" ? "minute"
                           : letter == "s" ? "second"
                                           : "millisecond";
  return "last " + format_count(parse_integer(duration.substr(0, unit)).value_or(0), word);
}

void add_values(const Filter& filter, duckdb::Connection& connection, const Parameters& parameters,
                Choices& choices) {
  std::set<Value> taken;
  connection.stream(
      filter.sql, parameters, [](const auto&) {},
      [&](const duckdb::Row& row) {
        const Value& value = row.at(0);
        if (std::holds_alternative<std::monostate>(value) || !taken.insert(value).second)
          return true;
        if (static_cast<int64_t>(taken.size()) > kMostChoices)
          ++choices.left_out;
        else
          choices.list.push_back({to_utf8(duckdb::text_of(value)), {{filter.name, value}}});
        return true;
      });
}

/// Adds the ranges that end with the newest time, which is in them.
void add_durations(const Filter& filter, duckdb::Connection& connection,
                   const Parameters& parameters, const std::string& times, Choices& choices) {
  if (filter.last.empty()) return;
  const auto newest = connection.query("SELECT max(time) " + times, parameters);
  const auto* time = std::get_if<Instant>(&newest.rows.at(0).at(0));
  if (time == nullptr) return;
  const Instant end = *time + std::chrono::microseconds(1);
  for (const std::string& duration : filter.last) {
    choices.list.push_back(
        range(filter, duration_label(duration), end - parse_duration(duration).value(), end));
  }
}

void add_slices(const Filter& filter, duckdb::Connection& connection, const Parameters& parameters,
                const std::string& times, Choices& choices) {
  if (!filter.by) return;
  const Grain grain = *filter.by;
  const auto starts = connection.query("SELECT DISTINCT date_trunc('" + grain_name(grain) +
                                           "', time) AS slice " + times + " ORDER BY slice DESC",
                                       parameters);
  int64_t count = 0;
  for (const duckdb::Row& row : starts.rows) {
    if (++count > kMostChoices) {
      ++choices.left_out;
      continue;
    }
    const Instant start = std::get<Instant>(row.at(0));
    const std::string prefix = grain == Grain::kWeek ? "week of " : "";
    choices.list.push_back(
        range(filter, prefix + format_time(start, grain), start, next_time(start, grain)));
  }
}

}  // namespace

size_t Choices::find(const std::string& label) const {
  const auto same = [&](const Choice& choice) { return choice.label == label; };
  const auto found = std::find_if(list.begin(), list.end(), same);
  return found == list.end() ? 0 : static_cast<size_t>(found - list.begin());
}

Choice all_of(const Filter& filter) {
  if (filter.kind == Filter::Kind::kValue) return {"all", {{filter.name, Value()}}};
  return range(filter, "all", first_of_year(1), first_of_year(9999));
}

Choices choices_of(const Filter& filter, duckdb::Connection& connection,
                   const Parameters& parameters) {
  Choices choices{.list = {all_of(filter)}};
  if (filter.kind == Filter::Kind::kValue) {
    add_values(filter, connection, parameters, choices);
    return choices;
  }
  const std::string times = "FROM (SELECT CAST(x AS TIMESTAMPTZ) AS time FROM (\n" + filter.sql +
                            "\n) AS given(x)) WHERE isfinite(time)";
  add_durations(filter, connection, parameters, times, choices);
  add_slices(filter, connection, parameters, times, choices);
  return choices;
}

}  // namespace tidemill::pages
