#include "duckdb/text_stream.h"

#include "base/error.h"
#include "duckdb/handles.h"

namespace tidemill::duckdb {

struct TextStream::State {
  OwnedStatement statement;
  OwnedPending pending;
  OwnedResult result;
  OwnedChunk chunk;
  idx_t row = 0;
  idx_t rows = 0;  // Of the chunk.

  /// Fetches the next chunk that has rows; false at the end.
  bool fetch() {
    do {
      chunk = OwnedChunk(duckdb_fetch_chunk(*result.get()));
      if (chunk.get() == nullptr) {
        if (const char* message = duckdb_result_error(result.get())) throw error_of(message);
        return false;
      }
      rows = duckdb_data_chunk_get_size(chunk.get());
      row = 0;
    } while (rows == 0);
    return true;
  }
};

TextStream::TextStream(Connection& connection, const std::string& sql)
    : state_(std::make_unique<State>()) {
  State& state = *state_;
  state.statement = prepare(connection.state().connection, sql, {});
  if (duckdb_pending_prepared_streaming(state.statement.get(), state.pending.out()) !=
      DuckDBSuccess) {
    throw error_of(duckdb_pending_error(state.pending.get()));
  }
  if (duckdb_execute_pending(state.pending.get(), state.result.get()) != DuckDBSuccess) {
    throw error_of(duckdb_result_error(state.result.get()));
  }
  const duckdb_type type = duckdb_column_type(state.result.get(), 0);
  if (duckdb_column_count(state.result.get()) != 1 ||
      (type != DUCKDB_TYPE_VARCHAR && type != DUCKDB_TYPE_BLOB)) {
    throw bug_error("a stream of texts needs one column of texts");
  }
}

TextStream::~TextStream() = default;

std::optional<std::string_view> TextStream::next() {
  State& state = *state_;
  if (state.row == state.rows && !state.fetch()) return std::nullopt;
  duckdb_vector vector = duckdb_data_chunk_get_vector(state.chunk.get(), 0);
  const idx_t row = state.row++;
  uint64_t* validity = duckdb_vector_get_validity(vector);
  if (validity != nullptr && !duckdb_validity_row_is_valid(validity, row)) return "";
  // A short text lies inside the vector's own entry, so the entry must not be copied.
  auto* text = static_cast<duckdb_string_t*>(duckdb_vector_get_data(vector)) + row;
  return std::string_view(duckdb_string_t_data(text), duckdb_string_t_length(*text));
}

}  // namespace tidemill::duckdb
