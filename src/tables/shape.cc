#include "tables/shape.h"

#include <fmt/format.h>

#include <array>
#include <nlohmann/json.hpp>
#include <set>
#include <string_view>
#include <utility>

#include "base/error.h"
#include "base/text.h"

namespace tidemill::tables {

namespace {

using Json = nlohmann::json;
using OrderedJson = nlohmann::ordered_json;

constexpr std::string_view kTypeKey = "tidemill.type";

constexpr std::array<std::pair<Type::Id, std::string_view>, 11> kPrimitives = {
    {{Type::Id::kBoolean, "boolean"},
     {Type::Id::kTinyint, "byte"},
     {Type::Id::kSmallint, "short"},
     {Type::Id::kInteger, "integer"},
     {Type::Id::kBigint, "long"},
     {Type::Id::kFloat, "float"},
     {Type::Id::kDouble, "double"},
     {Type::Id::kVarchar, "string"},
     {Type::Id::kBlob, "binary"},
     {Type::Id::kDate, "date"},
     {Type::Id::kTimestamp, "timestamp"}}};

OrderedJson write_type(const Type& type);

OrderedJson write_field(const Column& column, const std::string& comment) {
  OrderedJson metadata = OrderedJson::object();
  if (!comment.empty()) metadata["comment"] = comment;
  if (column.type.id == Type::Id::kJson) metadata[std::string(kTypeKey)] = "json";
  return {{"name", column.name},
          {"type", write_type(column.type)},
          {"nullable", true},
          {"metadata", metadata}};
}

OrderedJson write_type(const Type& type) {
  for (const auto& [id, name] : kPrimitives) {
    if (id == type.id) return name;
  }
  switch (type.id) {
    case Type::Id::kJson:
      return "string";
    case Type::Id::kDecimal:
      return fmt::format("decimal({},{})", type.precision, type.scale);
    case Type::Id::kList:
      return {{"type", "array"},
              {"elementType", write_type(type.children.at(0).type)},
              {"containsNull", true}};
    case Type::Id::kMap:
      return {{"type", "map"},
              {"keyType", write_type(type.children.at(0).type)},
              {"valueType", write_type(type.children.at(1).type)},
              {"valueContainsNull", true}};
    default: {
      OrderedJson fields = OrderedJson::array();
      for (const Column& child : type.children) fields.push_back(write_field(child, ""));
      return {{"type", "struct"}, {"fields", fields}};
    }
  }
}

Type read_type(const Json& json);

Column read_field(const Json& json) {
  Column column{json.at("name").get<std::string>(), read_type(json.at("type"))};
  const bool is_json =
      json.value("metadata", Json::object()).value(std::string(kTypeKey), "") == "json";
  if (is_json && column.type.id == Type::Id::kVarchar) column.type.id = Type::Id::kJson;
  return column;
}

Type read_nested_type(const Json& json) {
  const auto kind = json.at("type").get<std::string>();
  if (kind == "array")
    return {.id = Type::Id::kList, .children = {{"element", read_type(json.at("elementType"))}}};
  if (kind == "map") {
    return {.id = Type::Id::kMap,
            .children = {{"key", read_type(json.at("keyType"))},
                         {"value", read_type(json.at("valueType"))}}};
  }
  if (kind != "struct")
    throw user_error("the table has a type that Tidemill does not read: " + quote(kind));
  Type type{.id = Type::Id::kStruct};
  for (const Json& field : json.at("fields")) type.children.push_back(read_field(field));
  return type;
}

Type read_type(const Json& json) {
  if (json.is_object()) return read_nested_type(json);
  const auto name = json.get<std::string>();
  for (const auto& [id, primitive] : kPrimitives) {
    if (primitive == name) return {.id = id};
  }
  const auto decimal = name.starts_with("decimal")
                           ? parse_type(name == "decimal" ? "decimal(10,0)" : name)
                           : std::nullopt;
  if (!decimal)
    throw user_error("the table has a type that Tidemill does not read: " + quote(name));
  return *decimal;
}

/// Makes JSON columns strings, which is what they are to Delta.
Type stored_type(Type type) {
  if (type.id == Type::Id::kJson) type.id = Type::Id::kVarchar;
  for (Column& child : type.children) child.type = stored_type(child.type);
  return type;
}

void check_column(const Column& current, const Column& wanted) {
  if (current.name != wanted.name) {
    throw user_error(fmt::format("the table spells its column {} otherwise: {}",
                                 quote(current.name), quote(wanted.name)))
        .hint("spell it as the table does, or rebuild the table: --full-refresh");
  }
  if (stored_alike(current.type, wanted.type)) return;
  throw user_error(fmt::format("the type of column {} is {} in the table, and now: {}",
                               quote(current.name), current.type.name(), quote(wanted.type.name())))
      .hint("cast it to the table's type, or rebuild the table: --full-refresh");
}

}  // namespace

bool stored_alike(const Type& one, const Type& other) {
  return stored_type(one) == stored_type(other);
}

std::string schema_text(const Shape& shape) {
  OrderedJson fields = OrderedJson::array();
  for (const Column& column : shape.schema) {
    const auto comment = shape.comments.find(column.name);
    fields.push_back(write_field(column, comment == shape.comments.end() ? "" : comment->second));
  }
  return OrderedJson{{"type", "struct"}, {"fields", fields}}.dump(-1, ' ', false,
                                                                  Json::error_handler_t::replace);
}

Shape read_schema(const std::string& text) {
  Shape shape;
  const Json schema = Json::parse(text);
  for (const Json& field : schema.at("fields")) {
    shape.schema.push_back(read_field(field));
    const std::string comment = field.value("metadata", Json::object()).value("comment", "");
    if (!comment.empty()) shape.comments[shape.schema.back().name] = comment;
  }
  return shape;
}

std::string unchecked_rule(const std::string& schema_text) {
  const Json schema = Json::parse(schema_text);
  for (const Json& field : schema.at("fields")) {
    if (!field.value("nullable", true))
      return "NOT NULL of column " + quote(field.at("name").get<std::string>());
    const Json metadata = field.value("metadata", Json::object());
    for (const auto& [key, value] : metadata.items()) {
      if (key.starts_with("delta."))
        return key + " of column " + quote(field.at("name").get<std::string>());
    }
  }
  return "";
}

void check_shape(const Shape& shape) {
  if (shape.schema.empty()) throw user_error("a table needs at least one column");
  std::set<std::string> names;
  for (const Column& column : shape.schema) {
    if (!names.insert(lower(column.name)).second)
      throw user_error("two columns have one name: " + quote(column.name));
  }
  for (const std::string& name : shape.partition_by) {
    const Column* column = find_column(shape.schema, name);
    if (column == nullptr)
      throw user_error("partition_by names no column of the table: " + quote(name));
    const Type::Id id = column->type.id;
    if (!column->type.children.empty() || id == Type::Id::kBlob || id == Type::Id::kJson) {
      throw user_error("a table cannot be partitioned by a column of type " + column->type.name() +
                       ": " + quote(name));
    }
  }
  if (shape.partition_by.size() == shape.schema.size()) {
    throw user_error("a table needs a column that it is not partitioned by: " +
                     quote(join(shape.partition_by, ", ")));
  }
}

Shape widen_shape(const Shape& current, const Shape& wanted) {
  if (current.partition_by != wanted.partition_by) {
    const std::string now = join(wanted.partition_by, ", ");
    throw user_error(fmt::format("the table is partitioned by {}, and now by: {}",
                                 quote(join(current.partition_by, ", ")), quote(now)))
        .hint("rebuild the table: --full-refresh");
  }
  Shape shape = current;
  for (const Column& column : wanted.schema) {
    const Column* known = find_column(current.schema, column.name);
    if (known == nullptr) {
      shape.schema.push_back(column);
      continue;
    }
    check_column(*known, column);
    shape.schema[static_cast<size_t>(known - current.schema.data())].type = column.type;
  }
  if (!wanted.description.empty()) shape.description = wanted.description;
  for (const auto& [column, comment] : wanted.comments) shape.comments[column] = comment;
  return shape;
}

std::string partition_text(const Type& type, const std::string& text) {
  if (type.id != Type::Id::kTimestamp) return text;
  const auto time = parse_time(text);
  if (!time) throw user_error("a time cannot be a partition value: " + quote(text));
  return format_time(*time);
}

}  // namespace tidemill::tables
