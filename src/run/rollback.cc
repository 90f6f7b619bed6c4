#include "run/rollback.h"

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "base/text.h"
#include "io/fault.h"
#include "run/ledger.h"
#include "tables/table.h"

namespace tidemill {

namespace {

using Attempts = std::map<std::optional<Interval>, std::string>;

std::string interval_text(const std::optional<Interval>& interval) {
  return interval ? interval->text() : "";
}

/// Returns the pins of an asset: for each interval that it has now or will have, the inputs that it
/// counts as built from. A JSON object of interval to versions.
std::string pins_of(const Project& project, size_t asset_index, Ledger& ledger,
                    const tables::Snapshot& wanted) {
  const Asset& asset = project.assets[asset_index];
  const auto& built = ledger.progress().assets.at(asset.name).built;
  nlohmann::json pins = nlohmann::json::object();
  const auto pin = [&](const std::optional<Interval>& interval) {
    const auto known = built.find(interval);
    InputVersions inputs;
    if (!asset.is_source()) {
      inputs = ledger.input_versions_of(asset_index, interval);
    } else if (known != built.end()) {
      inputs = known->second.inputs;
    }
    pins[interval_text(interval)] = inputs;
  };
  for (const auto& entry : built) pin(entry.first);
  for (const tables::DataFile& file : wanted.files) pin(file.interval);
  return pins.dump();
}

/// Returns which attempt built each interval of a version of a table.
Attempts attempts_of(const std::vector<tables::Commit>& commits, int64_t version) {
  Attempts attempts;
  auto first = commits.begin();
  for (auto commit = first; commit != commits.end() && commit->version <= version; ++commit) {
    if (commit->restored_version) first = commit;
  }
  if (first != commits.end() && first->restored_version)
    attempts = attempts_of(commits, *first->restored_version);
  for (auto commit = first; commit != commits.end() && commit->version <= version; ++commit) {
    const bool builds = commit->provenance && commit->operation != tables::kRetype;
    if (commit->restored_version || !builds) continue;
    if (!commit->provenance->interval) attempts.clear();
    attempts[commit->provenance->interval] = commit->provenance->attempt;
  }
  return attempts;
}

/// Puts back the rejects of the attempts whose rows a version of the source's table holds. Returns
/// the version of that commit, or nothing when the rejects are those already.
std::optional<int64_t> restore_rejects(const Project& project, FileSystem& files,
                                       duckdb::Connection& connection, const std::string& source,
                                       const Attempts& attempts, tables::Provenance provenance,
                                       Instant now) {
  const std::string name = rejects_name(source);
  tables::Table table(files, project.table_folder(name), connection);
  auto wanted = table.snapshot();
  if (!wanted) return std::nullopt;
  std::set<std::string> folders;
  for (const auto& [interval, attempt] : attempts) folders.insert(attempt);
  std::map<std::string, tables::DataFile> found;
  for (const tables::Commit& commit : table.commits_since(-1)) {
    for (const tables::DataFile& file : commit.adds) {
      // A file lies in the folder of its attempt.
      if (folders.contains(file.path.substr(0, file.path.find('/')))) found[file.path] = file;
    }
  }
  const bool same = found.size() == wanted->files.size() &&
                    std::all_of(wanted->files.begin(), wanted->files.end(),
                                [&](const auto& file) { return found.contains(file.path); });
  if (same) return std::nullopt;
  wanted->files.clear();
  provenance.asset = name;
  provenance.rows = 0;
  for (const auto& [path, file] : found) {
    wanted->files.push_back(file);
    provenance.rows += file.records.value_or(0);
  }
  const int64_t version = table.restore(*wanted, std::nullopt, provenance, now).version;
  fault_step("rejects-restored");
  return version;
}

RollbackOutcome restore(const Project& project, Environment& environment,
                        duckdb::Connection& connection, Ledger& ledger,
                        const RollbackRequest& request, const std::string& run) {
  const Asset& asset = project.assets[request.asset];
  FileSystem& files = environment.files;
  tables::Table table(files, project.table_folder(asset.name), connection);
  const tables::Snapshot wanted =
      table_snapshot(project, files, connection, asset.name, request.to);
  RollbackOutcome outcome{.run = run, .restored_version = wanted.version};
  for (const tables::DataFile& file : wanted.files) outcome.rows += file.records.value_or(0);
  tables::Provenance provenance{
      .run = run, .asset = asset.name, .fingerprint = asset.fingerprint, .rows = outcome.rows};
  if (asset.is_source()) {
    outcome.rejects_version = restore_rejects(project, files, connection, asset.name,
                                              attempts_of(table.commits_since(-1), wanted.version),
                                              provenance, environment.clock.now());
  }
  provenance.inputs = pins_of(project, request.asset, ledger, wanted);
  const tables::CommitResult result =
      table.restore(wanted, wanted.version, provenance, environment.clock.now());
  fault_step("committed");
  ledger.reconcile(request.asset, connection);
  outcome.version = result.version;
  outcome.files_added = result.files_added;
  outcome.files_removed = result.files_removed;
  return outcome;
}

}  // namespace

RollbackOutcome roll_back(const Project& project, Environment& environment, DuckdbEngine& engine,
                          StateStore& store, const RollbackRequest& request) {
  const Instant started = environment.clock.now();
  const std::string run = random_id();
  const DuckdbEngine::Session session = engine.open();
  Ledger ledger(project, environment.files, store);
  ledger.load(*session.connection);
  ledger.sweep(*session.connection, started);
  store.begin_run({.id = run, .command = request.command, .started = started, .status = "running"});
  try {
    const RollbackOutcome outcome =
        restore(project, environment, *session.connection, ledger, request, run);
    store.end_run(run, "done", environment.clock.now());
    return outcome;
  } catch (const Error& error) {
    store.end_run(run, "failed", environment.clock.now());
    if (error.kind() != Error::Kind::kUser || !error.hint().empty()) throw;
    throw Error(error).hint("tidemill history " + project.assets[request.asset].name);
  }
}

}  // namespace tidemill
