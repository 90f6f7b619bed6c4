// The value of one column in one record, on its way from text to a batch.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "data/contract.h"
#include "data/time_format.h"
#include "data/type.h"
#include "duckdb/row_batch.h"

namespace tidemill {

/// A value as a record has it.
struct RecordValue {
  /// A text is one outside JSON, in which numbers and booleans are written more freely.
  enum class Kind { kNull, kBoolean, kNumber, kString, kContainer, kText };
  Kind kind = Kind::kNull;
  std::string_view text;     ///< A string's or field's text; others as they are written.
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
    kNotAList,     ///< The column's path goes into each element of something that is no list.
    kHalfSurrogate,
  };
  /// Elements of a list, or fields of a struct, that lie one after another elsewhere.
  struct Inside {
    uint32_t first;
    uint32_t count;
  };

  State state = State::kNull;
  union {
    bool boolean;
    int64_t whole = 0;  ///< Of the whole numbers, a date's days, a timestamp's microseconds.
    float single;
    double number;
    duckdb::Int128 decimal;
    Inside inside;     ///< Of a list or struct.
    const Type* leaf;  ///< Of a bad value of a list or struct: the type that it is not.
  };
  std::string_view text;  ///< Of varchar, json and blob; of a bad value what it was.

  bool bad() const { return state > State::kGood; }
};

/// How the texts of a column are read: what its contract says, compiled once.
class ValueRule {
 public:
  explicit ValueRule(const ContractColumn& column);

  /// True when texts are edited before they are read.
  bool edits() const { return edits_; }
  /// Trims `value`, and makes it null when its text means NULL.
  void edit(RecordValue& value) const;
  std::span<const TimeFormat> time_formats() const { return time_formats_; }

 private:
  bool edits_ = false;
  bool trim_ = false;
  std::vector<std::string> null_values_;
  std::vector<TimeFormat> time_formats_;
};

/// Makes `result` what a column of `type` has of `value`; `type` is a scalar.
void fit_value(const RecordValue& value, const Type& type, const ValueRule& rule,
               ColumnValue& result);
/// `fit_scalar` for what is not kept as it is written.
void fit_parsed(RecordValue::Kind kind, std::string_view text, const Type& type,
                const ValueRule& rule, ColumnValue& result);

/// `fit_value` for a boolean, number, string or text that no rule edits. The text is in registers:
/// copied from memory to memory right after it was written, it would cost more than all else.
inline void fit_scalar(RecordValue::Kind kind, std::string_view text, const Type& type,
                       const ValueRule& rule, ColumnValue& result) {
  if (type.id != Type::Id::kVarchar && type.id != Type::Id::kJson && type.id != Type::Id::kBlob)
    return fit_parsed(kind, text, type, rule, result);
  result.state = ColumnValue::State::kGood;
  result.text = text;
}

/// `fit_value` for a text outside JSON.
inline void fit_text(std::string_view text, const Type& type, const ValueRule& rule,
                     ColumnValue& result) {
  if (!rule.edits()) return fit_scalar(RecordValue::Kind::kText, text, type, rule, result);
  fit_value({.kind = RecordValue::Kind::kText, .text = text, .written = text}, type, rule, result);
}

/// Returns in words what is bad about a value of a column of `type`: `not a bigint: 'abc'`.
std::string describe_bad(const ColumnValue& value, const Type& type);
/// Writes values of one row.
struct ValueWriter {
  std::span<const ColumnValue> inside;  ///< Where elements and fields lie.
  std::string_view lasting;             ///< See `RowBatch::lasting`.

  /// `value` is not bad.
  void write(const ColumnValue& value, const Type& type, duckdb::Cells& cells, size_t row) const;

 private:
  void write_nested(const ColumnValue& value, const Type& type, duckdb::Cells& cells,
                    size_t row) const;
  void write_text(std::string_view text, duckdb::Cells& cells, size_t row) const;
};

inline void ValueWriter::write_text(std::string_view text, duckdb::Cells& cells, size_t row) const {
  const auto before = static_cast<size_t>(text.data() - lasting.data());
  if (before < lasting.size() && text.size() <= lasting.size() - before) {
    cells.set_lasting_string(row, text);
  } else {
    cells.set_string(row, text);
  }
}

inline void ValueWriter::write(const ColumnValue& value, const Type& type, duckdb::Cells& cells,
                               size_t row) const {
  if (value.state == ColumnValue::State::kNull) return cells.set_null(row);
  switch (type.id) {
    case Type::Id::kBoolean:
      return cells.set_bool(row, value.boolean);
    case Type::Id::kTinyint:
      return cells.set_int8(row, static_cast<int8_t>(value.whole));
    case Type::Id::kSmallint:
      return cells.set_int16(row, static_cast<int16_t>(value.whole));
    case Type::Id::kInteger:
      return cells.set_int32(row, static_cast<int32_t>(value.whole));
    case Type::Id::kBigint:
      return cells.set_int64(row, value.whole);
    case Type::Id::kFloat:
      return cells.set_float(row, value.single);
    case Type::Id::kDouble:
      return cells.set_double(row, value.number);
    case Type::Id::kDecimal:
      return cells.set_decimal(row, value.decimal);
    case Type::Id::kDate:
      return cells.set_date(row, static_cast<int32_t>(value.whole));
    case Type::Id::kTimestamp:
      return cells.set_timestamp(row, value.whole);
    case Type::Id::kVarchar:
    case Type::Id::kJson:
    case Type::Id::kBlob:
      return write_text(value.text, cells, row);
    case Type::Id::kList:
    case Type::Id::kStruct:
    case Type::Id::kMap:
      return write_nested(value, type, cells, row);
  }
}

/// True for lists and structs.
inline bool is_nested(const Type& type) {
  return type.id == Type::Id::kList || type.id == Type::Id::kStruct;
}

}  // namespace tidemill
