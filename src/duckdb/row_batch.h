// The vectors of one batch of rows. DuckDB owns them; whoever reads rows fills them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

namespace tidemill::duckdb {

__extension__ using Int128 = __int128;

/// Up to `capacity()` rows of the columns that a query asked for. Columns are counted in the order
/// in which the reader was given them. Each cell of a row is set exactly once, by the setter of its
/// column's type or by `set_null`; setting it with another type's setter is a mistake that nothing
/// notices.
class RowBatch {
 public:
  /// One column's vector; what the pointers point to is DuckDB's.
  struct Vector {
    void* handle = nullptr;        ///< DuckDB's handle of the vector.
    void* data = nullptr;          ///< Fixed-width values, or DuckDB's strings.
    uint64_t* validity = nullptr;  ///< One bit a row, set: not NULL. Null until the first NULL.
    int decimal_bytes = 0;         ///< The width that a decimal is stored in: 2, 4, 8 or 16.
  };

  explicit RowBatch(std::vector<Vector> vectors) : vectors_(std::move(vectors)) {}

  size_t capacity() const { return kCapacity; }

  void set_null(size_t column, size_t row) {
    Vector& vector = vectors_[column];
    if (vector.validity == nullptr) vector.validity = make_validity(vector);
    vector.validity[row / 64] &= ~(uint64_t{1} << (row % 64));
  }
  void set_bool(size_t column, size_t row, bool value) { put(column, row, value); }
  void set_int8(size_t column, size_t row, int8_t value) { put(column, row, value); }
  void set_int16(size_t column, size_t row, int16_t value) { put(column, row, value); }
  void set_int32(size_t column, size_t row, int32_t value) { put(column, row, value); }
  void set_int64(size_t column, size_t row, int64_t value) { put(column, row, value); }
  void set_float(size_t column, size_t row, float value) { put(column, row, value); }
  void set_double(size_t column, size_t row, double value) { put(column, row, value); }
  /// `unscaled` is the value times ten to the power of the column's scale; it fits the column's
  /// precision.
  void set_decimal(size_t column, size_t row, Int128 unscaled);
  /// `days` count from 1970-01-01.
  void set_date(size_t column, size_t row, int32_t days) { put(column, row, days); }
  /// `microseconds` count from 1970-01-01T00:00:00Z.
  void set_timestamp(size_t column, size_t row, int64_t microseconds) {
    put(column, row, microseconds);
  }
  /// Copies `text`, which is valid UTF-8 (a blob's bytes may be anything); nobody checks it again.
  void set_string(size_t column, size_t row, std::string_view text);

  /// Points column `column` at the vector of the next batch.
  void attach(size_t column, void* handle, void* data) {
    vectors_[column].handle = handle;
    vectors_[column].data = data;
    vectors_[column].validity = nullptr;
  }

 private:
  static constexpr size_t kCapacity = 2048;  // DuckDB's vector size, which its C API fixes.

  template <typename Value>
  void put(size_t column, size_t row, Value value) {
    static_cast<Value*>(vectors_[column].data)[row] = value;
  }
  static uint64_t* make_validity(const Vector& vector);

  std::vector<Vector> vectors_;
};

}  // namespace tidemill::duckdb
