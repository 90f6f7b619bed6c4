#include "tables/replay.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <string_view>
#include <utility>

#include "base/error.h"
#include "base/text.h"
#include "tables/shape.h"

namespace tidemill::tables {

namespace {

// Features that change nothing for a reader, or that show where they are used (a file's deletion
// vector, a column's type, the mode of column mapping), which is checked there.
constexpr std::array<std::string_view, 4> kReadable = {"columnMapping", "deletionVectors",
                                                       "timestampNtz", "vacuumProtocolCheck"};
constexpr std::array<std::string_view, 2> kWritable = {"appendOnly", "invariants"};

std::string setting(const State& state, const std::string& name) {
  const auto found = state.metadata.configuration.find(name);
  return found == state.metadata.configuration.end() ? "" : found->second;
}

}  // namespace

void apply(const LogEntry& entry, State& state) {
  const Commit& commit = entry.commit;
  state.version = commit.version;
  state.time = commit.time;
  if (entry.protocol) state.protocol = *entry.protocol;
  if (entry.metadata) state.metadata = *entry.metadata;
  for (const auto& [id, version] : commit.transactions) state.transactions[id] = version;
  for (const Tombstone& tombstone : commit.removes) {
    state.files.erase(tombstone.file.logged_path);
    state.tombstones[tombstone.file.logged_path] = tombstone;
  }
  for (const DataFile& file : commit.adds) {
    state.tombstones.erase(file.logged_path);
    state.files[file.logged_path] = file;
  }
}

void check_readable(const State& state) {
  const Protocol& protocol = state.protocol;
  if (protocol.reader > 3) {
    throw user_error("the table needs a newer reader; its reader version is: " +
                     std::to_string(protocol.reader));
  }
  for (const std::string& feature : protocol.reader_features.value_or(std::vector<std::string>())) {
    if (std::find(kReadable.begin(), kReadable.end(), feature) == kReadable.end()) {
      throw user_error("the table uses a feature that Tidemill does not read: " + quote(feature));
    }
  }
  const std::string mapping = setting(state, "delta.columnMapping.mode");
  if (!mapping.empty() && mapping != "none") {
    throw user_error("the table uses column mapping, which Tidemill does not read; its mode is: " +
                     quote(mapping));
  }
}

void check_writable(const State& state) {
  const Protocol& protocol = state.protocol;
  if (protocol.writer > 2 && protocol.writer != 7) {
    throw user_error("Tidemill cannot write to the table; its writer version is: " +
                     std::to_string(protocol.writer));
  }
  for (const std::string& feature : protocol.writer_features.value_or(std::vector<std::string>())) {
    if (std::find(kWritable.begin(), kWritable.end(), feature) == kWritable.end()) {
      throw user_error("the table uses a feature that Tidemill does not write: " + quote(feature));
    }
  }
  const std::string rule = unchecked_rule(state.metadata.schema_text);
  if (!rule.empty()) throw user_error("the table has a rule that Tidemill does not check: " + rule);
}

Shape shape_of(const State& state) {
  try {
    Shape shape = read_schema(state.metadata.schema_text);
    shape.partition_by = state.metadata.partition_columns;
    shape.description = state.metadata.description;
    return shape;
  } catch (const nlohmann::json::exception& damage) {
    throw user_error(fmt::format("the schema in version {} of the table's log is damaged: {}",
                                 state.version, quote(damage.what())));
  }
}

Snapshot snapshot_of(const State& state, const std::string& folder) {
  check_readable(state);
  Snapshot snapshot{.folder = folder,
                    .version = state.version,
                    .time = state.time,
                    .shape = shape_of(state),
                    .configuration = state.metadata.configuration,
                    .transactions = state.transactions};
  snapshot.files.reserve(state.files.size());
  for (const auto& [path, file] : state.files) snapshot.files.push_back(file);
  return snapshot;
}

}  // namespace tidemill::tables
