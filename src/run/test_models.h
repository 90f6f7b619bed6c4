// Runs model tests: a model's SELECT over the rows that a test gives, compared with the rows it
// expects. Reads and writes nothing but memory.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "duckdb/session.h"
#include "project/project.h"

namespace tidemill {

/// A row that was expected and did not come, a row that came and was not expected, or, with both,
/// two that were meant to be one.
struct RowDifference {
  std::optional<duckdb::Row> expected;
  std::optional<duckdb::Row> actual;
};

/// What came out of a model, or of one of its common table expressions, in place of what was
/// expected.
struct ResultDifference {
  std::string expression;  ///< Empty: the model's own rows.
  std::vector<duckdb::ResultColumn> columns;
  std::vector<RowDifference> rows;
};

struct TestOutcome {
  std::optional<Error> error;  ///< Why the model could not be run on these rows.
  std::vector<ResultDifference> differences;

  bool passed() const { return !error && differences.empty(); }
};

/// Runs one test. `connection` is fresh: its catalog gets a view for each table that the model
/// reads; those for which the test gives nothing are empty. Numbers of type double are equal when
/// they differ by less than a billionth of the larger. Throws what is not the user's.
TestOutcome test_model(const Project& project, const ModelTest& test,
                       duckdb::Connection& connection);

/// Compares rows of the same columns. Rows that differ in less than all columns are put together.
std::vector<RowDifference> compare_rows(std::vector<duckdb::Row> expected,
                                        std::vector<duckdb::Row> actual, bool any_order);

}  // namespace tidemill
