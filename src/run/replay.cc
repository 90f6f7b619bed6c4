#include "run/replay.h"

#include <algorithm>
#include <map>
#include <memory>

#include "base/text.h"
#include "connectors/scanners.h"
#include "formats/record_rows.h"
#include "io/fault.h"
#include "publish/publish.h"
#include "publish/retype.h"
#include "run/attempt.h"
#include "run/replay_texts.h"
#include "tables/table.h"

namespace tidemill {

namespace {

using RejectFiles = std::map<std::optional<Interval>, std::vector<tables::DataFile>>;

int nibble(char digit) { return digit <= '9' ? digit - '0' : digit - 'A' + 10; }

/// Reads what DuckDB's `hex` has written.
std::string bytes_of(const std::string& hex) {
  std::string bytes;
  bytes.reserve(hex.size() / 2);
  for (size_t i = 0; i + 1 < hex.size(); i += 2)
    bytes += static_cast<char>(nibble(hex[i]) << 4 | nibble(hex[i + 1]));
  return bytes;
}

/// True when DuckDB read the records for us: they were rejected as JSON.
bool came_from_duckdb(const Source& source) {
  return source.format.empty() || source.format == "parquet";
}

/// Returns the format that a source's rejected records are written in.
const Format& rejects_format(const Source& source) {
  const std::string name = came_from_duckdb(source) ? "json" : source.format;
  for (const Format* format : formats::all()) {
    if (format->name == name) return *format;
  }
  throw bug_error("there is no format: " + quote(name));
}

/// Adds the records that are whole to `texts`.
void collect(duckdb::Connection& connection, const std::string& rejects, ReplayTexts& texts) {
  const std::string sql =
      "SELECT file, line, coalesce(hex(record_bytes), hex(encode(record))) AS record, "
      "hex(header_bytes) AS header FROM (" +
      rejects + ") WHERE cut_off IS DISTINCT FROM true";
  connection.stream(
      sql, {}, [](const auto&) {},
      [&](const duckdb::Row& row) {
        texts.add(duckdb::text_of(row[0]), duckdb::integer_of(row[1]),
                  bytes_of(duckdb::text_of(row[3])), bytes_of(duckdb::text_of(row[2])));
        return true;
      });
}

/// Names the rejects of an interval, whatever else the rejects table holds.
std::string name_of(const std::vector<tables::DataFile>& files) {
  std::vector<std::string> paths;
  for (const tables::DataFile& file : files) paths.push_back(file.path);
  return hash_text(join(paths, "\n"));
}

/// Returns the fingerprint under which rejects were moved already, or nothing.
std::optional<std::string> moved_under(const std::optional<tables::Snapshot>& table,
                                       const std::string& transaction) {
  if (!table) return std::nullopt;
  for (auto found = table->transactions.lower_bound(transaction);
       found != table->transactions.end() && found->first.starts_with(transaction); ++found) {
    // A rollback that undid it has set it back to 0.
    if (found->second > 0) return found->first.substr(transaction.size());
  }
  return std::nullopt;
}

/// One source's rejects, interval by interval.
class Replay {
 public:
  Replay(const BuildContext& context, StateStore& store, size_t asset)
      : context_(context),
        store_(store),
        asset_index_(asset),
        asset_(context.project.assets[asset]) {}

  RejectFiles find_rejects() const {
    AttemptSession session(context_);
    tables::Table table(context_.environment.files, rejects_folder(), session.connection());
    RejectFiles found;
    if (const auto snapshot = table.snapshot()) {
      for (const tables::DataFile& file : snapshot->files) found[file.interval].push_back(file);
    }
    return found;
  }

  ReplayedInterval move(const std::optional<Interval>& interval,
                        const std::vector<tables::DataFile>& files) {
    AttemptRecord record{.id = random_id(),
                         .run = context_.run,
                         .asset = asset_.name,
                         .interval = interval,
                         .started = context_.environment.clock.now(),
                         .status = "running"};
    record.folder = replace_all(asset_.name, ".", "/") + "/" + record.id;
    store_.begin_attempt(record);
    try {
      const ReplayedInterval result = attempt(interval, files, record);
      end(record, "done");
      return result;
    } catch (const Error& error) {
      record.error = error.text();
      end(record, context_.cancellation.cancelled() ? "interrupted" : "failed");
      throw;
    }
  }

 private:
  std::string rejects_folder() const {
    return context_.project.table_folder(rejects_name(asset_.name));
  }

  void end(AttemptRecord& record, const char* status) {
    record.status = status;
    record.ended = context_.environment.clock.now();
    store_.end_attempt(record);
  }

  ReplayedInterval attempt(const std::optional<Interval>& interval,
                           const std::vector<tables::DataFile>& files, AttemptRecord& record) {
    AttemptSession session(context_);
    duckdb::Connection& connection = session.connection();
    tables::Table rejects_table(context_.environment.files, rejects_folder(), connection);
    const tables::Snapshot before = rejects_table.snapshot().value();
    const std::string rejects = tables::read_sql(before, files);
    const std::string folder = context_.project.table_folder(asset_.name);
    AttemptFolder attempt_folder(context_.environment.files, join_path(folder, record.id));
    const std::string cache = context_.project.folder + "/.tidemill/cache/" + record.id;
    ReplayTexts texts(context_.environment.files, cache + ".records");
    check_fields(connection, rejects);
    collect(connection, rejects, texts);
    RejectSpool spool(cache + ".rejects");
    ReadCounters counters;
    const Staged staged = stage_fitting(connection, texts.finish(), spool, counters, record.id);
    const Task task{.asset = asset_index_, .interval = interval};
    ReplayedInterval result{.interval = interval, .moved = staged.rows};
    const int64_t cut_off = count_cut_off(connection, rejects);
    result.rejected = spool.count() + cut_off;
    record.rows = result.moved;
    record.rejected = result.rejected;
    tables::Provenance provenance = provenance_for(task, record.id, result);
    if (staged.rows > 0)
      result.version = publish_rows(connection, task, staged, files, provenance, attempt_folder);
    const std::string still = "(" + spool.select() + ") UNION ALL BY NAME (SELECT * FROM (" +
                              rejects + ") WHERE cut_off)";
    if (staged.rows > 0 || has_other_reasons(connection, spool, rejects)) {
      provenance.rows = result.rejected;
      publish_rejects(context_, connection, task, record.id, still, result.rejected, provenance);
    }
    context_.ledger.reconcile(asset_index_, connection);
    return result;
  }

  /// Throws when the contract reads a field that the rejects were kept without: what DuckDB read
  /// for us has only the fields that the contract named then.
  void check_fields(duckdb::Connection& connection, const std::string& rejects) const {
    if (!came_from_duckdb(asset_.source)) return;
    const VisibleFields visible = visible_fields(asset_.source.contract);
    for (const std::vector<std::string>& fields : visible.alternatives) {
      const auto found = connection.query("SELECT count(*) FROM (" + rejects +
                                              ") WHERE NOT list_has_any(json_keys(record), " +
                                              duckdb::quote_list(fields) + ")",
                                          {});
      if (duckdb::integer_of(found.rows.at(0).at(0)) == 0) continue;
      throw user_error("the rejects of " + asset_.name +
                       " were kept without the field: " + quote(fields.front()))
          .hint("load the source again: tidemill run " + asset_.name + " --full-refresh");
    }
  }

  /// Writes the rows of the records that fit now.
  Staged stage_fitting(duckdb::Connection& connection, const std::vector<Input>& inputs,
                       RejectSpool& spool, ReadCounters& counters, const std::string& attempt) {
    const auto records = static_cast<int64_t>(inputs.size());
    Contract contract = asset_.source.contract;
    if (contract.bad_rows == Contract::BadRows::kFail)
      contract.bad_rows = Contract::BadRows::kQuarantine;
    const Format& format = rejects_format(asset_.source);
    const Options& options =
        format.name == asset_.source.format ? asset_.source.format_options : no_options_;
    const auto open = [&] {
      return format.open({contract, inputs, spool, counters, context_.cancellation}, options);
    };
    Staged staged = stage_source(context_, connection, asset_, open, spool, counters, attempt);
    if (counters.records != records) {
      throw user_error("the rejects of " + asset_.name + " are " + format_count(records, "record") +
                       ", and read again: " + std::to_string(counters.records))
          .hint("load the source again: tidemill run " + asset_.name + " --full-refresh");
    }
    return staged;
  }

  /// Gives the rows that are there already today's types.
  void retype_table(duckdb::Connection& connection) {
    FileSystem& files = context_.environment.files;
    tables::Table table(files, context_.project.table_folder(asset_.name), connection);
    const auto before = table.snapshot();
    if (!before || !needs_retyping(before->shape, asset_)) return;
    const std::string attempt = random_id();
    AttemptFolder folder(files, join_path(table.folder(), attempt));
    retype(connection, files, table, *before, asset_, attempt,
           {.run = context_.run, .attempt = attempt}, context_.environment.clock.now());
    folder.keep();
  }

  /// True when a record is rejected for another reason than it was.
  bool has_other_reasons(duckdb::Connection& connection, const RejectSpool& spool,
                         const std::string& rejects) const {
    const std::string columns = "SELECT file, line, column_name, reason FROM (";
    const auto found = connection.query(
        columns + spool.select() + ") EXCEPT ALL " + columns + rejects + ") LIMIT 1",
        parameters_of(context_, std::nullopt));
    return !found.rows.empty();
  }

  static int64_t count_cut_off(duckdb::Connection& connection, const std::string& rejects) {
    const auto table = connection.query("SELECT count(*) FROM (" + rejects + ") WHERE cut_off", {});
    return duckdb::integer_of(table.rows.at(0).at(0));
  }

  /// The interval stays built by the code and from the files that it was built by and from: the
  /// rows that were there before are.
  tables::Provenance provenance_for(const Task& task, const std::string& attempt,
                                    const ReplayedInterval& result) const {
    const auto& built = context_.ledger.progress().assets.at(asset_.name).built;
    const auto known = built.find(task.interval);
    if (known == built.end()) return provenance_of(context_, asset_, task, attempt, {});
    tables::Provenance provenance =
        provenance_of(context_, asset_, task, attempt, known->second.inputs);
    provenance.fingerprint = known->second.fingerprint;
    provenance.rows = known->second.rows + result.moved;
    provenance.rejected = result.rejected;
    return provenance;
  }

  /// Adds the rows to the table unless a replay that died has added them. Returns the version.
  int64_t publish_rows(duckdb::Connection& connection, const Task& task, const Staged& staged,
                       const std::vector<tables::DataFile>& files,
                       const tables::Provenance& provenance, AttemptFolder& attempt_folder) {
    tables::Table table(context_.environment.files, context_.project.table_folder(asset_.name),
                        connection);
    const std::string id =
        transaction_id(asset_.name, task.interval) + ":replay:" + name_of(files) + ":";
    const auto moved = moved_under(table.snapshot(), id);
    if (moved && *moved != asset_.fingerprint) {
      throw user_error("a replay was killed half-way and the contract changed since: " +
                       quote(asset_.name))
          .hint("load the interval again: tidemill run " + asset_.name + " --full-refresh" +
                (task.interval ? " --start " + format_time(task.interval->start) + " --end " +
                                     format_time(task.interval->end)
                               : ""));
    }
    retype_table(connection);
    const Publication publication{.asset = asset_,
                                  .interval = task.interval,
                                  .parameters = parameters_of(context_, task.interval),
                                  .provenance = provenance,
                                  .appends_as = id + asset_.fingerprint,
                                  .now = context_.environment.clock.now()};
    show_relations(connection, relations_of(context_, connection, task));
    const Published published =
        publish(connection, table, staged, publication, context_.mutexes.of(asset_.name));
    if (!published.already_committed) attempt_folder.keep();
    fault_step("replayed");
    return published.version;
  }

  const BuildContext& context_;
  StateStore& store_;
  size_t asset_index_;
  const Asset& asset_;
  Options no_options_;
};

}  // namespace

std::vector<ReplayedInterval> replay_rejects(const Project& project, Environment& environment,
                                             DuckdbEngine& engine, StateStore& store,
                                             const Cancellation& cancellation,
                                             const ReplayRequest& request) {
  const Instant started = environment.clock.now();
  const std::string run = random_id();
  Ledger ledger(project, environment.files, store);
  {
    const DuckdbEngine::Session session = engine.open();
    ledger.load(*session.connection);
    ledger.sweep(*session.connection, started);
  }
  store.begin_run({.id = run, .command = request.command, .started = started, .status = "running"});
  Scanners scanners;
  ActiveConnections active;
  TableMutexes mutexes;
  const BuildContext context{project,      environment, scanners, engine, ledger,
                             cancellation, active,      mutexes,  run,    started};
  Replay replay(context, store, request.asset);
  std::vector<ReplayedInterval> results;
  try {
    for (const auto& [interval, files] : replay.find_rejects()) {
      cancellation.check();
      results.push_back(replay.move(interval, files));
    }
  } catch (const Error&) {
    store.end_run(run, cancellation.cancelled() ? "interrupted" : "failed",
                  environment.clock.now());
    throw;
  }
  store.end_run(run, "done", environment.clock.now());
  return results;
}

}  // namespace tidemill
