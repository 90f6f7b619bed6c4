// The texts of values, read strictly: a text that does not fit its type exactly is refused, never
// rounded, wrapped or guessed at. Numbers are written as JSON writes them (RFC 8259, section 6): no
// blanks, no plus, no leading zeros.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "duckdb/row_batch.h"

namespace tidemill {

/// Whether a text is a value of a type.
enum class Fit {
  kFits,
  kNone,        ///< It is no such value.
  kOutOfRange,  ///< It would be one of a wider type.
};

template <typename Value>
struct Parsed {
  Fit fit = Fit::kNone;
  Value value = {};
};

/// Reads a whole number of `bits` bits, signed: 8, 16, 32 or 64. A fraction or an exponent makes it
/// none, even in `1.0` and `1e3`.
Parsed<int64_t> parse_whole(std::string_view text, int bits);
/// Reads a number as the nearest double. Too large is out of range; too small is zero.
Parsed<double> parse_double(std::string_view text);
Parsed<float> parse_float(std::string_view text);
/// Reads a number with at most `scale` fraction digits (zeros at its end aside) and at most
/// `precision` digits in all, and returns it times ten to the power of `scale`. More fraction
/// digits make it none; an exponent is fine.
Parsed<duckdb::Int128> parse_decimal(std::string_view text, int precision, int scale);

/// Reads `2015-01-31` and returns the days since 1970-01-01.
std::optional<int32_t> parse_date(std::string_view text);
/// Reads ISO 8601 as `parse_time` does, and returns microseconds since 1970-01-01T00:00:00Z.
std::optional<int64_t> parse_timestamp(std::string_view text);

}  // namespace tidemill
