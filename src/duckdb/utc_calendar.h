// The calendar of instants in SQL, for sessions that are in UTC, as all of ours are.
#pragma once

#include <duckdb.h>

namespace tidemill::duckdb {

/// Puts a `date_trunc(part, TIMESTAMP WITH TIME ZONE)` in the place of DuckDB's own, with the same
/// results. DuckDB's sets up ICU's calendar of the session's time zone for every row, which takes
/// longer than reading the row from Parquet; in UTC all of it is arithmetic. For a whole instance,
/// once, on any connection of it.
void use_utc_calendar(duckdb_connection connection);

}  // namespace tidemill::duckdb
