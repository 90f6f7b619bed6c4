// The options of commands that are about assets and intervals.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "cli/workspace.h"
#include "plan/plan.h"

namespace CLI {
class App;
}

namespace tidemill {

struct SelectionOptions {
  std::vector<std::string> words;
  std::string start;
  std::string end;
  bool full_refresh = false;
  bool yes = false;

  void declare(CLI::App& app);
  PlanRequest request(const Project& project, Instant now) const;
  /// Returns the options as they were given, for the history.
  std::string text() const;
};

}  // namespace tidemill
