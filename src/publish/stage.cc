#include "publish/stage.h"

#include "base/text.h"
#include "engines/duckdb_engine.h"
#include "io/fault.h"
#include "publish/lake.h"
#include "tables/statistics.h"

namespace tidemill {

namespace {

/// True when what is written at a time mostly lies in one partition: partitions are days, and an
/// interval is no longer than a day.
bool mostly_one_partition(const Asset& asset, const WriteRequest& request) {
  const auto& interval = asset.is_source() ? asset.source.interval : asset.model.interval;
  const bool only_days =
      !request.partition_by.empty() && request.derived.size() == request.partition_by.size();
  return only_days && interval && *interval <= Grain::kDay;
}

/// Writes the partitions side by side, or, if they are too many for that, one after another.
duckdb::Table write_partitions(duckdb::Connection& connection, FileSystem& files,
                               WriteRequest request, const std::function<void()>& rewind) {
  try {
    return write_files(connection, request);
  } catch (const Error& error) {
    if (error.kind() != Error::Kind::kMemory || request.partition_by.empty()) throw;
  }
  files.remove_all(request.folder);
  files.make_folder(request.folder);
  if (rewind) rewind();
  request.partition_after_partition = true;
  return write_files(connection, request);
}

/// Writes the rows into one file first: to sort them into partitions costs as much as reading them,
/// and mostly there is but one. When there are several, the file's rows are written once more.
std::vector<tables::DataFile> write_as_one(duckdb::Connection& connection, FileSystem& files,
                                           const WriteRequest& request, const tables::Shape& shape,
                                           const std::string& table_folder) {
  WriteRequest unsorted = request;
  unsorted.partition_by.clear();
  const duckdb::Table written = write_files(connection, unsorted);
  if (auto one = tables::written_files_of_one_partition(written, table_folder, shape)) return *one;
  const std::string file = duckdb::text_of(written.rows.at(0).at(0));
  WriteRequest sorted = request;
  sorted.select =
      "SELECT * FROM read_parquet(" + duckdb::quote_literal(file) + ", hive_partitioning = false)";
  sorted.parameters.clear();
  sorted.schema = shape.schema;
  sorted.derived.clear();
  sorted.folder = join_path(request.folder, "partitions");
  files.make_folder(sorted.folder);
  const duckdb::Table rewritten = write_partitions(connection, files, sorted, {});
  files.remove(file);
  return tables::written_files(rewritten, table_folder, shape);
}

}  // namespace

Staged stage(duckdb::Connection& connection, FileSystem& files, const Asset& asset,
             const Rows& rows, const std::string& table_folder, const std::string& attempt) {
  const std::string folder = join_path(table_folder, attempt);
  files.make_folder(folder);
  fault_step("stage");
  const WriteRequest request = {.select = rows.select,
                                .parameters = rows.parameters,
                                .schema = asset.schema,
                                .derived = derived_columns(asset),
                                .partition_by = asset.layout.partition_by,
                                .cluster_by = asset.layout.cluster_by,
                                .folder = folder};
  Staged staged{.shape = shape_of(asset)};
  staged.files =
      mostly_one_partition(asset, request)
          ? write_as_one(connection, files, request, staged.shape, table_folder)
          : tables::written_files(write_partitions(connection, files, request, rows.rewind),
                                  table_folder, staged.shape);
  for (const tables::DataFile& file : staged.files) staged.rows += file.records.value_or(0);
  if (staged.files.empty()) files.remove_all(folder);
  fault_step("staged");
  return staged;
}

}  // namespace tidemill
