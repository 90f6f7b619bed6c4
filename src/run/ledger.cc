#include "run/ledger.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "base/text.h"
#include "tables/statistics.h"
#include "tables/table.h"

namespace tidemill {

namespace {

std::vector<std::string> time_columns(const Asset& asset) {
  std::vector<std::string> columns;
  for (const Column& column : asset.schema) {
    if (column.type.id == Type::Id::kTimestamp || column.type.id == Type::Id::kDate)
      columns.push_back(column.name);
  }
  return columns;
}

std::map<std::string, Interval> ranges_of(const tables::DataFile& file,
                                          const std::vector<std::string>& columns) {
  std::map<std::string, Interval> ranges;
  for (const std::string& column : columns) {
    if (const auto range = tables::time_range(file, column)) ranges.emplace(lower(column), *range);
  }
  return ranges;
}

/// Returns the ranges that both lie in; a column that one of them does not know is not known of
/// both.
std::map<std::string, Interval> united(const std::map<std::string, Interval>& a,
                                       const std::map<std::string, Interval>& b) {
  std::map<std::string, Interval> both;
  for (const auto& [column, range] : a) {
    const auto other = b.find(column);
    if (other == b.end()) continue;
    both.emplace(column, Interval{std::min(range.start, other->second.start),
                                  std::max(range.end, other->second.end)});
  }
  return both;
}

/// Returns the columns in which no row of the file has a value: they say nothing, and nothing of
/// theirs is unknown.
std::vector<std::string> empty_columns(const tables::DataFile& file,
                                       const std::vector<std::string>& columns) {
  std::vector<std::string> empty;
  const auto stats = nlohmann::json::parse(file.stats, nullptr, false);
  if (!stats.is_object() || !stats.contains("nullCount") || !file.records) return empty;
  for (const std::string& column : columns) {
    const auto nulls = stats["nullCount"].find(column);
    const bool known = nulls != stats["nullCount"].end() && nulls->is_number_integer();
    if (known && nulls->get<int64_t>() == *file.records) empty.push_back(lower(column));
  }
  return empty;
}

/// Returns when the rows that a commit changed happened, or nothing when it changed none.
std::optional<Touch> touch_of(const tables::Commit& commit,
                              const std::vector<std::string>& columns) {
  std::optional<Touch> touch;
  std::vector<std::string> empty;  // Columns without any value in the files so far.
  const auto add = [&](const tables::DataFile& file) {
    if (!file.data_change) return;
    auto ranges = ranges_of(file, columns);
    if (!touch) {
      touch =
          Touch{.version = commit.version, .committed = commit.time, .ranges = std::move(ranges)};
      empty = empty_columns(file, columns);
      return;
    }
    // A column without any value in one of two files lies where it lies in the other.
    const std::vector<std::string> empty_here = empty_columns(file, columns);
    std::vector<std::string> empty_in_both;
    for (const std::string& column : empty_here) {
      if (std::find(empty.begin(), empty.end(), column) != empty.end()) {
        empty_in_both.push_back(column);
      } else if (touch->ranges.contains(column)) {
        ranges[column] = touch->ranges.at(column);
      }
    }
    for (const std::string& column : empty) {
      if (ranges.contains(column) && !touch->ranges.contains(column))
        touch->ranges[column] = ranges.at(column);
    }
    touch->ranges = united(touch->ranges, ranges);
    empty = std::move(empty_in_both);
  };
  for (const tables::DataFile& file : commit.adds) add(file);
  for (const tables::Tombstone& removed : commit.removes) add(removed.file);
  return touch;
}

Built built_of(const tables::Commit& commit) {
  const tables::Provenance& provenance = *commit.provenance;
  Built built{.interval = provenance.interval,
              .version = commit.version,
              .fingerprint = provenance.fingerprint};
  const auto inputs = nlohmann::json::parse(provenance.inputs, nullptr, false);
  const bool pins = commit.operation == tables::kRestore;
  if (inputs.is_object() && !pins) built.inputs = inputs.get<InputVersions>();
  built.run = provenance.run;
  built.time = commit.time;
  built.rows = provenance.rows;
  built.rejected = provenance.rejected;
  return built;
}

/// A rollback says for each interval which inputs it is to count as built from. See rollback.h.
std::vector<Built> pinned_by(const tables::Commit& commit) {
  std::vector<Built> pinned;
  const auto pins = nlohmann::json::parse(commit.provenance->inputs, nullptr, false);
  if (!pins.is_object()) return pinned;
  for (const auto& [interval, inputs] : pins.items()) {
    Built built = built_of(commit);
    built.interval = parse_interval(interval);
    built.inputs = inputs.get<InputVersions>();
    pinned.push_back(std::move(built));
  }
  return pinned;
}

Reconciled reconciled_of(const Asset& asset, int64_t version,
                         const std::vector<tables::Commit>& commits) {
  Reconciled reconciled{.asset = asset.name, .version = version};
  const std::vector<std::string> columns = time_columns(asset);
  for (const tables::Commit& commit : commits) {
    reconciled.version = commit.version;
    for (const tables::Tombstone& removed : commit.removes) {
      if (removed.file.interval && removed.file.data_change)
        reconciled.built[removed.file.interval] = std::nullopt;
    }
    if (commit.provenance && commit.provenance->asset == asset.name) {
      const bool restores = commit.operation == tables::kRestore;
      for (const Built& built :
           restores ? pinned_by(commit) : std::vector<Built>{built_of(commit)}) {
        reconciled.built[built.interval] = built;
      }
    }
    if (auto touch = touch_of(commit, columns)) reconciled.touches.push_back(std::move(*touch));
  }
  return reconciled;
}

}  // namespace

void Ledger::load(duckdb::Connection& connection) {
  for (size_t i = 0; i < project_.assets.size(); ++i) {
    progress_.assets[project_.assets[i].name] = store_.progress(project_.assets[i].name);
    if (!project_.assets[i].is_view()) reconcile(i, connection);
  }
}

void Ledger::reconcile(size_t asset_index, duckdb::Connection& connection) {
  const Asset& asset = project_.assets[asset_index];
  const std::string folder = project_.table_folder(asset.name);
  const std::lock_guard lock(mutex_);
  int64_t known = store_.reconciled_version(asset.name);
  // A table that lacks the version we know was removed, and perhaps made anew: what was known of it
  // is void.
  const bool made_anew =
      known >= 0 && !files_.stat(fmt::format("{}/_delta_log/{:020}.json", folder, known));
  if (made_anew) known = -1;
  tables::Table table(files_, folder, connection);
  Reconciled reconciled = reconciled_of(asset, known, table.commits_since(known));
  reconciled.forget_first = made_anew;
  if (reconciled.version == known && !made_anew) return;
  if (known < 0) unknown_.push_back(asset_index);
  store_.reconcile(reconciled);
  AssetProgress& progress = progress_.assets[asset.name];
  if (made_anew) progress = {};
  for (const auto& [interval, built] : reconciled.built) {
    progress.built.erase(interval);
    if (built) progress.built.emplace(interval, *built);
  }
  progress.touches.insert(progress.touches.end(), reconciled.touches.begin(),
                          reconciled.touches.end());
}

void Ledger::load_files(duckdb::Connection& connection) {
  for (const Asset& asset : project_.assets) {
    if (asset.is_view()) continue;
    tables::Table table(files_, project_.table_folder(asset.name), connection);
    const auto snapshot = table.snapshot();
    if (!snapshot) continue;
    const std::vector<std::string> columns = time_columns(asset);
    for (const tables::DataFile& file : snapshot->files) {
      progress_.assets[asset.name].files.push_back(
          {file.size, file.records.value_or(-1), ranges_of(file, columns)});
    }
  }
}

void Ledger::record_built(size_t asset, const Built& built) {
  const std::lock_guard lock(mutex_);
  const std::string& name = project_.assets[asset].name;
  store_.record_built(name, built);
  progress_.assets[name].built[built.interval] = built;
}

int64_t Ledger::sweep(duckdb::Connection& connection, Instant now) {
  std::set<std::string> suspects;
  const std::vector<AttemptRecord> killed = store_.running_attempts();
  for (const AttemptRecord& attempt : killed) suspects.insert(attempt.asset);
  for (const size_t asset : unknown_) suspects.insert(project_.assets[asset].name);
  int64_t removed = 0;
  for (const std::string& asset : suspects) {
    for (const std::string& name : {asset, rejects_name(asset)}) {
      tables::Table table(files_, project_.table_folder(name), connection);
      for (const FileEntry& orphan : table.orphans({})) {
        files_.remove(orphan.path);
        ++removed;
      }
    }
  }
  for (const AttemptRecord& attempt : killed) {
    for (const std::string& name : {attempt.asset, rejects_name(attempt.asset)}) {
      const std::string folder = join_path(project_.table_folder(name), attempt.id);
      if (files_.list(folder).empty()) files_.remove_all(folder);
    }
  }
  store_.bury(now);
  unknown_.clear();
  return removed;
}

std::optional<Reason> Ledger::staleness_of(size_t model,
                                           const std::optional<Interval>& interval) const {
  const std::lock_guard lock(mutex_);
  return staleness(project_, model, interval, progress_);
}

InputVersions Ledger::input_versions_of(size_t model,
                                        const std::optional<Interval>& interval) const {
  const std::lock_guard lock(mutex_);
  return input_versions(project_, model, interval, progress_, false);
}

}  // namespace tidemill
