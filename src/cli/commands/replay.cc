// tidemill replay: rejected records again, under today's contract.
#include "run/replay.h"

#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>

#include "base/text.h"
#include "cli/command.h"
#include "cli/output.h"
#include "run/project_lock.h"

namespace tidemill::cli {

namespace {

size_t find_source(const Project& project, const std::string& name) {
  const auto asset = project.find(maker_of(name));
  if (!asset) {
    throw user_error("no such source: " + quote(name))
        .hint(nearest_hint(name, project.asset_names()));
  }
  if (!project.assets[*asset].is_source())
    throw user_error("only a source has rejects: " + quote(name));
  return *asset;
}

void print_json(const std::string& source, const ReplayedInterval& each) {
  const std::string interval = each.interval ? json_text(each.interval->label()) : "null";
  std::printf(
      "{\"event\":\"replayed\",\"source\":%s,\"interval\":%s,\"moved\":%ld,"
      "\"rejected\":%ld,\"version\":%s}\n",
      json_text(source).c_str(), interval.c_str(), each.moved, each.rejected,
      each.version < 0 ? "null" : std::to_string(each.version).c_str());
}

void print(const Globals& globals, const std::string& source,
           const std::vector<ReplayedInterval>& results) {
  int64_t moved = 0;
  int64_t rejected = 0;
  for (const ReplayedInterval& each : results) {
    moved += each.moved;
    rejected += each.rejected;
    if (globals.json) print_json(source, each);
    if (globals.json || globals.quiet || !each.interval) continue;
    std::fprintf(stderr, "%s %s: %s moved, %s still rejected\n", source.c_str(),
                 each.interval->label().c_str(), format_count(each.moved).c_str(),
                 format_count(each.rejected).c_str());
  }
  if (globals.json || globals.quiet) return;
  if (moved + rejected == 0) {
    std::fprintf(stderr, "%s has no rejected records\n", source.c_str());
    return;
  }
  std::fprintf(stderr, "%s: %s moved into the table, %s still rejected\n", source.c_str(),
               format_count(moved, "record").c_str(), format_count(rejected).c_str());
  if (rejected > 0) {
    std::fprintf(stderr, "why: tidemill query \"SELECT reason, count(*) FROM %s GROUP BY 1\"\n",
                 rejects_name(source).c_str());
  }
}

Exit replay_source(const Globals& globals, const std::string& source) {
  Workspace workspace(globals);
  const Project& project = workspace.project();
  const ReplayRequest request{.command = "replay " + source,
                              .asset = find_source(project, lower(source))};
  workspace.store();
  const ProjectLock lock(workspace.private_path("lock"), request.command);
  workspace.clean_cache();
  print(globals, project.assets[request.asset].name,
        replay_rejects(project, workspace.environment(), workspace.engine(), workspace.store(),
                       workspace.cancellation(), request));
  return Exit::kDone;
}

}  // namespace

const Command& replay() {
  static const Command command = {
      .name = "replay",
      .doc = "read rejected records again, under today's contract",
      .declare = [](CLI::App& app) -> std::function<Exit(const Globals&)> {
        auto source = std::make_shared<std::string>();
        app.add_option("source", *source, "the source")->required()->type_name("SOURCE");
        return [source](const Globals& globals) { return replay_source(globals, *source); };
      }};
  return command;
}

}  // namespace tidemill::cli
