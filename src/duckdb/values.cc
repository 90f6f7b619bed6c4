// Values out of DuckDB's vectors.
#include <fmt/format.h>

#include <array>
#include <cmath>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "duckdb/handles.h"

namespace tidemill::duckdb {

namespace {

__extension__ using Wide = __int128;
__extension__ using UnsignedWide = unsigned __int128;

template <typename T>
const T& cell(duckdb_vector vector, idx_t row) {
  return static_cast<const T*>(duckdb_vector_get_data(vector))[row];
}

bool is_null(duckdb_vector vector, idx_t row) {
  uint64_t* validity = duckdb_vector_get_validity(vector);
  return validity != nullptr && !duckdb_validity_row_is_valid(validity, row);
}

std::string digits_of(Wide value, int scale) {
  const bool negative = value < 0;
  auto rest = negative ? -static_cast<UnsignedWide>(value) : static_cast<UnsignedWide>(value);
  std::string digits;
  do {
    digits.insert(digits.begin(), static_cast<char>('0' + static_cast<int>(rest % 10)));
    rest /= 10;
  } while (rest != 0);
  if (scale > 0) {
    const auto places = static_cast<size_t>(scale);
    if (digits.size() <= places) digits.insert(0, places + 1 - digits.size(), '0');
    digits.insert(digits.size() - places, ".");
  }
  return negative ? "-" + digits : digits;
}

Wide wide(const duckdb_hugeint& value) {
  return static_cast<Wide>((static_cast<UnsignedWide>(static_cast<uint64_t>(value.upper)) << 64) |
                           value.lower);
}

std::string decimal_at(duckdb_vector vector, duckdb_logical_type type, idx_t row) {
  const int scale = duckdb_decimal_scale(type);
  switch (duckdb_decimal_internal_type(type)) {
    case DUCKDB_TYPE_SMALLINT:
      return digits_of(cell<int16_t>(vector, row), scale);
    case DUCKDB_TYPE_INTEGER:
      return digits_of(cell<int32_t>(vector, row), scale);
    case DUCKDB_TYPE_BIGINT:
      return digits_of(cell<int64_t>(vector, row), scale);
    default:
      return digits_of(wide(cell<duckdb_hugeint>(vector, row)), scale);
  }
}

std::string string_at(duckdb_vector vector, idx_t row) {
  duckdb_string_t text = cell<duckdb_string_t>(vector, row);
  return {duckdb_string_t_data(&text), duckdb_string_t_length(text)};
}

std::string date_text(duckdb_date value) {
  const duckdb_date_struct date = duckdb_from_date(value);
  return fmt::format("{:04}-{:02}-{:02}", date.year, date.month, date.day);
}

std::string time_text(int64_t microseconds) {
  const int64_t seconds = microseconds / 1'000'000;
  std::string text =
      fmt::format("{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60);
  if (microseconds % 1'000'000 != 0) text += fmt::format(".{:06}", microseconds % 1'000'000);
  return text;
}

std::string uuid_text(const duckdb_hugeint& value) {
  // DuckDB flips the top bit so that UUIDs sort as numbers.
  const uint64_t upper = static_cast<uint64_t>(value.upper) ^ (uint64_t{1} << 63);
  return fmt::format("{:08x}-{:04x}-{:04x}-{:04x}-{:012x}", upper >> 32, upper >> 16 & 0xFFFF,
                     upper & 0xFFFF, value.lower >> 48, value.lower & 0xFFFF'FFFF'FFFF);
}

std::string enum_text(duckdb_vector vector, duckdb_logical_type type, idx_t row) {
  uint64_t index = 0;
  switch (duckdb_enum_internal_type(type)) {
    case DUCKDB_TYPE_UTINYINT:
      index = cell<uint8_t>(vector, row);
      break;
    case DUCKDB_TYPE_USMALLINT:
      index = cell<uint16_t>(vector, row);
      break;
    default:
      index = cell<uint32_t>(vector, row);
  }
  char* text = duckdb_enum_dictionary_value(type, index);
  std::string result = text;
  duckdb_free(text);
  return result;
}

std::string json_text(const std::string& text) {
  return nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::string json_list(duckdb_vector child, duckdb_logical_type type, idx_t offset, idx_t length) {
  std::string json = "[";
  for (idx_t i = 0; i < length; ++i) {
    if (i > 0) json += ',';
    json += json_at(child, type, offset + i);
  }
  return json + "]";
}

std::string json_struct(duckdb_vector vector, duckdb_logical_type type, idx_t row) {
  std::string json = "{";
  for (idx_t i = 0; i < duckdb_struct_type_child_count(type); ++i) {
    char* name = duckdb_struct_type_child_name(type, i);
    if (i > 0) json += ',';
    json += json_text(name) + ":";
    duckdb_free(name);
    const OwnedType child(duckdb_struct_type_child_type(type, i));
    json += json_at(duckdb_struct_vector_get_child(vector, i), child.get(), row);
  }
  return json + "}";
}

/// Returns a map as a list of {key, value} objects: keys need not be text.
std::string json_nested(duckdb_vector vector, duckdb_logical_type type, idx_t row) {
  switch (duckdb_get_type_id(type)) {
    case DUCKDB_TYPE_STRUCT:
      return json_struct(vector, type, row);
    case DUCKDB_TYPE_ARRAY: {
      const OwnedType child(duckdb_array_type_child_type(type));
      const idx_t size = duckdb_array_type_array_size(type);
      return json_list(duckdb_array_vector_get_child(vector), child.get(), row * size, size);
    }
    default: {
      const OwnedType child(duckdb_list_type_child_type(type));
      const auto& entry = cell<duckdb_list_entry>(vector, row);
      return json_list(duckdb_list_vector_get_child(vector), child.get(), entry.offset,
                       entry.length);
    }
  }
}

constexpr std::array<std::pair<duckdb_type, Type::Id>, 20> kStored = {{
    {DUCKDB_TYPE_BOOLEAN, Type::Id::kBoolean},
    {DUCKDB_TYPE_TINYINT, Type::Id::kTinyint},
    {DUCKDB_TYPE_SMALLINT, Type::Id::kSmallint},
    {DUCKDB_TYPE_INTEGER, Type::Id::kInteger},
    {DUCKDB_TYPE_BIGINT, Type::Id::kBigint},
    {DUCKDB_TYPE_UTINYINT, Type::Id::kSmallint},
    {DUCKDB_TYPE_USMALLINT, Type::Id::kInteger},
    {DUCKDB_TYPE_UINTEGER, Type::Id::kBigint},
    {DUCKDB_TYPE_HUGEINT, Type::Id::kBigint},
    {DUCKDB_TYPE_UHUGEINT, Type::Id::kBigint},
    {DUCKDB_TYPE_FLOAT, Type::Id::kFloat},
    {DUCKDB_TYPE_DOUBLE, Type::Id::kDouble},
    {DUCKDB_TYPE_VARCHAR, Type::Id::kVarchar},
    {DUCKDB_TYPE_ENUM, Type::Id::kVarchar},
    {DUCKDB_TYPE_BLOB, Type::Id::kBlob},
    {DUCKDB_TYPE_DATE, Type::Id::kDate},
    {DUCKDB_TYPE_TIMESTAMP, Type::Id::kTimestamp},
    {DUCKDB_TYPE_TIMESTAMP_TZ, Type::Id::kTimestamp},
    {DUCKDB_TYPE_TIMESTAMP_S, Type::Id::kTimestamp},
    {DUCKDB_TYPE_TIMESTAMP_MS, Type::Id::kTimestamp},
}};

constexpr std::array<std::pair<duckdb_type, std::string_view>, 36> kNames = {{
    {DUCKDB_TYPE_BOOLEAN, "BOOLEAN"},
    {DUCKDB_TYPE_TINYINT, "TINYINT"},
    {DUCKDB_TYPE_SMALLINT, "SMALLINT"},
    {DUCKDB_TYPE_INTEGER, "INTEGER"},
    {DUCKDB_TYPE_BIGINT, "BIGINT"},
    {DUCKDB_TYPE_UTINYINT, "UTINYINT"},
    {DUCKDB_TYPE_USMALLINT, "USMALLINT"},
    {DUCKDB_TYPE_UINTEGER, "UINTEGER"},
    {DUCKDB_TYPE_UBIGINT, "UBIGINT"},
    {DUCKDB_TYPE_HUGEINT, "HUGEINT"},
    {DUCKDB_TYPE_UHUGEINT, "UHUGEINT"},
    {DUCKDB_TYPE_FLOAT, "FLOAT"},
    {DUCKDB_TYPE_DOUBLE, "DOUBLE"},
    {DUCKDB_TYPE_DECIMAL, "DECIMAL"},
    {DUCKDB_TYPE_VARCHAR, "VARCHAR"},
    {DUCKDB_TYPE_ENUM, "ENUM"},
    {DUCKDB_TYPE_BLOB, "BLOB"},
    {DUCKDB_TYPE_DATE, "DATE"},
    {DUCKDB_TYPE_TIMESTAMP, "TIMESTAMP"},
    {DUCKDB_TYPE_TIMESTAMP_TZ, "TIMESTAMP WITH TIME ZONE"},
    {DUCKDB_TYPE_TIMESTAMP_S, "TIMESTAMP_S"},
    {DUCKDB_TYPE_TIMESTAMP_MS, "TIMESTAMP_MS"},
    {DUCKDB_TYPE_TIMESTAMP_NS, "TIMESTAMP_NS"},
    {DUCKDB_TYPE_TIME, "TIME"},
    {DUCKDB_TYPE_TIME_TZ, "TIME WITH TIME ZONE"},
    {DUCKDB_TYPE_TIME_NS, "TIME_NS"},
    {DUCKDB_TYPE_INTERVAL, "INTERVAL"},
    {DUCKDB_TYPE_UUID, "UUID"},
    {DUCKDB_TYPE_BIT, "BIT"},
    {DUCKDB_TYPE_LIST, "LIST"},
    {DUCKDB_TYPE_STRUCT, "STRUCT"},
    {DUCKDB_TYPE_MAP, "MAP"},
    {DUCKDB_TYPE_ARRAY, "ARRAY"},
    {DUCKDB_TYPE_UNION, "UNION"},
    {DUCKDB_TYPE_SQLNULL, "NULL"},
    {DUCKDB_TYPE_BIGNUM, "BIGNUM"},
}};

std::optional<Type> stored_list(duckdb_logical_type child_type) {
  const auto child = stored_type(child_type);
  if (!child) return std::nullopt;
  return Type{.id = Type::Id::kList, .children = {{"element", *child}}};
}

std::optional<Type> stored_struct(duckdb_logical_type type) {
  Type stored{.id = Type::Id::kStruct};
  for (idx_t i = 0; i < duckdb_struct_type_child_count(type); ++i) {
    const OwnedType child(duckdb_struct_type_child_type(type, i));
    const auto child_type = stored_type(child.get());
    if (!child_type) return std::nullopt;
    char* name = duckdb_struct_type_child_name(type, i);
    stored.children.push_back({name, *child_type});
    duckdb_free(name);
  }
  return stored;
}

std::optional<Type> stored_map(duckdb_logical_type type) {
  const OwnedType key(duckdb_map_type_key_type(type));
  const OwnedType value(duckdb_map_type_value_type(type));
  const auto key_type = stored_type(key.get());
  const auto value_type = stored_type(value.get());
  if (!key_type || !value_type) return std::nullopt;
  return Type{.id = Type::Id::kMap, .children = {{"key", *key_type}, {"value", *value_type}}};
}

}  // namespace

std::optional<Type> stored_type(duckdb_logical_type type) {
  const duckdb_type id = duckdb_get_type_id(type);
  for (const auto& [known, stored] : kStored) {
    if (known == id) return Type{.id = stored};
  }
  switch (id) {
    case DUCKDB_TYPE_TIMESTAMP_NS:
      return Type{.id = Type::Id::kTimestamp};
    case DUCKDB_TYPE_UBIGINT:
      return Type{.id = Type::Id::kDecimal, .precision = 20, .scale = 0};
    case DUCKDB_TYPE_DECIMAL:
      return Type{.id = Type::Id::kDecimal,
                  .precision = duckdb_decimal_width(type),
                  .scale = duckdb_decimal_scale(type)};
    case DUCKDB_TYPE_LIST: {
      const OwnedType child(duckdb_list_type_child_type(type));
      return stored_list(child.get());
    }
    case DUCKDB_TYPE_ARRAY: {
      const OwnedType child(duckdb_array_type_child_type(type));
      return stored_list(child.get());
    }
    case DUCKDB_TYPE_STRUCT:
      return stored_struct(type);
    case DUCKDB_TYPE_MAP:
      return stored_map(type);
    default:
      return std::nullopt;
  }
}

std::string type_name(duckdb_logical_type type) {
  for (const auto& [known, name] : kNames) {
    if (known == duckdb_get_type_id(type)) return std::string(name);
  }
  return "a type without a name";
}

Value value_at(duckdb_vector vector, duckdb_logical_type type, idx_t row) {
  if (is_null(vector, row)) return std::monostate();
  const auto instant = [](int64_t microseconds) {
    return Instant(std::chrono::microseconds(microseconds));
  };
  switch (duckdb_get_type_id(type)) {
    case DUCKDB_TYPE_BOOLEAN:
      return cell<bool>(vector, row);
    case DUCKDB_TYPE_TINYINT:
      return int64_t{cell<int8_t>(vector, row)};
    case DUCKDB_TYPE_SMALLINT:
      return int64_t{cell<int16_t>(vector, row)};
    case DUCKDB_TYPE_INTEGER:
      return int64_t{cell<int32_t>(vector, row)};
    case DUCKDB_TYPE_BIGINT:
      return cell<int64_t>(vector, row);
    case DUCKDB_TYPE_UTINYINT:
      return int64_t{cell<uint8_t>(vector, row)};
    case DUCKDB_TYPE_USMALLINT:
      return int64_t{cell<uint16_t>(vector, row)};
    case DUCKDB_TYPE_UINTEGER:
      return int64_t{cell<uint32_t>(vector, row)};
    case DUCKDB_TYPE_UBIGINT:
      return std::to_string(cell<uint64_t>(vector, row));
    case DUCKDB_TYPE_HUGEINT: {
      const Wide value = wide(cell<duckdb_hugeint>(vector, row));
      if (value >= INT64_MIN && value <= INT64_MAX) return static_cast<int64_t>(value);
      return digits_of(value, 0);
    }
    case DUCKDB_TYPE_FLOAT:
      return double{cell<float>(vector, row)};
    case DUCKDB_TYPE_DOUBLE:
      return cell<double>(vector, row);
    case DUCKDB_TYPE_DECIMAL:
      return decimal_at(vector, type, row);
    case DUCKDB_TYPE_TIMESTAMP:
    case DUCKDB_TYPE_TIMESTAMP_TZ:
      return instant(cell<int64_t>(vector, row));
    case DUCKDB_TYPE_TIMESTAMP_S:
      return instant(cell<int64_t>(vector, row) * 1'000'000);
    case DUCKDB_TYPE_TIMESTAMP_MS:
      return instant(cell<int64_t>(vector, row) * 1'000);
    case DUCKDB_TYPE_TIMESTAMP_NS:
      return instant(cell<int64_t>(vector, row) / 1'000);
    case DUCKDB_TYPE_DATE:
      return date_text(cell<duckdb_date>(vector, row));
    case DUCKDB_TYPE_TIME:
      return time_text(cell<int64_t>(vector, row));
    case DUCKDB_TYPE_UUID:
      return uuid_text(cell<duckdb_hugeint>(vector, row));
    case DUCKDB_TYPE_ENUM:
      return enum_text(vector, type, row);
    case DUCKDB_TYPE_INTERVAL: {
      const auto& value = cell<duckdb_interval>(vector, row);
      return fmt::format("{} months {} days {}", value.months, value.days, time_text(value.micros));
    }
    case DUCKDB_TYPE_VARCHAR:
    case DUCKDB_TYPE_BLOB:
      return string_at(vector, row);
    case DUCKDB_TYPE_LIST:
    case DUCKDB_TYPE_STRUCT:
    case DUCKDB_TYPE_MAP:
    case DUCKDB_TYPE_ARRAY:
      return json_nested(vector, type, row);
    default:
      throw user_error("a result cannot be shown in type: " + type_name(type))
          .hint("cast it: CAST(… AS VARCHAR)");
  }
}

std::string json_at(duckdb_vector vector, duckdb_logical_type type, idx_t row) {
  if (is_null(vector, row)) return "null";
  switch (duckdb_get_type_id(type)) {
    case DUCKDB_TYPE_LIST:
    case DUCKDB_TYPE_STRUCT:
    case DUCKDB_TYPE_MAP:
    case DUCKDB_TYPE_ARRAY:
      return json_nested(vector, type, row);
    case DUCKDB_TYPE_DECIMAL:
      return decimal_at(vector, type, row);
    default:
      break;
  }
  const Value value = value_at(vector, type, row);
  const auto* number = std::get_if<double>(&value);
  if (number != nullptr && std::isfinite(*number)) return fmt::format("{}", *number);
  if (std::holds_alternative<int64_t>(value) || std::holds_alternative<bool>(value))
    return text_of(value);
  return json_text(text_of(value));
}

std::string text_of(const Value& value) {
  struct Visitor {
    std::string operator()(std::monostate) const { return ""; }
    std::string operator()(bool flag) const { return flag ? "true" : "false"; }
    std::string operator()(int64_t number) const { return std::to_string(number); }
    std::string operator()(double number) const { return fmt::format("{}", number); }
    std::string operator()(const std::string& text) const { return text; }
    std::string operator()(Instant time) const { return format_time(time); }
  };
  return std::visit(Visitor{}, value);
}

int64_t integer_of(const Value& value) {
  if (const auto* number = std::get_if<int64_t>(&value)) return *number;
  throw bug_error("a whole number was expected, not: '" + text_of(value) + "'");
}

}  // namespace tidemill::duckdb
