#include "duckdb/row_batch.h"

#include <duckdb.h>

#include <cstring>

namespace tidemill::duckdb {

namespace {

/// Returns in how many bytes DuckDB stores a decimal of that precision.
int bytes_of_decimal(int precision) {
  if (precision <= 4) return 2;
  if (precision <= 9) return 4;
  return precision <= 18 ? 8 : 16;
}

duckdb_vector handle_of(void* vector) { return static_cast<duckdb_vector>(vector); }

}  // namespace

Cells::Cells(const Type& type) : id_(type.id), decimal_bytes_(bytes_of_decimal(type.precision)) {
  for (const Column& child : type.children) inside_.emplace_back(child.type);
}

void Cells::attach(void* vector) {
  vector_ = vector;
  list_size_ = 0;
  take_pointers();
  if (id_ == Type::Id::kList) {
    duckdb_list_vector_set_size(handle_of(vector), 0);
    inside_.front().attach(duckdb_list_vector_get_child(handle_of(vector)));
  } else if (id_ == Type::Id::kStruct) {
    for (size_t i = 0; i < inside_.size(); ++i)
      inside_[i].attach(duckdb_struct_vector_get_child(handle_of(vector), i));
  }
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

void Cells::set_null(size_t row) {
  if (validity_ == nullptr) {
    duckdb_vector_ensure_validity_writable(handle_of(vector_));
    validity_ = duckdb_vector_get_validity(handle_of(vector_));
  }
  validity_[row / 64] &= ~(uint64_t{1} << (row % 64));
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
  duckdb_string_t string = {};  // A short one is kept inline, with zeros behind it.
  string.value.inlined.length = static_cast<uint32_t>(text.size());
  if (text.size() <= sizeof string.value.inlined.inlined) {
    std::memcpy(string.value.inlined.inlined, text.data(), text.size());
  } else {
    std::memcpy(string.value.pointer.prefix, text.data(), sizeof string.value.pointer.prefix);
    string.value.pointer.ptr = const_cast<char*>(text.data());
  }
  put(row, string);
}

size_t Cells::set_list(size_t row, size_t count) {
  const size_t first = list_size_;
  put(row, duckdb_list_entry{first, count});
  list_size_ += count;
  duckdb_list_vector_reserve(handle_of(vector_), list_size_);
  duckdb_list_vector_set_size(handle_of(vector_), list_size_);
  element().take_pointers();
  return first;
}

}  // namespace tidemill::duckdb
