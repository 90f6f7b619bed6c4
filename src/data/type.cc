#include "data/type.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "base/text.h"

namespace tidemill {

namespace {

struct Spelling {
  Type::Id id;
  std::string_view name;
  std::string_view sql;
};

constexpr std::array<Spelling, 13> kScalars = {
    {{Type::Id::kBoolean, "boolean", "BOOLEAN"},
     {Type::Id::kTinyint, "tinyint", "TINYINT"},
     {Type::Id::kSmallint, "smallint", "SMALLINT"},
     {Type::Id::kInteger, "integer", "INTEGER"},
     {Type::Id::kBigint, "bigint", "BIGINT"},
     {Type::Id::kFloat, "float", "FLOAT"},
     {Type::Id::kDouble, "double", "DOUBLE"},
     {Type::Id::kVarchar, "varchar", "VARCHAR"},
     {Type::Id::kVarchar, "text", "VARCHAR"},
     {Type::Id::kJson, "json", "VARCHAR"},
     {Type::Id::kBlob, "blob", "BLOB"},
     {Type::Id::kDate, "date", "DATE"},
     {Type::Id::kTimestamp, "timestamp", "TIMESTAMP WITH TIME ZONE"}}};

const Spelling* find_scalar(Type::Id id) {
  for (const Spelling& spelling : kScalars) {
    if (spelling.id == id) return &spelling;
  }
  return nullptr;
}

/// What ends a name that does not stand between quotes.
constexpr std::string_view kSpecial = " \t(),[]\"";

/// Reads a type from the front of a text. Types lie within each other at most so deep.
constexpr int kDeepest = 32;

class TypeReader {
 public:
  explicit TypeReader(std::string_view text) : text_(text) {}

  std::optional<Type> read_all() {
    auto type = read(0);
    skip_space();
    return text_.empty() ? type : std::nullopt;
  }

 private:
  std::optional<Type> read(int depth) {
    if (depth > kDeepest) return std::nullopt;
    auto type = read_plain(depth);
    while (type && take("[")) {
      if (!take("]") || ++depth > kDeepest) return std::nullopt;
      type = Type{.id = Type::Id::kList, .children = {{"element", std::move(*type)}}};
    }
    return type;
  }

  std::optional<Type> read_plain(int depth) {
    const auto word = take_word();
    if (!word) return std::nullopt;
    const std::string name = lower(*word);
    if (name == "decimal") return read_decimal();
    if (name == "list") return read_list(depth);
    if (name == "struct") return read_struct(depth);
    for (const Spelling& spelling : kScalars) {
      if (spelling.name == name) return Type{.id = spelling.id};
    }
    return std::nullopt;
  }

  std::optional<Type> read_decimal() {
    if (!take("(")) return std::nullopt;
    const auto precision = take_number();
    if (!precision || !take(",")) return std::nullopt;
    const auto scale = take_number();
    if (!scale || !take(")")) return std::nullopt;
    if (*precision < 1 || *precision > 38 || *scale > *precision) return std::nullopt;
    return Type{.id = Type::Id::kDecimal, .precision = *precision, .scale = *scale};
  }

  std::optional<Type> read_list(int depth) {
    if (!take("(")) return std::nullopt;
    auto element = read(depth + 1);
    if (!element || !take(")")) return std::nullopt;
    return Type{.id = Type::Id::kList, .children = {{"element", std::move(*element)}}};
  }

  std::optional<Type> read_struct(int depth) {
    if (!take("(")) return std::nullopt;
    Type type{.id = Type::Id::kStruct};
    do {
      auto name = take_name();
      auto field = name ? read(depth + 1) : std::nullopt;
      if (!field || find_column(type.children, *name) != nullptr) return std::nullopt;
      type.children.push_back({std::move(*name), std::move(*field)});
    } while (take(","));
    return take(")") ? std::optional(std::move(type)) : std::nullopt;
  }

  void skip_space() {
    while (!text_.empty() && (text_.front() == ' ' || text_.front() == '\t'))
      text_.remove_prefix(1);
  }
  bool take(std::string_view sign) {
    skip_space();
    if (!text_.starts_with(sign)) return false;
    text_.remove_prefix(sign.size());
    return true;
  }
  std::optional<std::string> take_word() {
    skip_space();
    const size_t end = std::min(text_.find_first_of(kSpecial), text_.size());
    if (end == 0) return std::nullopt;
    const std::string word(text_.substr(0, end));
    text_.remove_prefix(end);
    return word;
  }
  std::optional<std::string> take_name() {
    skip_space();
    if (!text_.starts_with('"')) return take_word();
    std::string name;
    while (true) {
      const size_t end = text_.find('"', 1);
      if (end == std::string_view::npos) return std::nullopt;
      name += text_.substr(1, end - 1);
      text_.remove_prefix(end + 1);
      if (!text_.starts_with('"')) break;
      name += '"';  // It was doubled.
    }
    return name.empty() ? std::nullopt : std::optional(name);
  }
  std::optional<int> take_number() {
    const auto word = take_word();
    const auto number = word ? parse_integer(*word) : std::nullopt;
    if (!number || *number < 0 || *number > 38) return std::nullopt;
    return static_cast<int>(*number);
  }

  std::string_view text_;
};

std::string quoted_identifier(const std::string& name) {
  return '"' + replace_all(name, "\"", "\"\"") + '"';
}

}  // namespace

std::string Type::name() const {
  if (const Spelling* spelling = find_scalar(id)) return std::string(spelling->name);
  if (id == Id::kDecimal) return fmt::format("decimal({},{})", precision, scale);
  std::vector<std::string> parts;
  for (const Column& child : children) {
    const bool plain = child.name.find_first_of(kSpecial) == std::string::npos;
    const std::string name = plain ? child.name : quoted_identifier(child.name);
    parts.push_back(id == Id::kStruct ? name + " " + child.type.name() : child.type.name());
  }
  const std::string_view kind = id == Id::kList ? "list" : id == Id::kStruct ? "struct" : "map";
  return fmt::format("{}({})", kind, join(parts, ", "));
}

std::string Type::sql() const {
  if (const Spelling* spelling = find_scalar(id)) return std::string(spelling->sql);
  if (id == Id::kDecimal) return fmt::format("DECIMAL({},{})", precision, scale);
  if (id == Id::kList) return children.at(0).type.sql() + "[]";
  std::vector<std::string> parts;
  for (const Column& child : children) {
    parts.push_back(id == Id::kStruct ? quoted_identifier(child.name) + " " + child.type.sql()
                                      : child.type.sql());
  }
  return fmt::format("{}({})", id == Id::kStruct ? "STRUCT" : "MAP", join(parts, ", "));
}

bool Type::operator==(const Type& other) const {
  return id == other.id && precision == other.precision && scale == other.scale &&
         children == other.children;
}

std::optional<Type> parse_type(std::string_view text) { return TypeReader(text).read_all(); }

const Column* find_column(const Schema& schema, std::string_view name) {
  for (const Column& column : schema) {
    if (lower(column.name) == lower(name)) return &column;
  }
  return nullptr;
}

}  // namespace tidemill
