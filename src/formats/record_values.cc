#include "formats/record_values.h"

#include "base/error.h"
#include "base/text.h"
#include "formats/parse_value.h"

namespace tidemill {

namespace {

using Id = Type::Id;
using Kind = JsonValue::Kind;
using State = ColumnValue::State;

State state_of(Fit fit) {
  switch (fit) {
    case Fit::kFits:
      return State::kGood;
    case Fit::kOutOfRange:
      return State::kOutOfRange;
    case Fit::kNone:
      break;
  }
  return State::kUnfit;
}

int bits_of(Id id) {
  switch (id) {
    case Id::kTinyint:
      return 8;
    case Id::kSmallint:
      return 16;
    case Id::kInteger:
      return 32;
    default:
      return 64;
  }
}

void fit_boolean(std::string_view text, ColumnValue& result) {
  result.boolean = text == "true";
  result.state = result.boolean || text == "false" ? State::kGood : State::kUnfit;
}

void fit_number(std::string_view text, const Type& type, ColumnValue& result) {
  if (type.id == Id::kFloat) {
    const auto parsed = parse_float(text);
    result.state = state_of(parsed.fit);
    result.single = parsed.value;
  } else if (type.id == Id::kDouble) {
    const auto parsed = parse_double(text);
    result.state = state_of(parsed.fit);
    result.number = parsed.value;
  } else if (type.id == Id::kDecimal) {
    const auto parsed = parse_decimal(text, type.precision, type.scale);
    result.state = state_of(parsed.fit);
    result.decimal = parsed.value;
  } else {
    const auto parsed = parse_whole(text, bits_of(type.id));
    result.state = state_of(parsed.fit);
    result.whole = parsed.value;
  }
}

/// Reads a time from a string; a number would have to say what it counts.
void fit_time(const JsonValue& value, const Type& type, ColumnValue& result) {
  result.state = State::kUnfit;
  if (value.kind != Kind::kString) return;
  if (type.id == Id::kDate) {
    if (const auto days = parse_date(value.text)) {
      result.state = State::kGood;
      result.whole = *days;
    }
  } else if (const auto microseconds = parse_timestamp(value.text)) {
    result.state = State::kGood;
    result.whole = *microseconds;
  }
}

}  // namespace

ColumnValue fit_value(const JsonValue& value, const Type& type) {
  ColumnValue result;
  if (value.kind == Kind::kNull) return result;
  result.text = type.id == Id::kJson ? value.written : value.text;
  if (value.half_surrogate) {
    result.state = State::kHalfSurrogate;
  } else if (type.id == Id::kJson) {
    result.state = State::kGood;
  } else if (value.kind == Kind::kContainer) {
    result.state = State::kUnfit;
  } else {
    switch (type.id) {
      case Id::kVarchar:
      case Id::kBlob:
        result.state = State::kGood;
        break;
      case Id::kBoolean:
        fit_boolean(value.text, result);
        break;
      case Id::kDate:
      case Id::kTimestamp:
        fit_time(value, type, result);
        break;
      default:
        fit_number(value.text, type, result);
    }
  }
  return result;
}

std::string describe_bad(const ColumnValue& value, const Type& type) {
  const std::string article = type.id == Id::kInteger ? "an " : "a ";
  switch (value.state) {
    case State::kOutOfRange:
      return "out of range for " + article + type.name() + ": " + quote(value.text);
    case State::kNotAnObject:
      return "not an object: " + quote(value.text);
    case State::kHalfSurrogate:
      return "half of a surrogate pair, which no text can hold: " + quote(value.text);
    default:
      return "not " + article + type.name() + ": " + quote(value.text);
  }
}

void write_value(const ColumnValue& value, const Type& type, duckdb::RowBatch& batch, size_t column,
                 size_t row) {
  if (value.state == State::kNull) return batch.set_null(column, row);
  switch (type.id) {
    case Id::kBoolean:
      return batch.set_bool(column, row, value.boolean);
    case Id::kTinyint:
      return batch.set_int8(column, row, static_cast<int8_t>(value.whole));
    case Id::kSmallint:
      return batch.set_int16(column, row, static_cast<int16_t>(value.whole));
    case Id::kInteger:
      return batch.set_int32(column, row, static_cast<int32_t>(value.whole));
    case Id::kBigint:
      return batch.set_int64(column, row, value.whole);
    case Id::kFloat:
      return batch.set_float(column, row, value.single);
    case Id::kDouble:
      return batch.set_double(column, row, value.number);
    case Id::kDecimal:
      return batch.set_decimal(column, row, value.decimal);
    case Id::kDate:
      return batch.set_date(column, row, static_cast<int32_t>(value.whole));
    case Id::kTimestamp:
      return batch.set_timestamp(column, row, value.whole);
    case Id::kVarchar:
    case Id::kJson:
    case Id::kBlob:
      return batch.set_string(column, row, value.text);
    case Id::kList:
    case Id::kStruct:
    case Id::kMap:
      break;
  }
  throw bug_error("a contract's column cannot be of type: " + quote(type.name()));
}

}  // namespace tidemill
