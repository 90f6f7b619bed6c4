// What a commit says: what we ask for (`Change`), what comes of it (`CommitResult`), and what the
// log tells of commits of the past (`Commit`).
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "data/type.h"
#include "tables/data_file.h"

namespace tidemill::tables {

/// Where the rows of a commit come from: kept in the log, so that the ledger can be rebuilt from
/// it.
struct Provenance {
  std::string run;
  std::string attempt;
  std::string asset;
  std::optional<Interval> interval;
  std::string fingerprint;      ///< Of the asset's code.
  std::string inputs = "null";  ///< A JSON document: the versions of what was read.
  int64_t rows = 0;
  int64_t rejected = 0;
};

/// The columns of a table and how its files are laid out.
struct Shape {
  Schema schema;
  std::vector<std::string> partition_by;  ///< Columns of the schema.
  std::string description;
  std::map<std::string, std::string> comments;  ///< By column.
};

/// Makes a commit happen once: it is the next one of `id` after the one the caller saw.
struct Transaction {
  std::string id;  ///< The asset and interval, or the stream partition.
  int64_t seen =
      0;  ///< The version of `id` in the snapshot the caller started from; 0 when it had none.
};

/// What a commit is to do. The files lie in the table's folder already; until the commit nobody
/// reads them.
struct Change {
  enum class Kind {
    kCreate,           ///< A table without rows. There must be none yet.
    kAppend,           ///< Adds files. The first commit of any kind creates the table.
    kReplaceInterval,  ///< Adds files and removes those that were built for the interval, or for
                       ///< one within it.
    kOverwrite,  ///< Adds files, removes all others, and may change the table's shape in any way.
    kRetype,     ///< Adds files and removes all others. They hold the same rows, in columns of
                 ///< other types.
    kRestore,    ///< Leaves exactly the files `adds`, which earlier versions had, and gives the
                 ///< table `shape`. A file that is there already stays as it is.
  };

  Kind kind = Kind::kAppend;
  std::vector<DataFile> adds;
  /// A new column is added to the table's; a column that is left out stays, and is NULL in the new
  /// files.
  Shape shape;
  /// What is replaced; of the other kinds, the interval of the added files that have none of their
  /// own.
  std::optional<Interval> interval;
  /// The column that says when a row happened: proves that files without an interval lie outside of
  /// it.
  std::string time_column;
  std::optional<Transaction> transaction;
  Provenance provenance;
  std::optional<int64_t> restored_version;  ///< Of kRestore: the version that is brought back.
  /// Of kRestore: the transactions of that version. One that came later is set back to 0: what it
  /// added is gone, and may be added again.
  std::map<std::string, int64_t> restored_transactions;
  /// The version the files were built against. Given, the commit fails if a later one is in its way
  /// (see `commit`).
  std::optional<int64_t> read_version;
  Instant now;
};

struct CommitResult {
  enum class Outcome {
    kCommitted,
    kAlreadyCommitted,  ///< Someone has committed this transaction: nothing was done, the files are
                        ///< not needed.
  };

  Outcome outcome = Outcome::kCommitted;
  int64_t version = 0;  ///< Of this commit; when it was already committed, the newest one.
  int64_t files_added = 0;
  int64_t files_removed = 0;
  /// Why the checkpoint that was due could not be written. The commit holds all the same, and the
  /// next is due in turn.
  std::optional<Error> checkpoint_failure;
};

/// The operation of a commit that brings an earlier version back.
inline constexpr std::string_view kRestore = "RESTORE";
/// The operation of a commit that gives columns other types.
inline constexpr std::string_view kRetype = "CHANGE COLUMN";

/// One version of the log, on its own.
struct Commit {
  int64_t version = 0;
  Instant time;
  std::string
      operation;  ///< As its writer calls it: `WRITE`, `OPTIMIZE`; empty when it does not say.
  std::optional<int64_t>
      restored_version;  ///< Of a `RESTORE`: the version it brought back, where its writer says so.
  std::string mode;      ///< `Append` or `Overwrite`, where its writer says so.
  std::optional<Provenance> provenance;  ///< Of our commits.
  std::vector<DataFile> adds;
  std::vector<Tombstone> removes;
  std::map<std::string, int64_t> transactions;
  bool changes_metadata = false;

  /// True when the rows of the table changed: false for compaction.
  bool changes_data() const;
};

}  // namespace tidemill::tables
