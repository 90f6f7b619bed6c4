// The files of a table's log: which versions there are, and what they say.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "duckdb/session.h"
#include "io/file_system.h"
#include "tables/log_entry.h"
#include "tables/replay.h"

namespace tidemill::tables {

/// Returns the name of a commit's file: `00000000000000000007.json`.
std::string commit_name(int64_t version);

class Log {
 public:
  Log(FileSystem& files, const std::string& table_folder, duckdb::Connection& connection);

  const std::string& folder() const { return folder_; }

  /// Returns the state of the newest version, or nothing when there is no table.
  std::optional<State> newest_state();
  /// Returns the state of that version. Throws a user's Error when the log does not have it.
  State state_at(int64_t version);
  State state_at(Instant time);
  /// Returns one commit, or nothing when the log has no file for it.
  std::optional<LogEntry> entry(int64_t version);
  /// Returns the commits after `version` that the log still has, in order.
  std::vector<LogEntry> entries_after(int64_t version);
  /// Returns the state of the oldest version that can still be read, or nothing when there is no
  /// table.
  std::optional<State> oldest_state();

 private:
  /// What lies in the folder. A checkpoint is listed only with all its parts.
  struct Listing {
    std::map<int64_t, FileEntry> commits;
    std::map<int64_t, std::vector<FileEntry>> checkpoints;

    bool empty() const { return commits.empty() && checkpoints.empty(); }
    int64_t newest() const;
  };

  Listing list();
  /// True when all commits up to `version` are there and are few.
  static bool has_few_commits(const Listing& listing, int64_t version);
  State load(const Listing& listing, int64_t version);
  LogEntry read(int64_t version, const FileEntry& file);
  [[noreturn]] void fail_missing(const Listing& listing, int64_t version);

  FileSystem& files_;
  std::string folder_;
  duckdb::Connection& connection_;
};

}  // namespace tidemill::tables
