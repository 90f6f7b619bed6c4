#include "duckdb/row_batch.h"

#include <duckdb.h>

namespace tidemill::duckdb {

void RowBatch::set_decimal(size_t column, size_t row, Int128 unscaled) {
  switch (vectors_[column].decimal_bytes) {
    case 2:
      return put(column, row, static_cast<int16_t>(unscaled));
    case 4:
      return put(column, row, static_cast<int32_t>(unscaled));
    case 8:
      return put(column, row, static_cast<int64_t>(unscaled));
    default:
      return put(column, row, unscaled);
  }
}

void RowBatch::set_string(size_t column, size_t row, std::string_view text) {
  duckdb_unsafe_vector_assign_string_element_len(
      static_cast<duckdb_vector>(vectors_[column].handle), row, text.data(), text.size());
}

uint64_t* RowBatch::make_validity(const Vector& vector) {
  const auto handle = static_cast<duckdb_vector>(vector.handle);
  duckdb_vector_ensure_validity_writable(handle);
  return duckdb_vector_get_validity(handle);
}

}  // namespace tidemill::duckdb
