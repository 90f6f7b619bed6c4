#include "tables/snapshot.h"

#include <fmt/format.h>

#include "base/text.h"
#include "duckdb/session.h"
#include "io/file_system.h"
#include "tables/statistics.h"

namespace tidemill::tables {

namespace {

using duckdb::quote_identifier;
using duckdb::quote_literal;

/// Returns the columns as NULLs of their types, in a SELECT without rows.
std::string empty_sql(const Schema& schema) {
  std::vector<std::string> columns;
  for (const Column& column : schema) {
    columns.push_back(
        fmt::format("CAST(NULL AS {}) AS {}", column.type.sql(), quote_identifier(column.name)));
  }
  return "SELECT " + join(columns, ", ") + " WHERE false";
}

/// What files have in common that one SELECT reads.
struct Group {
  PartitionValues constants;  // Partition values that the files do not hold.
  std::string columns;        // See DataFile.

  auto operator<=>(const Group&) const = default;
};

std::string files_sql(const Schema& schema, const std::vector<std::string>& paths,
                      const Group& group) {
  std::vector<std::string> columns;
  for (const Column& column : schema) {
    const auto constant = group.constants.find(column.name);
    const std::string name = quote_identifier(column.name);
    const std::string value = constant == group.constants.end() ? name
                              : constant->second                ? quote_literal(*constant->second)
                                                                : "NULL";
    columns.push_back(fmt::format("CAST({} AS {}) AS {}", value, column.type.sql(), name));
  }
  // The empty relation in front gives a column that no file has a type, and NULL for its values.
  // Files of other columns each must be looked into before the first row is read.
  return fmt::format(
      "SELECT {} FROM ({} UNION ALL BY NAME SELECT * FROM read_parquet({}, hive_partitioning = "
      "false, union_by_name = {}))",
      join(columns, ", "), empty_sql(schema), duckdb::quote_list(paths), group.columns.empty());
}

}  // namespace

std::vector<DataFile> Snapshot::files_in(const Interval& interval,
                                         const std::string& time_column) const {
  std::vector<DataFile> found;
  for (const DataFile& file : files) {
    const auto range =
        file.interval || time_column.empty() ? file.interval : time_range(file, time_column);
    if (!range || range->overlaps(interval)) found.push_back(file);
  }
  return found;
}

std::string read_sql(const Snapshot& snapshot, std::span<const DataFile> files) {
  if (files.empty()) return empty_sql(snapshot.shape.schema);
  std::map<Group, std::vector<std::string>> groups;
  for (const DataFile& file : files) {
    const Group group{file.holds_partition_columns ? PartitionValues() : file.partition_values,
                      file.columns};
    groups[group].push_back(join_path(snapshot.folder, file.path));
  }
  std::vector<std::string> selects;
  selects.reserve(groups.size());
  for (const auto& [group, paths] : groups)
    selects.push_back(files_sql(snapshot.shape.schema, paths, group));
  return join(selects, " UNION ALL ");
}

std::string read_sql(const Snapshot& snapshot) { return read_sql(snapshot, snapshot.files); }

}  // namespace tidemill::tables
