// Model tests, tests/*.yml: a model run on rows that the test gives, against the rows it expects.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/time.h"
#include "base/yaml.h"
#include "data/type.h"
#include "duckdb/session.h"

namespace tidemill {

struct ModelTest {
  struct Given {
    std::string table;  ///< An input of the model, or of a view that it reads; lower case.
    Place place;
    std::vector<Yaml> rows;  ///< Maps of column to value.
  };
  struct Expected {
    std::string expression;  ///< Whose rows: a common table expression, or the model's (empty).
    Place place;
    std::vector<Yaml> rows;  ///< Maps of column to value.
    bool subset = false;     ///< Compare only the columns that the rows name.
    bool any_order = true;
  };

  std::string name;
  Place place;
  std::string model;  ///< As written.
  Place model_place;
  size_t asset = 0;  ///< The model's index into Project::assets.
  std::vector<Given> given;
  std::map<std::string, duckdb::Value> variables;  ///< The project's, with the test's in place.
  std::optional<Instant> start;                    ///< Of an interval model.
  std::optional<Instant> end;
  std::optional<Instant> run_time;
  std::vector<Expected> expected;
};

/// A column of a test's rows.
struct TestColumn {
  std::string name;
  std::string sql_type;  ///< As DuckDB's SQL spells it.
};

std::vector<TestColumn> test_columns(const Schema& schema);
/// Returns the columns of a result; those that no table holds in their own type have it too.
std::vector<TestColumn> test_columns(const std::vector<duckdb::ResultColumn>& columns);

/// Returns the columns that are compared: all, or with `subset` those that a row names.
std::vector<TestColumn> compared_columns(const ModelTest::Expected& expected,
                                         std::vector<TestColumn> columns);

/// Returns a SELECT of the rows, which passed `check_rows`; a column that a row leaves out is NULL.
std::string rows_sql(std::span<const TestColumn> columns, const std::vector<Yaml>& rows);

/// Reports every row that is no map, names a column that `table` does not have, or holds a value
/// that does not fit its column as it stands.
void check_rows(duckdb::Connection& connection, std::span<const TestColumn> columns,
                const std::string& table, const std::vector<Yaml>& rows, Mistakes& mistakes);

}  // namespace tidemill
