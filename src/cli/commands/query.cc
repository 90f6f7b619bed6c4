// tidemill query: one SELECT over the lake, now or as it was.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>

#include "base/text.h"
#include "cli/command.h"
#include "cli/output.h"
#include "publish/lake.h"
#include "sql/statement.h"

namespace tidemill::cli {

namespace {

constexpr size_t kMostShown = 1000;  // Rows of a table for people.

struct QueryOptions {
  std::string sql;
  std::string at;
  std::string format = "table";
};

/// Returns a CSV field (RFC 4180): NULL is empty, an empty text is "".
std::string csv_field(const duckdb::Value& value) {
  if (std::holds_alternative<std::monostate>(value)) return "";
  const std::string text = duckdb::text_of(value);
  if (!text.empty() && text.find_first_of("\",\r\n") == std::string::npos) return text;
  return '"' + replace_all(text, "\"", "\"\"") + '"';
}

/// Prints rows as they come.
class Printer {
 public:
  virtual ~Printer() = default;
  virtual void begin(const std::vector<duckdb::ResultColumn>& columns) = 0;
  virtual bool row(const duckdb::Row& row) = 0;
  virtual void end() {}
};

class CsvPrinter : public Printer {
 public:
  void begin(const std::vector<duckdb::ResultColumn>& columns) override {
    duckdb::Row names;
    for (const auto& column : columns) names.emplace_back(column.name);
    row(names);
  }
  bool row(const duckdb::Row& row) override {
    std::string line;
    for (size_t i = 0; i < row.size(); ++i) line += (i == 0 ? "" : ",") + csv_field(row[i]);
    std::fwrite((line + "\n").data(), 1, line.size() + 1, stdout);
    return true;
  }
};

class JsonPrinter : public Printer {
 public:
  void begin(const std::vector<duckdb::ResultColumn>& columns) override { columns_ = columns; }
  bool row(const duckdb::Row& row) override {
    const std::string line = json_row(columns_, row) + "\n";
    std::fwrite(line.data(), 1, line.size(), stdout);
    return true;
  }

 private:
  std::vector<duckdb::ResultColumn> columns_;
};

class TablePrinter : public Printer {
 public:
  void begin(const std::vector<duckdb::ResultColumn>& columns) override {
    for (const auto& column : columns) {
      header_.push_back(column.name);
      numeric_.push_back(is_number(column));
    }
  }
  bool row(const duckdb::Row& row) override {
    if (rows_.size() == kMostShown) {
      more_ = true;
      return false;
    }
    std::vector<std::string> cells;
    for (const duckdb::Value& value : row) cells.push_back(cell_text(value));
    rows_.push_back(std::move(cells));
    return true;
  }
  void end() override {
    print_table(header_, rows_, numeric_);
    std::fflush(stdout);
    if (more_)
      std::fprintf(stderr, "only the first %zu rows are shown; --format csv or json gives all\n",
                   kMostShown);
  }

 private:
  std::vector<std::string> header_;
  std::vector<bool> numeric_;
  std::vector<std::vector<std::string>> rows_;
  bool more_ = false;
};

std::unique_ptr<Printer> make_printer(const std::string& format) {
  if (format == "csv") return std::make_unique<CsvPrinter>();
  if (format == "json") return std::make_unique<JsonPrinter>();
  return std::make_unique<TablePrinter>();
}

Exit query_lake(const Globals& globals, const QueryOptions& options) {
  Workspace workspace(globals);
  const Project& project = workspace.project();
  const PointInTime at = read_point(options.at, "--at");
  const DuckdbEngine::Session session = workspace.engine().open();
  const sql::Statement statement = sql::analyze(*session.connection, options.sql);
  std::vector<std::string> names;
  for (const sql::TableReference& table : statement.tables) names.push_back(table.name);
  const LakeRelations lake =
      lake_relations(project, workspace.environment().files, *session.connection, names, at);
  show_relations(*session.connection, lake.relations);
  duckdb::Parameters parameters;
  for (const auto& [name, value] : project.variables) parameters["vars." + name] = value;
  const auto printer = make_printer(globals.json ? "json" : options.format);
  const Cancellation& cancellation = workspace.cancellation();
  session.connection->stream(
      options.sql, parameters, [&](const auto& columns) { printer->begin(columns); },
      [&](const duckdb::Row& row) {
        cancellation.check();
        return printer->row(row);
      });
  printer->end();
  return Exit::kDone;
}

}  // namespace

const Command& query() {
  static const Command command = {
      .name = "query",
      .doc = "run one SELECT over the lake",
      .declare = [](CLI::App& app) -> std::function<Exit(const Globals&)> {
        auto options = std::make_shared<QueryOptions>();
        app.add_option("sql", options->sql, "the SELECT; tables are schema.table")
            ->required()
            ->type_name("SQL");
        app.add_option("--at", options->at, "the tables as they were: a version or a time")
            ->type_name("VERSION|TIME");
        app.add_option("--format", options->format, "table, csv or json (one object a line)")
            ->check(CLI::IsMember({"table", "csv", "json"}))
            ->type_name("FORMAT");
        return [options](const Globals& globals) { return query_lake(globals, *options); };
      }};
  return command;
}

}  // namespace tidemill::cli
