#include "run/build.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/text.h"
#include "io/fault.h"
#include "publish/publish.h"
#include "run/attempt.h"
#include "tables/statistics.h"
#include "tables/table.h"

namespace tidemill {

namespace {

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
                                           const std::vector<SourceFile>& files,
                                           RejectSink& rejects, ReadCounters& counters) {
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
                                 context.cancellation, context.project.folder + "/.tidemill/cache"},
                                source.format_options);
}

/// Throws when more records were rejected than the contract allows.
void check_bad_rows(const ReadCounters& counters, const RejectSpool& spool, const Asset& asset) {
  const auto& limit = asset.source.contract.max_bad_rows;
  if (!limit || limit->allows(spool.count(), counters.records)) return;
  throw user_error("more bad records than max_bad_rows allows, the first of them " + spool.first() +
                   ": " + format_count(spool.count()) + " of " + format_count(counters.records) +
                   ", not " + limit->text())
      .hint("nothing of it was committed; mend the contract or the source, or raise max_bad_rows");
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
                    AttemptFolder& folder, std::function<void()> before_commit = {}) {
  const Asset& asset = context.project.assets[task.asset];
  provenance.rows = staged.rows;
  const Publication publication{
      .asset = asset,
      .interval = task.interval,
      .parameters = parameters_of(context, task.interval),
      .provenance = std::move(provenance),
      .may_reshape = context.full_refresh,
      .rebuilt = context.rebuilt ? &context.rebuilt->at(task.asset) : nullptr,
      .before_commit = std::move(before_commit),
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
  const auto open = [&] {
    return rows_of(context, connector_context, asset.source, files, spool, counters);
  };
  const Staged staged =
      stage_source(context, session.connection(), asset, open, spool, counters, attempt);
  check_bad_rows(counters, spool, asset);
  tables::Provenance provenance =
      provenance_of(context, asset, task, attempt, listing_of(task.interval, files).contents);
  provenance.rejected = spool.count();
  show_relations(session.connection(), relations_of(context, session.connection(), task));
  tables::Table table(context.environment.files, folder, session.connection());
  BuildOutcome outcome =
      commit(context, session.connection(), task, table, staged, provenance, attempt_folder, [&] {
        // Shortly before the rows: a crash between the two leaves the interval to be built again.
        publish_rejects(context, session.connection(), task, attempt, spool.select(), spool.count(),
                        provenance);
      });
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
      stage(session.connection(), context.environment.files, asset,
            {asset.model.sql, parameters_of(context, task.interval)}, folder, attempt);
  tables::Table table(context.environment.files, folder, session.connection());
  return commit(context, session.connection(), task, table, staged,
                provenance_of(context, asset, task, attempt, inputs), attempt_folder);
}

}  // namespace tidemill
