// tidemill history: the runs and their attempts, or the versions of a table.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>

#include "base/text.h"
#include "cli/command.h"
#include "cli/output.h"
#include "project/project.h"
#include "tables/table.h"

namespace tidemill::cli {

namespace {

using Json = nlohmann::ordered_json;

struct HistoryOptions {
  std::string what;
  int64_t most = 20;
};

/// Returns what a commit did: `WRITE Overwrite`, `RESTORE 3`.
std::string operation_text(const tables::Commit& commit) {
  if (commit.restored_version)
    return commit.operation + " " + std::to_string(*commit.restored_version);
  return commit.operation + (commit.mode.empty() ? "" : " " + commit.mode);
}

std::string duration_text(Instant started, const std::optional<Instant>& ended) {
  return ended ? format_duration(*ended - started) : "-";
}

/// Prints rows as a table, or each as a JSON object under the names of the columns.
void print_rows(const Globals& globals, const std::vector<std::string>& header,
                const std::vector<std::vector<std::string>>& rows,
                const std::vector<bool>& numeric) {
  if (!globals.json) {
    print_table(header, rows, numeric);
    return;
  }
  for (const auto& row : rows) {
    Json json;
    for (size_t i = 0; i < header.size(); ++i) {
      const auto number = parse_integer(replace_all(row[i], ",", ""));
      json[replace_all(header[i], " ", "_")] = numeric[i] && number ? Json(*number) : Json(row[i]);
    }
    std::printf("%s\n", json.dump(-1, ' ', false, Json::error_handler_t::replace).c_str());
  }
}

void show_runs(Workspace& workspace, const Globals& globals, int64_t most) {
  std::vector<std::vector<std::string>> rows;
  for (const RunRecord& run : workspace.store().runs(most)) {
    int64_t done = 0;
    int64_t failed = 0;
    for (const AttemptRecord& attempt : workspace.store().attempts(run.id)) {
      done += attempt.status == "done" ? 1 : 0;
      failed += attempt.status == "failed" ? 1 : 0;
    }
    rows.push_back({run.id, format_time(run.started), duration_text(run.started, run.ended),
                    run.status, format_count(done), format_count(failed), run.command});
  }
  print_rows(globals, {"run", "started", "took", "status", "built", "failed", "command"}, rows,
             {false, false, true, false, true, true, false});
}

void show_attempts(const Globals& globals, const std::vector<AttemptRecord>& attempts) {
  std::vector<std::vector<std::string>> rows;
  for (const AttemptRecord& attempt : attempts) {
    rows.push_back({attempt.asset, attempt.interval ? attempt.interval->label() : "",
                    format_count(attempt.number), attempt.status, format_count(attempt.rows),
                    format_count(attempt.rejected), duration_text(attempt.started, attempt.ended),
                    attempt.error.substr(0, attempt.error.find('\n'))});
  }
  print_rows(globals,
             {"asset", "interval", "attempt", "status", "rows", "rejected", "took", "error"}, rows,
             {false, false, true, false, true, true, true, false});
}

void show_versions(Workspace& workspace, const Globals& globals, const std::string& name,
                   int64_t most) {
  const DuckdbEngine::Session session = workspace.engine().open();
  tables::Table table(workspace.environment().files, workspace.project().table_folder(name),
                      *session.connection);
  std::vector<tables::Commit> commits = table.commits_since(-1);
  if (commits.empty())
    throw user_error("the table was not built yet: " + quote(name)).hint("tidemill run +" + name);
  std::vector<std::vector<std::string>> rows;
  for (auto commit = commits.rbegin();
       commit != commits.rend() && static_cast<int64_t>(rows.size()) < most; ++commit) {
    const auto& provenance = commit->provenance;
    rows.push_back({std::to_string(commit->version), format_time(commit->time),
                    operation_text(*commit),
                    provenance && provenance->interval ? provenance->interval->label() : "",
                    provenance ? format_count(provenance->rows) : "?",
                    provenance ? format_count(provenance->rejected) : "?",
                    format_count(static_cast<int64_t>(commit->adds.size())),
                    format_count(static_cast<int64_t>(commit->removes.size())),
                    provenance ? provenance->run : ""});
  }
  print_rows(globals,
             {"version", "committed", "operation", "interval", "rows", "rejected", "files added",
              "files removed", "run"},
             rows, {true, false, false, false, true, true, true, true, false});
}

Exit show_history(const Globals& globals, const HistoryOptions& options) {
  Workspace workspace(globals);
  const Project& project = workspace.project();
  if (options.what.empty()) {
    show_runs(workspace, globals, options.most);
    return Exit::kDone;
  }
  const std::string name = lower(options.what);
  if (const auto asset = project.find(maker_of(name))) {
    if (project.assets[*asset].is_view()) throw user_error("a view has no history: " + quote(name));
    show_versions(workspace, globals, name, options.most);
    return Exit::kDone;
  }
  const auto attempts = workspace.store().attempts(options.what);
  if (attempts.empty()) {
    throw user_error("neither a table nor a run with attempts: " + quote(options.what))
        .hint(nearest_hint(name, project.asset_names()));
  }
  show_attempts(globals, attempts);
  return Exit::kDone;
}

}  // namespace

const Command& history() {
  static const Command command = {
      .name = "history",
      .doc = "the versions of a table, or the runs and their attempts",
      .declare = [](CLI::App& app) -> std::function<Exit(const Globals&)> {
        auto options = std::make_shared<HistoryOptions>();
        app.add_option("what", options->what, "a table, or the id of a run (default: all runs)")
            ->type_name("TABLE|RUN");
        app.add_option("--most", options->most, "how many to show, newest first")
            ->check(CLI::Range(1, 1'000'000))
            ->type_name("N");
        return [options](const Globals& globals) { return show_history(globals, *options); };
      }};
  return command;
}

}  // namespace tidemill::cli
