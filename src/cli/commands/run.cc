// tidemill run: does the plan.
#include <CLI/CLI.hpp>
#include <memory>

#include "cli/command.h"
#include "cli/report.h"
#include "cli/selection_options.h"
#include "run/project_lock.h"
#include "run/runner.h"

namespace tidemill::cli {

namespace {

Exit exit_of(const RunSummary& summary, const Cancellation& cancellation) {
  if (cancellation.cancelled()) return Exit::kInterrupted;
  const int64_t wrong = summary.failed + summary.blocked + summary.missing;
  if (wrong == 0) return Exit::kDone;
  const bool only_outside =
      summary.transient > 0 && summary.failed == summary.transient && summary.missing == 0;
  return only_outside ? Exit::kUnavailable : Exit::kFailed;
}

Exit run_assets(const Globals& globals, const SelectionOptions& options) {
  Workspace workspace(globals);
  const Project& project = workspace.project();
  const std::string command = "run" + options.text();
  const PlanRequest request = options.request(project, workspace.environment().clock.now());
  workspace.store();
  const ProjectLock lock(workspace.private_path("lock"), command);
  workspace.clean_cache();
  const auto report = make_report(globals, project);
  const RunSummary summary = run_project(
      project, workspace.environment(), workspace.engine(), workspace.store(),
      workspace.cancellation(), {.command = command, .plan = request, .yes = options.yes}, *report);
  report->finished(summary);
  return exit_of(summary, workspace.cancellation());
}

}  // namespace

const Command& run() {
  static const Command command = {
      .name = "run",
      .doc = "build what is stale",
      .declare = [](CLI::App& app) -> std::function<Exit(const Globals&)> {
        auto options = std::make_shared<SelectionOptions>();
        options->declare(app);
        return [options](const Globals& globals) { return run_assets(globals, *options); };
      }};
  return command;
}

}  // namespace tidemill::cli
