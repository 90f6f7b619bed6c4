// tidemill diff: the rows that differ between two versions of a table.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>

#include "base/text.h"
#include "cli/command.h"
#include "cli/output.h"
#include "publish/table_diff.h"

namespace tidemill::cli {

namespace {

struct DiffOptions {
  std::string table;
  std::string from;
  std::string to;
  std::optional<std::string> key;
  int64_t limit = 20;
};

const char* change_text(RowChange::Kind kind) {
  switch (kind) {
    case RowChange::Kind::kAdded:
      return "added";
    case RowChange::Kind::kRemoved:
      return "removed";
    case RowChange::Kind::kChanged:
      return "changed";
  }
  return "";
}

/// What was compared: for the lines around the rows.
struct Comparison {
  std::string table;
  int64_t from = 0;
  int64_t to = 0;
  DiffRequest request;
  TableDiff diff;
};

void print_rows(const TableDiff& diff) {
  if (diff.rows.empty()) return;
  std::vector<std::string> header = {"change"};
  std::vector<bool> numeric = {false};
  for (const duckdb::ResultColumn& column : diff.columns) {
    header.push_back(column.name);
    numeric.push_back(is_number(column));
  }
  std::vector<std::vector<std::string>> lines;
  for (const RowChange& change : diff.rows) {
    lines.push_back({change_text(change.kind)});
    for (size_t i = 0; i < diff.columns.size(); ++i) {
      const std::string before = change.before.empty() ? "" : cell_text(change.before[i]);
      const std::string after = change.after.empty() ? "" : cell_text(change.after[i]);
      const bool differs =
          change.kind == RowChange::Kind::kChanged && change.before[i] != change.after[i];
      lines.back().push_back(differs ? before + " → " + after : before.empty() ? after : before);
    }
  }
  print_table(header, lines, numeric);
}

void print_columns(const char* what, const std::vector<std::string>& columns) {
  if (!columns.empty()) std::fprintf(stderr, "%s: %s\n", what, join(columns, ", ").c_str());
}

void print_text(const Globals& globals, const Comparison& comparison) {
  const TableDiff& diff = comparison.diff;
  print_rows(diff);
  std::fflush(stdout);
  const auto shown = static_cast<int64_t>(diff.rows.size());
  const int64_t all = diff.added + diff.removed + diff.changed;
  if (shown < all)
    std::fprintf(stderr, "only %ld of %s are shown; --limit gives more\n", shown,
                 format_count(all, "row").c_str());
  if (globals.quiet) return;
  print_columns("columns that only the later version has", diff.new_columns);
  print_columns("columns that only the earlier version has", diff.lost_columns);
  print_columns("not compared, made of the run's time", comparison.request.ignored);
  const std::string key = comparison.request.key.empty()
                              ? "no key: whole rows were compared"
                              : "by " + join(comparison.request.key, ", ");
  std::fprintf(stderr, "%s from version %ld to %ld: %s added, %s removed, %s changed (%s)\n",
               comparison.table.c_str(), comparison.from, comparison.to,
               format_count(diff.added, "row").c_str(), format_count(diff.removed).c_str(),
               format_count(diff.changed).c_str(), key.c_str());
}

std::string json_list(const std::vector<std::string>& texts) {
  std::vector<std::string> quoted;
  for (const std::string& text : texts) quoted.push_back(json_text(text));
  return "[" + join(quoted, ",") + "]";
}

void print_json(const Comparison& comparison) {
  const TableDiff& diff = comparison.diff;
  for (const RowChange& change : diff.rows) {
    const auto side = [&](const duckdb::Row& row) {
      return row.empty() ? "null" : json_row(diff.columns, row);
    };
    std::printf("{\"event\":\"row\",\"change\":\"%s\",\"before\":%s,\"after\":%s}\n",
                change_text(change.kind), side(change.before).c_str(), side(change.after).c_str());
  }
  std::printf(
      "{\"event\":\"compared\",\"table\":%s,\"from\":%ld,\"to\":%ld,\"added\":%ld,\"removed\":%ld,"
      "\"changed\":%ld,\"key\":%s,\"ignored\":%s,\"new_columns\":%s,\"lost_columns\":%s}\n",
      json_text(comparison.table).c_str(), comparison.from, comparison.to, diff.added, diff.removed,
      diff.changed, json_list(comparison.request.key).c_str(),
      json_list(comparison.request.ignored).c_str(), json_list(diff.new_columns).c_str(),
      json_list(diff.lost_columns).c_str());
}

/// Returns the asset whose table, or whose rejects, `name` is.
const Asset& find_asset(const Project& project, const std::string& name) {
  const auto asset = project.find(maker_of(name));
  if (!asset)
    throw user_error("no such table: " + quote(name))
        .hint(nearest_hint(name, project.asset_names()));
  if (project.assets[*asset].is_view())
    throw user_error("a view has no versions: " + quote(name))
        .hint("compare what it reads: tidemill lineage +" + name);
  return project.assets[*asset];
}

DiffRequest request_of(const Asset& asset, const std::string& table, const DiffOptions& options) {
  DiffRequest request{.most_rows = options.limit};
  const bool rejects = table != asset.name;
  request.ignored = rejects ? std::vector<std::string>{"rejected_at"} : asset.run_time_columns;
  if (!options.key) {
    if (!rejects) request.key = unique_key(asset);
    return request;
  }
  for (const std::string& column : split(*options.key, ',')) {
    if (!trim(column).empty()) request.key.push_back(trim(column));
  }
  return request;
}

Exit diff_table(const Globals& globals, const DiffOptions& options) {
  Workspace workspace(globals);
  const Project& project = workspace.project();
  const std::string table = lower(options.table);
  const Asset& asset = find_asset(project, table);
  const DuckdbEngine::Session session = workspace.engine().open();
  FileSystem& files = workspace.environment().files;
  const tables::Snapshot after =
      table_snapshot(project, files, *session.connection, table, read_point(options.to, "--to"));
  if (options.from.empty() && after.version == 0)
    throw user_error("there is no version before version 0 of: " + quote(table))
        .hint("tidemill history " + table);
  const tables::Snapshot before = table_snapshot(
      project, files, *session.connection, table,
      options.from.empty() ? PointInTime(after.version - 1) : read_point(options.from, "--from"));
  Comparison comparison{
      table, before.version, after.version, request_of(asset, table, options), {}};
  comparison.diff = diff_snapshots(*session.connection, before, after, comparison.request);
  if (globals.json) {
    print_json(comparison);
  } else {
    print_text(globals, comparison);
  }
  return Exit::kDone;
}

}  // namespace

const Command& diff() {
  static const Command command = {
      .name = "diff",
      .doc = "the rows that differ between two versions of a table",
      .declare = [](CLI::App& app) -> std::function<Exit(const Globals&)> {
        auto options = std::make_shared<DiffOptions>();
        app.add_option("table", options->table, "the table")->required()->type_name("TABLE");
        app.add_option("--from", options->from,
                       "the earlier version, or a time (default: the one before --to)")
            ->type_name("VERSION|TIME");
        app.add_option("--to", options->to, "the later version, or a time (default: the newest)")
            ->type_name("VERSION|TIME");
        app.add_option("--key", options->key,
                       "columns that tell rows apart (default: of a unique check); '' for none")
            ->type_name("COLUMNS");
        app.add_option("--limit", options->limit, "how many rows to show")
            ->check(CLI::Range(0, 1'000'000))
            ->type_name("N");
        return [options](const Globals& globals) { return diff_table(globals, *options); };
      }};
  return command;
}

}  // namespace tidemill::cli
