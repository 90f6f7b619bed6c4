#include "duckdb/record_sql.h"

#include <vector>

#include "base/text.h"
#include "duckdb/handles.h"

namespace tidemill::duckdb {

namespace {

bool is_nested(duckdb_type id) {
  return id == DUCKDB_TYPE_LIST || id == DUCKDB_TYPE_ARRAY || id == DUCKDB_TYPE_STRUCT ||
         id == DUCKDB_TYPE_MAP;
}

/// True for DuckDB's JSON, which is a VARCHAR by another name.
bool is_json(duckdb_logical_type type) {
  char* alias = duckdb_logical_type_get_alias(type);
  const bool json = alias != nullptr && std::string_view(alias) == "JSON";
  duckdb_free(alias);
  return json;
}

/// True for the types whose text is that of a JSON value, and that stand in lists as they are.
bool is_boolean_or_whole(duckdb_type id) {
  switch (id) {
    case DUCKDB_TYPE_BOOLEAN:
    case DUCKDB_TYPE_TINYINT:
    case DUCKDB_TYPE_SMALLINT:
    case DUCKDB_TYPE_INTEGER:
    case DUCKDB_TYPE_BIGINT:
    case DUCKDB_TYPE_UTINYINT:
    case DUCKDB_TYPE_USMALLINT:
    case DUCKDB_TYPE_UINTEGER:
    case DUCKDB_TYPE_UBIGINT:
    case DUCKDB_TYPE_HUGEINT:
    case DUCKDB_TYPE_UHUGEINT:
      return true;
    default:
      return false;
  }
}

/// Returns the type to cast a nested value to, so that `to_json` bends nothing inside of it.
std::string faithful_type(duckdb_logical_type type) {
  switch (duckdb_get_type_id(type)) {
    case DUCKDB_TYPE_LIST:
      return faithful_type(OwnedType(duckdb_list_type_child_type(type)).get()) + "[]";
    case DUCKDB_TYPE_ARRAY:
      return faithful_type(OwnedType(duckdb_array_type_child_type(type)).get()) + "[]";
    case DUCKDB_TYPE_MAP:
      return "MAP(VARCHAR, " + faithful_type(OwnedType(duckdb_map_type_value_type(type)).get()) +
             ")";
    case DUCKDB_TYPE_STRUCT: {
      std::vector<std::string> fields;
      for (idx_t i = 0; i < duckdb_struct_type_child_count(type); ++i) {
        char* name = duckdb_struct_type_child_name(type, i);
        fields.push_back(quote_identifier(name) + " " +
                         faithful_type(OwnedType(duckdb_struct_type_child_type(type, i)).get()));
        duckdb_free(name);
      }
      return "STRUCT(" + join(fields, ", ") + ")";
    }
    case DUCKDB_TYPE_FLOAT:
    case DUCKDB_TYPE_DOUBLE:
      return type_name(type);
    default:
      if (is_boolean_or_whole(duckdb_get_type_id(type))) return type_name(type);
      return is_json(type) ? "JSON" : "VARCHAR";
  }
}

/// Returns an expression for the JSON text of a column's value; NULL where the value is.
std::string json_expression(const std::string& column, duckdb_logical_type type) {
  const std::string text = "CAST(" + column + " AS VARCHAR)";
  const duckdb_type id = duckdb_get_type_id(type);
  if (is_nested(id))
    return "CAST(to_json(CAST(" + column + " AS " + faithful_type(type) + ")) AS VARCHAR)";
  if (is_boolean_or_whole(id)) return text;
  switch (id) {
    case DUCKDB_TYPE_DECIMAL:
      return text;
    case DUCKDB_TYPE_FLOAT:
    case DUCKDB_TYPE_DOUBLE: {
      const std::string exact = "CAST(CAST(" + column + " AS DOUBLE) AS VARCHAR)";
      return "CASE WHEN isfinite(" + column + ") THEN " + exact + " ELSE '\"' || " + text +
             " || '\"' END";
    }
    case DUCKDB_TYPE_TIMESTAMP_TZ:
      return "'\"' || replace(" + text + ", '+00', 'Z') || '\"'";
    case DUCKDB_TYPE_BLOB:
      return "'\"' || lower(hex(" + column + ")) || '\"'";
    default:
      return is_json(type) ? text : "CAST(to_json(" + text + ") AS VARCHAR)";
  }
}

std::string json_key(const std::string& name) {
  return "CAST(to_json(" + quote_literal(name) + ") AS VARCHAR) || ':'";
}

}  // namespace

std::string record_sql(Connection& connection, const std::string& relation,
                       const std::function<bool(std::string_view)>& wanted) {
  const OwnedStatement statement =
      prepare(connection.state().connection, "SELECT * FROM " + relation, {});
  std::vector<std::string> fields;
  for (idx_t i = 0; i < duckdb_prepared_statement_column_count(statement.get()); ++i) {
    const char* raw = duckdb_prepared_statement_column_name(statement.get(), i);
    const std::string name = raw;
    duckdb_free(const_cast<char*>(raw));
    if (!wanted(name)) continue;
    const OwnedType type(duckdb_prepared_statement_column_logical_type(statement.get(), i));
    fields.push_back(json_key(name) + " || coalesce(" +
                     json_expression(quote_identifier(name), type.get()) + ", 'null')");
  }
  const std::string inside = fields.empty() ? "''" : join(fields, " || ',' || ");
  return "SELECT '{' || " + inside + " || '}' FROM " + relation;
}

}  // namespace tidemill::duckdb
