// Staged files to a commit: audit, publish. What batch and stream share.
#pragma once

#include <functional>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "duckdb/session.h"
#include "engines/duckdb_engine.h"
#include "project/project.h"
#include "publish/audit.h"
#include "publish/lake.h"
#include "publish/stage.h"
#include "tables/table.h"

namespace tidemill {

struct Publication {
  const Asset& asset;
  std::optional<Interval> interval;
  duckdb::Parameters parameters;  ///< For checks that are SQL.
  tables::Provenance provenance;
  /// A table whose columns or partitioning no longer fit is made anew (a full refresh was asked
  /// for); else that is an error.
  bool may_reshape = false;
  /// The intervals that the full refresh builds: a source is not reshaped when it would lose
  /// others. May be null.
  const std::set<std::optional<Interval>>* rebuilt = nullptr;
  /// Called when the audit is over and the table would take the commit: what goes with it is
  /// committed here. May be empty.
  std::function<void()> before_commit;
  /// The id of a transaction that adds the rows to the interval's; empty: they take the place of
  /// its rows.
  std::string appends_as;
  Instant now;
};

struct Published {
  int64_t version = 0;
  std::vector<Finding> warnings;
  bool already_committed = false;  ///< Someone was faster: the staged files are not needed.
};

/// Audits the staged rows and, unless a check of severity error found something, commits them.
/// `table_mutex` is held for the commit, and from the audit on where a check looks at the whole
/// table: what it saw is what is committed to. Throws a user's Error for a failed check; nothing is
/// committed then.
Published publish(duckdb::Connection& connection, tables::Table& table, const Staged& staged,
                  const Publication& publication, std::mutex& table_mutex);

/// The id of the transaction that a build of an asset's interval commits.
std::string transaction_id(const std::string& asset, const std::optional<Interval>& interval);

}  // namespace tidemill
