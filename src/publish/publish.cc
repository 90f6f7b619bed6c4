#include "publish/publish.h"

#include <algorithm>

#include "base/text.h"
#include "io/fault.h"
#include "tables/shape.h"
#include "tables/statistics.h"

namespace tidemill {

namespace {

tables::Snapshot snapshot_of(const tables::Table& table, const Staged& staged) {
  tables::Snapshot snapshot{.folder = table.folder()};
  snapshot.shape = staged.shape;
  snapshot.files = staged.files;
  return snapshot;
}

/// Returns the files of the table that belong to the publication's interval, or those that do not.
enum class Side { kInside, kOutside };
std::vector<tables::DataFile> files_of(const tables::Snapshot& snapshot,
                                       const std::optional<Interval>& interval, Side side) {
  std::vector<tables::DataFile> found;
  for (const tables::DataFile& file : snapshot.files) {
    const bool outside = interval && (!file.interval || !interval->contains(*file.interval));
    if (outside == (side == Side::kOutside)) found.push_back(file);
  }
  return found;
}

std::vector<Finding> audit_staged(duckdb::Connection& connection, tables::Table& table,
                                  const Staged& staged, const Publication& publication,
                                  const std::optional<tables::Snapshot>& before) {
  const Asset& asset = publication.asset;
  std::string staged_rows = visible_sql(snapshot_of(table, staged));
  if (!publication.appends_as.empty() && before) {
    staged_rows += " UNION ALL BY NAME " +
                   visible_sql(*before, files_of(*before, publication.interval, Side::kInside));
  }
  std::vector<Relation> relations = {{asset.name, staged_rows}};
  const std::string rows = duckdb::quote_table(asset.name);
  std::string whole = rows;
  if (audits_table(asset) && before) {
    const auto kept = files_of(*before, publication.interval, Side::kOutside);
    whole = "(SELECT * FROM " + rows + " UNION ALL BY NAME " + visible_sql(*before, kept) + ")";
  }
  show_relations(connection, relations);
  if (!asset.is_source() && publication.interval)
    check_interval(connection, asset, *publication.interval, rows);
  return audit(connection, asset, {rows, whole}, publication.parameters);
}

/// True when rows of the new shape can stand beside rows of the old one.
bool fits(const tables::Shape& shape, const tables::Shape& old) {
  if (shape.partition_by != old.partition_by) return false;
  return std::all_of(shape.schema.begin(), shape.schema.end(), [&](const Column& column) {
    const Column* before = find_column(old.schema, column.name);
    return before == nullptr || tables::stored_alike(before->type, column.type);
  });
}

/// True when a file of the table holds rows of the interval beside others, so that it cannot be
/// replaced alone: the model was built by wider intervals before, or whole.
bool straddles(const tables::Snapshot& before, const Interval& interval) {
  return std::any_of(before.files.begin(), before.files.end(), [&](const tables::DataFile& file) {
    return !file.interval ||
           (file.interval->overlaps(interval) && !interval.contains(*file.interval));
  });
}

/// Throws when the table holds an interval of a source that this run does not load again: its files
/// may be gone.
void refuse_losses(const tables::Snapshot& before, const Publication& publication) {
  for (const tables::DataFile& file : before.files) {
    if (!file.interval ||
        (publication.rebuilt != nullptr && publication.rebuilt->contains(file.interval)))
      continue;
    throw user_error("the columns or partitions of " + publication.asset.name +
                     " changed, and this run does not load again: " + file.interval->label())
        .hint("refresh all of its intervals, without --start and --end; they must still be there");
  }
}

/// True when the publication must take the place of the whole table, and may.
bool replaces_table(const Staged& staged, const Publication& publication,
                    const std::optional<tables::Snapshot>& before) {
  if (!publication.may_reshape || !before) return false;
  if (!fits(staged.shape, before->shape)) {
    if (publication.asset.is_source()) refuse_losses(*before, publication);
    return true;
  }
  // What a source once loaded may be gone from where it came from.
  const bool is_model = !publication.asset.is_source();
  return is_model && publication.interval && straddles(*before, *publication.interval);
}

tables::Change change_of(const Staged& staged, const Publication& publication,
                         const std::optional<tables::Snapshot>& before) {
  tables::Change change;
  const bool reshape = replaces_table(staged, publication, before);
  change.kind = publication.interval && !reshape ? tables::Change::Kind::kReplaceInterval
                                                 : tables::Change::Kind::kOverwrite;
  change.adds = staged.files;
  change.shape = staged.shape;
  change.interval = publication.interval;
  change.time_column = publication.asset.model.time_column;
  if (!publication.appends_as.empty()) {
    change.kind = tables::Change::Kind::kAppend;
    change.transaction = tables::Transaction{publication.appends_as, 0};
    change.provenance = publication.provenance;
    change.now = publication.now;
    return change;
  }
  const std::string id = transaction_id(publication.asset.name, publication.interval);
  const auto seen =
      before ? before->transactions.find(id) : std::map<std::string, int64_t>::const_iterator{};
  change.transaction =
      tables::Transaction{id, before && seen != before->transactions.end() ? seen->second : 0};
  change.provenance = publication.provenance;
  change.now = publication.now;
  return change;
}

}  // namespace

std::string transaction_id(const std::string& asset, const std::optional<Interval>& interval) {
  return "tidemill:" + asset + (interval ? ":" + interval->text() : "");
}

Published publish(duckdb::Connection& connection, tables::Table& table, const Staged& staged,
                  const Publication& publication, std::mutex& table_mutex) {
  std::unique_lock lock(table_mutex, std::defer_lock);
  if (audits_table(publication.asset)) lock.lock();
  auto before = table.snapshot();
  Published published;
  published.warnings = audit_staged(connection, table, staged, publication, before);
  refuse(publication.asset, published.warnings);
  fault_step("audited");
  if (publication.before_commit) {
    table.check(change_of(staged, publication, before));
    publication.before_commit();
  }
  if (!lock.owns_lock()) {
    // Commits of one process wait here for each other, instead of losing races in the log.
    lock.lock();
    before = table.snapshot();
  }
  const tables::CommitResult result = table.commit(change_of(staged, publication, before));
  published.version = result.version;
  published.already_committed = result.outcome == tables::CommitResult::Outcome::kAlreadyCommitted;
  return published;
}

}  // namespace tidemill
