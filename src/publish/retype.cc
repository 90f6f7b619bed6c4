#include "publish/retype.h"

#include <algorithm>
#include <map>
#include <vector>

#include "base/text.h"
#include "io/fault.h"
#include "publish/lake.h"
#include "publish/write_rows.h"
#include "tables/shape.h"

namespace tidemill {

namespace {

/// Returns the table's columns, with the types of the asset's.
Schema retyped(Schema columns, const Asset& asset) {
  for (Column& column : columns) {
    if (const Column* wanted = find_column(asset.schema, column.name)) column.type = wanted->type;
  }
  return columns;
}

bool is_whole(const Type& type) {
  return type.id == Type::Id::kTinyint || type.id == Type::Id::kSmallint ||
         type.id == Type::Id::kInteger || type.id == Type::Id::kBigint;
}

/// True when a value of `from` can be made one of `to` as if it had been read so; each value is
/// looked at besides. What was a text cannot, nor can what may have been: 7 may stand as 007 in a
/// delimited text, but not in JSON.
bool may_become(const Type& from, const Type& to, const std::string& format) {
  const bool to_number = is_whole(to) || to.id == Type::Id::kDecimal || to.id == Type::Id::kDouble;
  const bool is_delimited = format == "csv" || format == "tsv";
  if (is_whole(from)) return to_number || (to.id == Type::Id::kVarchar && !is_delimited);
  return from.id == Type::Id::kDecimal &&
         (to.id == Type::Id::kDecimal || to.id == Type::Id::kDouble);
}

[[noreturn]] void refuse(const Asset& asset, const std::string& what, const std::string& value) {
  throw user_error(what + ": " + quote(value))
      .hint("load the source again: tidemill run " + asset.name + " --full-refresh");
}

/// Throws when a value of the table is not the same in a column's new type.
void check_values(duckdb::Connection& connection, const tables::Snapshot& before,
                  const Asset& asset) {
  for (const Column& column : visible_columns(before.shape)) {
    const Column* wanted = find_column(asset.schema, column.name);
    if (wanted == nullptr || tables::stored_alike(wanted->type, column.type)) continue;
    if (!may_become(column.type, wanted->type, asset.source.format)) {
      refuse(asset,
             "rows of the table cannot be given the type " + wanted->type.name() + " in column " +
                 column.name + ", which was",
             column.type.name());
    }
    const std::string name = duckdb::quote_identifier(column.name);
    const std::string cast = "TRY_CAST(" + name + " AS " + wanted->type.sql() + ")";
    const duckdb::Table found = connection.query(
        "SELECT " + name + "::VARCHAR FROM (" + visible_sql(before) + ") WHERE TRY_CAST(" + cast +
            " AS " + column.type.sql() + ") IS DISTINCT FROM " + name + " LIMIT 1",
        {});
    if (found.rows.empty()) continue;
    refuse(
        asset,
        "the table has a value that is not " + wanted->type.name() + ", in column " + column.name,
        duckdb::text_of(found.rows[0][0]));
  }
}

/// Returns the columns of `cluster_by` that the table has.
std::vector<std::string> clustering(const Asset& asset, const Schema& columns) {
  std::vector<std::string> found = asset.layout.cluster_by;
  std::erase_if(found,
                [&](const std::string& name) { return find_column(columns, name) == nullptr; });
  return found;
}

}  // namespace

bool needs_retyping(const tables::Shape& table, const Asset& asset) {
  if (table.partition_by != shape_of(asset).partition_by) return false;
  return std::ranges::any_of(visible_columns(table), [&](const Column& column) {
    const Column* wanted = find_column(asset.schema, column.name);
    return wanted != nullptr && wanted->name == column.name &&
           !tables::stored_alike(wanted->type, column.type);
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
    const WriteRequest request = {.select = visible_sql(before, old_files),
                                  .schema = retyped(visible_columns(before.shape), asset),
                                  .derived = derived_columns(asset),
                                  .partition_by = before.shape.partition_by,
                                  .cluster_by = clustering(asset, visible_columns(before.shape)),
                                  .folder = folder};
    for (tables::DataFile& file :
         write_rows(connection, files, request, change.shape, table.folder(), false, {})) {
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
