#include "formats/record_decoder.h"

#include <utility>

#include "base/text.h"

namespace tidemill {

namespace {

/// Returns one bit out of 64 that a name has.
uint64_t name_mark(std::string_view name) {
  if (name.empty()) return 1;
  const size_t first = static_cast<unsigned char>(name.front());
  const size_t last = static_cast<unsigned char>(name.back());
  return uint64_t{1} << ((name.size() * 7 + first * 3 + last) % 64);
}

}  // namespace

RecordDecoder::RecordDecoder(const Contract& contract)
    : contract_(contract), schema_(contract.schema()), objects_(1), values_(schema_.size()) {
  for (size_t column = 0; column < contract.columns.size(); ++column) {
    add_column(column, contract.columns[column].path);
  }
}

void RecordDecoder::add_column(size_t column, const std::vector<std::string>& path) {
  size_t object = 0;
  for (size_t step = 0; step + 1 < path.size(); ++step) {
    Field& field = add_field(object, path[step]);
    field.below.push_back(column);
    if (!field.inside) field.inside = objects_.size();
    object = *field.inside;
    if (object == objects_.size())
      objects_.emplace_back();  // Moves the fields: `field` is gone from here on.
  }
  add_field(object, path.back()).columns.push_back(column);
}

RecordDecoder::Field& RecordDecoder::add_field(size_t object, const std::string& name) {
  std::vector<Field>& fields = objects_[object].fields;
  for (Field& field : fields) {
    if (field.name == name) return field;
  }
  objects_[object].name_marks |= name_mark(name);
  return fields.emplace_back(Field{.name = name});
}

RecordDecoder::Field* RecordDecoder::find_field(Object& object, std::string_view name) {
  if ((object.name_marks & name_mark(name)) == 0) return nullptr;
  const size_t count = object.fields.size();
  for (size_t i = 0, at = object.next; i < count; ++i, ++at) {
    if (at >= count) at = 0;
    if (object.fields[at].name != name) continue;
    object.next = at + 1;
    return &object.fields[at];
  }
  return nullptr;
}

std::optional<RecordProblem> RecordDecoder::decode(std::string_view record) {
  ++record_number_;
  for (ColumnValue& value : values_) value.state = ColumnValue::State::kNull;
  if (unescaped_.size() < record.size()) unescaped_.resize(2 * record.size());
  unescaped_end_ = unescaped_.data();
  extra_path_.clear();
  extra_fields_.clear();
  unknown_field_.clear();
  if (!scanner_.start(record)) return RecordProblem{.reason = scanner_.problem()};
  if (scanner_.peek() != '{') return RecordProblem{.reason = "not a JSON object: " + quote(record)};
  if (!read_record()) return RecordProblem{.reason = scanner_.problem()};
  return find_problem();
}

bool RecordDecoder::read_record() {
  if (!read_object(0, false) || !scanner_.at_end()) return false;
  if (extra_fields_.empty()) return true;
  extra_fields_ += '}';
  ColumnValue& value = values_.back();
  if (value.state == ColumnValue::State::kNull) value.state = ColumnValue::State::kGood;
  value.text = extra_fields_;
  return true;
}

/// Reads the object that begins here. `covered`: a column reads all of it, so no field in it is an
/// extra one.
bool RecordDecoder::read_object(size_t object, bool covered) {
  if (!scanner_.enter_object()) return false;
  JsonString key;
  while (true) {
    switch (scanner_.next_field(key)) {
      case JsonScanner::Field::kEnd:
        return true;
      case JsonScanner::Field::kBroken:
        return false;
      case JsonScanner::Field::kFound:
        break;
    }
    Field* field = find_field(objects_[object], text_of(key));
    const bool read =
        field == nullptr ? read_extra_field(key, covered) : read_field(*field, key, covered);
    if (!read) return false;
  }
}

bool RecordDecoder::read_field(Field& field, const JsonString& key, bool covered) {
  if (std::exchange(field.seen_in, record_number_) == record_number_) {
    for (const size_t column : field.below) values_[column] = {};
  }
  JsonValue value;
  if (field.inside && scanner_.peek() == '{') {
    const size_t begin = scanner_.position();
    const size_t half_surrogates = scanner_.half_surrogates();
    if (!read_inside(field, key, covered || !field.columns.empty())) return false;
    value = container_since(begin, half_surrogates);
  } else {
    if (!read_value(value)) return false;
    for (const size_t column : field.below) {
      if (value.kind == JsonValue::Kind::kNull) break;
      values_[column].state = ColumnValue::State::kNotAnObject;
      values_[column].text = value.written;
    }
  }
  for (const size_t column : field.columns)
    values_[column] = fit_value(value, schema_[column].type);
  return true;
}

bool RecordDecoder::read_inside(const Field& field, const JsonString& key, bool covered) {
  const size_t path_size = extra_path_.size();
  extra_path_.append(key.inside).append(1, '.');
  const bool read = read_object(*field.inside, covered);
  extra_path_.resize(path_size);
  return read;
}

bool RecordDecoder::read_extra_field(const JsonString& key, bool covered) {
  using ExtraFields = Contract::ExtraFields;
  if (covered || contract_.extra_fields == ExtraFields::kDrop) return scanner_.skip_value();
  const size_t begin = scanner_.position();
  if (contract_.extra_fields == ExtraFields::kFail) {
    if (unknown_field_.empty()) unknown_field_.append(extra_path_).append(key.inside);
    return scanner_.skip_value();
  }
  const size_t half_surrogates = scanner_.half_surrogates();
  if (!scanner_.skip_value()) return false;
  if (key.half_surrogate || scanner_.half_surrogates() > half_surrogates) {
    values_.back().state = ColumnValue::State::kHalfSurrogate;
  }
  extra_fields_.append(extra_fields_.empty() ? "{\"" : ",\"")
      .append(extra_path_)
      .append(key.inside)
      .append("\":");
  extra_fields_.append(scanner_.since(begin));
  return true;
}

bool RecordDecoder::read_value(JsonValue& value) {
  using Kind = JsonValue::Kind;
  const size_t begin = scanner_.position();
  const char first = scanner_.peek();
  if (first == '"') {
    JsonString string;
    if (!scanner_.read_string(string)) return false;
    value = {
        .kind = Kind::kString, .text = text_of(string), .half_surrogate = string.half_surrogate};
  } else if (first == '{' || first == '[') {
    const size_t half_surrogates = scanner_.half_surrogates();
    if (!scanner_.skip_value()) return false;
    value = container_since(begin, half_surrogates);
  } else {
    if (!scanner_.read_literal(value.text)) return false;
    value.kind = first == 'n'                   ? Kind::kNull
                 : first == 't' || first == 'f' ? Kind::kBoolean
                                                : Kind::kNumber;
  }
  value.written = scanner_.since(begin);
  return true;
}

/// Returns the object or list from `begin` up to here; `half_surrogates` were counted at its
/// beginning.
JsonValue RecordDecoder::container_since(size_t begin, size_t half_surrogates) const {
  const std::string_view written = scanner_.since(begin);
  return {.kind = JsonValue::Kind::kContainer,
          .text = written,
          .written = written,
          .half_surrogate = scanner_.half_surrogates() > half_surrogates};
}

/// Returns the string's text, or what stands between its quotes when it has none.
std::string_view RecordDecoder::text_of(const JsonString& string) {
  if (!string.escaped || string.half_surrogate) return string.inside;
  const char* begin = unescaped_end_;
  unescaped_end_ = unescape_json(string.inside, unescaped_end_);
  return {begin, unescaped_end_};
}

std::optional<RecordProblem> RecordDecoder::find_problem() {
  if (!unknown_field_.empty())
    return RecordProblem{.reason = "unknown field: " + quote(unknown_field_)};
  const bool set_null = contract_.bad_rows == Contract::BadRows::kSetNull;
  for (size_t column = 0; column < values_.size(); ++column) {
    ColumnValue& value = values_[column];
    if (value.state == ColumnValue::State::kGood) continue;
    const bool required = column < contract_.columns.size() && contract_.columns[column].required;
    if (value.bad() && (required || !set_null)) {
      return RecordProblem{schema_[column].name, describe_bad(value, schema_[column].type)};
    }
    if (required) return RecordProblem{schema_[column].name, "missing required value"};
    value.state = ColumnValue::State::kNull;
  }
  return std::nullopt;
}

void RecordDecoder::write_row(duckdb::RowBatch& batch, size_t row,
                              std::span<const size_t> columns) const {
  for (size_t i = 0; i < columns.size(); ++i) {
    write_value(values_[columns[i]], schema_[columns[i]].type, batch, i, row);
  }
}

}  // namespace tidemill
