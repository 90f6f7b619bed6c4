// The types of columns: what a contract, a table and a model agree on.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tidemill {

struct Column;

/// A column's type. Instants are always with time zone (Delta `timestamp`); JSON is text that holds
/// JSON.
struct Type {
  enum class Id {
    kBoolean,
    kTinyint,
    kSmallint,
    kInteger,
    kBigint,
    kFloat,
    kDouble,
    kDecimal,
    kVarchar,
    kJson,
    kBlob,
    kDate,
    kTimestamp,
    kList,
    kStruct,
    kMap,
  };

  Id id = Id::kVarchar;
  int precision = 0;             ///< Of a decimal: 1 to 38.
  int scale = 0;                 ///< Of a decimal: 0 to precision.
  std::vector<Column> children;  ///< A list's element; a struct's fields; a map's key and value.

  /// Returns the type's name in YAML, messages and the API: `bigint`, `decimal(10,2)`,
  /// `list(varchar)`.
  std::string name() const;
  /// Returns the type as DuckDB's SQL spells it; JSON is VARCHAR, a timestamp is TIMESTAMP WITH
  /// TIME ZONE.
  std::string sql() const;
  bool operator==(const Type& other) const;
};

struct Column {
  std::string name;
  Type type;
  bool operator==(const Column&) const = default;
};

using Schema = std::vector<Column>;

/// Reads a type as a contract writes it: boolean, tinyint, smallint, integer, bigint, float,
/// double, decimal(p,s), varchar (or text), json, blob, date, timestamp, list(T) or T[], struct(a
/// T, "b c" T), in whose names `""` is a quote. Nothing when it is none of these.
std::optional<Type> parse_type(std::string_view text);

/// Returns the column of that name (names are compared without regard to ASCII case), or null.
const Column* find_column(const Schema& schema, std::string_view name);

}  // namespace tidemill
