// tidemill test: models run on rows given in tests/*.yml.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <memory>

#include "base/text.h"
#include "cli/command.h"
#include "cli/output.h"
#include "plan/selection.h"
#include "run/test_models.h"

namespace tidemill::cli {

namespace {

constexpr size_t kMostShown = 20;  // Rows that differ, of one result.

struct TestOptions {
  std::vector<std::string> words;
};

/// Hears how each test ended.
class TestReport {
 public:
  virtual ~TestReport() = default;
  virtual void ended(const ModelTest& test, const std::string& model,
                     const TestOutcome& outcome) = 0;
  virtual void finished(int64_t passed, int64_t failed) = 0;
};

/// Prints failures to stdout, the sum to stderr.
class TextReport : public TestReport {
 public:
  explicit TextReport(const Globals& globals) : globals_(globals) {}

  void ended(const ModelTest& test, const std::string& model, const TestOutcome& outcome) override {
    if (outcome.passed()) {
      if (globals_.verbose)
        std::fprintf(stderr, "ok    %s: %s\n", model.c_str(), test.name.c_str());
      return;
    }
    std::printf("FAIL  %s: %s, %s\n", model.c_str(), test.name.c_str(), test.place.text().c_str());
    if (outcome.error) std::printf("error: %s\n", outcome.error->text().c_str());
    for (const ResultDifference& difference : outcome.differences) print(difference);
    std::printf("\n");
  }

  void finished(int64_t passed, int64_t failed) override {
    std::fflush(stdout);
    if (globals_.quiet) return;
    if (passed + failed == 0) {
      std::fprintf(stderr, "no tests\n");
    } else if (failed == 0) {
      std::fprintf(stderr, "%s passed\n", format_count(passed, "test").c_str());
    } else {
      std::fprintf(stderr, "%s passed, %ld failed\n", format_count(passed, "test").c_str(), failed);
    }
  }

 private:
  static void print(const ResultDifference& difference) {
    if (!difference.expression.empty())
      std::printf("in the common table expression %s:\n", difference.expression.c_str());
    std::vector<std::string> header = {"row"};
    std::vector<bool> numeric = {false};
    for (const duckdb::ResultColumn& column : difference.columns) {
      header.push_back(column.name);
      numeric.push_back(is_number(column));
    }
    std::vector<std::vector<std::string>> lines;
    for (size_t i = 0; i < std::min(difference.rows.size(), kMostShown); ++i)
      add_lines(difference.rows[i], lines);
    print_table(header, lines, numeric);
    if (difference.rows.size() > kMostShown)
      std::printf("… and %zu more\n", difference.rows.size() - kMostShown);
  }

  static void add_lines(const RowDifference& row, std::vector<std::vector<std::string>>& lines) {
    const auto add = [&](const std::string& what, const duckdb::Row& values) {
      lines.push_back({what});
      for (const duckdb::Value& value : values) lines.back().push_back(cell_text(value));
    };
    if (row.expected) add(row.actual ? "expected" : "missing", *row.expected);
    if (row.actual) add(row.expected ? "actual" : "unexpected", *row.actual);
  }

  const Globals& globals_;
};

/// Prints one JSON object for each test, and one for the sum.
class JsonReport : public TestReport {
 public:
  void ended(const ModelTest& test, const std::string& model, const TestOutcome& outcome) override {
    std::string json = "{\"event\":\"tested\",\"test\":" + json_text(test.name) +
                       ",\"model\":" + json_text(model) +
                       ",\"file\":" + json_text(test.place.file) +
                       ",\"line\":" + std::to_string(test.place.line) + ",\"status\":\"" +
                       (outcome.passed() ? "passed" : "failed") + "\"";
    if (outcome.error) json += ",\"error\":" + error_json(*outcome.error);
    std::vector<std::string> rows;
    for (const ResultDifference& difference : outcome.differences) {
      for (const RowDifference& row : difference.rows) rows.push_back(json_of(difference, row));
    }
    if (!rows.empty()) json += ",\"differences\":[" + join(rows, ",") + "]";
    std::printf("%s}\n", json.c_str());
  }

  void finished(int64_t passed, int64_t failed) override {
    std::printf("{\"event\":\"finished\",\"passed\":%ld,\"failed\":%ld}\n", passed, failed);
  }

 private:
  static std::string json_of(const ResultDifference& difference, const RowDifference& row) {
    const auto side = [&](const std::optional<duckdb::Row>& values) {
      return values ? json_row(difference.columns, *values) : "null";
    };
    const std::string of =
        difference.expression.empty() ? "null" : json_text(difference.expression);
    return "{\"cte\":" + of + ",\"expected\":" + side(row.expected) +
           ",\"actual\":" + side(row.actual) + "}";
  }
};

Exit test_models(const Globals& globals, const TestOptions& options) {
  Workspace workspace(globals);
  const Project& project = workspace.project({.tests = true});
  const std::vector<bool> selected = select_assets(project, options.words);
  std::unique_ptr<TestReport> report;
  if (globals.json) {
    report = std::make_unique<JsonReport>();
  } else {
    report = std::make_unique<TextReport>(globals);
  }
  duckdb::Database database({.threads = 1});
  int64_t passed = 0;
  int64_t failed = 0;
  for (const ModelTest& test : project.tests) {
    if (!selected[test.asset]) continue;
    workspace.cancellation().check();
    const TestOutcome outcome = test_model(project, test, *database.connect());
    ++(outcome.passed() ? passed : failed);
    report->ended(test, project.assets[test.asset].name, outcome);
  }
  report->finished(passed, failed);
  return failed == 0 ? Exit::kDone : Exit::kFailed;
}

}  // namespace

const Command& test() {
  static const Command command = {
      .name = "test",
      .doc = "run models on the rows of tests/*.yml",
      .declare = [](CLI::App& app) -> std::function<Exit(const Globals&)> {
        auto options = std::make_shared<TestOptions>();
        app.add_option("select", options->words, "which models (default: all that have tests)")
            ->type_name("SELECT");
        return [options](const Globals& globals) { return test_models(globals, *options); };
      }};
  return command;
}

}  // namespace tidemill::cli
