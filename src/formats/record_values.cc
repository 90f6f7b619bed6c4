#include "formats/record_values.h"

#include <algorithm>
#include <chrono>

#include "base/error.h"
#include "base/text.h"
#include "formats/parse_value.h"

namespace tidemill {

namespace {

using Id = Type::Id;
using Kind = RecordValue::Kind;
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

/// Reads a boolean outside JSON: `true`, `True`, `TRUE`, `1`, and so on.
void fit_written_boolean(std::string_view text, ColumnValue& result) {
  const std::string word = lower(text.substr(0, 6));
  fit_boolean(word == "1" ? "true" : word == "0" ? "false" : std::string_view(word), result);
}

void fit_whole(std::string_view text, int bits, ColumnValue& result) {
  const auto parsed = parse_whole(text, bits);
  result.state = state_of(parsed.fit);
  result.whole = parsed.value;
}

void fit_number(std::string_view text, const Type& type, ColumnValue& result) {
  switch (type.id) {
    case Id::kFloat: {
      const auto parsed = parse_float(text);
      result.state = state_of(parsed.fit);
      result.single = parsed.value;
      break;
    }
    case Id::kDouble: {
      const auto parsed = parse_double(text);
      result.state = state_of(parsed.fit);
      result.number = parsed.value;
      break;
    }
    case Id::kDecimal: {
      const auto parsed = parse_decimal(text, type.precision, type.scale);
      result.state = state_of(parsed.fit);
      result.decimal = parsed.value;
      break;
    }
    default:
      fit_whole(text, bits_of(type.id), result);
  }
}

constexpr int64_t kDay = int64_t{86'400} * 1'000'000;

/// Returns a number outside JSON as JSON writes it: without a plus sign and zeros in front, and
/// with a digit on both sides of the point.
std::string as_json_number(std::string_view text) {
  std::string sign;
  if (text.starts_with('+') || text.starts_with('-')) {
    if (text.front() == '-') sign = "-";
    text.remove_prefix(1);
  }
  const size_t digits = std::min(text.find_first_not_of('0'), text.size());
  if (digits == 0 && text.find_first_of("+-") == 0) return {};
  const bool has_digits = digits > 0;
  text.remove_prefix(digits);
  const bool needs_zero = text.empty() || text.front() < '0' || text.front() > '9';
  std::string number = sign + (needs_zero && (has_digits || text.starts_with('.')) ? "0" : "");
  number += text;
  if (number.ends_with('.') && number != sign + "0.") number.pop_back();
  return number == sign + "0." && has_digits ? sign + "0" : number;
}

/// Returns the microseconds since 1970 of a text, by the first format that fits.
std::optional<int64_t> read_time(std::string_view text, std::span<const TimeFormat> formats) {
  for (const TimeFormat& format : formats) {
    if (const auto time = format.read(text)) return time;
  }
  return std::nullopt;
}

/// Reads a time as its column stores it: days or microseconds since 1970. Without a format it is a
/// string; a number would have to say what it counts.
std::optional<int64_t> read_time(Kind kind, std::string_view text, bool is_date,
                                 const ValueRule& rule) {
  if (!rule.time_formats().empty()) {
    if (kind == Kind::kBoolean) return std::nullopt;
    const auto time = read_time(text, rule.time_formats());
    if (!time || !is_date) return time;
    return (*time - (*time % kDay + kDay) % kDay) / kDay;
  }
  if (kind != Kind::kString && kind != Kind::kText) return std::nullopt;
  if (is_date) return parse_date(text);
  return parse_timestamp(text);
}

void fit_time(std::optional<int64_t> time, ColumnValue& result) {
  result.state = time ? State::kGood : State::kUnfit;
  if (time) result.whole = *time;
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r\n\f\v";
  const size_t begin = text.find_first_not_of(kSpace);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kSpace) - begin + 1);
}

}  // namespace

void fit_parsed(Kind kind, std::string_view text, const Type& type, const ValueRule& rule,
                ColumnValue& result) {
  switch (type.id) {
    case Id::kBoolean:
      if (kind == Kind::kText) {
        fit_written_boolean(text, result);
      } else {
        fit_boolean(text, result);
      }
      break;
    case Id::kDate:
    case Id::kTimestamp:
      fit_time(read_time(kind, text, type.id == Id::kDate, rule), result);
      break;
    default:
      fit_number(text, type, result);
      if (result.state == State::kUnfit && kind == Kind::kText)
        fit_number(as_json_number(text), type, result);
  }
  if (result.bad()) result.text = text;
}

namespace {

void fit_edited(const RecordValue& value, const Type& type, const ValueRule& rule,
                ColumnValue& result) {
  if (value.kind == Kind::kNull) {
    result.state = State::kNull;
    return;
  }
  const bool whole = type.id == Id::kJson;
  const std::string_view& text = whole ? value.written : value.text;
  if (!value.half_surrogate && (whole || value.kind != Kind::kContainer))
    return fit_scalar(value.kind, text, type, rule, result);
  result.state = value.half_surrogate ? State::kHalfSurrogate : State::kUnfit;
  result.text = text;
}

}  // namespace

ValueRule::ValueRule(const ContractColumn& column)
    : edits_(column.trim || !column.null_values.empty()),
      trim_(column.trim),
      null_values_(column.null_values) {
  for (const std::string& text : column.time_formats) {
    const auto format = TimeFormat::parse(text);
    if (!format) throw bug_error("an unchecked format of times: " + quote(text));
    time_formats_.push_back(*format);
  }
}

void ValueRule::edit(RecordValue& value) const {
  if (value.kind == Kind::kNull || value.kind == Kind::kContainer || value.half_surrogate) return;
  if (trim_ && (value.kind == Kind::kString || value.kind == Kind::kText))
    value.text = trimmed(value.text);
  const bool is_null =
      std::find(null_values_.begin(), null_values_.end(), value.text) != null_values_.end();
  if (is_null) value.kind = Kind::kNull;
}

void fit_value(const RecordValue& value, const Type& type, const ValueRule& rule,
               ColumnValue& result) {
  if (rule.edits()) {
    RecordValue edited = value;
    rule.edit(edited);
    fit_edited(edited, type, rule, result);
  } else {
    fit_edited(value, type, rule, result);
  }
}

std::string describe_bad(const ColumnValue& value, const Type& type) {
  const Type& wanted = is_nested(type) && value.leaf != nullptr ? *value.leaf : type;
  const std::string article = wanted.id == Id::kInteger ? "an " : "a ";
  switch (value.state) {
    case State::kOutOfRange:
      return "out of range for " + article + wanted.name() + ": " + quote(value.text);
    case State::kNotAnObject:
      return "not an object: " + quote(value.text);
    case State::kNotAList:
      return "not a list: " + quote(value.text);
    case State::kHalfSurrogate:
      return "half of a surrogate pair, which no text can hold: " + quote(value.text);
    default:
      return "not " + article + wanted.name() + ": " + quote(value.text);
  }
}

void ValueWriter::write_nested(const ColumnValue& value, const Type& type, duckdb::Cells& cells,
                               size_t row) const {
  if (type.id == Id::kList) {
    const auto elements = inside.subspan(value.inside.first, value.inside.count);
    size_t at = cells.set_list(row, elements.size());
    for (const ColumnValue& element : elements)
      write(element, type.children[0].type, cells.element(), at++);
    return;
  }
  if (type.id != Id::kStruct)
    throw bug_error("a contract's column cannot be of type: " + quote(type.name()));
  for (size_t i = 0; i < type.children.size(); ++i)
    write(inside[value.inside.first + i], type.children[i].type, cells.field(i), row);
}

}  // namespace tidemill
