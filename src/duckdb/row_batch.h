// The vectors of one batch of rows. DuckDB owns them; whoever reads rows fills them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "data/type.h"

namespace tidemill::duckdb {

__extension__ using Int128 = __int128;

/// One column of a batch, or what lies in one: a list's elements, a struct's fields. Each cell is
/// set exactly once, by the setter of its type or by `set_null`; setting it with another type's
/// setter is a mistake that nothing notices.
class Cells {
 public:
  Cells() = default;
  explicit Cells(const Type& type);

  void set_null(size_t row) {
    if (validity_ == nullptr || !inside_.empty()) return set_first_or_nested_null(row);
    clear_validity(row);
  }
  void set_bool(size_t row, bool value) { put(row, value); }
  void set_int8(size_t row, int8_t value) { put(row, value); }
  void set_int16(size_t row, int16_t value) { put(row, value); }
  void set_int32(size_t row, int32_t value) { put(row, value); }
  void set_int64(size_t row, int64_t value) { put(row, value); }
  void set_float(size_t row, float value) { put(row, value); }
  void set_double(size_t row, double value) { put(row, value); }
  /// `unscaled` is the value times ten to the power of the column's scale; it fits the column's
  /// precision.
  void set_decimal(size_t row, Int128 unscaled);
  /// `days` count from 1970-01-01.
  void set_date(size_t row, int32_t days) { put(row, days); }
  /// `microseconds` count from 1970-01-01T00:00:00Z.
  void set_timestamp(size_t row, int64_t microseconds) { put(row, microseconds); }
  /// Copies `text`, which is valid UTF-8 (a blob's bytes may be anything); nobody checks it again.
  void set_string(size_t row, std::string_view text);
  /// The same, but does not copy `text`: it stays where it is until the next batch is asked for.
  /// What DuckDB keeps for longer, it copies.
  void set_lasting_string(size_t row, std::string_view text);
  /// Makes the cell a list of `count` elements, and returns the row of the first among the cells of
  /// `element()`, where all of them are to be set. Lists are set in the order of their rows.
  size_t set_list(size_t row, size_t count);
  Cells& element() { return inside_.front(); }
  /// Returns the cells of a struct's field; a cell of a struct is set by setting each field's cell
  /// of its row.
  Cells& field(size_t index) { return inside_[index]; }

  /// Points at DuckDB's vector of the next batch.
  void attach(void* vector);
  /// Tells DuckDB how long the lists are, once all cells of the batch are set.
  void finish();

 private:
  template <typename Value>
  void put(size_t row, Value value) {
    static_cast<Value*>(data_)[row] = value;
  }
  void set_first_or_nested_null(size_t row);
  void clear_validity(size_t row) { validity_[row / 64] &= ~(uint64_t{1} << (row % 64)); }
  void take_pointers();

  void* vector_ = nullptr;        // DuckDB's handle; what the pointers point to is DuckDB's too.
  void* data_ = nullptr;          // Fixed-width values, DuckDB's strings, or where lists lie.
  uint64_t* validity_ = nullptr;  // One bit a row, set: not NULL. Null until the first NULL.
  Type::Id id_ = Type::Id::kVarchar;
  int decimal_bytes_ = 0;  // The width that a decimal is stored in: 2, 4, 8 or 16.
  size_t list_size_ = 0;   // Elements of the lists so far.
  size_t list_room_ = 0;   // Elements that DuckDB has made room for.
  std::vector<Cells> inside_;
};

/// Up to `capacity()` rows of the columns that a query asked for, which are counted in the order in
/// which the reader was given them.
class RowBatch {
 public:
  explicit RowBatch(std::vector<Cells> columns) : columns_(std::move(columns)) {}

  size_t capacity() const { return kCapacity; }
  Cells& column(size_t index) { return columns_[index]; }
  std::span<Cells> columns() { return columns_; }

  /// Says what text stays where it is until the next batch is asked for.
  void set_lasting(std::string_view text) { lasting_ = text; }
  std::string_view lasting() const { return lasting_; }

 private:
  static constexpr size_t kCapacity = 2048;  // DuckDB's vector size, which its C API fixes.

  std::vector<Cells> columns_;
  std::string_view lasting_;
};

}  // namespace tidemill::duckdb
