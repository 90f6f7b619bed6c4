// The default engine: SQL over the files of snapshots, in this process, leaving Parquet files in a
// folder. It commits nothing.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "data/type.h"
#include "duckdb/session.h"

namespace tidemill {

/// A table as a statement sees it.
struct Relation {
  std::string name;  ///< `schema.table`
  std::string sql;   ///< The SELECT it stands for.
};

/// What is to be written, and where.
struct WriteRequest {
  std::string select;  ///< One SELECT (or anything that stands between FROM's parentheses).
  duckdb::Parameters parameters;
  Schema schema;  ///< The columns of `select` as they are to be in the files; a cast that loses a
                  ///< value is an error.
  std::map<std::string, std::string>
      derived;  ///< Partition columns that are the UTC day of another column.
  std::vector<std::string> partition_by;
  std::vector<std::string> cluster_by;
  int64_t row_bytes = 0;  ///< How many a row has in memory; 0: to be guessed from the types.
  bool partition_after_partition = false;  ///< Slower, for any number of partitions.
  std::string folder;                      ///< Absolute; exists, and nothing else is in it.
};

/// Keeps a DuckDB instance and makes a new one when an error has spoilt it. Any thread may call it.
class DuckdbEngine {
 public:
  explicit DuckdbEngine(duckdb::Settings settings) : settings_(std::move(settings)) {}

  /// One attempt's use of the engine: a connection of its own, on an instance that lives as long as
  /// it.
  struct Session {
    std::shared_ptr<duckdb::Database> database;
    std::unique_ptr<duckdb::Connection> connection;
  };
  Session open();
  /// Gives this instance and later ones another limit, such as `2GB`. Throws a user's Error when
  /// DuckDB does not take it.
  void limit_memory(const std::string& limit);
  /// Gives up the instance: the next session gets a new one. For errors that say the instance is
  /// invalid.
  void renew();

 private:
  duckdb::Settings settings_;
  std::mutex mutex_;  // Guards database_.
  std::shared_ptr<duckdb::Database> database_;
};

/// Makes each relation a view of its name. Later ones may use earlier ones; a name that is there is
/// replaced.
void show_relations(duckdb::Connection& connection, const std::vector<Relation>& relations);

/// Partitions that are written side by side: DuckDB keeps as many files open. With more it would
/// begin ever new files, and take a quarter of a megabyte for each partition and thread.
constexpr size_t kMostPartitionsAtOnce = 100;

/// Returns the columns that the rows are sorted by, where they are.
std::vector<std::string> layout_order(const WriteRequest& request);

/// Writes the rows as Parquet (zstd), one file per partition and thread, sorted by `cluster_by`
/// within each row group, whose rows are neighbours. Returns what DuckDB says of each file
/// (RETURN_STATS). Partitions are written side by side as long as they are few; else the error
/// `wants_memory`, and the request may be made again for `partition_after_partition`. After an
/// error the folder may hold some files.
duckdb::Table write_files(duckdb::Connection& connection, const WriteRequest& request);

}  // namespace tidemill
