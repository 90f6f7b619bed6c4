// One version of a table: a value, which stays what it is while others commit.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "base/time.h"
#include "data/type.h"
#include "tables/commit.h"
#include "tables/data_file.h"

namespace tidemill::tables {

struct Snapshot {
  std::string folder;  ///< Of the table.
  int64_t version = 0;
  Instant time;  ///< When the version was committed.
  Shape shape;
  std::map<std::string, std::string> configuration;
  std::vector<DataFile> files;                  ///< Ordered by path.
  std::map<std::string, int64_t> transactions;  ///< The newest version by transaction id.

  /// Returns the files with a part in `interval`, so far as the log tells: those of an overlapping
  /// interval, and those without one unless the statistics of `time_column` (may be empty) prove
  /// that they lie outside.
  std::vector<DataFile> files_in(const Interval& interval, const std::string& time_column) const;
};

/// Returns a SELECT over the rows of `files`, which belong to `snapshot`: its columns, typed and in
/// order, NULL where a file lacks one; without files, the columns and no rows.
std::string read_sql(const Snapshot& snapshot, std::span<const DataFile> files);
/// Returns a SELECT over all rows of the snapshot.
std::string read_sql(const Snapshot& snapshot);

}  // namespace tidemill::tables
