// tidemill plan: what would run, and why.
#include "plan/plan.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>

#include "base/text.h"
#include "cli/command.h"
#include "cli/output.h"
#include "cli/report.h"
#include "cli/selection_options.h"
#include "run/discover.h"
#include "run/ledger.h"
#include "run/runner.h"

namespace tidemill::cli {

namespace {

/// Tasks of one asset for the same reason, shown as one line.
struct Group {
  size_t asset = 0;
  Reason reason = Reason::kNeverBuilt;
  std::string detail;
  std::vector<Interval> intervals;
  int64_t tasks = 0;
  int64_t files = 0;
  int64_t rows = 0;
  int64_t bytes = 0;
};

void add(int64_t& sum, int64_t count) { sum = sum < 0 || count < 0 ? -1 : sum + count; }

std::vector<Group> groups_of(const Plan& plan) {
  std::vector<Group> groups;
  for (const Task& task : plan.tasks) {
    if (groups.empty() || groups.back().asset != task.asset ||
        groups.back().reason != task.reason || groups.back().detail != task.detail) {
      groups.push_back({.asset = task.asset, .reason = task.reason, .detail = task.detail});
    }
    Group& group = groups.back();
    ++group.tasks;
    if (task.interval) group.intervals.push_back(*task.interval);
    add(group.files, task.files);
    add(group.rows, task.rows);
    add(group.bytes, task.bytes);
  }
  return groups;
}

std::string intervals_text(const Group& group, const std::optional<Grain>& grain) {
  if (group.intervals.empty() || !grain) return "";
  if (group.intervals.size() == 1) return group.intervals[0].label();
  return format_count(static_cast<int64_t>(group.intervals.size()), grain_name(*grain)) + " " +
         group.intervals.front().label() + " to " + group.intervals.back().label();
}

std::string known(int64_t count, const std::string& text) { return count < 0 ? "?" : text; }

void print_plan(const Project& project, const Progress& progress, const Plan& plan) {
  std::vector<std::vector<std::string>> rows;
  for (const Group& group : groups_of(plan)) {
    const Asset& asset = project.assets[group.asset];
    const auto& last = progress.assets.at(asset.name).last_duration;
    const std::string why =
        reason_text(group.reason) + (group.detail.empty() ? "" : ": " + group.detail);
    rows.push_back(
        {asset.name, intervals_text(group, asset.interval()), why,
         known(group.files, format_count(group.files)), known(group.rows, format_count(group.rows)),
         known(group.bytes, format_bytes(group.bytes)), last ? format_duration(*last) : "-"});
  }
  if (!rows.empty()) {
    print_table({"asset", "intervals", "why", "files", "rows", "bytes", "last time"}, rows,
                {false, false, false, true, true, true, true});
  }
  std::fflush(stdout);
}

std::string waiting_line(const Project& project, const Waiting& waiting) {
  return project.assets[waiting.asset].name +
         (waiting.interval ? "  " + waiting.interval->label() : "") + "  " + waiting_text(waiting);
}

void print_json(const Project& project, const Plan& plan) {
  const auto or_null = [](int64_t count) {
    return count < 0 ? nlohmann::ordered_json() : nlohmann::ordered_json(count);
  };
  for (const Task& task : plan.tasks) {
    nlohmann::ordered_json json = {{"event", "task"}, {"asset", project.assets[task.asset].name}};
    json["start"] = task.interval ? nlohmann::ordered_json(format_time(task.interval->start))
                                  : nlohmann::ordered_json();
    json["end"] = task.interval ? nlohmann::ordered_json(format_time(task.interval->end))
                                : nlohmann::ordered_json();
    json["reason"] = reason_text(task.reason);
    json["detail"] = task.detail;
    json["files"] = or_null(task.files);
    json["rows"] = or_null(task.rows);
    json["bytes"] = or_null(task.bytes);
    std::printf("%s\n", json.dump().c_str());
  }
  for (const Waiting& waiting : plan.waiting) {
    const nlohmann::ordered_json json = {
        {"event", "waiting"},
        {"asset", project.assets[waiting.asset].name},
        {"interval", waiting.interval ? waiting.interval->text() : ""},
        {"text", waiting_text(waiting)}};
    std::printf("%s\n", json.dump().c_str());
  }
}

Exit show_plan(const Globals& globals, const SelectionOptions& options) {
  Workspace workspace(globals);
  const Project& project = workspace.project();
  const PlanRequest request = options.request(project, workspace.environment().clock.now());
  Ledger ledger(project, workspace.environment().files, workspace.store());
  {
    const DuckdbEngine::Session session = workspace.engine().open();
    ledger.load(*session.connection);
    ledger.load_files(*session.connection);
  }
  if (!options.yes) check_size(project, ledger.progress(), request);
  Scanners scanners;
  const Discovery discovery = discover(project, workspace.environment(), scanners, request,
                                       ledger.progress(), workspace.cancellation());
  const Plan plan = make_plan(project, ledger.progress(), request);
  if (globals.json) {
    print_json(project, plan);
  } else {
    print_plan(project, ledger.progress(), plan);
    for (const Waiting& waiting : plan.waiting)
      std::fprintf(stderr, "%s\n", waiting_line(project, waiting).c_str());
    if (plan.tasks.empty() && !globals.quiet) {
      const auto waits = [](const Waiting& waiting) {
        return waiting.state == Waiting::State::kAbsent ||
               waiting.state == Waiting::State::kNotReady;
      };
      const int64_t waiting = std::count_if(plan.waiting.begin(), plan.waiting.end(), waits);
      std::fprintf(stderr, "%s\n",
                   nothing_to_do_text(project, plan.fresh, plan.without_input, waiting).c_str());
    }
  }
  for (const Discovery::Failure& failure : discovery.failures) print_error(globals, failure.error);
  if (discovery.failures.empty()) return Exit::kDone;
  return discovery.failures[0].error.kind() == Error::Kind::kTransient ? Exit::kUnavailable
                                                                       : Exit::kFailed;
}

}  // namespace

const Command& plan() {
  static const Command command = {
      .name = "plan",
      .doc = "what would run, why, and how much it would read",
      .declare = [](CLI::App& app) -> std::function<Exit(const Globals&)> {
        auto options = std::make_shared<SelectionOptions>();
        options->declare(app);
        return [options](const Globals& globals) { return show_plan(globals, *options); };
      }};
  return command;
}

}  // namespace tidemill::cli
