// How a run is shown while it goes on: bars on a terminal, lines elsewhere, JSON events for
// machines.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "cli/workspace.h"
#include "run/runner.h"

namespace tidemill {

/// A listener that also prints the end. One thread at a time calls it.
class RunReport : public RunListener {
 public:
  virtual void finished(const RunSummary& summary) = 0;
};

/// Chooses by the options and by where stderr goes.
std::unique_ptr<RunReport> make_report(const Globals& globals, const Project& project);

/// Returns why an interval of a source is not there: `waiting, given up at …`.
std::string waiting_text(const Waiting& waiting);

/// Returns what is said when a plan has no tasks. `fresh` and `without_input` are a plan's;
/// `waiting` counts intervals.
std::string nothing_to_do_text(const Project& project, const std::vector<size_t>& fresh,
                               const std::vector<size_t>& without_input, int64_t waiting);

}  // namespace tidemill
