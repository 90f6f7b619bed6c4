#include "publish/retype.h"

#include <algorithm>
#include <map>
#include <vector>

#include "base/text.h"
#include "engines/duckdb_engine.h"
#include "io/fault.h"
#include "publish/lake.h"
#include "tables/statistics.h"

namespace tidemill {

namespace {

/// Returns the table's columns, with the types of the asset's.
Schema retyped(Schema columns, const Asset& asset) {
  for (Column& column : columns) {
    if (const Column* wanted = find_column(asset.schema, column.name)) column.type = wanted->type;
  }
  return columns;
}

/// Throws when a value of the table is not the same in a column's new type.
void check_values(duckdb::Connection& connection, const tables::Snapshot& before,
                  const Asset& asset) {
  for (const Column& column : visible_columns(before.shape)) {
    const Column* wanted = find_column(asset.schema, column.name);
    if (wanted == nullptr || wanted->type == column.type) continue;
    const std::string name = duckdb::quote_identifier(column.name);
    const std::string cast = "TRY_CAST(" + name + " AS " + wanted->type.sql() + ")";
    const duckdb::Table found = connection.query(
        "SELECT " + name + "::VARCHAR FROM (" + visible_sql(before) + ") WHERE TRY_CAST(" + cast +
            " AS " + column.type.sql() + ") IS DISTINCT FROM " + name + " LIMIT 1",
        {});
    if (found.rows.empty()) continue;
    throw user_error("the table has a value that is not " + wanted->type.name() + ", in column " +
                     column.name + ": " + quote(duckdb::text_of(found.rows[0][0])))
        .hint("load the source again: tidemill run " + asset.name + " --full-refresh");
  }
}

}  // namespace

bool needs_retyping(const tables::Shape& table, const Asset& asset) {
  if (table.partition_by != shape_of(asset).partition_by) return false;
  return std::ranges::any_of(visible_columns(table), [&](const Column& column) {
    const Column* wanted = find_column(asset.schema, column.name);
    return wanted != nullptr && wanted->name == column.name && wanted->type != column.type;
  });
}

void retype(duckdb::Connection& connection, FileSystem& files, tables::Table& table,
            const tables::Snapshot& before, const Asset& asset, const std::string& attempt,
            const tables::Provenance& provenance, Instant now) {
  check_values(connection, before, asset);
  tables::Change change{.kind = tables::Change::Kind::kRetype,
                        .shape = before.shape,
                        .provenance = provenance,
                        .read_version = before.version,
                        .now = now};
  change.shape.schema = retyped(before.shape.schema, asset);
  std::map<std::optional<Interval>, std::vector<tables::DataFile>> by_interval;
  for (const tables::DataFile& file : before.files) by_interval[file.interval].push_back(file);
  for (const auto& [interval, old_files] : by_interval) {
    const std::string folder =
        join_path(table.folder(), join_path(attempt, std::to_string(change.adds.size())));
    files.make_folder(folder);
    const duckdb::Table written =
        write_files(connection, {.select = visible_sql(before, old_files),
                                 .schema = retyped(visible_columns(before.shape), asset),
                                 .derived = derived_columns(asset),
                                 .partition_by = before.shape.partition_by,
                                 .cluster_by = asset.layout.cluster_by,
                                 .folder = folder});
    for (tables::DataFile& file : tables::written_files(written, table.folder(), change.shape)) {
      file.interval = interval;
      file.data_change = false;
      change.adds.push_back(std::move(file));
    }
  }
  fault_step("retype");
  table.commit(change);
  fault_step("retyped");
}

}  // namespace tidemill
