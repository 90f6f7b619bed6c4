// A checkpoint holds the state of a version in one Parquet file, so that nobody replays the log
// from its start. Source: Delta protocol, "Checkpoints", V1 spec.
#pragma once

#include <string>
#include <vector>

#include "base/time.h"
#include "duckdb/session.h"
#include "io/file_system.h"
#include "tables/log_entry.h"
#include "tables/replay.h"

namespace tidemill::tables {

/// Writes the checkpoint of `state` into `log_folder`, whole or not at all, then points
/// `_last_checkpoint` to it. Tombstones of more than seven days before `now` are left out. Throws
/// what the connection or the store throws.
void write_checkpoint(FileSystem& files, duckdb::Connection& connection,
                      const std::string& log_folder, const State& state, Instant now);

/// Reads a checkpoint's files (one, or all its parts) as if they were one commit; columns that are
/// not there are null.
LogEntry read_checkpoint(duckdb::Connection& connection, const std::vector<std::string>& paths);

}  // namespace tidemill::tables
