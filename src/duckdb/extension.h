// DuckDB's extensions that come with this program.
#pragma once

#include <string>

#include "duckdb/session.h"

namespace tidemill::duckdb {

/// Loads an extension, such as `mysql_scanner`, into the connection's instance, from
/// `../lib/tidemill` beside the program or, where that is not there, from the build's own folder.
/// DuckDB checks its signature; nothing is downloaded. Throws a user's Error when it is in neither
/// place.
void load_extension(Connection& connection, const std::string& name);

}  // namespace tidemill::duckdb
