// One column of texts, pulled row by row: how records come out of DuckDB in bounded memory.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "duckdb/session.h"

namespace tidemill::duckdb {

/// The rows of a statement, one after another. Used by one thread at a time.
class TextStream {
 public:
  /// Starts `sql`, whose only column is VARCHAR or BLOB. `connection` outlives this object and runs
  /// nothing else until its end. Throws as `Connection` does.
  TextStream(Connection& connection, const std::string& sql);
  ~TextStream();
  TextStream(const TextStream&) = delete;
  TextStream& operator=(const TextStream&) = delete;

  /// Returns the next row's text, or nothing at the end; NULL is an empty text. It is valid until
  /// the next call. Throws as `Connection` does.
  std::optional<std::string_view> next();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace tidemill::duckdb
