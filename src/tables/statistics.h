// File statistics: from what DuckDB says about a file it wrote to what the log says, and back.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "data/interval.h"
#include "duckdb/session.h"
#include "tables/commit.h"
#include "tables/data_file.h"

namespace tidemill::tables {

/// Returns the files that `COPY … TO '<folder>/…' (FORMAT parquet, WRITE_PARTITION_COLUMNS true,
/// RETURN_STATS)` has written, from the rows it `returned`. A file without rows is left out:
/// nothing needs to name it. Bounds are given for numbers, text, dates and timestamps, also inside
/// structs, NULL counts for all but lists and maps; text is cut to 32 characters. Bounds that are
/// not finite are left out. Partition columns have none. Throws a user's Error for an empty text as
/// a partition value: Delta reads it back as NULL.
std::vector<DataFile> written_files(const duckdb::Table& returned, const std::string& folder,
                                    const Shape& shape);

/// The same for a COPY without PARTITION_BY into a table whose partition columns are dates: their
/// values are taken from the statistics. Nothing when the rows lie in several partitions.
std::optional<std::vector<DataFile>> written_files_of_one_partition(const duckdb::Table& returned,
                                                                    const std::string& folder,
                                                                    const Shape& shape);

/// Returns an interval that all values of the timestamp or date column lie in, or nothing when the
/// log does not tell.
std::optional<Interval> time_range(const DataFile& file, const std::string& column);

}  // namespace tidemill::tables
