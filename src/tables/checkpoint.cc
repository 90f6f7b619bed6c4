#include "tables/checkpoint.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <utility>

#include "base/error.h"
#include "base/text.h"

namespace tidemill::tables {

namespace {

constexpr std::chrono::days kRetention{7};

// The columns of a checkpoint, as read_json and then Parquet have them.
constexpr std::string_view kColumns = R"({
  txn: 'STRUCT("appId" VARCHAR, "version" BIGINT, "lastUpdated" BIGINT)',
  add: 'STRUCT("path" VARCHAR, "partitionValues" MAP(VARCHAR, VARCHAR), "size" BIGINT, "modificationTime" BIGINT,
    "dataChange" BOOLEAN, "stats" VARCHAR, "tags" MAP(VARCHAR, VARCHAR))',
  remove: 'STRUCT("path" VARCHAR, "deletionTimestamp" BIGINT, "dataChange" BOOLEAN, "extendedFileMetadata" BOOLEAN,
    "partitionValues" MAP(VARCHAR, VARCHAR), "size" BIGINT)',
  "metaData": 'STRUCT("id" VARCHAR, "name" VARCHAR, "description" VARCHAR,
    "format" STRUCT("provider" VARCHAR, "options" MAP(VARCHAR, VARCHAR)), "schemaString" VARCHAR,
    "partitionColumns" VARCHAR[], "createdTime" BIGINT, "configuration" MAP(VARCHAR, VARCHAR))',
  protocol: 'STRUCT("minReaderVersion" INTEGER, "minWriterVersion" INTEGER, "readerFeatures" VARCHAR[],
    "writerFeatures" VARCHAR[])'})";

/// A file that only we know of, removed at the end of its scope.
class ScratchFile {
 public:
  ScratchFile(FileSystem& files, std::string path) : files_(files), path_(std::move(path)) {}
  ~ScratchFile() {
    try {
      files_.remove(path_);
    } catch (const Error&) {
      // It stays, and the sweep finds it.
    }
  }
  ScratchFile(const ScratchFile&) = delete;
  ScratchFile& operator=(const ScratchFile&) = delete;
  const std::string& path() const { return path_; }

 private:
  FileSystem& files_;
  std::string path_;
};

std::vector<std::string> checkpoint_lines(const State& state, Instant now) {
  std::vector<std::string> lines = {write_protocol(state.protocol), write_metadata(state.metadata)};
  for (const auto& [id, version] : state.transactions)
    lines.push_back(write_transaction(id, version));
  for (const auto& [path, tombstone] : state.tombstones) {
    if (tombstone.removed + kRetention < now) continue;
    lines.push_back(write_tombstone(tombstone, /*with_statistics=*/false));
  }
  for (const auto& [path, file] : state.files)
    lines.push_back(write_add(file, /*data_change=*/false));
  return lines;
}

}  // namespace

void write_checkpoint(FileSystem& files, duckdb::Connection& connection,
                      const std::string& log_folder, const State& state, Instant now) {
  const std::vector<std::string> lines = checkpoint_lines(state, now);
  const std::string scratch = join_path(log_folder, ".checkpoint-" + random_id());
  const ScratchFile json(files, scratch + ".json");
  const ScratchFile parquet(files, scratch + ".parquet");
  files.write(json.path(), join(lines, "\n"));
  connection.query(fmt::format(
      "COPY (SELECT * FROM read_json({}, format = 'newline_delimited', auto_detect = false, "
      "maximum_object_size = {}, columns = {})) TO {} (FORMAT parquet, COMPRESSION snappy)",
      duckdb::quote_literal(json.path()), 64 << 20, kColumns,
      duckdb::quote_literal(parquet.path())));
  const auto bytes = files.read(parquet.path());
  if (!bytes) throw bug_error("the checkpoint was not written: " + quote(parquet.path()));
  files.write(join_path(log_folder, fmt::format("{:020}.checkpoint.parquet", state.version)),
              *bytes);
  const nlohmann::ordered_json pointer = {{"version", state.version},
                                          {"size", lines.size()},
                                          {"sizeInBytes", bytes->size()},
                                          {"numOfAddFiles", state.files.size()}};
  files.write(join_path(log_folder, "_last_checkpoint"), pointer.dump());
}

LogEntry read_checkpoint(duckdb::Connection& connection, const std::vector<std::string>& paths) {
  LogEntry entry;
  const std::string sql = fmt::format(
      "SELECT to_json(action)::VARCHAR FROM read_parquet({}, hive_partitioning = false, "
      "union_by_name = true) AS action",
      duckdb::quote_list(paths));
  try {
    connection.stream(
        sql, {}, [](const auto&) {},
        [&](const duckdb::Row& row) {
          read_action(nlohmann::json::parse(duckdb::text_of(row[0])), entry);
          return true;
        });
  } catch (const nlohmann::json::exception& damage) {
    throw user_error("the table's checkpoint is damaged: " + quote(damage.what()))
        .at({paths.at(0)});
  }
  return entry;
}

}  // namespace tidemill::tables
