// Rows to files that no commit names yet.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "duckdb/session.h"
#include "io/file_system.h"
#include "project/project.h"
#include "tables/data_file.h"
#include "tables/shape.h"

namespace tidemill {

/// Files that an attempt has written into a table's folder and that no commit names yet.
struct Staged {
  tables::Shape shape;  ///< With the derived partition columns.
  std::vector<tables::DataFile> files;
  int64_t rows = 0;
};

/// Writes the rows of `select` into `<table's folder>/<attempt>`. Throws what the engine throws;
/// files may be left.
Staged stage(duckdb::Connection& connection, FileSystem& files, const Asset& asset,
             const std::string& select, const duckdb::Parameters& parameters,
             const std::string& table_folder, const std::string& attempt);

}  // namespace tidemill
