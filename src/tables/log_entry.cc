#include "tables/log_entry.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string_view>
#include <utility>

#include "base/error.h"
#include "base/text.h"

namespace tidemill::tables {

namespace {

using Json = nlohmann::json;
using OrderedJson = nlohmann::ordered_json;

constexpr const char* kIntervalTag = "tidemill.interval";
constexpr const char* kColumnsTag = "tidemill.columns";
constexpr const char* kVersionTag = "tidemill.version";
constexpr std::string_view kTagPrefix = "tidemill.";

int64_t milliseconds_of(Instant time) {
  return std::chrono::floor<std::chrono::milliseconds>(time).time_since_epoch().count();
}

Instant instant_of(int64_t milliseconds) {
  return Instant(std::chrono::milliseconds(milliseconds));
}

/// Returns the member, or nothing when it is absent or null.
const Json* member(const Json& object, const char* name) {
  const auto found = object.find(name);
  return found == object.end() || found->is_null() ? nullptr : &*found;
}

std::string text_at(const Json& object, const char* name) {
  const Json* value = member(object, name);
  return value == nullptr ? "" : value->get<std::string>();
}

int64_t number_at(const Json& object, const char* name) {
  const Json* value = member(object, name);
  return value == nullptr ? 0 : value->get<int64_t>();
}

PartitionValues values_at(const Json& object, const char* name) {
  PartitionValues values;
  const Json* map = member(object, name);
  if (map == nullptr) return values;
  for (const auto& [key, value] : map->items()) {
    const bool is_null = value.is_null() || value.get_ref<const std::string&>().empty();
    values[key] = is_null ? std::nullopt : std::optional(value.get<std::string>());
  }
  return values;
}

std::map<std::string, std::string> texts_at(const Json& object, const char* name) {
  std::map<std::string, std::string> texts;
  for (const auto& [key, value] : values_at(object, name)) texts[key] = value.value_or("");
  return texts;
}

std::optional<std::vector<std::string>> list_at(const Json& object, const char* name) {
  const Json* list = member(object, name);
  return list == nullptr ? std::nullopt : std::optional(list->get<std::vector<std::string>>());
}

std::string dump(const OrderedJson& json) {
  return json.dump(-1, ' ', false, OrderedJson::error_handler_t::replace);
}

std::optional<int64_t> records_of(const std::string& stats) {
  const Json json = Json::parse(stats, nullptr, false);
  if (!json.is_object() || !json.contains("numRecords")) return std::nullopt;
  const Json& records = json["numRecords"];
  return records.is_number_integer() ? std::optional(records.get<int64_t>()) : std::nullopt;
}

/// Reads what `add` and `remove` have in common.
DataFile read_file(const Json& action) {
  DataFile file;
  file.logged_path = action.at("path").get<std::string>();
  file.path = decode_path(file.logged_path);
  file.size = number_at(action, "size");
  file.partition_values = values_at(action, "partitionValues");
  file.stats = text_at(action, "stats");
  file.records = records_of(file.stats);
  const Json* data_change = member(action, "dataChange");
  file.data_change = data_change == nullptr || data_change->get<bool>();
  file.holds_partition_columns = false;
  file.tags = texts_at(action, "tags");
  for (const auto& [tag, value] : file.tags) {
    if (tag.starts_with(kTagPrefix)) file.holds_partition_columns = true;
    if (tag == kIntervalTag) file.interval = parse_interval(value);
    if (tag == kColumnsTag) file.columns = value;
  }
  return file;
}

DataFile read_add(const Json& action) {
  DataFile file = read_file(action);
  if (member(action, "deletionVector") != nullptr) {
    throw user_error("the table has a deletion vector, which Tidemill does not read: " +
                     quote(file.path))
        .hint("remove them with the program that wrote them: REORG TABLE … APPLY (PURGE)");
  }
  file.modified = instant_of(number_at(action, "modificationTime"));
  return file;
}

Metadata read_metadata(const Json& action) {
  const std::string provider = text_at(action.value("format", Json::object()), "provider");
  if (!provider.empty() && provider != "parquet") {
    throw user_error("the table's files are in a format that Tidemill does not read: " +
                     quote(provider));
  }
  return {
      .id = text_at(action, "id"),
      .name = text_at(action, "name"),
      .description = text_at(action, "description"),
      .schema_text = action.at("schemaString").get<std::string>(),
      .partition_columns = list_at(action, "partitionColumns").value_or(std::vector<std::string>()),
      .configuration = texts_at(action, "configuration"),
      .created = instant_of(number_at(action, "createdTime"))};
}

Provenance read_provenance(const Json& json) {
  const Json* inputs = member(json, "inputs");
  return {.run = text_at(json, "run"),
          .attempt = text_at(json, "attempt"),
          .asset = text_at(json, "asset"),
          .interval = parse_interval(text_at(json, "interval")),
          .fingerprint = text_at(json, "fingerprint"),
          .inputs = inputs == nullptr ? "null" : inputs->dump(),
          .rows = number_at(json, "rows"),
          .rejected = number_at(json, "rejected")};
}

/// Reads who committed and why. Any writer may put anything here, so nothing of another shape is an
/// error.
void read_commit_info(const Json& info, Commit& commit) {
  const Json* time = member(info, "inCommitTimestamp");
  if (time == nullptr) time = member(info, "timestamp");
  if (time != nullptr && time->is_number_integer()) commit.time = instant_of(time->get<int64_t>());
  const Json* operation = member(info, "operation");
  if (operation != nullptr && operation->is_string())
    commit.operation = operation->get<std::string>();
  const Json* parameters = member(info, "operationParameters");
  const Json* mode =
      parameters != nullptr && parameters->is_object() ? member(*parameters, "mode") : nullptr;
  if (mode != nullptr && mode->is_string()) commit.mode = mode->get<std::string>();
  const Json* restored =
      parameters != nullptr && parameters->is_object() ? member(*parameters, "version") : nullptr;
  if (commit.operation == kRestore && restored != nullptr && restored->is_number_integer())
    commit.restored_version = restored->get<int64_t>();
  const Json* provenance = member(info, "tidemill");
  if (provenance != nullptr && provenance->is_object())
    commit.provenance = read_provenance(*provenance);
}

OrderedJson file_fields(const DataFile& file) {
  OrderedJson values = OrderedJson::object();
  for (const auto& [column, value] : file.partition_values) {
    values[column] = value ? OrderedJson(*value) : OrderedJson();
  }
  return {{"path", file.logged_path}, {"partitionValues", values}, {"size", file.size}};
}

void add_tags(const DataFile& file, OrderedJson& action) {
  std::map<std::string, std::string> tags = file.tags;
  if (file.interval) tags[kIntervalTag] = file.interval->text();
  if (!file.columns.empty()) tags[kColumnsTag] = file.columns;
  if (file.holds_partition_columns) tags.emplace(kVersionTag, TIDEMILL_VERSION);
  if (!tags.empty()) action["tags"] = tags;
}

OrderedJson provenance_json(const Provenance& provenance) {
  OrderedJson json = {
      {"run", provenance.run}, {"attempt", provenance.attempt}, {"asset", provenance.asset}};
  if (provenance.interval) json["interval"] = provenance.interval->text();
  json["fingerprint"] = provenance.fingerprint;
  json["inputs"] = OrderedJson::parse(provenance.inputs);
  json["rows"] = provenance.rows;
  json["rejected"] = provenance.rejected;
  return json;
}

OrderedJson operation_metrics(const Commit& commit) {
  int64_t bytes = 0;
  int64_t records = 0;
  for (const DataFile& file : commit.adds) {
    bytes += file.size;
    records += file.records.value_or(0);
  }
  return {{"numFiles", std::to_string(commit.adds.size())},
          {"numRemovedFiles", std::to_string(commit.removes.size())},
          {"numOutputRows", std::to_string(records)},
          {"numOutputBytes", std::to_string(bytes)}};
}

std::string write_commit_info(const LogEntry& entry) {
  const Commit& commit = entry.commit;
  OrderedJson parameters = OrderedJson::object();
  if (!commit.mode.empty()) parameters["mode"] = commit.mode;
  if (commit.restored_version) parameters["version"] = *commit.restored_version;
  if (entry.replaced) parameters["predicate"] = entry.replaced->text();
  OrderedJson info = {{"timestamp", milliseconds_of(commit.time)},
                      {"operation", commit.operation},
                      {"operationParameters", parameters}};
  if (entry.read_version) info["readVersion"] = *entry.read_version;
  info["isBlindAppend"] = commit.removes.empty() && !entry.read_version;
  info["operationMetrics"] = operation_metrics(commit);
  info["engineInfo"] = "Tidemill/" TIDEMILL_VERSION;
  if (commit.provenance) info["tidemill"] = provenance_json(*commit.provenance);
  return dump({{"commitInfo", info}});
}

}  // namespace

void read_action(const Json& action, LogEntry& entry) {
  Commit& commit = entry.commit;
  if (const Json* add = member(action, "add")) commit.adds.push_back(read_add(*add));
  if (const Json* remove = member(action, "remove")) {
    commit.removes.push_back(
        {read_file(*remove), instant_of(number_at(*remove, "deletionTimestamp"))});
  }
  if (const Json* txn = member(action, "txn")) {
    commit.transactions[txn->at("appId").get<std::string>()] = txn->at("version").get<int64_t>();
  }
  if (const Json* metadata = member(action, "metaData")) {
    entry.metadata = read_metadata(*metadata);
    commit.changes_metadata = true;
  }
  if (const Json* protocol = member(action, "protocol")) {
    entry.protocol = {.reader = protocol->at("minReaderVersion").get<int>(),
                      .writer = protocol->at("minWriterVersion").get<int>(),
                      .reader_features = list_at(*protocol, "readerFeatures"),
                      .writer_features = list_at(*protocol, "writerFeatures")};
  }
  if (const Json* info = member(action, "commitInfo")) read_commit_info(*info, commit);
}

LogEntry read_entry(const std::string& text, int64_t version, const std::string& path) {
  LogEntry entry;
  entry.commit.version = version;
  int number = 0;
  for (size_t start = 0; start < text.size();) {
    const size_t end = std::min(text.find('\n', start), text.size());
    const std::string_view line = std::string_view(text).substr(start, end - start);
    ++number;
    start = end + 1;
    if (trim(line).empty()) continue;
    try {
      read_action(Json::parse(line), entry);
    } catch (const Json::exception& damage) {
      throw user_error("the table's log is damaged: " + quote(damage.what())).at({path, number});
    }
  }
  return entry;
}

std::string write_entry(const LogEntry& entry) {
  std::string text = write_commit_info(entry) + "\n";
  if (entry.protocol) text += write_protocol(*entry.protocol) + "\n";
  if (entry.metadata) text += write_metadata(*entry.metadata) + "\n";
  for (const auto& [id, version] : entry.commit.transactions)
    text += write_transaction(id, version) + "\n";
  for (const Tombstone& tombstone : entry.commit.removes)
    text += write_tombstone(tombstone, true) + "\n";
  for (const DataFile& file : entry.commit.adds) text += write_add(file, file.data_change) + "\n";
  return text;
}

std::string write_add(const DataFile& file, bool data_change) {
  OrderedJson add = file_fields(file);
  add["modificationTime"] = milliseconds_of(file.modified);
  add["dataChange"] = data_change;
  if (!file.stats.empty()) add["stats"] = file.stats;
  add_tags(file, add);
  return dump({{"add", add}});
}

std::string write_tombstone(const Tombstone& tombstone, bool with_statistics) {
  OrderedJson remove = file_fields(tombstone.file);
  remove["deletionTimestamp"] = milliseconds_of(tombstone.removed);
  remove["dataChange"] = tombstone.file.data_change;
  remove["extendedFileMetadata"] = true;
  if (with_statistics) {
    if (!tombstone.file.stats.empty()) remove["stats"] = tombstone.file.stats;
    add_tags(tombstone.file, remove);
  }
  return dump({{"remove", remove}});
}

std::string write_protocol(const Protocol& protocol) {
  OrderedJson json = {{"minReaderVersion", protocol.reader}, {"minWriterVersion", protocol.writer}};
  if (protocol.reader_features) json["readerFeatures"] = *protocol.reader_features;
  if (protocol.writer_features) json["writerFeatures"] = *protocol.writer_features;
  return dump({{"protocol", json}});
}

std::string write_metadata(const Metadata& metadata) {
  OrderedJson json = {{"id", metadata.id}};
  if (!metadata.name.empty()) json["name"] = metadata.name;
  if (!metadata.description.empty()) json["description"] = metadata.description;
  json["format"] = {{"provider", "parquet"}, {"options", OrderedJson::object()}};
  json["schemaString"] = metadata.schema_text;
  json["partitionColumns"] = metadata.partition_columns;
  json["configuration"] = metadata.configuration;
  json["createdTime"] = milliseconds_of(metadata.created);
  return dump({{"metaData", json}});
}

std::string write_transaction(const std::string& id, int64_t version) {
  return dump({{"txn", {{"appId", id}, {"version", version}}}});
}

}  // namespace tidemill::tables
