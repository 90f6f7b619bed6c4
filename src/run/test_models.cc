#include "run/test_models.h"

#include <algorithm>
#include <cmath>
#include <set>

#include "base/text.h"
#include "engines/duckdb_engine.h"
#include "sql/statement.h"

namespace tidemill {

namespace {

using Rows = std::vector<duckdb::Row>;

bool is_equal(const duckdb::Value& a, const duckdb::Value& b) {
  const auto* left = std::get_if<double>(&a);
  const auto* right = std::get_if<double>(&b);
  if (left == nullptr || right == nullptr) return a == b;
  if (*left == *right || (std::isnan(*left) && std::isnan(*right))) return true;
  return std::abs(*left - *right) < 1e-9 * std::max(std::abs(*left), std::abs(*right));
}

int64_t equal_cells(const duckdb::Row& a, const duckdb::Row& b) {
  int64_t equal = 0;
  for (size_t i = 0; i < a.size(); ++i) equal += is_equal(a[i], b[i]) ? 1 : 0;
  return equal;
}

bool is_equal(const duckdb::Row& a, const duckdb::Row& b) {
  return equal_cells(a, b) == static_cast<int64_t>(a.size());
}

/// Takes the rows that both have out of both.
void drop_equal(Rows& expected, Rows& actual) {
  std::erase_if(expected, [&](const duckdb::Row& row) {
    const auto same = std::find_if(actual.begin(), actual.end(),
                                   [&](const duckdb::Row& other) { return is_equal(row, other); });
    if (same == actual.end()) return false;
    actual.erase(same);
    return true;
  });
}

/// Returns the row that has most in common with `row`, if any has something.
Rows::iterator most_alike(const duckdb::Row& row, Rows& candidates) {
  auto best = candidates.end();
  int64_t most = 0;
  for (auto candidate = candidates.begin(); candidate != candidates.end(); ++candidate) {
    const int64_t equal = equal_cells(row, *candidate);
    if (equal > most) best = candidate;
    most = std::max(most, equal);
  }
  return best;
}

std::vector<RowDifference> compare_in_order(const Rows& expected, const Rows& actual) {
  std::vector<RowDifference> differences;
  for (size_t i = 0; i < std::max(expected.size(), actual.size()); ++i) {
    RowDifference difference;
    if (i < expected.size()) difference.expected = expected[i];
    if (i < actual.size()) difference.actual = actual[i];
    const bool both = difference.expected && difference.actual;
    if (!both || !is_equal(*difference.expected, *difference.actual))
      differences.push_back(std::move(difference));
  }
  return differences;
}

class TestRun {
 public:
  TestRun(const Project& project, const ModelTest& test, duckdb::Connection& connection)
      : project_(project),
        test_(test),
        model_(project.assets[test.asset]),
        connection_(connection) {
    for (const auto& [name, time] :
         {std::pair{"start", test.start}, {"end", test.end}, {"run_time", test.run_time}}) {
      if (time) parameters_[name] = *time;
    }
    for (const auto& [name, value] : test.variables) parameters_["vars." + name] = value;
  }

  TestOutcome run() {
    TestOutcome outcome;
    try {
      collect_inputs(model_);
      show_relations(connection_, relations_);
      if (model_.model.interval) check_interval();
      for (const ModelTest::Expected& expected : test_.expected) compare(expected, outcome);
    } catch (const Error& error) {
      if (error.kind() != Error::Kind::kUser) throw;
      // DuckDB shows the line of the statement that was made of the model: no line of a file.
      outcome.error = user_error(error.message().substr(0, error.message().find("\n\nLINE ")));
      outcome.error->hint(error.hint());
    }
    return outcome;
  }

 private:
  const ModelTest::Given* find_given(const std::string& table) const {
    const auto found =
        std::find_if(test_.given.begin(), test_.given.end(),
                     [&](const ModelTest::Given& given) { return given.table == table; });
    return found == test_.given.end() ? nullptr : &*found;
  }

  /// Adds what an asset reads, each view after what it reads itself.
  void collect_inputs(const Asset& asset) {
    for (const size_t index : asset.inputs) {
      if (!seen_.insert(index).second) continue;
      const Asset& input = project_.assets[index];
      const ModelTest::Given* given = find_given(input.name);
      if (given == nullptr && input.is_view()) {
        collect_inputs(input);
        relations_.push_back({input.name, input.model.sql});
        continue;
      }
      const std::vector<TestColumn> columns = test_columns(input.schema);
      relations_.push_back(
          {input.name, rows_sql(columns, given == nullptr ? std::vector<Yaml>() : given->rows)});
    }
  }

  /// An attempt whose rows lie outside of its interval fails; so does its test.
  void check_interval() {
    const std::string column = duckdb::quote_identifier(model_.model.time_column);
    const duckdb::Table rows = connection_.query(
        "SELECT " + column + "::TIMESTAMPTZ FROM (\n" + model_.model.sql + "\n)", parameters_);
    for (const duckdb::Row& row : rows.rows) {
      const auto* time = std::get_if<Instant>(&row[0]);
      if (time != nullptr && *test_.start <= *time && *time < *test_.end) continue;
      throw user_error("a row lies outside the interval " +
                       Interval{*test_.start, *test_.end}.label() + ", its " +
                       model_.model.time_column +
                       " is: " + (time == nullptr ? "NULL" : quote(format_time(*time))))
          .hint("an attempt with such a row fails: filter by $start and $end");
    }
  }

  void compare(const ModelTest::Expected& expected, TestOutcome& outcome) {
    std::string sql = model_.model.sql;
    std::vector<TestColumn> columns = test_columns(model_.schema);
    if (!expected.expression.empty()) {
      sql = sql::select_expression(connection_, sql, expected.expression);
      columns = test_columns(connection_.describe(sql, parameters_));
    }
    columns = compared_columns(expected, std::move(columns));
    std::vector<std::string> casts;
    for (const TestColumn& column : columns) {
      const std::string name = duckdb::quote_identifier(column.name);
      casts.push_back("CAST(" + name + " AS " + column.sql_type + ") AS " + name);
    }
    duckdb::Table actual =
        connection_.query("SELECT " + join(casts, ", ") + " FROM (\n" + sql + "\n)", parameters_);
    duckdb::Table wanted = connection_.query(rows_sql(columns, expected.rows));
    ResultDifference difference{.expression = expected.expression, .columns = actual.columns};
    difference.rows =
        compare_rows(std::move(wanted.rows), std::move(actual.rows), expected.any_order);
    if (!difference.rows.empty()) outcome.differences.push_back(std::move(difference));
  }

  const Project& project_;
  const ModelTest& test_;
  const Asset& model_;
  duckdb::Connection& connection_;
  duckdb::Parameters parameters_;
  std::set<size_t> seen_;
  std::vector<Relation> relations_;
};

}  // namespace

std::vector<RowDifference> compare_rows(Rows expected, Rows actual, bool any_order) {
  if (!any_order) return compare_in_order(expected, actual);
  drop_equal(expected, actual);
  std::vector<RowDifference> differences;
  for (duckdb::Row& row : expected) {
    RowDifference difference;
    const auto other = most_alike(row, actual);
    difference.expected = std::move(row);
    if (other != actual.end()) {
      difference.actual = std::move(*other);
      actual.erase(other);
    }
    differences.push_back(std::move(difference));
  }
  for (duckdb::Row& row : actual) differences.push_back({std::nullopt, std::move(row)});
  return differences;
}

TestOutcome test_model(const Project& project, const ModelTest& test,
                       duckdb::Connection& connection) {
  return TestRun(project, test, connection).run();
}

}  // namespace tidemill
