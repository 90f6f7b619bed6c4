#include "tables/resolve.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>

#include "base/error.h"
#include "base/text.h"
#include "tables/shape.h"
#include "tables/statistics.h"

namespace tidemill::tables {

namespace {

/// Returns a random GUID (RFC 4122, version 4).
std::string random_guid() {
  std::string digits = random_id() + random_id() + random_id();
  digits[12] = '4';
  digits[16] = '8';
  return fmt::format("{}-{}-{}-{}-{}", digits.substr(0, 8), digits.substr(8, 4),
                     digits.substr(12, 4), digits.substr(16, 4), digits.substr(20, 12));
}

Metadata metadata_of(const Shape& shape, const State* base, Instant now) {
  Metadata metadata;
  if (base != nullptr) {
    metadata = base->metadata;
  } else {
    metadata.id = random_guid();
    metadata.created = std::chrono::floor<std::chrono::milliseconds>(now);
  }
  metadata.description = shape.description;
  metadata.schema_text = schema_text(shape);
  metadata.partition_columns = shape.partition_by;
  return metadata;
}

void check_add(const DataFile& file, const Shape& shape) {
  if (file.path.empty() || file.path.starts_with('/') || file.path.starts_with('_') ||
      ("/" + file.path).find("/../") != std::string::npos) {
    throw bug_error("a table cannot have a file of that path: " + quote(file.path));
  }
  bool fits = file.partition_values.size() == shape.partition_by.size();
  for (const std::string& column : shape.partition_by)
    fits = fits && file.partition_values.contains(column);
  if (!fits)
    throw bug_error("the file does not have the table's partition values: " + quote(file.path));
}

/// True when replacing the change's interval removes `file`. Throws a user's Error when only a part
/// of it is concerned.
bool is_replaced(const DataFile& file, const Change& change) {
  const Interval& interval = change.interval.value();
  if (file.interval) {
    if (interval.contains(*file.interval)) return true;
    if (!interval.overlaps(*file.interval)) return false;
    throw user_error(
        fmt::format("a file of the table was built for {}, only a part of which is in interval: {}",
                    quote(file.interval->label()), quote(interval.label())))
        .hint("rebuild the table: --full-refresh");
  }
  const auto range =
      change.time_column.empty() ? std::nullopt : time_range(file, change.time_column);
  if (range && !range->overlaps(interval)) return false;
  throw user_error("another program wrote a file that may have rows of the interval: " +
                   quote(file.path))
      .hint("rebuild the table: --full-refresh");
}

bool is_removed(const DataFile& file, const Change& change) {
  switch (change.kind) {
    case Change::Kind::kReplaceInterval:
      return is_replaced(file, change);
    case Change::Kind::kOverwrite:
    case Change::Kind::kRetype:
      return true;
    case Change::Kind::kRestore:
      return std::none_of(change.adds.begin(), change.adds.end(), [&](const DataFile& kept) {
        return kept.logged_path == file.logged_path;
      });
    default:
      return false;
  }
}

std::vector<Tombstone> removals(const Change& change, const State& base, Instant now) {
  std::vector<Tombstone> removes;
  for (const auto& [path, file] : base.files) {
    if (!is_removed(file, change)) continue;
    removes.push_back({file, now});
    removes.back().file.data_change = change.kind != Change::Kind::kRetype;
  }
  const auto setting = base.metadata.configuration.find("delta.appendOnly");
  if (!removes.empty() && change.kind != Change::Kind::kRetype &&
      setting != base.metadata.configuration.end() && setting->second == "true") {
    throw user_error("the table takes only new rows: delta.appendOnly is 'true'");
  }
  return removes;
}

std::vector<DataFile> additions(const Change& change, const Shape& shape, Instant now) {
  std::vector<DataFile> adds = change.adds;
  std::set<std::string> paths;
  for (DataFile& file : adds) {
    check_add(file, shape);
    file.logged_path = encode_path(file.path);
    file.modified = now;
    if (!file.interval) file.interval = change.interval;
    if (!paths.insert(file.path).second)
      throw bug_error("a file was to be added twice: " + quote(file.path));
  }
  return adds;
}

/// Returns the files of a restored version that the table does not have now.
std::vector<DataFile> returning_files(const Change& change, const State& base) {
  std::vector<DataFile> files = change.adds;
  std::erase_if(files, [&](const DataFile& file) { return base.files.contains(file.logged_path); });
  for (DataFile& file : files) file.data_change = true;
  return files;
}

/// True when the commit changed rows that may lie in `interval`.
bool touches(const Commit& commit, const Interval& interval) {
  const auto concerned = [&](const DataFile& file) {
    return file.data_change && (!file.interval || file.interval->overlaps(interval));
  };
  return std::any_of(commit.adds.begin(), commit.adds.end(), concerned) ||
         std::any_of(commit.removes.begin(), commit.removes.end(),
                     [&](const Tombstone& tombstone) { return concerned(tombstone.file); });
}

Shape resolved_shape(const Change& change, const State* base) {
  const bool is_new = base == nullptr || change.kind == Change::Kind::kOverwrite ||
                      change.kind == Change::Kind::kRetype || change.kind == Change::Kind::kRestore;
  Shape shape = is_new ? change.shape : widen_shape(shape_of(*base), change.shape);
  check_shape(shape);
  return shape;
}

}  // namespace

LogEntry resolve(const Change& change, const State* base) {
  if (change.kind == Change::Kind::kCreate && base != nullptr) {
    throw user_error(fmt::format("the table exists already, in version: {}", base->version));
  }
  if (change.kind == Change::Kind::kReplaceInterval && !change.interval) {
    throw bug_error("an interval is to be replaced, but none is given");
  }
  const bool restores = change.kind == Change::Kind::kRestore;
  if (restores && base == nullptr) throw bug_error("there is no table to restore");
  const Shape shape = resolved_shape(change, base);
  const bool replaces =
      change.kind == Change::Kind::kReplaceInterval || change.kind == Change::Kind::kOverwrite;
  LogEntry entry;
  Commit& commit = entry.commit;
  commit.version = base == nullptr ? 0 : base->version + 1;
  // A clock that was set back must not make versions that a time before them finds.
  commit.time = base == nullptr ? change.now : std::max(change.now, base->time);
  commit.operation = change.kind == Change::Kind::kCreate ? "CREATE TABLE" : "WRITE";
  if (restores) commit.operation = kRestore;
  if (change.kind == Change::Kind::kRetype) commit.operation = kRetype;
  if (commit.operation == "WRITE") commit.mode = replaces ? "Overwrite" : "Append";
  commit.restored_version = change.restored_version;
  commit.provenance = change.provenance;
  if (!commit.provenance->interval) commit.provenance->interval = change.interval;
  if (change.kind == Change::Kind::kReplaceInterval) entry.replaced = change.interval;
  if ((replaces || restores) && base != nullptr) entry.read_version = base->version;
  if (base == nullptr) entry.protocol = Protocol();
  const Metadata metadata = metadata_of(shape, base, change.now);
  if (base == nullptr || metadata != base->metadata) entry.metadata = metadata;
  if (change.transaction)
    commit.transactions[change.transaction->id] = change.transaction->seen + 1;
  if (restores) {
    for (const auto& [id, version] : base->transactions) {
      if (!change.restored_transactions.contains(id)) commit.transactions[id] = 0;
    }
  }
  if (base != nullptr) commit.removes = removals(change, *base, commit.time);
  commit.adds = restores ? returning_files(change, *base) : additions(change, shape, commit.time);
  return entry;
}

void check_conflicts(const Change& change, std::span<const LogEntry> later) {
  if (!change.read_version || change.kind == Change::Kind::kAppend) return;
  for (const LogEntry& entry : later) {
    const Commit& commit = entry.commit;
    const bool conflicts = change.kind == Change::Kind::kReplaceInterval
                               ? commit.changes_metadata || touches(commit, change.interval.value())
                               : commit.changes_data() || (commit.changes_metadata &&
                                                           change.kind == Change::Kind::kRetype);
    if (!conflicts) continue;
    throw transient_error(fmt::format(
        "another commit was first: the files were built against version {} of the table, "
        "and it has since changed in version: {}",
        *change.read_version, commit.version));
  }
}

bool is_committed(const Change& change, const State& base) {
  if (!change.transaction) return false;
  const auto found = base.transactions.find(change.transaction->id);
  return found != base.transactions.end() && found->second > change.transaction->seen;
}

}  // namespace tidemill::tables
