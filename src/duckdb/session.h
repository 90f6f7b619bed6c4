// DuckDB behind plain C++ values. This folder is the only one that includes duckdb.h.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/time.h"
#include "data/type.h"

namespace tidemill::duckdb {

/// One value of a small result, or a parameter. Timestamps come as Instant; dates (`2015-01-01`),
/// decimals and numbers beyond 64 bits as text; lists and structs as JSON text.
using Value = std::variant<std::monostate, bool, int64_t, double, std::string, Instant>;
using Row = std::vector<Value>;
/// Values by the name that stands behind `$`. A parameter that is a struct is given field by field,
/// as `name.field`.
using Parameters = std::map<std::string, Value>;

/// Returns the value as text: NULL is empty, booleans `true` and `false`, instants ISO 8601.
std::string text_of(const Value& value);
/// Returns the value as a whole number; throws a Bug when it is none.
int64_t integer_of(const Value& value);

struct ResultColumn {
  std::string name;
  /// The type a table of ours holds it in: unsigned numbers and HUGEINT widen or narrow to a signed
  /// one, TIMESTAMP becomes an instant. Nothing where that needs the user's cast (UUID, TIME,
  /// INTERVAL, NULL, …).
  std::optional<Type> type;
  std::string type_name;  ///< DuckDB's own name of the type, for messages.
};

struct Table {
  std::vector<ResultColumn> columns;
  std::vector<Row> rows;
};

struct Settings {
  int threads = 0;               ///< That work at once; 0: one per processor.
  std::string memory_limit;      ///< As DuckDB writes it, `1GB`; empty: DuckDB's default.
  std::string temporary_folder;  ///< Where it may spill; empty: nowhere.
};

class Connection;

/// One DuckDB instance in memory. Outlives its connections. Any thread may call it. Never a static:
/// at the process's end DuckDB's thread-local state is gone before it. Loads and downloads no
/// extension.
class Database {
 public:
  explicit Database(const Settings& settings);
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  /// Opens a connection with a catalog of its own (views of one are not seen by another) and time
  /// zone UTC.
  std::unique_ptr<Connection> connect();

  struct State;

 private:
  std::unique_ptr<State> state_;
};

/// One connection: used by one thread at a time, except `interrupt`, which any thread may call. It
/// stands for a thread at work: where fewer are open than there are processors, further threads
/// help with their statements. So open it when there is work, and not for longer.
/// What DuckDB reports is thrown as a user's Error with DuckDB's message; an interrupt as
/// Cancelled; an invalidated instance or an I/O failure as Transient; a full disk or too little
/// memory as a user's Error with a hint, the latter `wants_memory`.
class Connection {
 public:
  struct State;
  explicit Connection(std::unique_ptr<State> state);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  /// Runs one statement and returns all its rows. For results that fit in memory. Parameters that
  /// the statement does not use are ignored; one that it uses and that is not given is a user's
  /// Error.
  Table query(const std::string& sql, const Parameters& parameters = {});
  /// Runs one statement and hands its rows on one by one, in order, without keeping them; stops
  /// early when `each` returns false. Returns the columns.
  std::vector<ResultColumn> stream(
      const std::string& sql, const Parameters& parameters,
      const std::function<void(const std::vector<ResultColumn>&)>& begin,
      const std::function<bool(const Row&)>& each);
  /// Returns the columns that a SELECT would have, without reading anything of its tables.
  std::vector<ResultColumn> describe(const std::string& sql, const Parameters& parameters);

  /// Ends the statement that is running, if there is one, as soon as DuckDB looks (some
  /// milliseconds).
  void interrupt();

  State& state() { return *state_; }

 private:
  std::unique_ptr<State> state_;
};

/// Returns `name` between double quotes.
std::string quote_identifier(std::string_view name);
/// Returns `"a", "b"`.
std::string quote_identifiers(const std::vector<std::string>& names);
/// Returns `schema.table` with each part between double quotes.
std::string quote_table(std::string_view dotted_name);
/// Returns `text` between single quotes, as a literal of SQL.
std::string quote_literal(std::string_view text);
/// Returns `['a', 'b']`.
std::string quote_list(const std::vector<std::string>& texts);

}  // namespace tidemill::duckdb
