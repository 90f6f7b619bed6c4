// Project and progress in, the work to do out. No disk, no clock: everything it knows is handed in.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "data/interval.h"
#include "plan/progress.h"
#include "project/project.h"

namespace tidemill {

enum class Reason {
  kNeverBuilt,
  kNewInput,  ///< A source's files changed.
  kCodeChanged,
  kUpstreamChanged,
  kFullRefresh,
};
/// Returns it in words: `never built`, `new input`, `code changed`, `upstream changed`, `full
/// refresh`.
std::string reason_text(Reason reason);

/// One asset's interval that is to be built, or the whole asset.
struct Task {
  size_t asset = 0;  ///< Index into Project::assets.
  std::optional<Interval> interval;
  Reason reason = Reason::kNeverBuilt;
  std::string detail;  ///< Which input, or which files; may be empty.
  // What it will read. -1: not known before its inputs are built.
  int64_t files = -1;
  int64_t rows = -1;
  int64_t bytes = -1;
  std::vector<size_t> needs;  ///< Indices of the tasks of this plan that must be over before it;
                              ///< all smaller than its own.
};

/// A source's interval that is not there yet.
struct Waiting {
  enum class State {
    kNotReady,  ///< It is too early to ask.
    kAbsent,    ///< It was asked for and is not there, and may still come.
    kMissing,   ///< It is not there and is not expected any more.
    kSkipped,   ///< The same, and the source says that this is no failure.
  };
  size_t asset = 0;
  std::optional<Interval> interval;
  State state = State::kAbsent;
  Instant until;        ///< When it becomes ready, or missing.
  std::string address;  ///< Where it was looked for; empty where nobody looked.
};

struct Plan {
  std::vector<Task> tasks;  ///< In an order in which what is needed comes first.
  std::vector<Waiting> waiting;
  std::vector<size_t> fresh;  ///< Selected assets with something built and nothing to do.
  std::vector<size_t>
      without_input;  ///< Selected models that were never built and have nothing to be built from.
};

struct PlanRequest {
  std::vector<bool> selected;     ///< By asset.
  std::optional<Interval> range;  ///< Which intervals; nothing: each source from its start to now.
  bool full_refresh = false;      ///< Everything selected counts as never built.
  Instant now;
};

/// Returns the intervals of a source that `request` is about, whether they are there or not. Whole
/// days, hours, …
std::vector<Interval> source_intervals(const Source& source, const PlanRequest& request);
/// Returns how many they are, without making them.
int64_t count_source_intervals(const Source& source, const PlanRequest& request);

/// Returns the intervals of a source that its connector has to be asked about; nothing in it for a
/// source without intervals, which is always asked. An interval is asked for when it was never
/// built, when its code changed, or when it is younger than `recheck`. `always` asks for every one
/// that is ready: where asking costs nothing.
std::vector<Interval> intervals_to_ask(const Asset& asset, const AssetProgress& progress,
                                       const PlanRequest& request, bool always);

/// Returns what is stale, and why.
///
/// A source's interval is stale when it was never built, its contract changed, or its files did. A
/// model's interval is stale when it was never built and an input has rows for it, when its code
/// changed, or when an input it reads has a commit with a change of data in its range that it was
/// not built from; a model without intervals likewise as a whole.
Plan make_plan(const Project& project, const Progress& progress, const PlanRequest& request);

/// Returns the version of each input that a build of a model's interval (nothing: whole) reads now:
/// for a table read within [$start, $end) the newest change there, else its newest. Views stand for
/// what they read. Inputs that have no such change are absent. `rebuild_only` leaves out those
/// whose rule says that they do not make stale.
InputVersions input_versions(const Project& project, size_t model,
                             const std::optional<Interval>& interval, const Progress& progress,
                             bool rebuild_only);

/// Returns why a model's interval must be built now, or nothing when it is as its inputs and code
/// say.
std::optional<Reason> staleness(const Project& project, size_t model,
                                const std::optional<Interval>& interval, const Progress& progress);

/// A table that a model reads, directly or through views.
struct TableInput {
  size_t asset = 0;
  std::string
      bound;  ///< The column within whose [$start, $end) it is read; empty: all of it may be.
  bool rebuild = true;  ///< False: its changes do not make the model stale.
};
std::vector<TableInput> table_inputs(const Project& project, size_t model);

}  // namespace tidemill
