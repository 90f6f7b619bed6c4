// Owners of DuckDB's C handles. Inside this folder only.
#pragma once

#include <duckdb.h>

#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include "base/error.h"
#include "data/type.h"
#include "duckdb/helper_threads.h"
#include "duckdb/session.h"

namespace tidemill::duckdb {

/// Owns a handle that `destroy` takes by pointer.
template <typename Handle, void (*destroy)(Handle*)>
class Owned {
 public:
  Owned() = default;
  explicit Owned(Handle handle) : handle_(handle) {}
  ~Owned() { reset(); }
  Owned(Owned&& other) noexcept : handle_(std::exchange(other.handle_, Handle{})) {}
  Owned& operator=(Owned&& other) noexcept {
    std::swap(handle_, other.handle_);
    return *this;
  }
  Handle get() const { return handle_; }
  Handle* out() {
    reset();
    return &handle_;
  }

 private:
  void reset() {
    if (handle_ != nullptr) destroy(&handle_);
    handle_ = nullptr;
  }
  Handle handle_ = nullptr;
};

using OwnedConnection = Owned<duckdb_connection, duckdb_disconnect>;
using OwnedType = Owned<duckdb_logical_type, duckdb_destroy_logical_type>;
using OwnedChunk = Owned<duckdb_data_chunk, duckdb_destroy_data_chunk>;
using OwnedStatement = Owned<duckdb_prepared_statement, duckdb_destroy_prepare>;
using OwnedPending = Owned<duckdb_pending_result, duckdb_destroy_pending>;
using OwnedValue = Owned<duckdb_value, duckdb_destroy_value>;
using OwnedConfig = Owned<duckdb_config, duckdb_destroy_config>;

class OwnedResult {
 public:
  OwnedResult() = default;
  ~OwnedResult() { duckdb_destroy_result(&result_); }
  OwnedResult(const OwnedResult&) = delete;
  OwnedResult& operator=(const OwnedResult&) = delete;
  duckdb_result* get() { return &result_; }

 private:
  duckdb_result result_{};
};

struct Database::State {
  ~State() {
    helpers.reset();
    duckdb_close(&database);
  }

  duckdb_database database = nullptr;
  std::unique_ptr<HelperThreads> helpers;
  std::mutex mutex;      // Guards next_catalog.
  int next_catalog = 1;  // Each connection's catalog has a number of its own.
};

struct Connection::State {
  explicit State(HelperThreads& threads) : helpers(threads) { helpers.begin_work(); }
  ~State() { helpers.end_work(); }
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  HelperThreads& helpers;
  duckdb_connection connection = nullptr;
  std::string catalog;
};

/// Returns the error that DuckDB's message speaks of. The message starts with its class: `Binder
/// Error: …`.
Error error_of(const std::string& message);
/// Prepares a statement and binds the parameters that occur in it. Throws as `Connection::query`.
OwnedStatement prepare(duckdb_connection connection, const std::string& sql,
                       const Parameters& parameters);

/// Returns the type that a table of ours holds `type` in, or nothing; see `ResultColumn::type`.
std::optional<Type> stored_type(duckdb_logical_type type);
/// Returns DuckDB's name of a type: `HUGEINT`, `UUID`.
std::string type_name(duckdb_logical_type type);
/// Returns the value at `row` of a vector of `type`.
Value value_at(duckdb_vector vector, duckdb_logical_type type, idx_t row);
/// Returns the value as JSON text (RFC 8259).
std::string json_at(duckdb_vector vector, duckdb_logical_type type, idx_t row);

}  // namespace tidemill::duckdb
