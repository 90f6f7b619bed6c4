// Rows to files in a layout, however many they are.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "duckdb/session.h"
#include "engines/duckdb_engine.h"
#include "io/file_system.h"
#include "tables/data_file.h"
#include "tables/shape.h"

namespace tidemill {

/// Writes the rows of a request and returns the files. `mostly_one_partition`: what is written at a
/// time mostly lies in one partition by day.
///
/// DuckDB can neither write more than some partitions side by side, nor sort wide rows that do not
/// fit in memory. When it gives up, the rows are read once more, for which `rewind` makes them
/// readable if it is not empty, and written as they come; that file is cut into pieces that can be
/// sorted, one after another. Throws what the engine throws; files may be left in the request's
/// folder.
std::vector<tables::DataFile> write_rows(duckdb::Connection& connection, FileSystem& files,
                                         const WriteRequest& request, const tables::Shape& shape,
                                         const std::string& table_folder, bool mostly_one_partition,
                                         const std::function<void()>& rewind);

}  // namespace tidemill
