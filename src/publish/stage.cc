#include "publish/stage.h"

#include "base/text.h"
#include "io/fault.h"
#include "publish/lake.h"
#include "publish/write_rows.h"

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
  staged.files = write_rows(connection, files, request, staged.shape, table_folder,
                            mostly_one_partition(asset, request), rows.rewind);
  for (const tables::DataFile& file : staged.files) staged.rows += file.records.value_or(0);
  if (staged.files.empty()) files.remove_all(folder);
  fault_step("staged");
  return staged;
}

}  // namespace tidemill
