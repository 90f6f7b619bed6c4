#include "tables/table.h"

#include <algorithm>
#include <set>
#include <utility>

#include "base/error.h"
#include "base/text.h"
#include "tables/checkpoint.h"
#include "tables/log.h"
#include "tables/replay.h"
#include "tables/resolve.h"

namespace tidemill::tables {

namespace {

constexpr int64_t kCheckpointEvery = 10;  // Versions.

void add_names(const Commit& commit, std::set<std::string>& names) {
  for (const DataFile& file : commit.adds) names.insert(file.path);
  for (const Tombstone& tombstone : commit.removes) names.insert(tombstone.file.path);
}

/// Returns the paths that any version the log can still make names, relative to the table's folder.
std::set<std::string> named_files(Log& log) {
  std::set<std::string> names;
  const auto oldest = log.oldest_state();
  if (!oldest) return names;
  for (const auto& [logged_path, file] : oldest->files) names.insert(file.path);
  for (const auto& [logged_path, tombstone] : oldest->tombstones) names.insert(tombstone.file.path);
  for (const LogEntry& entry : log.entries_after(-1)) add_names(entry.commit, names);
  return names;
}

bool lies_in_any(const std::string& path, std::span<const std::string> folders) {
  return std::any_of(folders.begin(), folders.end(), [&](const std::string& folder) {
    return path.starts_with(join_path(folder, ""));
  });
}

/// Reads the commits that others have put after `state` since it was read.
void catch_up(Log& log, std::optional<State>& state) {
  while (const auto entry = log.entry(state ? state->version + 1 : 0)) {
    if (!state) state.emplace();
    apply(*entry, *state);
  }
}

std::vector<LogEntry> entries_between(Log& log, int64_t after, int64_t last) {
  std::vector<LogEntry> entries;
  for (int64_t version = after + 1; version <= last; ++version) {
    if (auto entry = log.entry(version)) entries.push_back(std::move(*entry));
  }
  return entries;
}

/// Throws when the change cannot be committed on top of `state`: for what the table is, or for who
/// came first.
void check_fits(const Change& change, const State& state, Log& log) {
  check_readable(state);
  check_writable(state);
  if (!change.read_version) return;
  check_conflicts(change, entries_between(log, *change.read_version, state.version));
}

}  // namespace

bool Commit::changes_data() const {
  return std::any_of(adds.begin(), adds.end(),
                     [](const DataFile& file) { return file.data_change; }) ||
         std::any_of(removes.begin(), removes.end(),
                     [](const Tombstone& tombstone) { return tombstone.file.data_change; });
}

Table::Table(FileSystem& files, std::string folder, duckdb::Connection& connection)
    : files_(files), folder_(std::move(folder)), connection_(connection) {}

std::optional<Snapshot> Table::snapshot() {
  const auto state = Log(files_, folder_, connection_).newest_state();
  return state ? std::optional(snapshot_of(*state, folder_)) : std::nullopt;
}

Snapshot Table::snapshot_at(int64_t version) {
  return snapshot_of(Log(files_, folder_, connection_).state_at(version), folder_);
}

Snapshot Table::snapshot_at(Instant time) {
  return snapshot_of(Log(files_, folder_, connection_).state_at(time), folder_);
}

std::vector<Commit> Table::commits_since(int64_t version) {
  std::vector<Commit> commits;
  for (LogEntry& entry : Log(files_, folder_, connection_).entries_after(version)) {
    commits.push_back(std::move(entry.commit));
  }
  return commits;
}

CommitResult Table::commit(const Change& change) {
  Log log(files_, folder_, connection_);
  // A restored file was synced when it was committed first.
  if (change.kind != Change::Kind::kRestore) {
    for (const DataFile& file : change.adds) files_.sync(join_path(folder_, file.path));
  }
  std::optional<State> state = log.newest_state();
  while (true) {
    if (state && is_committed(change, *state)) {
      return {.outcome = CommitResult::Outcome::kAlreadyCommitted, .version = state->version};
    }
    if (state) check_fits(change, *state, log);
    const LogEntry entry = resolve(change, state ? &*state : nullptr);
    const std::string path = join_path(log.folder(), commit_name(entry.commit.version));
    if (!files_.put_if_absent(path, write_entry(entry))) {
      catch_up(log, state);
      continue;
    }
    if (!state) state.emplace();
    apply(entry, *state);
    return finish(entry, *state, change.now);
  }
}

void Table::check(const Change& change) {
  Log log(files_, folder_, connection_);
  const std::optional<State> state = log.newest_state();
  if (state && is_committed(change, *state)) return;
  if (state) check_fits(change, *state, log);
  resolve(change, state ? &*state : nullptr);
}

CommitResult Table::restore(const Snapshot& wanted, std::optional<int64_t> restored_version,
                            const Provenance& provenance, Instant now) {
  const auto state = Log(files_, folder_, connection_).newest_state();
  if (!state) throw user_error("there is no table to restore: " + quote(folder_));
  std::vector<std::string> gone;
  for (const DataFile& file : wanted.files) {
    if (state->files.contains(file.logged_path)) continue;
    if (!files_.stat(join_path(folder_, file.path))) gone.push_back(file.path);
  }
  if (!gone.empty()) {
    throw user_error("the version cannot be restored, since " +
                     format_count(static_cast<int64_t>(gone.size()), "file") +
                     (gone.size() == 1 ? " of it is gone: " : " of it are gone, such as: ") +
                     quote(gone.front()));
  }
  return commit({.kind = Change::Kind::kRestore,
                 .adds = wanted.files,
                 .shape = wanted.shape,
                 .provenance = provenance,
                 .restored_version = restored_version,
                 .restored_transactions = wanted.transactions,
                 .read_version = state->version,
                 .now = now});
}

CommitResult Table::finish(const LogEntry& entry, const State& state, Instant now) {
  CommitResult result{.version = state.version,
                      .files_added = static_cast<int64_t>(entry.commit.adds.size()),
                      .files_removed = static_cast<int64_t>(entry.commit.removes.size())};
  if (state.version == 0 || state.version % kCheckpointEvery != 0) return result;
  try {
    write_checkpoint(files_, connection_, Log(files_, folder_, connection_).folder(), state, now);
  } catch (const Error& error) {
    result.checkpoint_failure = error;
  }
  return result;
}

std::vector<FileEntry> Table::orphans(std::span<const std::string> live_folders) {
  // Listed before the log is read: what is committed in between is named by then.
  std::vector<FileEntry> found = files_.list(folder_);
  Log log(files_, folder_, connection_);
  const std::set<std::string> named = named_files(log);
  const std::string prefix = join_path(folder_, "");
  std::erase_if(found, [&](const FileEntry& file) {
    const std::string path = file.path.substr(prefix.size());
    if (path.starts_with("_delta_log/")) return !path.starts_with("_delta_log/.");
    return path.starts_with('_') || named.contains(path) || lies_in_any(path, live_folders);
  });
  return found;
}

}  // namespace tidemill::tables
