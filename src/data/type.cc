#include "data/type.h"

#include <fmt/format.h>

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

std::string quoted_identifier(const std::string& name) {
  return '"' + replace_all(name, "\"", "\"\"") + '"';
}

}  // namespace

std::string Type::name() const {
  if (const Spelling* spelling = find_scalar(id)) return std::string(spelling->name);
  if (id == Id::kDecimal) return fmt::format("decimal({},{})", precision, scale);
  std::vector<std::string> parts;
  for (const Column& child : children) {
    parts.push_back(id == Id::kStruct ? child.name + " " + child.type.name() : child.type.name());
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

std::optional<Type> parse_type(std::string_view text) {
  const std::string name = lower(trim(text));
  for (const Spelling& spelling : kScalars) {
    if (spelling.name == name) return Type{.id = spelling.id};
  }
  if (!name.starts_with("decimal(") || !name.ends_with(")")) return std::nullopt;
  const auto parts = split(std::string_view(name).substr(8, name.size() - 9), ',');
  if (parts.size() != 2) return std::nullopt;
  const auto precision = parse_integer(trim(parts[0]));
  const auto scale = parse_integer(trim(parts[1]));
  if (!precision || !scale || *precision < 1 || *precision > 38 || *scale < 0 ||
      *scale > *precision) {
    return std::nullopt;
  }
  return Type{.id = Type::Id::kDecimal,
              .precision = static_cast<int>(*precision),
              .scale = static_cast<int>(*scale)};
}

const Column* find_column(const Schema& schema, std::string_view name) {
  for (const Column& column : schema) {
    if (lower(column.name) == lower(name)) return &column;
  }
  return nullptr;
}

}  // namespace tidemill
