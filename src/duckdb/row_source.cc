#include "duckdb/row_source.h"

#include <algorithm>
#include <atomic>
#include <exception>
#include <map>
#include <mutex>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/text.h"
#include "duckdb/handles.h"
#include "duckdb/helper_threads.h"

namespace tidemill::duckdb {

struct LentSource::State {
  State(int64_t number, RowSource& lent) : id(number), source(&lent) {}

  const int64_t id;
  RowSource* source;  // Changes only while no query reads it.
  std::atomic<bool> scanned = false;
  std::mutex mutex;           // Guards thrown.
  std::exception_ptr thrown;  // By the source or one of its readers, the first.
};

namespace {

using StatePointer = std::shared_ptr<LentSource::State>;

constexpr const char* kFunction = "tidemill_rows";

/// The sources that are lent now, by the number that the SQL names them with. One list for the
/// process: DuckDB cannot drop a table function, so what the function knows must not belong to one
/// lending.
class Lendings {
 public:
  static Lendings& instance() {
    static Lendings lendings;
    return lendings;
  }

  StatePointer add(RowSource& source) {
    const std::lock_guard lock(mutex_);
    const int64_t id = next_id_++;
    return lent_[id] = std::make_shared<LentSource::State>(id, source);
  }
  void remove(int64_t id) {
    const std::lock_guard lock(mutex_);
    lent_.erase(id);
  }
  StatePointer find(int64_t id) {
    const std::lock_guard lock(mutex_);
    const auto found = lent_.find(id);
    return found == lent_.end() ? nullptr : found->second;
  }

 private:
  std::mutex mutex_;  // Guards all members.
  std::map<int64_t, StatePointer> lent_;
  int64_t next_id_ = 1;
};

/// What one thread of a scan keeps between its calls.
struct Scan {
  StatePointer state;
  std::vector<idx_t> places;  // Of the batch's columns in DuckDB's chunk.
  RowBatch batch;
  std::unique_ptr<RowReader> reader;
};

/// Runs `work`; keeps what it throws, since no exception may cross C, and hands its message to
/// `set_error`.
template <typename Work, typename SetError>
void keep_exceptions(LentSource::State& state, const Work& work, const SetError& set_error) {
  std::exception_ptr thrown;
  std::string message = "unknown exception";
  try {
    work();
    return;
  } catch (const std::exception& exception) {
    thrown = std::current_exception();
    message = exception.what();
  } catch (...) {
    thrown = std::current_exception();
  }
  {
    const std::lock_guard lock(state.mutex);
    if (state.thrown == nullptr) state.thrown = thrown;
  }
  set_error(message.c_str());
}

template <typename Object>
void destroy(void* object) {
  delete static_cast<Object*>(object);
}

OwnedType make_type(const Type& type);

OwnedType make_struct_type(const Type& type) {
  std::vector<OwnedType> owned;
  std::vector<duckdb_logical_type> types;
  std::vector<const char*> names;
  for (const Column& field : type.children) {
    types.push_back(owned.emplace_back(make_type(field.type)).get());
    names.push_back(field.name.c_str());
  }
  return OwnedType(duckdb_create_struct_type(types.data(), names.data(), types.size()));
}

OwnedType make_type(const Type& type) {
  using Id = Type::Id;
  static const std::map<Id, duckdb_type> types = {
      {Id::kBoolean, DUCKDB_TYPE_BOOLEAN},   {Id::kTinyint, DUCKDB_TYPE_TINYINT},
      {Id::kSmallint, DUCKDB_TYPE_SMALLINT}, {Id::kInteger, DUCKDB_TYPE_INTEGER},
      {Id::kBigint, DUCKDB_TYPE_BIGINT},     {Id::kFloat, DUCKDB_TYPE_FLOAT},
      {Id::kDouble, DUCKDB_TYPE_DOUBLE},     {Id::kVarchar, DUCKDB_TYPE_VARCHAR},
      {Id::kJson, DUCKDB_TYPE_VARCHAR},      {Id::kBlob, DUCKDB_TYPE_BLOB},
      {Id::kDate, DUCKDB_TYPE_DATE},         {Id::kTimestamp, DUCKDB_TYPE_TIMESTAMP_TZ}};
  if (type.id == Id::kDecimal) {
    return OwnedType(duckdb_create_decimal_type(static_cast<uint8_t>(type.precision),
                                                static_cast<uint8_t>(type.scale)));
  }
  if (type.id == Id::kList) {
    return OwnedType(duckdb_create_list_type(make_type(type.children.at(0).type).get()));
  }
  if (type.id == Id::kStruct) return make_struct_type(type);
  const auto found = types.find(type.id);
  if (found == types.end()) {
    throw bug_error("a source's column cannot be of type: " + quote(type.name()));
  }
  return OwnedType(duckdb_create_logical_type(found->second));
}

void bind(duckdb_bind_info info) {
  const OwnedValue parameter(duckdb_bind_get_parameter(info, 0));
  const StatePointer state = Lendings::instance().find(duckdb_get_int64(parameter.get()));
  if (state == nullptr) return duckdb_bind_set_error(info, "no source is lent under this number");
  keep_exceptions(
      *state,
      [&] {
        for (const Column& column : state->source->schema()) {
          duckdb_bind_add_result_column(info, column.name.c_str(), make_type(column.type).get());
        }
        duckdb_bind_set_bind_data(info, new StatePointer(state), destroy<StatePointer>);
      },
      [&](const char* message) { duckdb_bind_set_error(info, message); });
}

LentSource::State& bound_state(duckdb_init_info info) {
  return **static_cast<StatePointer*>(duckdb_init_get_bind_data(info));
}

void begin_scan(duckdb_init_info info) {
  LentSource::State& state = bound_state(info);
  keep_exceptions(
      state,
      [&] {
        if (state.scanned.exchange(true)) throw bug_error("a source is read twice by one lending");
        duckdb_init_set_max_threads(info, std::max<size_t>(1, state.source->most_readers()));
      },
      [&](const char* message) { duckdb_init_set_error(info, message); });
}

std::unique_ptr<Scan> make_scan(const StatePointer& state, duckdb_init_info info) {
  const Schema& schema = state->source->schema();
  std::vector<size_t> columns;
  std::vector<idx_t> places;
  std::vector<Cells> cells;
  for (idx_t place = 0; place < duckdb_init_get_column_count(info); ++place) {
    const idx_t column = duckdb_init_get_column_index(info, place);
    if (column >= schema.size()) continue;  // Without content: asked for where only rows count.
    columns.push_back(column);
    places.push_back(place);
    cells.emplace_back(schema[column].type);
  }
  return std::make_unique<Scan>(
      Scan{state, places, RowBatch(std::move(cells)), state->source->make_reader(columns)});
}

void begin_thread(duckdb_init_info info) {
  const StatePointer& state = *static_cast<StatePointer*>(duckdb_init_get_bind_data(info));
  keep_exceptions(
      *state,
      [&] {
        std::unique_ptr<Scan> scan = make_scan(state, info);
        duckdb_init_set_init_data(info, scan.release(), destroy<Scan>);
      },
      [&](const char* message) { duckdb_init_set_error(info, message); });
}

void fill(duckdb_function_info info, duckdb_data_chunk chunk) {
  Scan& scan = *static_cast<Scan*>(duckdb_function_get_local_init_data(info));
  HelperThreads::rest_if_unwanted();
  keep_exceptions(
      *scan.state,
      [&] {
        for (size_t column = 0; column < scan.places.size(); ++column) {
          scan.batch.column(column).attach(
              duckdb_data_chunk_get_vector(chunk, scan.places[column]));
        }
        const size_t rows = scan.reader->read(scan.batch);
        for (Cells& cells : scan.batch.columns()) cells.finish();
        duckdb_data_chunk_set_size(chunk, rows);
      },
      [&](const char* message) { duckdb_function_set_error(info, message); });
}

/// Makes the function known to the connection's instance. DuckDB refuses a name that the instance
/// already has, which is what happens from the second lending on; were it refused for another
/// reason, the query would say so.
void register_function(duckdb_connection connection) {
  static std::mutex
      one_at_a_time;  // Two at once would conflict in the catalog, and both be refused.
  const std::lock_guard lock(one_at_a_time);
  using OwnedFunction = Owned<duckdb_table_function, duckdb_destroy_table_function>;
  const OwnedFunction function(duckdb_create_table_function());
  const OwnedType number(duckdb_create_logical_type(DUCKDB_TYPE_BIGINT));
  duckdb_table_function_set_name(function.get(), kFunction);
  duckdb_table_function_add_parameter(function.get(), number.get());
  duckdb_table_function_supports_projection_pushdown(function.get(), true);
  duckdb_table_function_set_bind(function.get(), bind);
  duckdb_table_function_set_init(function.get(), begin_scan);
  duckdb_table_function_set_local_init(function.get(), begin_thread);
  duckdb_table_function_set_function(function.get(), fill);
  duckdb_register_table_function(connection, function.get());
}

}  // namespace

LentSource::LentSource(Connection& connection, RowSource& source)
    : state_(Lendings::instance().add(source)) {
  register_function(connection.state().connection);
}

LentSource::~LentSource() { Lendings::instance().remove(state_->id); }

std::string LentSource::sql() const {
  return std::string(kFunction) + "(" + std::to_string(state_->id) + ")";
}

void LentSource::replace(RowSource& source) {
  const std::lock_guard lock(state_->mutex);
  state_->source = &source;
  state_->scanned = false;
  state_->thrown = nullptr;
}

void LentSource::rethrow() const {
  const std::lock_guard lock(state_->mutex);
  if (state_->thrown != nullptr) std::rethrow_exception(state_->thrown);
}

}  // namespace tidemill::duckdb
