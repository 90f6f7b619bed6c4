// The rows of a relation as JSON texts that lose nothing of their values.
//
// | DuckDB's type | in JSON |
// |---|---|
// | BOOLEAN | true, false |
// | whole numbers of any width, DECIMAL | a number with all its digits |
// | FLOAT, DOUBLE | a number that reads back as the same value; NaN and infinity are strings |
// | TIMESTAMP, TIMESTAMP WITH TIME ZONE | `2024-02-29 12:34:56.123456`, with `Z` behind the latter
// | | BLOB | its hexadecimal digits: `00ff` | | JSON | as it is written | | LIST, ARRAY, STRUCT,
// MAP | lists and objects; a DECIMAL inside is a string, a BLOB inside as DuckDB shows it, and NaN
// or infinity inside makes the row no valid JSON | | all others | a string as DuckDB shows it |
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "duckdb/session.h"

namespace tidemill::duckdb {

/// Returns a SELECT of one VARCHAR column: each row of `relation` (what stands after FROM) as a
/// JSON object of the columns that `wanted` names. Asks the connection for the relation's columns,
/// and throws as it does.
std::string record_sql(Connection& connection, const std::string& relation,
                       const std::function<bool(std::string_view)>& wanted);

}  // namespace tidemill::duckdb
