// The value of one column in one record, on its way from JSON to a batch.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "data/type.h"
#include "duckdb/row_batch.h"

namespace tidemill {

/// A value as a record has it.
struct JsonValue {
  enum class Kind { kNull, kBoolean, kNumber, kString, kContainer };
  Kind kind = Kind::kNull;
  std::string_view text;     ///< A string's text; others as they are written.
  std::string_view written;  ///< As it stands in the record.
  bool half_surrogate =
      false;  ///< A string in it has half of a surrogate pair: `text` of a string is as written.
};

/// A value as its column has it.
struct ColumnValue {
  enum class State : uint8_t {
    kNull,
    kGood,
    kUnfit,  ///< Not of the column's type.
    kOutOfRange,
    kNotAnObject,  ///< The column's path leads through something that is no object.
    kHalfSurrogate,
  };
  State state = State::kNull;
  union {
    bool boolean;
    int64_t whole = 0;  ///< Of the whole numbers, a date's days, a timestamp's microseconds.
    float single;
    double number;
    duckdb::Int128 decimal;
  };
  std::string_view text;  ///< Of varchar, json and blob; of a bad value what it was.

  bool bad() const { return state > State::kGood; }
};

/// Returns `value` as a column of `type` has it.
ColumnValue fit_value(const JsonValue& value, const Type& type);
/// Returns in words what is bad about a value of a column of `type`: `not a bigint: 'abc'`.
std::string describe_bad(const ColumnValue& value, const Type& type);
/// Writes a value that is not bad.
void write_value(const ColumnValue& value, const Type& type, duckdb::RowBatch& batch, size_t column,
                 size_t row);

}  // namespace tidemill
