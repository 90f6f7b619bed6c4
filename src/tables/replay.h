// The log's commits, one after the other, make the state of a version. Source: Delta protocol,
// "Action Reconciliation".
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "tables/log_entry.h"
#include "tables/snapshot.h"

namespace tidemill::tables {

struct State {
  int64_t version = -1;
  Instant time;
  Protocol protocol;
  Metadata metadata;
  std::map<std::string, DataFile> files;        ///< By logged path.
  std::map<std::string, Tombstone> tombstones;  ///< By logged path.
  std::map<std::string, int64_t> transactions;
};

/// Makes `state` the version that `entry` commits.
void apply(const LogEntry& entry, State& state);

/// Throws a user's Error when the state needs a reader that we are not.
void check_readable(const State& state);
/// Throws a user's Error when we may not write a commit on top of the state.
void check_writable(const State& state);

Shape shape_of(const State& state);
Snapshot snapshot_of(const State& state, const std::string& folder);

}  // namespace tidemill::tables
