#include "run/attempt.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/text.h"
#include "io/fault.h"
#include "publish/publish.h"
#include "tables/statistics.h"
#include "tables/table.h"

namespace tidemill {

namespace {

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

}  // namespace

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

void publish_rejects(const BuildContext& context, duckdb::Connection& connection, const Task& task,
                     const std::string& attempt, const std::string& select, int64_t count,
                     const tables::Provenance& provenance) {
  const Asset& source = context.project.assets[task.asset];
  Asset rejects{.name = rejects_name(source.name),
                .description = "records that " + source.name + " could not take"};
  rejects.schema = rejects_schema();
  const std::string folder = context.project.table_folder(rejects.name);
  tables::Table table(context.environment.files, folder, connection);
  if (count == 0 && !table.snapshot()) return;
  AttemptFolder attempt_folder(context.environment.files, join_path(folder, attempt));
  const auto parameters = parameters_of(context, task.interval);
  const Staged staged =
      stage(connection, context.environment.files, rejects, {select, parameters}, folder, attempt);
  if (staged.rows != count)
    throw bug_error("rejected rows were lost: " + std::to_string(count - staged.rows));
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

Staged stage_source(const BuildContext& context, duckdb::Connection& connection, const Asset& asset,
                    const OpenRows& open, RejectSpool& spool, ReadCounters& counters,
                    const std::string& attempt) {
  std::unique_ptr<duckdb::RowSource> source = open();
  duckdb::LentSource lent(connection, *source);
  const auto read_again = [&] {
    spool.clear();
    counters.clear();
    source = open();
    lent.replace(*source);
  };
  Staged staged;
  try {
    staged = stage(connection, context.environment.files, asset,
                   {.select = "SELECT * FROM " + lent.sql(), .rewind = read_again},
                   context.project.table_folder(asset.name), attempt);
  } catch (const Error&) {
    lent.rethrow();
    throw;
  }
  spool.finish();
  check_nothing_lost(counters, staged, spool, asset);
  return staged;
}

}  // namespace tidemill
