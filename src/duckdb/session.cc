#include "duckdb/session.h"

#include <algorithm>
#include <chrono>
#include <thread>
#include <utility>

#include "base/cores.h"
#include "base/error.h"
#include "base/text.h"
#include "duckdb/group_limit.h"
#include "duckdb/handles.h"
#include "duckdb/utc_calendar.h"

namespace tidemill::duckdb {

namespace {

void set(duckdb_config config, const char* name, const std::string& value) {
  if (duckdb_set_config(config, name, value.c_str()) != DuckDBSuccess) {
    throw user_error("DuckDB does not take " + std::string(name) + ": " + quote(value));
  }
}

void run(duckdb_connection connection, const std::string& sql) {
  OwnedResult result;
  if (duckdb_query(connection, sql.c_str(), result.get()) != DuckDBSuccess) {
    throw error_of(duckdb_result_error(result.get()));
  }
}

OwnedValue make_value(const Value& value) {
  struct Visitor {
    duckdb_value operator()(std::monostate) const { return duckdb_create_null_value(); }
    duckdb_value operator()(bool flag) const { return duckdb_create_bool(flag); }
    duckdb_value operator()(int64_t number) const { return duckdb_create_int64(number); }
    duckdb_value operator()(double number) const { return duckdb_create_double(number); }
    duckdb_value operator()(const std::string& text) const {
      return duckdb_create_varchar_length(text.data(), text.size());
    }
    duckdb_value operator()(Instant time) const {
      return duckdb_create_timestamp_tz({time.time_since_epoch().count()});
    }
  };
  return OwnedValue(std::visit(Visitor{}, value));
}

OwnedType type_of(const Value& value) {
  struct Visitor {
    duckdb_type operator()(std::monostate) const { return DUCKDB_TYPE_VARCHAR; }
    duckdb_type operator()(bool) const { return DUCKDB_TYPE_BOOLEAN; }
    duckdb_type operator()(int64_t) const { return DUCKDB_TYPE_BIGINT; }
    duckdb_type operator()(double) const { return DUCKDB_TYPE_DOUBLE; }
    duckdb_type operator()(const std::string&) const { return DUCKDB_TYPE_VARCHAR; }
    duckdb_type operator()(Instant) const { return DUCKDB_TYPE_TIMESTAMP_TZ; }
  };
  return OwnedType(duckdb_create_logical_type(std::visit(Visitor{}, value)));
}

/// Makes the value of a parameter: the one of that name, or a struct of all that are given as
/// `name.field`.
std::optional<OwnedValue> find_value(const Parameters& parameters, const std::string& name) {
  if (const auto found = parameters.find(name); found != parameters.end())
    return make_value(found->second);
  const std::string prefix = name + ".";
  std::vector<OwnedType> types;
  std::vector<OwnedValue> values;
  std::vector<duckdb_logical_type> raw_types;
  std::vector<duckdb_value> raw_values;
  std::vector<const char*> names;
  for (auto it = parameters.lower_bound(prefix);
       it != parameters.end() && it->first.starts_with(prefix); ++it) {
    types.push_back(type_of(it->second));
    values.push_back(make_value(it->second));
    raw_types.push_back(types.back().get());
    raw_values.push_back(values.back().get());
    names.push_back(it->first.c_str() + prefix.size());
  }
  if (values.empty()) return std::nullopt;
  const OwnedType type(duckdb_create_struct_type(raw_types.data(), names.data(), names.size()));
  return OwnedValue(duckdb_create_struct_value(type.get(), raw_values.data()));
}

/// Works on a statement until its result can be fetched. DuckDB's own loop, in
/// duckdb_execute_pending, spins when other threads have all the tasks: with an attempt a core, it
/// takes a third of the machine from those that work. This one sleeps, a little longer each time.
void work_on(duckdb_pending_result pending, HelperThreads& helpers) {
  using std::chrono::microseconds;
  constexpr microseconds kShortest{20};
  constexpr microseconds kLongest{1000};
  microseconds pause = kShortest;
  while (true) {
    switch (duckdb_pending_execute_task(pending)) {
      case DUCKDB_PENDING_RESULT_READY:
        return;
      case DUCKDB_PENDING_ERROR:
        throw error_of(duckdb_pending_error(pending));
      case DUCKDB_PENDING_RESULT_NOT_READY:
        pause = kShortest;
        break;
      case DUCKDB_PENDING_NO_TASKS_AVAILABLE:
        helpers.end_work();
        std::this_thread::sleep_for(pause);
        helpers.begin_work();
        pause = std::min(pause * 2, kLongest);
    }
  }
}

OwnedStatement prepare_unbound(duckdb_connection connection, const std::string& sql) {
  OwnedStatement statement;
  if (duckdb_prepare(connection, sql.c_str(), statement.out()) != DuckDBSuccess) {
    const char* message = duckdb_prepare_error(statement.get());
    throw message == nullptr ? user_error("the statement cannot be read") : error_of(message);
  }
  return statement;
}

/// True when DuckDB has inferred for each parameter of an unbound statement the type that its value
/// has. Then it does not bind the statement anew when the values come.
bool infers_types(duckdb_prepared_statement statement, const Parameters& parameters) {
  for (idx_t i = 1; i <= duckdb_nparams(statement); ++i) {
    const char* name = duckdb_parameter_name(statement, i);
    const auto value = parameters.find(name == nullptr ? "" : name);
    duckdb_free(const_cast<char*>(name));
    if (value == parameters.end()) return false;  // A struct, whose fields nothing infers.
    const OwnedType type = type_of(value->second);
    if (duckdb_param_type(statement, i) != duckdb_get_type_id(type.get())) return false;
  }
  return true;
}

std::vector<ResultColumn> columns_of(duckdb_result* result) {
  std::vector<ResultColumn> columns;
  for (idx_t i = 0; i < duckdb_column_count(result); ++i) {
    const OwnedType type(duckdb_column_logical_type(result, i));
    columns.push_back(
        {duckdb_column_name(result, i), stored_type(type.get()), type_name(type.get())});
  }
  return columns;
}

std::vector<ResultColumn> columns_of(duckdb_prepared_statement statement) {
  std::vector<ResultColumn> columns;
  for (idx_t i = 0; i < duckdb_prepared_statement_column_count(statement); ++i) {
    const OwnedType type(duckdb_prepared_statement_column_logical_type(statement, i));
    const char* name = duckdb_prepared_statement_column_name(statement, i);
    columns.push_back({name, stored_type(type.get()), type_name(type.get())});
    duckdb_free(const_cast<char*>(name));
  }
  return columns;
}

}  // namespace

Error error_of(const std::string& message) {
  constexpr std::string_view kMark = " Error: ";
  const size_t mark = message.find(kMark);
  const std::string kind = mark == std::string::npos || mark > 24 ? "" : message.substr(0, mark);
  const std::string plain = kind.empty() ? message : message.substr(mark + kMark.size());
  if (kind == "INTERRUPT") return {Error::Kind::kCancelled, "interrupted"};
  if (kind == "Out of Memory") {
    // What DuckDB advises, on further lines, is for its own shell.
    return user_error("not enough memory: " + plain.substr(0, plain.find('\n')))
        .for_want_of_memory()
        .hint("raise memory_limit in tidemill.yml, or read less at once");
  }
  if (plain == kTooManyGroups) return user_error(plain).for_want_of_memory();
  if (plain.find("No space left") != std::string::npos) {
    return user_error("the disk is full: " + plain)
        .hint("free some disk space and run again: nothing was committed");
  }
  if (kind == "IO" || kind == "Connection") return transient_error(plain);
  if (kind == "FATAL") return transient_error("DuckDB stopped: " + plain);
  if (kind == "INTERNAL") return bug_error("DuckDB failed: " + plain);
  return user_error(plain);
}

OwnedStatement prepare(duckdb_connection connection, const std::string& sql,
                       const Parameters& parameters) {
  OwnedStatement statement = prepare_unbound(connection, sql);
  for (idx_t i = 1; i <= duckdb_nparams(statement.get()); ++i) {
    const char* name = duckdb_parameter_name(statement.get(), i);
    const std::string parameter = name == nullptr ? "" : name;
    duckdb_free(const_cast<char*>(name));
    const std::optional<OwnedValue> value = find_value(parameters, parameter);
    if (!value) {
      std::vector<std::string> known;
      for (const auto& entry : parameters) known.push_back(entry.first);
      throw user_error("unknown parameter: " + quote("$" + parameter))
          .hint(nearest_hint(parameter, known));
    }
    if (duckdb_bind_value(statement.get(), i, value->get()) != DuckDBSuccess) {
      throw user_error("the parameter does not fit: " + quote("$" + parameter));
    }
  }
  return statement;
}

Database::Database(const Settings& settings) : state_(std::make_unique<State>()) {
  const size_t cores =
      settings.threads > 0 ? static_cast<size_t>(settings.threads) : usable_cores();
  OwnedConfig config;
  duckdb_create_config(config.out());
  // All threads are ours; DuckDB has none. See HelperThreads.
  set(config.get(), "threads", std::to_string(cores));
  set(config.get(), "external_threads", std::to_string(cores));
  if (!settings.memory_limit.empty()) set(config.get(), "memory_limit", settings.memory_limit);
  set(config.get(), "temp_directory", settings.temporary_folder);
  set(config.get(), "autoinstall_known_extensions", "false");
  set(config.get(), "autoload_known_extensions", "false");
  // A source gives DuckDB no order of its batches: asked to keep one, COPY would run on one thread.
  set(config.get(), "preserve_insertion_order", "false");
  set(config.get(), "default_null_order", "nulls_last");
  // The system keeps what was read of files; a second copy takes memory and time.
  set(config.get(), "enable_external_file_cache", "false");
  // What a query beyond the limit frees goes back to the system soon: its allocator would keep it
  // for seconds, beside what is taken anew.
  set(config.get(), "allocator_bulk_deallocation_flush_threshold", "16MB");
  char* message = nullptr;
  if (duckdb_open_ext(nullptr, &state_->database, config.get(), &message) != DuckDBSuccess) {
    const std::string text = message == nullptr ? "" : message;
    duckdb_free(message);
    throw user_error("DuckDB does not start: " + text);
  }
  state_->helpers = std::make_unique<HelperThreads>(state_->database, cores);
  OwnedConnection connection;
  if (duckdb_connect(state_->database, connection.out()) != DuckDBSuccess)
    throw transient_error("DuckDB gives no connection");
  use_utc_calendar(connection.get());
  // A file's footer is read by the view over it and by each binding of a statement.
  run(connection.get(), "SET GLOBAL parquet_metadata_cache = true");
}

Database::~Database() = default;

std::unique_ptr<Connection> Database::connect() {
  auto connection = std::make_unique<Connection::State>(*state_->helpers);
  if (duckdb_connect(state_->database, &connection->connection) != DuckDBSuccess) {
    throw transient_error("DuckDB gives no connection");
  }
  {
    const std::lock_guard lock(state_->mutex);
    connection->catalog = "tidemill_" + std::to_string(state_->next_catalog++);
  }
  duckdb_connection raw = connection->connection;
  const std::string catalog = connection->catalog;
  auto made = std::make_unique<Connection>(std::move(connection));
  run(raw, "ATTACH ':memory:' AS " + catalog);
  run(raw, "USE " + catalog);
  run(raw, "SET TimeZone = 'UTC'");
  return made;
}

Connection::Connection(std::unique_ptr<State> state) : state_(std::move(state)) {}

Connection::~Connection() {
  OwnedResult ignored;  // A catalog that cannot be detached goes with its instance.
  duckdb_query(state_->connection, ("USE memory; DETACH " + state_->catalog).c_str(),
               ignored.get());
  duckdb_disconnect(&state_->connection);
}

std::vector<ResultColumn> Connection::stream(
    const std::string& sql, const Parameters& parameters,
    const std::function<void(const std::vector<ResultColumn>&)>& begin,
    const std::function<bool(const Row&)>& each) {
  const OwnedStatement statement = prepare(state_->connection, sql, parameters);
  OwnedPending pending;
  OwnedResult result;
  if (duckdb_pending_prepared_streaming(statement.get(), pending.out()) != DuckDBSuccess) {
    throw error_of(duckdb_pending_error(pending.get()));
  }
  work_on(pending.get(), state_->helpers);
  if (duckdb_execute_pending(pending.get(), result.get()) != DuckDBSuccess) {
    throw error_of(duckdb_result_error(result.get()));
  }
  std::vector<ResultColumn> columns = columns_of(result.get());
  begin(columns);
  std::vector<OwnedType> types;
  for (idx_t i = 0; i < columns.size(); ++i)
    types.emplace_back(duckdb_column_logical_type(result.get(), i));
  while (true) {
    const OwnedChunk chunk(duckdb_fetch_chunk(*result.get()));
    if (chunk.get() == nullptr) break;
    const idx_t rows = duckdb_data_chunk_get_size(chunk.get());
    for (idx_t row = 0; row < rows; ++row) {
      Row values;
      values.reserve(columns.size());
      for (idx_t i = 0; i < columns.size(); ++i) {
        values.push_back(
            value_at(duckdb_data_chunk_get_vector(chunk.get(), i), types[i].get(), row));
      }
      if (!each(values)) return columns;
    }
  }
  if (const char* message = duckdb_result_error(result.get())) {
    throw error_of(message);
  }
  return columns;
}

Table Connection::query(const std::string& sql, const Parameters& parameters) {
  Table table;
  table.columns = stream(
      sql, parameters, [](const auto&) {},
      [&](const Row& row) {
        table.rows.push_back(row);
        return true;
      });
  return table;
}

std::vector<ResultColumn> Connection::describe(const std::string& sql,
                                               const Parameters& parameters) {
  const OwnedStatement prepared = prepare_unbound(state_->connection, sql);
  if (infers_types(prepared.get(), parameters)) return columns_of(prepared.get());
  // Then only the statement that runs knows its types. As a table in FROM, columns of one name
  // would be renamed; as a side of UNION they keep it.
  return stream(
      "((" + sql + "\n) UNION ALL (\n" + sql + "\n)) LIMIT 0", parameters, [](const auto&) {},
      [](const Row&) { return false; });
}

void Connection::interrupt() { duckdb_interrupt(state_->connection); }

std::string quote_identifier(std::string_view name) {
  return '"' + replace_all(std::string(name), "\"", "\"\"") + '"';
}

std::string quote_table(std::string_view dotted_name) {
  std::vector<std::string> parts = split(dotted_name, '.');
  for (std::string& part : parts) part = quote_identifier(part);
  return join(parts, ".");
}

std::string quote_literal(std::string_view text) {
  return "'" + replace_all(std::string(text), "'", "''") + "'";
}

std::string quote_identifiers(const std::vector<std::string>& names) {
  std::vector<std::string> quoted;
  for (const std::string& name : names) quoted.push_back(quote_identifier(name));
  return join(quoted, ", ");
}

std::string quote_list(const std::vector<std::string>& texts) {
  std::vector<std::string> literals;
  for (const std::string& text : texts) literals.push_back(quote_literal(text));
  return "[" + join(literals, ", ") + "]";
}

}  // namespace tidemill::duckdb
