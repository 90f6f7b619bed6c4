// Rows to files that no commit names yet.
#pragma once

#include <cstdint>
#include <functional>
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

/// What is to be written.
struct Rows {
  std::string select;  ///< One SELECT.
  duckdb::Parameters parameters = {};
  /// Makes the SELECT readable once more after it failed; empty where it is by itself.
  std::function<void()> rewind = {};
};

/// Writes the rows into `<table's folder>/<attempt>`. Throws what the engine throws;
/// files may be left.
Staged stage(duckdb::Connection& connection, FileSystem& files, const Asset& asset,
             const Rows& rows, const std::string& table_folder, const std::string& attempt);

}  // namespace tidemill
