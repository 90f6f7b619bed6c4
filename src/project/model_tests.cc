#include "project/model_tests.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "base/text.h"

namespace tidemill {

namespace {

using Json = nlohmann::ordered_json;

/// Returns the value as JSON. What is not quoted and reads as a number, true or false is one.
Json json_of(const Yaml& value) {
  switch (value.kind) {
    case Yaml::Kind::kNull:
      return nullptr;
    case Yaml::Kind::kScalar: {
      const Json plain = value.quoted ? Json(value.text) : Json::parse(value.text, nullptr, false);
      return plain.is_number() || plain.is_boolean() ? plain : Json(value.text);
    }
    case Yaml::Kind::kList: {
      Json list = Json::array();
      for (const Yaml& item : value.items) list.push_back(json_of(item));
      return list;
    }
    case Yaml::Kind::kMap: {
      Json map = Json::object();
      for (const Yaml::Entry& entry : value.entries) map[entry.key] = json_of(entry.value);
      return map;
    }
  }
  return nullptr;
}

bool is_whole(const std::string& sql_type) {
  static const std::set<std::string> whole = {"TINYINT", "SMALLINT", "INTEGER", "BIGINT"};
  return whole.contains(sql_type);
}

bool is_instant(const std::string& sql_type) { return sql_type == "TIMESTAMP WITH TIME ZONE"; }

/// Returns how many digits of its fraction a decimal type holds, or nothing for another type.
std::optional<size_t> scale_of(const std::string& sql_type) {
  const size_t comma = sql_type.find(',');
  if (!sql_type.starts_with("DECIMAL(") || comma == std::string::npos) return std::nullopt;
  const auto scale = parse_integer(sql_type.substr(comma + 1, sql_type.size() - comma - 2));
  return scale ? std::optional(static_cast<size_t>(*scale)) : std::nullopt;
}

/// True when a cast would bend the text silently: a fraction to a whole number, say.
bool would_round(const std::string& text, const std::string& sql_type) {
  if (is_whole(sql_type)) return !parse_integer(text);
  const auto scale = scale_of(sql_type);
  const size_t point = text.find('.');
  return scale && point != std::string::npos && text.size() - point - 1 > *scale;
}

std::string cast(const std::string& expression, const std::string& sql_type) {
  return "CAST(" + expression + " AS " + sql_type + ")";
}

std::string cell_sql(const Yaml& value, const std::string& sql_type) {
  if (value.is_null()) return cast("NULL", sql_type);
  if (value.is_scalar()) {
    const auto time = is_instant(sql_type) ? parse_time(value.text) : std::nullopt;
    return cast(duckdb::quote_literal(time ? format_time(*time) : value.text), sql_type);
  }
  const std::string json = duckdb::quote_literal(json_of(value).dump());
  return cast(sql_type == "VARCHAR" ? json : json + "::JSON", sql_type);
}

const Yaml* find_cell(const Yaml& row, const std::string& column) {
  const auto found =
      std::find_if(row.entries.begin(), row.entries.end(),
                   [&](const Yaml::Entry& entry) { return lower(entry.key) == lower(column); });
  return found == row.entries.end() ? nullptr : &found->value;
}

const TestColumn* find_column(std::span<const TestColumn> columns, const std::string& name) {
  const auto found = std::find_if(columns.begin(), columns.end(), [&](const TestColumn& column) {
    return lower(column.name) == lower(name);
  });
  return found == columns.end() ? nullptr : &*found;
}

std::string type_text(const std::string& sql_type) {
  return is_instant(sql_type) ? "timestamp" : lower(sql_type);
}

void check_cell(duckdb::Connection& connection, const TestColumn& column, const Yaml& value,
                Mistakes& mistakes) {
  const std::string wanted = column.name + " is not of type " + type_text(column.sql_type) + ": ";
  const bool bad_time = value.is_scalar() && is_instant(column.sql_type) && !parse_time(value.text);
  if (bad_time || (value.is_scalar() && would_round(value.text, column.sql_type))) {
    mistakes.add(user_error(wanted + value.described()).at(value.place));
    return;
  }
  try {
    connection.query("SELECT " + cell_sql(value, column.sql_type));
  } catch (const Error& error) {
    if (error.kind() != Error::Kind::kUser) throw;
    const std::string why = error.message().substr(0, error.message().find('\n'));
    const std::string text = value.is_scalar() ? value.text : json_of(value).dump();
    mistakes.add(user_error(wanted + quote(text)).at(value.place).hint(why));
  }
}

}  // namespace

std::vector<TestColumn> test_columns(const Schema& schema) {
  std::vector<TestColumn> columns;
  for (const Column& column : schema) columns.push_back({column.name, column.type.sql()});
  return columns;
}

std::vector<TestColumn> test_columns(const std::vector<duckdb::ResultColumn>& columns) {
  std::vector<TestColumn> typed;
  for (const duckdb::ResultColumn& column : columns) {
    typed.push_back({column.name, column.type ? column.type->sql() : column.type_name});
  }
  return typed;
}

std::vector<TestColumn> compared_columns(const ModelTest::Expected& expected,
                                         std::vector<TestColumn> columns) {
  if (!expected.subset || expected.rows.empty()) return columns;
  std::erase_if(columns, [&](const TestColumn& column) {
    return std::none_of(expected.rows.begin(), expected.rows.end(),
                        [&](const Yaml& row) { return find_cell(row, column.name) != nullptr; });
  });
  return columns;
}

std::string rows_sql(std::span<const TestColumn> columns, const std::vector<Yaml>& rows) {
  const Yaml null;
  std::vector<std::string> names;
  for (const TestColumn& column : columns) names.push_back(duckdb::quote_identifier(column.name));
  const auto cells = [&](const Yaml& row) {
    std::vector<std::string> texts;
    for (const TestColumn& column : columns) {
      const Yaml* cell = find_cell(row, column.name);
      texts.push_back(cell_sql(cell == nullptr ? null : *cell, column.sql_type));
    }
    return "(" + join(texts, ", ") + ")";
  };
  std::vector<std::string> lines;
  for (const Yaml& row : rows) lines.push_back(cells(row));
  if (rows.empty()) lines.push_back(cells(null));
  return "SELECT * FROM (VALUES " + join(lines, ", ") + ") AS given(" + join(names, ", ") + ")" +
         (rows.empty() ? " WHERE false" : "");
}

void check_rows(duckdb::Connection& connection, std::span<const TestColumn> columns,
                const std::string& table, const std::vector<Yaml>& rows, Mistakes& mistakes) {
  std::vector<std::string> names;
  for (const TestColumn& column : columns) names.push_back(column.name);
  for (const Yaml& row : rows) {
    if (!row.is_map()) {
      mistakes.add(user_error("a row must be a map of column to value, not " + row.described())
                       .at(row.place)
                       .hint("{id: 1, name: apple}"));
      continue;
    }
    std::set<std::string> seen;
    for (const Yaml::Entry& entry : row.entries) {
      const TestColumn* column = find_column(columns, entry.key);
      if (column == nullptr) {
        mistakes.add(user_error(table + " has no column: " + quote(entry.key))
                         .at(entry.place)
                         .hint(nearest_hint(entry.key, names)));
      } else if (!seen.insert(lower(entry.key)).second) {
        mistakes.add(user_error("column given twice: " + quote(entry.key)).at(entry.place));
      } else {
        check_cell(connection, *column, entry.value, mistakes);
      }
    }
  }
}

}  // namespace tidemill
