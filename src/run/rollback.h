// A table put back to an earlier version, and held there until something new comes.
//
// The commit pins each interval of the asset: it counts as built by today's code from the inputs
// that are there today. So a run leaves it alone until an input has a later version, the code
// changes, or a full refresh is asked for. The pins are in the commit, so that the ledger can be
// rebuilt from the log.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "engines/duckdb_engine.h"
#include "io/environment.h"
#include "project/project.h"
#include "publish/lake.h"
#include "state/store.h"

namespace tidemill {

struct RollbackRequest {
  std::string command;  ///< For the history: `rollback mart.daily --to 3`.
  size_t asset = 0;     ///< No view.
  PointInTime to;
};

struct RollbackOutcome {
  std::string run;
  int64_t restored_version = 0;
  int64_t version = 0;  ///< Of the commit.
  int64_t files_added = 0;
  int64_t files_removed = 0;
  int64_t rows = 0;  ///< Of the table now.
  std::optional<int64_t>
      rejects_version;  ///< Of the commit to the rejects table, if there was one.
};

/// Restores a version of an asset's table; of a source, first its rejects, as they were for the
/// attempts whose rows come back. To be called by the holder of the project's lock. Throws a user's
/// Error when there is no such version or files of it are gone. Killed between the two commits, it
/// leaves restored rejects beside the newest rows; called again, it does the rest.
RollbackOutcome roll_back(const Project& project, Environment& environment, DuckdbEngine& engine,
                          StateStore& store, const RollbackRequest& request);

}  // namespace tidemill
