#include "formats/json_fields.h"

#include <algorithm>
#include <cstring>
#include <span>
#include <utility>

#include "base/text.h"

namespace tidemill {

namespace {

using State = ColumnValue::State;
using Kind = RecordValue::Kind;

/// Each takes a hundred bytes, twice while its list is made, and two in the text.
constexpr size_t kMostElements = 250'000;

/// Returns one bit out of 64 that a name has.
uint64_t name_mark(std::string_view name) {
  if (name.empty()) return 1;
  const size_t first = static_cast<unsigned char>(name.front());
  const size_t last = static_cast<unsigned char>(name.back());
  return uint64_t{1} << ((name.size() * 7 + first * 3 + last) % 64);
}

/// True when two names are equal. Names are short: a call would cost more than this.
inline bool same_name(std::string_view one, std::string_view other) {
  const size_t size = one.size();
  if (size != other.size()) return false;
  if (size > 16) return one == other;
  const char* const first = one.data();
  const char* const second = other.data();
  if (size >= 8) {
    return std::memcmp(first, second, 8) == 0 &&
           std::memcmp(first + size - 8, second + size - 8, 8) == 0;
  }
  if (size >= 4) {
    return std::memcmp(first, second, 4) == 0 &&
           std::memcmp(first + size - 4, second + size - 4, 4) == 0;
  }
  for (size_t i = 0; i < size; ++i) {
    if (one[i] != other[i]) return false;
  }
  return true;
}

ColumnValue bad_value(State state, std::string_view text, const Type& leaf) {
  ColumnValue value{.state = state, .text = text};
  value.leaf = &leaf;
  return value;
}

Kind kind_of_literal(char first) {
  if (first == 'n') return Kind::kNull;
  return first == 't' || first == 'f' ? Kind::kBoolean : Kind::kNumber;
}

}  // namespace

JsonFields::JsonFields(ContractRow& row, std::vector<Target> targets, Role role)
    : row_(row),
      targets_(std::move(targets)),
      role_(role),
      drops_extra_fields_(role == Role::kField ||
                          row.contract().extra_fields == Contract::ExtraFields::kDrop) {
  for (size_t target = 0; target < targets_.size(); ++target) add_target(target);
  for (Object& object : objects_) {
    for (Field& field : object.fields) find_plain_slot(field);
  }
}

void JsonFields::find_plain_slot(Field& field) const {
  const bool alone = field.slots.size() == 1 && field.nested.empty() && !field.inside;
  if (alone && !row_.rule(field.slots[0]).edits()) field.plain = field.slots[0];
}

void JsonFields::add_target(size_t target) {
  const size_t slot = targets_[target].slot;
  Path& path = targets_[target].path;
  Field* field = &root_;
  size_t step = 0;
  for (; step + 1 < path.size() && !path[step].each; ++step) {
    field->below.push_back(slot);
    if (!field->inside) {
      field->inside = objects_.size();
      objects_.emplace_back();
    }
    field = &add_field(*field->inside, path[step + 1].name);
  }
  if (path[step].each || is_nested(row_.type(slot))) {
    field->nested.push_back(target);
    ++most_unescaped_;
  } else {
    field->slots.push_back(slot);
  }
  path.erase(path.begin(), path.begin() + static_cast<std::ptrdiff_t>(step));
}

JsonFields::Field& JsonFields::add_field(size_t object, const std::string& name) {
  std::vector<Field>& fields = objects_[object].fields;
  for (Field& field : fields) {
    if (field.name == name) return field;
  }
  objects_[object].name_marks |= name_mark(name);
  return fields.emplace_back(Field{.name = name});
}

/// Tries the field that came next when this was asked for last: most records have theirs in one
/// order.
inline JsonFields::Field* JsonFields::find_field(Object& object, std::string_view name) {
  const size_t expected = object.fields[object.found].followed_by;
  if (!same_name(object.fields[expected].name, name)) {
    if ((object.name_marks & name_mark(name)) == 0) return nullptr;
    return find_unexpected_field(object, name);
  }
  object.found = expected;
  return &object.fields[expected];
}

JsonFields::Field* JsonFields::find_unexpected_field(Object& object, std::string_view name) {
  const auto found = std::ranges::find_if(
      object.fields, [&](const Field& field) { return same_name(field.name, name); });
  if (found == object.fields.end()) return nullptr;
  const auto at = static_cast<size_t>(found - object.fields.begin());
  object.fields[object.found].followed_by = at;
  object.found = at;
  return &*found;
}

std::optional<std::string> JsonFields::read(std::string_view text) {
  ++text_number_;
  element_count_ = 0;
  extra_path_.clear();
  extra_fields_.clear();
  unknown_field_.clear();
  if (!scanner_.start(text)) return scanner_.problem();
  const size_t room = scanner_.has_escapes() ? most_unescaped_ * text.size() : 0;
  if (unescaped_.size() < room) unescaped_.resize(room);
  unescaped_end_ = unescaped_.data();
  if (role_ == Role::kRecord && scanner_.peek() != '{') return "not a JSON object: " + quote(text);
  if (!read_root() || !scanner_.at_end()) return scanner_.problem();
  if (element_count_ > kMostElements)
    return "has more elements in lists and structs than are read, " + std::to_string(kMostElements);
  if (!unknown_field_.empty()) return "unknown field: " + quote(unknown_field_);
  if (!extra_fields_.empty()) {
    extra_fields_ += '}';
    ColumnValue& value = row_.extra_fields();
    if (value.state == State::kNull) value.state = State::kGood;
    value.text = extra_fields_;
  }
  return std::nullopt;
}

bool JsonFields::read_root() {
  RecordValue value;
  if (root_.inside && scanner_.peek() == '{') {
    const bool covered = !root_.slots.empty() || !root_.nested.empty();
    if (!read_object(*root_.inside, covered)) return false;
    set_container(value, 0, 0);
  } else {
    if (!read_value(value)) return false;
    mark_not_an_object(root_, value);
  }
  fill(root_, value, 0);
  return true;
}

/// Reads the object that begins here. `covered`: a column reads all of it, so no field in it is an
/// extra one.
bool JsonFields::read_object(size_t object, bool covered) {
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
    const bool read = field != nullptr                 ? read_field(*field, key, covered)
                      : covered || drops_extra_fields_ ? scanner_.skip_value()
                                                       : read_extra_field(key);
    if (!read) return false;
  }
}

/// Makes `result` what a column of `type` has of a string.
inline void JsonFields::fit_string(const JsonString& string, const Type& type,
                                   const ValueRule& rule, ColumnValue& result) {
  const bool as_it_is = !string.half_surrogate && type.id != Type::Id::kJson && !rule.edits();
  if (as_it_is) return fit_scalar(Kind::kString, text_of(string), type, rule, result);
  fit_value(string_value(string), type, rule, result);
}

/// Reads a field's value into the slot that alone reads it: what most fields are.
inline bool JsonFields::read_plain_field(size_t slot) {
  const Type& type = row_.type(slot);
  ColumnValue& result = row_.value(slot);
  const char first = scanner_.peek();
  if (first == '"') {
    JsonString string;
    if (!scanner_.read_string(string)) return false;
    fit_string(string, type, row_.rule(slot), result);
    return true;
  }
  if (first == '{' || first == '[') {
    RecordValue value;
    if (!read_value(value)) return false;
    fit_value(value, type, row_.rule(slot), result);
    return true;
  }
  std::string_view literal;
  if (!scanner_.read_literal(literal)) return false;
  result.state = State::kNull;
  if (first != 'n') fit_scalar(kind_of_literal(first), literal, type, row_.rule(slot), result);
  return true;
}

bool JsonFields::read_field(Field& field, const JsonString& key, bool covered) {
  if (field.plain) return read_plain_field(*field.plain);
  if (std::exchange(field.seen_in, text_number_) == text_number_) {
    for (const size_t slot : field.below) row_.value(slot) = {};
  }
  const size_t token = scanner_.token();
  RecordValue value;
  if (field.inside && scanner_.peek() == '{') {
    const size_t begin = scanner_.position();
    const size_t half_surrogates = scanner_.half_surrogates();
    const bool read_whole = !field.slots.empty() || !field.nested.empty();
    if (!read_inside(field, key, covered || read_whole)) return false;
    set_container(value, begin, half_surrogates);
  } else {
    if (!read_value(value)) return false;
    mark_not_an_object(field, value);
  }
  fill(field, value, token);
  return true;
}

/// Puts a field's value into the slots that read it; the value begins at `token`.
void JsonFields::fill(const Field& field, const RecordValue& value, size_t token) {
  for (const size_t slot : field.slots)
    fit_value(value, row_.type(slot), row_.rule(slot), row_.value(slot));
  for (const size_t target : field.nested)
    row_.value(targets_[target].slot) = nested_value(targets_[target], {scanner_, token});
}

/// The slots below a field lead through something that is no object.
void JsonFields::mark_not_an_object(const Field& field, const RecordValue& value) {
  if (value.kind == Kind::kNull) return;
  for (const size_t slot : field.below)
    row_.value(slot) = bad_value(State::kNotAnObject, value.written, row_.type(slot));
}

bool JsonFields::read_inside(const Field& field, const JsonString& key, bool covered) {
  const size_t path_size = extra_path_.size();
  extra_path_.append(key.inside).append(1, '.');
  const bool read = read_object(*field.inside, covered);
  extra_path_.resize(path_size);
  return read;
}

/// Reads a field that no column reads, where the contract fails for such fields or keeps them.
bool JsonFields::read_extra_field(const JsonString& key) {
  const size_t begin = scanner_.position();
  if (row_.contract().extra_fields == Contract::ExtraFields::kFail) {
    if (unknown_field_.empty()) unknown_field_.append(extra_path_).append(key.inside);
    return scanner_.skip_value();
  }
  const size_t half_surrogates = scanner_.half_surrogates();
  if (!scanner_.skip_value()) return false;
  if (key.half_surrogate || scanner_.half_surrogates() > half_surrogates)
    row_.extra_fields().state = State::kHalfSurrogate;
  extra_fields_.append(extra_fields_.empty() ? "{\"" : ",\"")
      .append(extra_path_)
      .append(key.inside)
      .append("\":");
  extra_fields_.append(scanner_.since(begin));
  return true;
}

bool JsonFields::read_value(RecordValue& value) {
  const char first = scanner_.peek();
  if (first == '"') {
    JsonString string;
    if (!scanner_.read_string(string)) return false;
    value = string_value(string);
  } else if (first == '{' || first == '[') {
    const size_t begin = scanner_.position();
    const size_t half_surrogates = scanner_.half_surrogates();
    if (!scanner_.skip_value()) return false;
    set_container(value, begin, half_surrogates);
  } else {
    if (!scanner_.read_literal(value.text)) return false;
    value.kind = kind_of_literal(first);
    value.written = value.text;
  }
  return true;
}

RecordValue JsonFields::string_value(const JsonString& string) {
  return {.kind = Kind::kString,
          .text = text_of(string),
          .written = {string.inside.data() - 1, string.inside.size() + 2},
          .half_surrogate = string.half_surrogate};
}

/// Makes `value` the object or list from `begin` up to here; `half_surrogates` were counted at its
/// beginning.
void JsonFields::set_container(RecordValue& value, size_t begin, size_t half_surrogates) const {
  const std::string_view written = scanner_.since(begin);
  value.kind = Kind::kContainer;
  value.text = written;
  value.written = written;
  value.half_surrogate = scanner_.half_surrogates() > half_surrogates;
}

/// Returns the string's text, or what stands between its quotes when it has none.
std::string_view JsonFields::text_of(const JsonString& string) {
  if (!string.escaped || string.half_surrogate) return string.inside;
  const char* begin = unescaped_end_;
  unescaped_end_ = unescape_json(string.inside, unescaped_end_);
  return {begin, unescaped_end_};
}

/// Returns what a target reads out of its field's value, which the scanner has found to be sound.
ColumnValue JsonFields::nested_value(const Target& target, JsonCursor value) {
  const Type& type = row_.type(target.slot);
  if (!target.path.front().each) return tree_value(target.slot, type, value);
  if (value.first() == 'n') return {};
  if (value.first() != '[') return bad_value(State::kNotAList, value.written(), type);
  const size_t begin = elements_.size();
  value.for_each_element([&](JsonCursor element) { gather(target, 1, element); });
  return list_of(begin);
}

/// Adds an element of a list or a field of a struct, but no more than a record may have.
void JsonFields::add_element(const ColumnValue& value) {
  if (++element_count_ <= kMostElements) elements_.push_back(value);
}

/// Notes that nothing stands at the path's steps from `step` on: NULL, but where they lead into a
/// list nothing, for there is none whose elements would be joined to the others.
void JsonFields::add_missing(const Target& target, size_t step) {
  const auto rest = std::span(target.path).subspan(step);
  if (std::ranges::none_of(rest, &PathStep::each)) add_element({});
}

/// Appends what stands at the path's steps from `step` on, going from `value`, to the elements.
void JsonFields::gather(const Target& target, size_t step, JsonCursor value) {
  const Type& leaf = row_.type(target.slot).children[0].type;
  for (; step < target.path.size(); ++step) {
    const char first = value.first();
    if (first == 'n') return add_missing(target, step);
    if (first != '{') return add_element(bad_value(State::kNotAnObject, value.written(), leaf));
    const auto field = last_field(value, target.path[step].name);
    if (!field) return add_missing(target, step);
    if (target.path[step].each) return gather_elements(target, step + 1, *field);
    value = *field;
  }
  add_element(tree_value(target.slot, leaf, value));
}

/// Appends what stands at the path's steps from `step` on in each element of a list.
void JsonFields::gather_elements(const Target& target, size_t step, JsonCursor list) {
  if (list.first() == '[') {
    list.for_each_element([&](JsonCursor element) { gather(target, step, element); });
  } else if (list.first() != 'n') {
    const Type& leaf = row_.type(target.slot).children[0].type;
    add_element(bad_value(State::kNotAList, list.written(), leaf));
  }
}

/// Returns the value as `type` has it, with all that lies in it.
ColumnValue JsonFields::tree_value(size_t slot, const Type& type, JsonCursor value) {
  const char first = value.first();
  if (!is_nested(type)) return leaf_value(slot, type, value);
  if (first == 'n') return {};
  const size_t begin = elements_.size();
  if (type.id == Type::Id::kList && first == '[') {
    value.for_each_element(
        [&](JsonCursor element) { add_element(tree_value(slot, type.children[0].type, element)); });
  } else if (type.id == Type::Id::kStruct && first == '{') {
    for (const Column& child : type.children) {
      const auto field = last_field(value, child.name);
      add_element(field ? tree_value(slot, child.type, *field) : ColumnValue{});
    }
  } else {
    return bad_value(State::kUnfit, value.written(), type);
  }
  return list_of(begin);
}

ColumnValue JsonFields::leaf_value(size_t slot, const Type& type, JsonCursor value) {
  const char first = value.first();
  const ValueRule& rule = row_.rule(slot);
  ColumnValue result;
  if (first == '"') {
    fit_string(value.string(), type, rule, result);
  } else {
    const bool container = first == '{' || first == '[';
    const std::string_view written = value.written();
    fit_value({.kind = container ? Kind::kContainer : kind_of_literal(first),
               .text = written,
               .written = written,
               .half_surrogate = container && value.has_half_surrogate()},
              type, rule, result);
  }
  if (result.bad()) result.leaf = &type;
  return result;
}

/// Puts the elements from `begin` on where the row keeps them; the first bad one makes the whole
/// bad. With `BadRows::kSetNull` it becomes NULL, and the others stay.
ColumnValue JsonFields::list_of(size_t begin) {
  const auto first = elements_.begin() + static_cast<std::ptrdiff_t>(begin);
  std::vector<ColumnValue>& inside = row_.inside();
  ColumnValue list{.state = State::kGood};
  list.inside = {static_cast<uint32_t>(inside.size()),
                 static_cast<uint32_t>(elements_.size() - begin)};
  const auto is_bad = [](const ColumnValue& element) { return element.bad(); };
  auto bad = std::find_if(first, elements_.end(), is_bad);
  if (bad != elements_.end() && row_.contract().bad_rows != Contract::BadRows::kSetNull) {
    list = *bad;
  } else {
    std::replace_if(bad, elements_.end(), is_bad, ColumnValue{});
    inside.insert(inside.end(), first, elements_.end());
  }
  elements_.erase(first, elements_.end());
  return list;
}

/// Returns the field of that name in an object; the last one where there are several.
std::optional<JsonCursor> JsonFields::last_field(JsonCursor object, std::string_view name) {
  std::optional<JsonCursor> found;
  object.for_each_field([&](const JsonString& key, JsonCursor value) {
    std::string_view text = key.inside;
    if (key.escaped && !key.half_surrogate) {
      key_.resize(key.inside.size());
      text = {key_.data(), unescape_json(key.inside, key_.data())};
    }
    if (same_name(text, name)) found = value;
  });
  return found;
}

}  // namespace tidemill
