// DuckDB as a client of other databases, apart from the engine that runs the project's SQL.
#pragma once

#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "duckdb/session.h"

namespace tidemill {

/// A DuckDB instance that loads the extensions it is asked for, made when it first is. It has no
/// threads of its own: what is read is read by the thread that asks. Any thread may call it; it
/// outlives the connections.
class Scanners {
 public:
  /// Opens a connection to the instance with `extension` loaded and `settings` (statements of SQL
  /// about that extension) made.
  std::unique_ptr<duckdb::Connection> connect(const std::string& extension,
                                              const std::vector<std::string>& settings);

 private:
  std::mutex mutex_;  // Guards all below.
  std::unique_ptr<duckdb::Database> database_;
  std::set<std::string> loaded_;
};

}  // namespace tidemill
