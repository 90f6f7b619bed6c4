// One file of the log: JSON lines, an action each. Source: Delta protocol, "Actions".
#pragma once

#include <cstdint>
#include <map>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "tables/commit.h"

namespace tidemill::tables {

/// What a program must be able to do to read or write the table.
struct Protocol {
  int reader = 1;
  int writer = 2;
  std::optional<std::vector<std::string>> reader_features;  ///< From reader version 3.
  std::optional<std::vector<std::string>> writer_features;  ///< From writer version 7.
};

struct Metadata {
  std::string id;  ///< A GUID.
  std::string name;
  std::string description;
  std::string schema_text;
  std::vector<std::string> partition_columns;
  std::map<std::string, std::string> configuration;
  Instant created;

  bool operator==(const Metadata&) const = default;
};

/// The actions of one commit, or of one checkpoint.
struct LogEntry {
  Commit commit;
  std::optional<Protocol> protocol;
  std::optional<Metadata> metadata;
  std::optional<int64_t> read_version;  ///< What the commit was built against.
  std::optional<Interval> replaced;     ///< The interval that the commit replaced.
};

/// Adds one action, `{"add": {…}}`, to `entry`; unknown ones and nulls say nothing. Throws
/// nlohmann's exceptions where the action is not as the protocol has it, a user's Error where the
/// table needs a reader that we are not.
void read_action(const nlohmann::json& action, LogEntry& entry);

/// Reads the whole text of a commit. `path` is for messages: a damaged log is a user's Error.
LogEntry read_entry(const std::string& text, int64_t version, const std::string& path);

/// Returns the text of a commit, which `read_entry` reads.
std::string write_entry(const LogEntry& entry);

/// Returns an action as one line of JSON, in the form that checkpoints hold.
std::string write_add(const DataFile& file, bool data_change);
std::string write_tombstone(const Tombstone& tombstone, bool with_statistics);
std::string write_protocol(const Protocol& protocol);
std::string write_metadata(const Metadata& metadata);
std::string write_transaction(const std::string& id, int64_t version);

}  // namespace tidemill::tables
