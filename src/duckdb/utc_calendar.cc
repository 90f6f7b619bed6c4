#include "duckdb/utc_calendar.h"

#include <chrono>
#include <cstring>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"
#include "base/text.h"
#include "duckdb/handles.h"

namespace tidemill::duckdb {

namespace {

enum class Part {
  kMicrosecond,
  kMillisecond,
  kSecond,
  kMinute,
  kHour,
  kDay,
  kWeek,
  kMonth,
  kQuarter,
  kYear,
  kIsoYear,
  kDecade,
  kCentury,
  kMillennium,
  kEra
};

constexpr int64_t kMillisecond = 1'000;  // In microseconds, as all below.
constexpr int64_t kSecond = 1'000 * kMillisecond;
constexpr int64_t kMinute = 60 * kSecond;
constexpr int64_t kHour = 60 * kMinute;
constexpr int64_t kDay = 24 * kHour;

/// Returns the part that DuckDB knows by a name, in any case.
std::optional<Part> part_of(std::string_view name) {
  static const std::map<std::string_view, Part> parts = {{"microseconds", Part::kMicrosecond},
                                                         {"microsecond", Part::kMicrosecond},
                                                         {"us", Part::kMicrosecond},
                                                         {"usec", Part::kMicrosecond},
                                                         {"usecs", Part::kMicrosecond},
                                                         {"usecond", Part::kMicrosecond},
                                                         {"useconds", Part::kMicrosecond},
                                                         {"milliseconds", Part::kMillisecond},
                                                         {"millisecond", Part::kMillisecond},
                                                         {"ms", Part::kMillisecond},
                                                         {"msec", Part::kMillisecond},
                                                         {"msecs", Part::kMillisecond},
                                                         {"msecond", Part::kMillisecond},
                                                         {"mseconds", Part::kMillisecond},
                                                         {"second", Part::kSecond},
                                                         {"seconds", Part::kSecond},
                                                         {"sec", Part::kSecond},
                                                         {"secs", Part::kSecond},
                                                         {"s", Part::kSecond},
                                                         {"epoch", Part::kSecond},
                                                         {"minute", Part::kMinute},
                                                         {"minutes", Part::kMinute},
                                                         {"min", Part::kMinute},
                                                         {"mins", Part::kMinute},
                                                         {"m", Part::kMinute},
                                                         {"hour", Part::kHour},
                                                         {"hours", Part::kHour},
                                                         {"hr", Part::kHour},
                                                         {"hrs", Part::kHour},
                                                         {"h", Part::kHour},
                                                         {"day", Part::kDay},
                                                         {"days", Part::kDay},
                                                         {"d", Part::kDay},
                                                         {"dayofmonth", Part::kDay},
                                                         {"dow", Part::kDay},
                                                         {"dayofweek", Part::kDay},
                                                         {"weekday", Part::kDay},
                                                         {"isodow", Part::kDay},
                                                         {"doy", Part::kDay},
                                                         {"dayofyear", Part::kDay},
                                                         {"julian", Part::kDay},
                                                         {"jd", Part::kDay},
                                                         {"week", Part::kWeek},
                                                         {"weeks", Part::kWeek},
                                                         {"w", Part::kWeek},
                                                         {"weekofyear", Part::kWeek},
                                                         {"yearweek", Part::kWeek},
                                                         {"month", Part::kMonth},
                                                         {"months", Part::kMonth},
                                                         {"mon", Part::kMonth},
                                                         {"mons", Part::kMonth},
                                                         {"quarter", Part::kQuarter},
                                                         {"quarters", Part::kQuarter},
                                                         {"year", Part::kYear},
                                                         {"years", Part::kYear},
                                                         {"yr", Part::kYear},
                                                         {"yrs", Part::kYear},
                                                         {"y", Part::kYear},
                                                         {"isoyear", Part::kIsoYear},
                                                         {"decade", Part::kDecade},
                                                         {"decades", Part::kDecade},
                                                         {"dec", Part::kDecade},
                                                         {"decs", Part::kDecade},
                                                         {"century", Part::kCentury},
                                                         {"centuries", Part::kCentury},
                                                         {"cent", Part::kCentury},
                                                         {"c", Part::kCentury},
                                                         {"millennium", Part::kMillennium},
                                                         {"millenium", Part::kMillennium},
                                                         {"millenniums", Part::kMillennium},
                                                         {"millennia", Part::kMillennium},
                                                         {"mil", Part::kMillennium},
                                                         {"mils", Part::kMillennium},
                                                         {"era", Part::kEra}};
  const auto found = parts.find(lower(std::string(name)));
  return found == parts.end() ? std::nullopt : std::optional(found->second);
}

constexpr int64_t floor_divide(int64_t number, int64_t divisor) {
  return number / divisor - (number % divisor < 0 ? 1 : 0);
}

constexpr int64_t floor_to(int64_t number, int64_t step) {
  return floor_divide(number, step) * step;
}

// The calendar repeats itself after 400 years. So std::chrono, whose years end with 32767, can be
// asked for any day there is.
constexpr int64_t kCycleYears = 400;
constexpr int64_t kCycleDays = 146'097;

struct Month {
  int64_t year = 0;  ///< 0 is the year before the year 1.
  unsigned number = 1;
};

/// Returns the month of a day, which is counted from 1970-01-01.
Month month_of(int64_t day) {
  const int64_t cycle = floor_divide(day, kCycleDays);
  const std::chrono::year_month_day date{
      std::chrono::sys_days(std::chrono::days(day - cycle * kCycleDays))};
  return {int{date.year()} + cycle * kCycleYears, unsigned{date.month()}};
}

/// Returns the first day of a month.
int64_t first_day(const Month& month) {
  const int64_t cycle = floor_divide(month.year, kCycleYears);
  const std::chrono::year year(static_cast<int>(month.year - cycle * kCycleYears));
  const std::chrono::sys_days day(year / std::chrono::month(month.number) / 1);
  return day.time_since_epoch().count() + cycle * kCycleDays;
}

int64_t monday_of(int64_t day) {
  constexpr int64_t kMonday = 4;  // 1970-01-05.
  return floor_to(day - kMonday, 7) + kMonday;
}

/// Returns the first day of a period of so many years. Before the year 1 years count backwards.
int64_t first_of_years(int64_t year, int64_t width) {
  const int64_t floor = year > 0 ? year / width * width : 1 - (1 - year) / width * width;
  return first_day({floor, 1});
}

int64_t truncate_day(int64_t day, Part part) {
  const Month month = month_of(day);
  switch (part) {
    case Part::kMonth:
      return first_day(month);
    case Part::kQuarter:
      return first_day({month.year, (month.number - 1) / 3 * 3 + 1});
    case Part::kIsoYear: {
      const int64_t thursday = monday_of(day) + 3;  // Lies in the year that the week belongs to.
      constexpr int64_t kAlwaysInFirstWeek = 3;     // 4 January.
      return monday_of(first_day({month_of(thursday).year, 1}) + kAlwaysInFirstWeek);
    }
    case Part::kDecade:
      return first_of_years(month.year, 10);
    case Part::kCentury:
      return first_of_years(month.year, 100);
    case Part::kMillennium:
      return first_of_years(month.year, 1'000);
    case Part::kEra:
      return first_day({month.year > 0 ? 0 : 1, 1});
    default:
      return first_day({month.year, 1});
  }
}

/// Returns the start of the part that `micros` lies in; nothing when no instant is so early.
std::optional<int64_t> truncate(int64_t micros, Part part) {
  switch (part) {
    case Part::kMicrosecond:
      return micros;
    case Part::kMillisecond:
      return floor_to(micros, kMillisecond);
    case Part::kSecond:
      return floor_to(micros, kSecond);
    case Part::kMinute:
      return floor_to(micros, kMinute);
    case Part::kHour:
      return floor_to(micros, kHour);
    default:
      break;
  }
  int64_t day = floor_divide(micros, kDay);
  if (part == Part::kWeek) day = monday_of(day);
  if (part != Part::kWeek && part != Part::kDay) day = truncate_day(day, part);
  int64_t truncated = 0;
  if (__builtin_mul_overflow(day, kDay, &truncated)) return std::nullopt;
  return truncated;
}

std::string_view text_at(duckdb_string_t* texts, idx_t row) {
  return {duckdb_string_t_data(texts + row), duckdb_string_t_length(texts[row])};
}

bool is_infinite(int64_t micros) {
  constexpr int64_t kInfinity = std::numeric_limits<int64_t>::max();
  return micros == kInfinity || micros == -kInfinity;
}

bool is_null(uint64_t* validity, idx_t row) {
  return validity != nullptr && !duckdb_validity_row_is_valid(validity, row);
}

void fail(duckdb_function_info info, const std::string& message) {
  duckdb_scalar_function_set_error(info, message.c_str());
}

/// DuckDB calls it for each chunk of (name of the part, instant).
void date_trunc(duckdb_function_info info, duckdb_data_chunk input, duckdb_vector output) {
  duckdb_vector names = duckdb_data_chunk_get_vector(input, 0);
  duckdb_vector instants = duckdb_data_chunk_get_vector(input, 1);
  auto* name = static_cast<duckdb_string_t*>(duckdb_vector_get_data(names));
  const auto* instant = static_cast<int64_t*>(duckdb_vector_get_data(instants));
  uint64_t* name_validity = duckdb_vector_get_validity(names);
  uint64_t* instant_validity = duckdb_vector_get_validity(instants);
  auto* truncated = static_cast<int64_t*>(duckdb_vector_get_data(output));
  std::string_view seen;  // The name that `part` is of; rows nearly always share one.
  std::optional<Part> part;
  const idx_t rows = duckdb_data_chunk_get_size(input);
  for (idx_t row = 0; row < rows; ++row) {
    if (is_null(name_validity, row) || is_null(instant_validity, row)) {
      duckdb_vector_ensure_validity_writable(output);
      duckdb_validity_set_row_invalid(duckdb_vector_get_validity(output), row);
      continue;
    }
    if (is_infinite(instant[row])) {
      truncated[row] = instant[row];
      continue;
    }
    const std::string_view text = text_at(name, row);
    if (!part || text != seen) {
      part = part_of(text);
      seen = text;
    }
    if (!part) return fail(info, "extract specifier \"" + std::string(text) + "\" not recognized");
    const auto start = truncate(instant[row], *part);
    if (!start) return fail(info, "no instant is so early that date_trunc can give it");
    truncated[row] = *start;
  }
}

}  // namespace

void use_utc_calendar(duckdb_connection connection) {
  const OwnedType text(duckdb_create_logical_type(DUCKDB_TYPE_VARCHAR));
  const OwnedType instant(duckdb_create_logical_type(DUCKDB_TYPE_TIMESTAMP_TZ));
  for (const char* name : {"date_trunc", "datetrunc"}) {
    duckdb_scalar_function function = duckdb_create_scalar_function();
    duckdb_scalar_function_set_name(function, name);
    duckdb_scalar_function_add_parameter(function, text.get());
    duckdb_scalar_function_add_parameter(function, instant.get());
    duckdb_scalar_function_set_return_type(function, instant.get());
    duckdb_scalar_function_set_function(function, date_trunc);
    const bool taken = duckdb_register_scalar_function(connection, function) == DuckDBSuccess;
    duckdb_destroy_scalar_function(&function);
    if (!taken) throw bug_error("DuckDB does not take the function: " + quote(name));
  }
}

}  // namespace tidemill::duckdb
