// Rejected records once more, under today's contract.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "run/runner.h"

namespace tidemill {

struct ReplayRequest {
  std::string command;  ///< As the user typed it, for the history.
  size_t asset = 0;     ///< A source.
};

/// What came of an interval's rejects.
struct ReplayedInterval {
  std::optional<Interval> interval;
  int64_t moved = 0;     ///< Records that fit now and are rows of the table.
  int64_t rejected = 0;  ///< Records that still do not fit.
  int64_t version = -1;  ///< Of the table, with the rows; -1: nothing fit.
};

/// Reads the rejects of a source again, interval by interval, and moves what fits into its table:
/// one commit adds the rows to the interval's, a second one leaves the others in the rejects table,
/// with today's reasons. The first names the rejects it took, so that a replay that died between
/// the two, or is asked for again, adds nothing twice. Records of which only the beginning was kept
/// stay where they are. Throws a user's Error when checks refuse the rows, or when a replay died
/// half-way and the contract changed since; intervals that were done before stay done.
std::vector<ReplayedInterval> replay_rejects(const Project& project, Environment& environment,
                                             DuckdbEngine& engine, StateStore& store,
                                             const Cancellation& cancellation,
                                             const ReplayRequest& request);

}  // namespace tidemill
