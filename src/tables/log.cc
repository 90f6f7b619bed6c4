#include "tables/log.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "base/error.h"
#include "base/text.h"
#include "tables/checkpoint.h"

namespace tidemill::tables {

namespace {

// Of commits: so many bytes of them are read sooner than DuckDB reads a checkpoint.
constexpr int64_t kFewBytes = 128 * 1024;

/// Reads exactly `digits` digits at the start of `text`; nothing when there are others.
std::optional<int64_t> leading_number(const std::string& text, size_t digits) {
  const std::string number = text.substr(0, digits);
  if (number.size() != digits ||
      !std::all_of(number.begin(), number.end(), [](char c) { return c >= '0' && c <= '9'; })) {
    return std::nullopt;
  }
  return parse_integer(number);
}

/// The part of a checkpoint that a file is; one of one for the classic name.
struct Part {
  int64_t number = 1;
  int64_t count = 1;
};

/// Reads what follows the version in a checkpoint's name: `.checkpoint.parquet` or
/// `.checkpoint.0000000001.0000000003.parquet`.
std::optional<Part> checkpoint_part(const std::string& rest) {
  if (rest == ".checkpoint.parquet") return Part();
  const std::vector<std::string> pieces = split(rest, '.');
  if (pieces.size() != 5 || !pieces[0].empty() || pieces[1] != "checkpoint" ||
      pieces[4] != "parquet")
    return std::nullopt;
  const auto number = leading_number(pieces[2], 10);
  const auto count = leading_number(pieces[3], 10);
  if (!number || !count) return std::nullopt;
  return Part{*number, *count};
}

/// A commit has at least what it says of itself, and its name appears with its whole content.
void check_not_empty(const FileEntry& commit) {
  if (commit.size > 0) return;
  throw user_error("the table's log is damaged: a commit is empty")
      .at({commit.path})
      .hint(
          "bring it back from a copy; if it is the newest one, it can be removed: the next run "
          "builds again what it held, but for what a replay had moved");
}

}  // namespace

std::string commit_name(int64_t version) { return fmt::format("{:020}.json", version); }

Log::Log(FileSystem& files, const std::string& table_folder, duckdb::Connection& connection)
    : files_(files), folder_(join_path(table_folder, "_delta_log")), connection_(connection) {}

int64_t Log::Listing::newest() const {
  return std::max(commits.empty() ? -1 : commits.rbegin()->first,
                  checkpoints.empty() ? -1 : checkpoints.rbegin()->first);
}

// `_last_checkpoint` only says what the listing says anyway, and may be behind: it is written for
// other readers.
Log::Listing Log::list() {
  Listing listing;
  std::map<std::pair<int64_t, int64_t>, std::map<int64_t, FileEntry>>
      parts;  // By version and count of parts.
  const std::string prefix = join_path(folder_, "");
  for (FileEntry& file : files_.list(folder_)) {
    const std::string name = file.path.substr(prefix.size());
    const auto version = leading_number(name, 20);
    if (!version) continue;
    const std::string rest = name.substr(20);
    if (rest == ".json") {
      listing.commits.emplace(*version, std::move(file));
    } else if (const auto part = checkpoint_part(rest)) {
      parts[{*version, part->count}].emplace(part->number, std::move(file));
    }
  }
  if (!listing.commits.empty()) check_not_empty(listing.commits.rbegin()->second);
  for (auto& [key, found] : parts) {
    if (static_cast<int64_t>(found.size()) != key.second) continue;
    std::vector<FileEntry>& whole = listing.checkpoints[key.first];
    whole.clear();
    for (auto& [number, file] : found) whole.push_back(std::move(file));
  }
  return listing;
}

LogEntry Log::read(int64_t version, const FileEntry& file) {
  check_not_empty(file);
  const auto text = files_.read(file.path);
  if (!text)
    throw transient_error("the table's log changed while it was read: " + quote(file.path));
  LogEntry entry = read_entry(*text, version, file.path);
  if (entry.commit.time == Instant()) entry.commit.time = file.modified;
  return entry;
}

bool Log::has_few_commits(const Listing& listing, int64_t version) {
  int64_t bytes = 0;
  int64_t count = 0;
  for (const auto& [number, file] : listing.commits) {
    if (number > version) break;
    bytes += file.size;
    ++count;
  }
  return count == version + 1 && bytes <= kFewBytes;
}

State Log::load(const Listing& listing, int64_t version) {
  State state;
  auto checkpoint = listing.checkpoints.upper_bound(version);
  if (checkpoint != listing.checkpoints.begin() && !has_few_commits(listing, version)) {
    checkpoint = std::prev(checkpoint);
    std::vector<std::string> paths;
    for (const FileEntry& part : checkpoint->second) paths.push_back(part.path);
    LogEntry entry = read_checkpoint(connection_, paths);
    entry.commit.version = checkpoint->first;
    const auto commit = listing.commits.find(checkpoint->first);
    entry.commit.time = commit == listing.commits.end()
                            ? checkpoint->second.front().modified
                            : read(commit->first, commit->second).commit.time;
    apply(entry, state);
  }
  while (state.version < version) {
    const auto commit = listing.commits.find(state.version + 1);
    if (commit == listing.commits.end()) fail_missing(listing, version);
    apply(read(commit->first, commit->second), state);
  }
  if (state.metadata.schema_text.empty())
    throw user_error("the table's log has no schema: " + quote(folder_));
  return state;
}

void Log::fail_missing(const Listing& listing, int64_t version) {
  const int64_t newest = listing.newest();
  if (version > newest || version < 0) {
    throw user_error(fmt::format("the table has versions up to {}, and not: {}", newest, version));
  }
  throw user_error(
      fmt::format("the table's log lacks what leads to version {}: {}", version, quote(folder_)));
}

std::optional<State> Log::newest_state() {
  const Listing listing = list();
  if (listing.empty()) return std::nullopt;
  return load(listing, listing.newest());
}

State Log::state_at(int64_t version) {
  const Listing listing = list();
  if (listing.empty()) throw user_error("there is no table: " + quote(folder_));
  if (version < 0 || version > listing.newest()) fail_missing(listing, version);
  return load(listing, version);
}

State Log::state_at(Instant time) {
  const Listing listing = list();
  if (listing.empty()) throw user_error("there is no table: " + quote(folder_));
  std::optional<Instant> oldest;
  for (auto commit = listing.commits.rbegin(); commit != listing.commits.rend(); ++commit) {
    oldest = read(commit->first, commit->second).commit.time;
    if (*oldest <= time) return load(listing, commit->first);
  }
  Error error = user_error("the table has no version at or before: " + quote(format_time(time)));
  if (oldest) error.hint("its oldest version is of " + format_time(*oldest));
  throw std::move(error);
}

std::optional<LogEntry> Log::entry(int64_t version) {
  const auto file = files_.stat(join_path(folder_, commit_name(version)));
  if (!file) return std::nullopt;
  return read(version, *file);
}

std::vector<LogEntry> Log::entries_after(int64_t version) {
  std::vector<LogEntry> entries;
  const Listing listing = list();
  for (auto commit = listing.commits.upper_bound(version); commit != listing.commits.end();
       ++commit) {
    entries.push_back(read(commit->first, commit->second));
  }
  return entries;
}

std::optional<State> Log::oldest_state() {
  const Listing listing = list();
  if (listing.empty()) return std::nullopt;
  if (listing.commits.contains(0)) return load(listing, 0);
  if (listing.checkpoints.empty()) fail_missing(listing, listing.newest());
  return load(listing, listing.checkpoints.begin()->first);
}

}  // namespace tidemill::tables
