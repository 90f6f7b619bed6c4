#include "cli/selection_options.h"

#include <CLI/CLI.hpp>

#include "plan/selection.h"

namespace tidemill {

void SelectionOptions::declare(CLI::App& app) {
  app.add_option(
         "select", words,
         "names, with + for what they depend on (+name) and what depends on them (name+); tag:word")
      ->type_name("SELECT");
  app.add_option("--start", start, "start of the first interval: 2015-01-01T15")->type_name("TIME");
  app.add_option("--end", end, "end of the last interval, not part of it")->type_name("TIME");
  app.add_flag("--full-refresh", full_refresh,
               "build what is selected again, whether it changed or not");
  app.add_flag("--yes", yes, "however many intervals it is about");
}

PlanRequest SelectionOptions::request(const Project& project, Instant now) const {
  return {.selected = select_assets(project, words),
          .range = read_range(start, end),
          .full_refresh = full_refresh,
          .now = now};
}

std::string SelectionOptions::text() const {
  std::string text;
  for (const std::string& word : words) text += " " + word;
  if (!start.empty()) text += " --start " + start;
  if (!end.empty()) text += " --end " + end;
  if (full_refresh) text += " --full-refresh";
  return text;
}

}  // namespace tidemill
