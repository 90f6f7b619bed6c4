#include "run/build.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/text.h"
#include "io/fault.h"
#include "publish/publish.h"
#include "run/reject_spool.h"
#include "tables/statistics.h"
#include "tables/table.h"

namespace tidemill {

namespace {

/// An engine session that can be interrupted while it lasts.
class AttemptSession {
 public:
  explicit AttemptSession(const BuildContext& context)
      : active_(context.active), session_(context.engine.open()) {
    active_.add(*session_.connection);
  }
  ~AttemptSession() { active_.remove(*session_.connection); }
  AttemptSession(const AttemptSession&) = delete;
  AttemptSession& operator=(const AttemptSession&) = delete;
  duckdb::Connection& connection() { return *session_.connection; }

 private:
  ActiveConnections& active_;
  DuckdbEngine::Session session_;
};

/// The folder that an attempt writes into, removed at the end unless a commit names what is in it.
class AttemptFolder {
 public:
  AttemptFolder(FileSystem& files, std::string path) : files_(files), path_(std::move(path)) {}
  ~AttemptFolder() {
    if (kept_) return;
    try {
      files_.remove_all(path_);
    } catch (const Error&) {
      // What stays is named by no log. A sweep finds it when it next looks into this table.
    }
  }
  AttemptFolder(const AttemptFolder&) = delete;
  AttemptFolder& operator=(const AttemptFolder&) = delete;
  void keep() { kept_ = true; }

 private:
  FileSystem& files_;
  std::string path_;
  bool kept_ = false;
};

duckdb::Parameters parameters_of(const BuildContext& context,
                                 const std::optional<Interval>& interval) {
  duckdb::Parameters parameters = {{"run_time", context.run_time}};
  if (interval) {
    parameters["start"] = interval->start;
    parameters["end"] = interval->end;
  }
  for (const auto& [name, value] : context.project.variables) parameters["vars." + name] = value;
  return parameters;
}

tables::Provenance provenance_of(const BuildContext& context, const Asset& asset, const Task& task,
                                 const std::string& attempt, const InputVersions& inputs) {
  return {.run = context.run,
          .attempt = attempt,
          .asset = asset.name,
          .interval = task.interval,
          .fingerprint = asset.fingerprint,
          .inputs = nlohmann::json(inputs).dump()};
}

/// Returns the relation that a table is, read only where `bound` lies in the interval when there is
/// a bound.
Relation table_relation(const BuildContext& context, duckdb::Connection& connection,
                        const Asset& asset, const std::string& bound,
                        const std::optional<Interval>& interval) {
  tables::Table table(context.environment.files, context.project.table_folder(asset.name),
                      connection);
  const auto snapshot = table.snapshot();
  if (!snapshot) {
    tables::Snapshot empty{.folder = table.folder()};
    empty.shape = shape_of(asset);
    return {asset.name, visible_sql(empty)};
  }
  std::vector<tables::DataFile> files = snapshot->files;
  if (interval && !bound.empty()) {
    std::erase_if(files, [&](const tables::DataFile& file) {
      const auto range = tables::time_range(file, bound);
      return range && !range->overlaps(*interval);
    });
  }
  return {asset.name, visible_sql(*snapshot, files)};
}

/// Returns what the SQL of an asset's checks reads, and the views among it read.
std::set<size_t> tables_of_checks(const Project& project, size_t asset) {
  std::set<size_t> read;
  std::vector<size_t> open = project.assets[asset].check_inputs;
  while (!open.empty()) {
    const size_t i = open.back();
    open.pop_back();
    if (!read.insert(i).second || !project.assets[i].is_view()) continue;
    const auto& inputs = project.assets[i].inputs;
    open.insert(open.end(), inputs.begin(), inputs.end());
  }
  return read;
}

/// Returns everything that a build and its checks read, in an order in which views come after what
/// they read.
std::vector<Relation> relations_of(const BuildContext& context, duckdb::Connection& connection,
                                   const Task& task) {
  const Project& project = context.project;
  std::map<size_t, Relation> relations;
  const std::set<size_t> checked = tables_of_checks(project, task.asset);
  for (const TableInput& input : table_inputs(project, task.asset)) {
    const Asset& asset = project.assets[input.asset];
    // The model may be content with a part of the table; a check of another shape is not.
    const std::string bound = checked.contains(input.asset) ? "" : input.bound;
    relations[input.asset] = table_relation(context, connection, asset, bound, task.interval);
  }
  // The views between, and what the SQL of checks reads.
  std::vector<size_t> open = project.assets[task.asset].inputs;
  const std::vector<size_t>& of_checks = project.assets[task.asset].check_inputs;
  open.insert(open.end(), of_checks.begin(), of_checks.end());
  while (!open.empty()) {
    const size_t i = open.back();
    open.pop_back();
    if (relations.contains(i)) continue;
    const Asset& asset = project.assets[i];
    if (!asset.is_view()) {
      relations[i] = table_relation(context, connection, asset, "", std::nullopt);
      continue;
    }
    relations[i] = {asset.name, asset.model.sql};
    open.insert(open.end(), asset.inputs.begin(), asset.inputs.end());
  }
  std::vector<Relation> ordered;
  for (auto& [index, relation] : relations) ordered.push_back(std::move(relation));
  return ordered;
}

/// Commits what a source could not take, when there is any or was any for this interval.
void publish_rejects(const BuildContext& context, duckdb::Connection& connection, const Task& task,
                     const std::string& attempt, const RejectSpool& spool,
                     const tables::Provenance& provenance) {
  const Asset& source = context.project.assets[task.asset];
  Asset rejects{.name = rejects_name(source.name),
                .description = "records that " + source.name + " could not take"};
  rejects.schema = rejects_schema();
  const std::string folder = context.project.table_folder(rejects.name);
  tables::Table table(context.environment.files, folder, connection);
  if (spool.count() == 0 && !table.snapshot()) return;
  AttemptFolder attempt_folder(context.environment.files, join_path(folder, attempt));
  const std::string nothing =
      "SELECT * FROM (VALUES (NULL, NULL, NULL, NULL, NULL, NULL, NULL)) AS r(file, line, "
      "column_name, reason, record, record_bytes, rejected_at) LIMIT 0";
  const auto parameters = parameters_of(context, task.interval);
  const Staged staged =
      stage(connection, context.environment.files, rejects,
            spool.count() == 0 ? nothing : spool.select(), parameters, folder, attempt);
  if (staged.rows != spool.count())
    throw bug_error("rejected rows were lost: " + std::to_string(spool.count() - staged.rows));
  Publication publication{.asset = rejects,
                          .interval = task.interval,
                          .parameters = parameters,
                          .provenance = provenance};
  publication.provenance.asset = rejects.name;
  publication.provenance.rows = staged.rows;
  publication.now = context.environment.clock.now();
  const Published published =
      publish(connection, table, staged, publication, context.mutexes.of(rejects.name));
  if (!published.already_committed) attempt_folder.keep();
  fault_step("rejects-committed");
}

const Format& format_of(const Source& source) {
  for (const Format* format : formats::all()) {
    if (format->name == source.format) return *format;
  }
  throw bug_error("an unknown format passed validation: " + quote(source.format));
}

/// Returns the rows of the files, under the source's contract.
std::unique_ptr<duckdb::RowSource> rows_of(const BuildContext& context,
                                           const ConnectorContext& connector_context,
                                           const Source& source,
                                           const std::vector<SourceFile>& files, RejectSink& rejects,
                                           ReadCounters& counters) {
  const Connector& connector = connector_of(source);
  if (connector.gives_records()) {
    const VisibleFields visible = visible_fields(source.contract);
    std::vector<RecordInput> inputs;
    for (const SourceFile& file : files) {
      inputs.push_back({file.address, [&connector_context, &connector, &file, visible] {
                          return connector.open_records(connector_context, file, visible);
                        }});
    }
    return make_record_rows(
        {source.contract, std::move(inputs), rejects, counters, context.cancellation});
  }
  std::vector<Input> inputs;
  for (const SourceFile& file : files) {
    inputs.push_back({file.member.empty() ? file.address : file.address + "!" + file.member,
                      [&connector_context, &connector, &file] {
                        return connector.open(connector_context, file);
                      },
                      file.member});
  }
  return format_of(source).open({source.contract, std::move(inputs), rejects, counters,
                                 context.cancellation,
                                 context.project.folder + "/.tidemill/cache"},
                                source.format_options);
}

/// Throws when a record was neither loaded nor rejected.
void check_nothing_lost(const ReadCounters& counters, const Staged& staged,
                        const RejectSpool& spool, const Asset& asset) {
  const bool all = counters.records == counters.rows + counters.rejected &&
                   counters.rows == staged.rows && counters.rejected == spool.count();
  if (all) return;
  throw bug_error("records of " + asset.name + " were lost: " + std::to_string(counters.records) +
                  " read, " + std::to_string(staged.rows) + " loaded, " +
                  std::to_string(spool.count()) + " rejected");
}

BuildOutcome check_view(const BuildContext& context, duckdb::Connection& connection,
                        const Task& task, const InputVersions& inputs) {
  const Asset& asset = context.project.assets[task.asset];
  const std::string rows = duckdb::quote_table(asset.name);
  show_relations(connection, {{asset.name, asset.model.sql}});
  BuildOutcome outcome;
  outcome.warnings = audit(connection, asset, {rows, rows}, parameters_of(context, std::nullopt));
  refuse(asset, outcome.warnings);
  context.ledger.record_built(task.asset, {.fingerprint = asset.fingerprint,
                                           .inputs = inputs,
                                           .run = context.run,
                                           .time = context.run_time});
  return outcome;
}

/// Commits staged rows and takes the commit into the ledger.
BuildOutcome commit(const BuildContext& context, duckdb::Connection& connection, const Task& task,
                    tables::Table& table, const Staged& staged, tables::Provenance provenance,
                    AttemptFolder& folder) {
  const Asset& asset = context.project.assets[task.asset];
  provenance.rows = staged.rows;
  const Publication publication{
      .asset = asset,
      .interval = task.interval,
      .parameters = parameters_of(context, task.interval),
      .provenance = std::move(provenance),
      .may_reshape = context.full_refresh,
      .rebuilt = context.rebuilt ? &context.rebuilt->at(task.asset) : nullptr,
      .now = context.environment.clock.now()};
  const Published published =
      publish(connection, table, staged, publication, context.mutexes.of(asset.name));
  if (!published.already_committed) folder.keep();
  fault_step("committed");
  context.ledger.reconcile(task.asset, connection);
  return {.version = published.version, .rows = staged.rows, .warnings = published.warnings};
}

}  // namespace

void ActiveConnections::add(duckdb::Connection& connection) {
  const std::lock_guard lock(mutex_);
  connections_.insert(&connection);
}

void ActiveConnections::remove(duckdb::Connection& connection) {
  const std::lock_guard lock(mutex_);
  connections_.erase(&connection);
}

void ActiveConnections::interrupt_all() {
  const std::lock_guard lock(mutex_);
  for (duckdb::Connection* connection : connections_) connection->interrupt();
}

std::mutex& TableMutexes::of(const std::string& table) {
  const std::lock_guard lock(mutex_);
  return mutexes_[table];
}

BuildOutcome build_source(const BuildContext& context, const Task& task,
                          const std::vector<SourceFile>& files, const std::string& attempt,
                          ReadCounters& counters) {
  const Asset& asset = context.project.assets[task.asset];
  const ConnectorContext connector_context{asset.source.connector_options, context.project.folder,
                                           context.environment, context.cancellation,
                                           context.scanners};
  const std::string folder = context.project.table_folder(asset.name);
  AttemptSession session(context);
  AttemptFolder attempt_folder(context.environment.files, join_path(folder, attempt));
  RejectSpool spool(context.project.folder + "/.tidemill/cache/" + attempt + ".rejects");
  const auto source = rows_of(context, connector_context, asset.source, files, spool, counters);
  duckdb::LentSource lent(session.connection(), *source);
  Staged staged;
  try {
    staged = stage(session.connection(), context.environment.files, asset,
                   "SELECT * FROM " + lent.sql(), {}, folder, attempt);
  } catch (const Error&) {
    lent.rethrow();
    throw;
  }
  spool.finish();
  check_nothing_lost(counters, staged, spool, asset);
  tables::Provenance provenance =
      provenance_of(context, asset, task, attempt, listing_of(task.interval, files).contents);
  provenance.rejected = spool.count();
  publish_rejects(context, session.connection(), task, attempt, spool, provenance);
  show_relations(session.connection(), relations_of(context, session.connection(), task));
  tables::Table table(context.environment.files, folder, session.connection());
  BuildOutcome outcome =
      commit(context, session.connection(), task, table, staged, provenance, attempt_folder);
  outcome.rejected = spool.count();
  outcome.bytes = counters.bytes;
  return outcome;
}

BuildOutcome build_model(const BuildContext& context, const Task& task,
                         const std::string& attempt) {
  const Asset& asset = context.project.assets[task.asset];
  // Before the snapshots: a commit between the two makes this build stale again, never wrongly
  // fresh.
  const bool forced = task.reason == Reason::kFullRefresh ||
                      (context.full_refresh && task.reason != Reason::kNeverBuilt);
  if (!forced && !context.ledger.staleness_of(task.asset, task.interval))
    return {.unchanged = true};
  const InputVersions inputs = context.ledger.input_versions_of(task.asset, task.interval);
  AttemptSession session(context);
  show_relations(session.connection(), relations_of(context, session.connection(), task));
  if (asset.is_view()) return check_view(context, session.connection(), task, inputs);
  const std::string folder = context.project.table_folder(asset.name);
  AttemptFolder attempt_folder(context.environment.files, join_path(folder, attempt));
  const Staged staged =
      stage(session.connection(), context.environment.files, asset, asset.model.sql,
            parameters_of(context, task.interval), folder, attempt);
  tables::Table table(context.environment.files, folder, session.connection());
  return commit(context, session.connection(), task, table, staged,
                provenance_of(context, asset, task, attempt, inputs), attempt_folder);
}

}  // namespace tidemill
