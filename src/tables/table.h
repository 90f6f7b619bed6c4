// A Delta table: a folder of Parquet files and a log of which of them count. Source: Delta
// transaction log protocol, reader version 1, writer version 2.
//
// A data file is written by an attempt straight to where it stays,
// `<table>/<attempt>/[column=value/]<name>.parquet`. Until a commit names it, no reader sees it; a
// process that dies leaves files that nobody names, and `orphans` finds them. A commit is one new
// file in the log, put in place only if it is absent: that decides every race.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/time.h"
#include "duckdb/session.h"
#include "io/file_system.h"
#include "tables/commit.h"
#include "tables/snapshot.h"

namespace tidemill::tables {

struct LogEntry;
struct State;

/// One table, which need not exist yet. Cheap to make; one thread at a time uses it, so each thread
/// makes its own. Any number of tables, threads and processes may read and commit to one folder.
/// All calls throw a user's Error for a log that is damaged or needs a reader we are not (deletion
/// vectors, column mapping, …), with the feature's name: never wrong rows.
class Table {
 public:
  /// `files` and `connection` outlive the table. The connection reads and writes checkpoints.
  Table(FileSystem& files, std::string folder, duckdb::Connection& connection);

  const std::string& folder() const { return folder_; }

  /// Returns the newest version, or nothing when there is no table.
  std::optional<Snapshot> snapshot();
  /// Returns that version. Throws a user's Error when there is no table or no such version.
  Snapshot snapshot_at(int64_t version);
  /// Returns the newest version committed at or before `time`. Throws a user's Error when there is
  /// none.
  Snapshot snapshot_at(Instant time);

  /// Returns the commits after `version` (-1: all) in order, so far as the log still has them.
  std::vector<Commit> commits_since(int64_t version);

  /// Commits `change` as the next version; its files are synced first. Who loses a race reads what
  /// won and tries again: an append always fits; with a `read_version`, replacing an interval
  /// conflicts with a later commit that changed data of an overlapping or unknown interval, or the
  /// table's shape, and overwriting with any later change of data. Throws Transient for such a
  /// conflict; a user's Error when the change does not fit the table (another type or partitioning
  /// without kOverwrite, a file that is only partly inside the interval). After an error nothing is
  /// committed, unless it came from the store while it put the log's file in place: the transaction
  /// tells. Writes a checkpoint with every tenth version.
  CommitResult commit(const Change& change);
  /// Throws what `commit` would throw for the newest version as it is now, and changes nothing.
  void check(const Change& change);

  /// Brings the files and the shape of `wanted` back, in one commit: an earlier version, or some
  /// files of earlier versions. Throws a user's Error when one of the files is gone from disk, and
  /// Transient when another commit changes data meanwhile; nothing is committed then.
  CommitResult restore(const Snapshot& wanted, std::optional<int64_t> restored_version,
                       const Provenance& provenance, Instant now);

  /// Returns the files below the table's folder that no version of the log names and that do not
  /// lie in one of `live_folders` (relative: the folders of attempts at work), and what a killed
  /// commit left in the log's folder. For the one writer of a project, while none of its attempts
  /// commits.
  std::vector<FileEntry> orphans(std::span<const std::string> live_folders);

 private:
  CommitResult finish(const LogEntry& entry, const State& state, Instant now);

  FileSystem& files_;
  std::string folder_;
  duckdb::Connection& connection_;
};

}  // namespace tidemill::tables
