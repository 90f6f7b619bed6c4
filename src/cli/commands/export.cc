// tidemill export: a dashboard as one file that opens anywhere.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <filesystem>
#include <memory>

#include "base/text.h"
#include "cli/command.h"
#include "pages/dashboard.h"
#include "pages/page.h"

namespace tidemill::cli {

namespace {

struct ExportOptions {
  std::string dashboard;
  std::string output;
};

const Dashboard& find_dashboard(const Project& project, const std::string& name) {
  std::vector<std::string> names;
  for (const Dashboard& dashboard : project.dashboards) {
    if (dashboard.name == name) return dashboard;
    names.push_back(dashboard.name);
  }
  throw user_error("no such dashboard: " + quote(name)).hint(nearest_hint(name, names));
}

Exit export_dashboard(const Globals& globals, const ExportOptions& options) {
  Workspace workspace(globals);
  const Project& project = workspace.project({.dashboards = true});
  const Dashboard& dashboard = find_dashboard(project, options.dashboard);
  const DuckdbEngine::Session session = workspace.engine().open();
  const pages::DashboardData data = pages::dashboard_data(
      project, dashboard, workspace.environment(), *session.connection, workspace.cancellation());
  const std::string path = std::filesystem::absolute(options.output);
  std::error_code ignored;
  if (std::filesystem::exists(path, ignored) && !std::filesystem::is_regular_file(path, ignored))
    throw user_error("not a file: " + quote(options.output));
  const std::string page = pages::page_with(data.json);
  workspace.environment().files.write(path, page);
  for (const Error& failure : data.failures) {
    std::fprintf(stderr, "warning: %s\n", failure.text().c_str());
  }
  if (globals.json) {
    std::printf("{\"event\":\"exported\",\"bytes\":%zu}\n", page.size());
  } else if (!globals.quiet) {
    std::fprintf(stderr, "%s written, %s\n", options.output.c_str(),
                 format_bytes(static_cast<int64_t>(page.size())).c_str());
  }
  return Exit::kDone;
}

}  // namespace

const Command& export_() {
  static const Command command = {
      .name = "export",
      .doc = "write a dashboard as one page that opens with no network",
      .declare = [](CLI::App& app) -> std::function<Exit(const Globals&)> {
        auto options = std::make_shared<ExportOptions>();
        app.add_option("dashboard", options->dashboard,
                       "the file's name in dashboards/, without ending")
            ->required()
            ->type_name("DASHBOARD");
        app.add_option("-o,--output", options->output, "the file to write")
            ->required()
            ->type_name("FILE");
        return [options](const Globals& globals) { return export_dashboard(globals, *options); };
      }};
  return command;
}

}  // namespace tidemill::cli
