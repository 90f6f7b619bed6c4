#include "duckdb/row_batch.h"

#include <duckdb.h>

#include <algorithm>
#include <cstring>

namespace tidemill::duckdb {

namespace {

/// Returns in how many bytes DuckDB stores a decimal of that precision.
int bytes_of_decimal(int precision) {
  if (precision <= 4) return 2;
  if (precision <= 9) return 4;
  return precision <= 18 ? 8 : 16;
}

template <typename Value>
Value load(const char* bytes) {
  Value value;
  std::memcpy(&value, bytes, sizeof value);
  return value;
}

duckdb_vector handle_of(void* vector) { return static_cast<duckdb_vector>(vector); }

}  // namespace

Cells::Cells(const Type& type) : id_(type.id), decimal_bytes_(bytes_of_decimal(type.precision)) {
  for (const Column& child : type.children) inside_.emplace_back(child.type);
}

void Cells::attach(void* vector) {
  vector_ = vector;
  list_size_ = 0;
  list_room_ = 0;
  take_pointers();
  if (id_ == Type::Id::kList) {
    inside_.front().attach(duckdb_list_vector_get_child(handle_of(vector)));
  } else if (id_ == Type::Id::kStruct) {
    for (size_t i = 0; i < inside_.size(); ++i)
      inside_[i].attach(duckdb_struct_vector_get_child(handle_of(vector), i));
  }
}

void Cells::finish() {
  if (id_ == Type::Id::kList) duckdb_list_vector_set_size(handle_of(vector_), list_size_);
  for (Cells& cells : inside_) cells.finish();
}

/// Asks DuckDB where the cells lie; they move when a list's elements need more room.
void Cells::take_pointers() {
  validity_ = duckdb_vector_get_validity(handle_of(vector_));
  if (id_ == Type::Id::kStruct) {
    for (Cells& field : inside_) {
      if (field.vector_ != nullptr) field.take_pointers();
    }
  } else {
    data_ = duckdb_vector_get_data(handle_of(vector_));
  }
}

void Cells::set_first_or_nested_null(size_t row) {
  if (validity_ == nullptr) {
    duckdb_vector_ensure_validity_writable(handle_of(vector_));
    validity_ = duckdb_vector_get_validity(handle_of(vector_));
  }
  clear_validity(row);
  if (id_ == Type::Id::kList) put(row, duckdb_list_entry{list_size_, 0});
  if (id_ == Type::Id::kStruct) {
    for (Cells& field : inside_) field.set_null(row);
  }
}

void Cells::set_decimal(size_t row, Int128 unscaled) {
  switch (decimal_bytes_) {
    case 2:
      return put(row, static_cast<int16_t>(unscaled));
    case 4:
      return put(row, static_cast<int32_t>(unscaled));
    case 8:
      return put(row, static_cast<int64_t>(unscaled));
    default:
      return put(row, unscaled);
  }
}

void Cells::set_string(size_t row, std::string_view text) {
  duckdb_unsafe_vector_assign_string_element_len(handle_of(vector_), row, text.data(), text.size());
}

void Cells::set_lasting_string(size_t row, std::string_view text) {
  // DuckDB's string is its length and then up to twelve bytes, with zeros behind them, or four
  // bytes and where all of them lie. It is made of two words: one that was written in parts and
  // read as a whole would wait for each of its parts.
  constexpr size_t kInline = sizeof(duckdb_string_t::value.inlined.inlined);
  static_assert(sizeof(duckdb_string_t) == 2 * sizeof(uint64_t) && kInline == 12);
  const char* bytes = text.data();
  const size_t size = text.size();
  uint64_t first = 0;  // Of the bytes, the first four; the others follow.
  uint64_t rest = 0;
  if (size > kInline) {
    first = load<uint32_t>(bytes);
    rest = reinterpret_cast<uintptr_t>(bytes);
  } else if (size >= 8) {
    const auto eight = load<uint64_t>(bytes);
    const uint64_t last = load<uint32_t>(bytes + size - 4);
    first = eight & UINT32_MAX;
    rest = eight >> 32 | (size == 8 ? 0 : last << 8 * (size - 8));
  } else if (size >= 4) {
    first = load<uint32_t>(bytes);
    rest = size == 4 ? 0 : uint64_t{load<uint32_t>(bytes + size - 4)} >> 8 * (8 - size);
  } else if (size > 0) {
    for (size_t i = 0; i < size; ++i) first |= uint64_t{static_cast<uint8_t>(bytes[i])} << 8 * i;
  }
  uint64_t* words = static_cast<uint64_t*>(data_) + 2 * row;
  words[0] = size | first << 32;
  words[1] = rest;
}

size_t Cells::set_list(size_t row, size_t count) {
  const size_t first = list_size_;
  put(row, duckdb_list_entry{first, count});
  list_size_ += count;
  if (list_size_ > list_room_) {
    list_room_ = std::max(list_size_, 2 * list_room_);
    duckdb_list_vector_reserve(handle_of(vector_), list_room_);
    element().take_pointers();
  }
  return first;
}

}  // namespace tidemill::duckdb
