// Rows of ours as a table of DuckDB: a table function pulls them, in parallel, straight into its
// vectors.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>

#include "data/type.h"
#include "duckdb/row_batch.h"
#include "duckdb/session.h"

namespace tidemill::duckdb {

/// Reads rows for one thread.
class RowReader {
 public:
  virtual ~RowReader() = default;
  /// Fills `batch` from its first row and returns the number of rows; 0 ends this reader. What it
  /// throws ends the query with DuckDB's error; `LentSource::rethrow` has the exception as it was.
  virtual size_t read(RowBatch& batch) = 0;
};

/// A table whose rows are made while they are read, by one scan of one query.
class RowSource {
 public:
  virtual ~RowSource() = default;
  /// Returns the columns: scalar types, and lists and structs of them.
  virtual const Schema& schema() const = 0;
  /// Returns how many readers can work side by side; at least 1.
  virtual size_t most_readers() const = 0;
  /// Makes a reader for a thread of DuckDB's. `columns` are indices into the schema, in the order
  /// of the batch's columns: the ones that are asked for; possibly none. Called from any thread,
  /// also more often than there is work: a reader without work answers 0.
  virtual std::unique_ptr<RowReader> make_reader(std::span<const size_t> columns) = 0;
};

/// Lends a source to the SQL of one instance for as long as this object lives.
///
///   LentSource lent(connection, source);
///   try {
///     connection.query("COPY (SELECT * FROM " + lent.sql() + ") TO …");
///   } catch (const Error&) {
///     lent.rethrow();
///     throw;
///   }
class LentSource {
 public:
  /// `source` and `connection` outlive this object; this object outlives the statements that name
  /// it.
  LentSource(Connection& connection, RowSource& source);
  ~LentSource();
  LentSource(const LentSource&) = delete;
  LentSource& operator=(const LentSource&) = delete;

  /// Returns what stands after FROM. It may stand there once: a second scan fails with a Bug, since
  /// it would find only what the first left over.
  std::string sql() const;

  /// Lends another source, of the same columns, instead: for one more query after one that failed.
  void replace(RowSource& source);

  /// Throws what the source or a reader threw first while a query read this source, as it was: call
  /// it when the query failed. Returns when none of them threw.
  void rethrow() const;

  struct State;

 private:
  std::shared_ptr<State> state_;
};

}  // namespace tidemill::duckdb
