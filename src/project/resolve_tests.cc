// What a model test says, against the models and tables of the project.
#include <algorithm>

#include "base/text.h"
#include "project/reading.h"
#include "sql/statement.h"

namespace tidemill::reading {

namespace {

class TestResolver {
 public:
  TestResolver(duckdb::Connection& connection, const std::set<std::string>& broken,
               Context& context, Project& project)
      : connection_(connection), broken_(broken), context_(context), project_(project) {}

  void resolve(ModelTest& test) {
    if (test.model.empty()) return;
    const auto asset = project_.find(test.model);
    if (!asset || project_.assets[*asset].is_source()) {
      std::vector<std::string> models;
      for (const Asset& other : project_.assets) {
        if (!other.is_source()) models.push_back(other.name);
      }
      context_.mistake(
          user_error((asset ? "a source is no model: " : "no such model: ") + quote(test.model))
              .at(test.model_place)
              .hint(nearest_hint(test.model, models)));
      return;
    }
    test.asset = *asset;
    const Asset& model = project_.assets[*asset];
    if (broken_.contains(model.name)) return;
    const sql::Statement statement = sql::analyze(connection_, model.model.sql);
    check_times(test, model, statement);
    check_given(test, model);
    for (const ModelTest::Expected& expected : test.expected) check_expected(expected, model);
  }

 private:
  void check_times(ModelTest& test, const Asset& model, const sql::Statement& statement) {
    const bool interval = model.model.strategy == Model::Strategy::kInterval;
    if (!interval && (test.start || test.end)) {
      context_.mistake(
          user_error("only an interval model has start and end, not: " + quote(model.name))
              .at(test.model_place));
    } else if (interval && !test.start) {
      context_.mistake(user_error("a test of an interval model needs: " + quote("start"))
                           .at(test.place)
                           .hint("start: 2024-03-01"));
    } else if (interval && model.model.interval) {
      if (!test.end) test.end = next_time(*test.start, *model.model.interval);
      if (*test.end <= *test.start) {
        context_.mistake(
            user_error("end is not after start: " + quote(format_time(*test.end))).at(test.place));
      }
    }
    if (statement.parameters.contains("run_time") && !test.run_time) {
      context_.mistake(
          user_error("the model uses $run_time, so its test needs: " + quote("run_time"))
              .at(test.place)
              .hint("run_time: 2024-03-02T06:00:00Z"));
    }
  }

  /// Adds what the model reads: its inputs, and those of its views. Views that `stop` names stand
  /// for what they read.
  void collect_inputs(const Asset& model, const std::set<std::string>& stop,
                      std::set<std::string>& names) const {
    for (const size_t input : model.inputs) {
      const Asset& asset = project_.assets[input];
      names.insert(asset.name);
      if (asset.is_view() && !stop.contains(asset.name)) collect_inputs(asset, stop, names);
    }
  }

  void check_given(const ModelTest& test, const Asset& model) {
    std::set<std::string> given;
    for (const ModelTest::Given& table : test.given) given.insert(table.table);
    std::set<std::string> all;
    collect_inputs(model, {}, all);
    std::set<std::string> read;
    collect_inputs(model, given, read);
    for (const ModelTest::Given& table : test.given) {
      if (!all.contains(table.table)) {
        context_.mistake(user_error(model.name + " does not read the table: " + quote(table.table))
                             .at(table.place)
                             .hint(nearest_hint(table.table, std::vector(all.begin(), all.end()))));
      } else if (!read.contains(table.table)) {
        context_.mistake(
            user_error("given, but only read by views that are given too: " + quote(table.table))
                .at(table.place));
      } else if (!broken_.contains(table.table)) {
        const Schema& schema = project_.assets[*project_.find(table.table)].schema;
        check_rows(connection_, test_columns(schema), table.table, table.rows, context_.mistakes);
      }
    }
  }

  void check_expected(const ModelTest::Expected& expected, const Asset& model) {
    std::vector<TestColumn> columns = test_columns(model.schema);
    if (!expected.expression.empty()) {
      try {
        const std::string sql =
            sql::select_expression(connection_, model.model.sql, expected.expression);
        columns = test_columns(connection_.describe(sql, sample_parameters(project_)));
      } catch (const Error& error) {
        if (error.kind() != Error::Kind::kUser) throw;
        context_.mistake(
            user_error(model.name + ": " + error.message()).at(expected.place).hint(error.hint()));
        return;
      }
    }
    const std::string table = expected.expression.empty() ? model.name : expected.expression;
    check_rows(connection_, columns, table, expected.rows, context_.mistakes);
    if (!expected.subset || expected.rows.empty()) return;
    const bool compares = std::any_of(expected.rows.begin(), expected.rows.end(),
                                      [](const Yaml& row) { return !row.entries.empty(); });
    if (!compares)
      context_.mistake(user_error("columns: subset, but no row names a column").at(expected.place));
  }

  duckdb::Connection& connection_;
  const std::set<std::string>& broken_;
  Context& context_;
  Project& project_;
};

}  // namespace

void resolve_tests(duckdb::Connection& connection, const std::set<std::string>& broken,
                   Context& context, Project& project) {
  for (ModelTest& test : project.tests)
    TestResolver(connection, broken, context, project).resolve(test);
}

}  // namespace tidemill::reading
