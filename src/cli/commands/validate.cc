// tidemill validate: every mistake of a project at once.
#include <CLI/CLI.hpp>
#include <cstdio>

#include "base/text.h"
#include "cli/command.h"
#include "cli/output.h"

namespace tidemill::cli {

namespace {

Exit validate_project(const Globals& globals) {
  Workspace workspace(globals);
  const LoadedProject loaded = workspace.load({.dashboards = true, .tests = true});
  for (const Error& warning : loaded.warnings)
    std::fprintf(stderr, "warning: %s\n", warning.text().c_str());
  if (!loaded.mistakes.empty()) {
    print_mistakes(globals, loaded.mistakes);
    return Exit::kWrong;
  }
  const Project& project = loaded.project;
  int64_t sources = 0;
  for (const Asset& asset : project.assets) sources += asset.is_source() ? 1 : 0;
  const auto models = static_cast<int64_t>(project.assets.size()) - sources;
  const auto dashboards = static_cast<int64_t>(project.dashboards.size());
  const auto tests = static_cast<int64_t>(project.tests.size());
  if (globals.json) {
    std::printf(
        "{\"event\":\"valid\",\"sources\":%ld,\"models\":%ld,\"dashboards\":%ld,\"tests\":%ld}\n",
        sources, models, dashboards, tests);
  } else if (!globals.quiet) {
    const std::string and_tests = tests == 0 ? "" : format_count(tests, "test") + ", ";
    std::fprintf(stderr, "%s: %s, %s, %s, %sno mistakes\n", project.name.c_str(),
                 format_count(sources, "source").c_str(), format_count(models, "model").c_str(),
                 format_count(dashboards, "dashboard").c_str(), and_tests.c_str());
  }
  return Exit::kDone;
}

}  // namespace

const Command& validate() {
  static const Command command = {
      .name = "validate",
      .doc = "find every mistake of the project, with its place",
      .declare = [](CLI::App&) -> std::function<Exit(const Globals&)> { return validate_project; }};
  return command;
}

}  // namespace tidemill::cli
