// Rows of tables, posted as if users made them: Kafka's REST interface, version 2, on the way in.
// Source: Confluent REST Proxy API, "POST /topics/(string:topic_name)".
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "engines/duckdb_engine.h"
#include "io/environment.h"
#include "io/http_poster.h"
#include "project/project.h"

namespace tidemill {

struct EmulationRequest {
  std::vector<std::string> tables;  ///< At least one.
  /// Where rows go; `{schema}` and `{table}` stand for the parts of the table's name.
  std::string url;
  double rate = 1;  ///< Rounds a second, more than 0; each posts one row of every table.
  uint64_t seed = 0;
  std::optional<int64_t> rounds;  ///< Nothing: until cancelled.
};

/// What became of the rows.
struct EmulationSums {
  int64_t rounds = 0;
  std::map<int, int64_t> answers;  ///< How many, by their status.
  int64_t unanswered = 0;
  std::string last_failure;  ///< Why the last of these had no answer.

  int64_t posted() const;
  /// True when every row was answered by 200 to 299.
  bool all_taken() const;
};

/// The records of a table that may be posted, each as JSON text. `columns` of a source's table go
/// back to where its contract found them in a record.
///
/// A table's rows are numbered as they sort by all of their columns. Of more than `most` rows,
/// `seed` chooses which are kept. `count` is the number of rows to choose from, from the first:
/// that of the shortest of several tables, so that one number means rows that belong together where
/// tables are keyed alike.
std::vector<std::string> sample_records(const Project& project, FileSystem& files,
                                        duckdb::Connection& connection, const std::string& table,
                                        int64_t count, int64_t most, uint64_t seed);

/// Posts random rows until `request.rounds` are posted or someone cancels; each round the row of
/// one number, of every table. Between rounds it waits for a random time, up to twice the mean. It
/// keeps no more than 10,000 rows of each table in memory. A post without an answer is counted and
/// not tried again. Calls `after_round` after each. Throws a user's Error for a table that was not
/// built or has no rows.
EmulationSums emulate(const Project& project, Environment& environment, DuckdbEngine& engine,
                      HttpPoster& poster, const Cancellation& cancellation,
                      const EmulationRequest& request,
                      const std::function<void(const EmulationSums&)>& after_round);

}  // namespace tidemill
