// tidemill rollback: a table as it was, in one commit.
#include "run/rollback.h"

#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>

#include "base/text.h"
#include "cli/command.h"
#include "cli/output.h"
#include "run/project_lock.h"

namespace tidemill::cli {

namespace {

struct RollbackOptions {
  std::string table;
  std::string to;
};

size_t find_asset(const Project& project, const std::string& name) {
  const auto asset = project.find(maker_of(name));
  if (!asset)
    throw user_error("no such table: " + quote(name))
        .hint(nearest_hint(name, project.asset_names()));
  const Asset& found = project.assets[*asset];
  if (found.name != name)
    throw user_error("rejects are rolled back with their source: " + quote(name))
        .hint("tidemill rollback " + found.name + " --to …");
  if (found.is_view())
    throw user_error("a view has no versions: " + quote(name))
        .hint("roll back what it reads: tidemill lineage +" + name);
  return *asset;
}

void print(const Globals& globals, const std::string& table, const RollbackOutcome& outcome) {
  if (globals.json) {
    std::printf(
        "{\"event\":\"rolled_back\",\"table\":%s,\"restored_version\":%ld,\"version\":%ld,"
        "\"files_added\":%ld,\"files_removed\":%ld,\"rows\":%ld,\"run\":%s}\n",
        json_text(table).c_str(), outcome.restored_version, outcome.version, outcome.files_added,
        outcome.files_removed, outcome.rows, json_text(outcome.run).c_str());
  } else if (!globals.quiet) {
    std::fprintf(stderr, "%s is as it was in version %ld: %s. This is version %ld.\n",
                 table.c_str(), outcome.restored_version, format_count(outcome.rows, "row").c_str(),
                 outcome.version);
    std::fprintf(stderr,
                 "`tidemill run` leaves it so until its inputs or its code change; to build it "
                 "anyway: tidemill run %s --full-refresh\n",
                 table.c_str());
  }
}

Exit roll_back_table(const Globals& globals, const RollbackOptions& options) {
  Workspace workspace(globals);
  const Project& project = workspace.project();
  const std::string table = lower(options.table);
  const RollbackRequest request{.command = "rollback " + table + " --to " + options.to,
                                .asset = find_asset(project, table),
                                .to = read_point(options.to, "--to")};
  workspace.store();
  const ProjectLock lock(workspace.private_path("lock"), request.command);
  workspace.clean_cache();
  print(
      globals, table,
      roll_back(project, workspace.environment(), workspace.engine(), workspace.store(), request));
  return Exit::kDone;
}

}  // namespace

const Command& rollback() {
  static const Command command = {
      .name = "rollback",
      .doc = "put a table back to an earlier version",
      .declare = [](CLI::App& app) -> std::function<Exit(const Globals&)> {
        auto options = std::make_shared<RollbackOptions>();
        app.add_option("table", options->table, "the table")->required()->type_name("TABLE");
        app.add_option("--to", options->to, "the version, or a time at which it was the newest")
            ->required()
            ->type_name("VERSION|TIME");
        return [options](const Globals& globals) { return roll_back_table(globals, *options); };
      }};
  return command;
}

}  // namespace tidemill::cli
