// What differs between two versions of a table: rows added, removed and changed.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "duckdb/session.h"
#include "project/project.h"
#include "tables/snapshot.h"

namespace tidemill {

struct DiffRequest {
  /// Columns that tell a row from all others: with them, a row that has them and differs elsewhere
  /// has changed. Without them rows are only added and removed, and equal rows are counted.
  std::vector<std::string> key;
  std::vector<std::string> ignored;  ///< Columns that are not compared.
  int64_t most_rows = 20;            ///< In `TableDiff::rows`.
};

struct RowChange {
  enum class Kind { kAdded, kRemoved, kChanged };
  Kind kind = Kind::kAdded;
  duckdb::Row before;  ///< Empty for an added row.
  duckdb::Row after;   ///< Empty for a removed row.
};

struct TableDiff {
  int64_t added = 0;
  int64_t removed = 0;
  int64_t changed = 0;
  std::vector<duckdb::ResultColumn> columns;  ///< Those that were compared.
  std::vector<RowChange> rows;                ///< The first of them, by key, or as they sort.
  std::vector<std::string> new_columns;       ///< That only the later version has.
  std::vector<std::string> lost_columns;      ///< That only the earlier version has.
};

/// Compares two versions of one table, reading only files that not both have. A column whose type
/// differs is compared by its text; columns that only one version has are not compared. Throws a
/// user's Error when a column of the key is not in both, or when the key does not tell the rows of
/// a version apart.
TableDiff diff_snapshots(duckdb::Connection& connection, const tables::Snapshot& before,
                         const tables::Snapshot& after, const DiffRequest& request);

/// Returns the column that a `unique` check of the asset names, one over the whole table first;
/// nothing when there is none.
std::vector<std::string> unique_key(const Asset& asset);

}  // namespace tidemill
