#include "duckdb/group_limit.h"

#include <mutex>
#include <unordered_set>

#include "base/text.h"
#include "duckdb/handles.h"

namespace tidemill::duckdb {

namespace {

constexpr const char* kFunction = "tidemill_at_most_groups";

/// What one thread of a query has seen: the hashes of its groups.
struct Seen {
  std::unordered_set<uint64_t> groups;
  uint64_t last = 0;
};

void begin_thread(duckdb_init_info info) {
  duckdb_scalar_function_init_set_state(info, new Seen,
                                        [](void* seen) { delete static_cast<Seen*>(seen); });
}

/// DuckDB calls it for each chunk of (how many groups at most, hash of a row's group).
void look_at_groups(duckdb_function_info info, duckdb_data_chunk input, duckdb_vector output) {
  auto& seen = *static_cast<Seen*>(duckdb_scalar_function_get_state(info));
  const auto column = [&](idx_t i) {
    return static_cast<uint64_t*>(duckdb_vector_get_data(duckdb_data_chunk_get_vector(input, i)));
  };
  const uint64_t* most = column(0);
  const uint64_t* hashes = column(1);
  auto* fulfilled = static_cast<bool*>(duckdb_vector_get_data(output));
  const idx_t rows = duckdb_data_chunk_get_size(input);
  for (idx_t row = 0; row < rows; ++row) {
    fulfilled[row] = true;
    if (hashes[row] == seen.last && !seen.groups.empty()) continue;
    seen.last = hashes[row];
    seen.groups.insert(seen.last);
    if (seen.groups.size() > most[row])
      return duckdb_scalar_function_set_error(info, kTooManyGroups);
  }
}

/// Makes the function known to the connection's instance. Where it is known already, DuckDB takes
/// the same once more.
void register_function(duckdb_connection connection) {
  static std::mutex one_at_a_time;  // Two at once would conflict in the catalog.
  const std::lock_guard lock(one_at_a_time);
  const OwnedType number(duckdb_create_logical_type(DUCKDB_TYPE_UBIGINT));
  const OwnedType truth(duckdb_create_logical_type(DUCKDB_TYPE_BOOLEAN));
  using OwnedFunction = Owned<duckdb_scalar_function, duckdb_destroy_scalar_function>;
  const OwnedFunction function(duckdb_create_scalar_function());
  duckdb_scalar_function_set_name(function.get(), kFunction);
  duckdb_scalar_function_add_parameter(function.get(), number.get());
  duckdb_scalar_function_add_parameter(function.get(), number.get());
  duckdb_scalar_function_set_return_type(function.get(), truth.get());
  duckdb_scalar_function_set_volatile(function.get());
  duckdb_scalar_function_set_init(function.get(), begin_thread);
  duckdb_scalar_function_set_function(function.get(), look_at_groups);
  if (duckdb_register_scalar_function(connection, function.get()) != DuckDBSuccess)
    throw bug_error("DuckDB does not take the function: " + quote(kFunction));
}

}  // namespace

std::string at_most_groups(Connection& connection, size_t most,
                           const std::vector<std::string>& columns) {
  register_function(connection.state().connection);
  return std::string(kFunction) + "(" + std::to_string(most) + "::UBIGINT, hash(" +
         quote_identifiers(columns) + "))";
}

}  // namespace tidemill::duckdb
