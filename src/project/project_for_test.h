// Projects written as text, for the tests of what works with a project.
#pragma once

#include <map>
#include <string>
#include <utility>

#include "duckdb/session.h"
#include "io/file_system.h"
#include "project/load.h"

namespace tidemill {

/// The files of a project by their path in its folder.
using ProjectFiles = std::map<std::string, std::string>;

/// Returns a connector `files`, a format `ndjson` and some checks, with the forms of the real ones.
inline Kinds kinds_for_test() {
  return {.connectors =
              {{.name = "files",
                .form = {"files source",
                         {{.name = "path", .type = FieldType::kTimePattern, .required = true}}}}},
          .formats = {{.name = "ndjson", .form = {"ndjson source", {}}}},
          .checks = {{.name = "not_null", .form = {"not_null", {}}},
                     {.name = "min",
                      .form = {"min", {{.name = "value", .required = true}}},
                      .main_field = "value"},
                     {.name = "row_count",
                      .form = {"row_count",
                               {{.name = "min", .type = FieldType::kInteger},
                                {.name = "max", .type = FieldType::kInteger}}},
                      .of_column = false},
                     {.name = "sql",
                      .form = {"sql", {{.name = "query", .required = true}}},
                      .main_field = "query",
                      .of_column = false}}};
}

/// Reads the project that these files make, from memory. `tidemill.yml` may be left out.
inline LoadedProject load_for_test(ProjectFiles project, LoadRequest request = {}) {
  duckdb::Database database({.threads = 1});
  project.emplace("tidemill.yml", "name: test\n");
  request.folder = "project";
  MemoryFileSystem files;
  for (const auto& [path, text] : project) files.write(join_path(request.folder, path), text);
  const auto connection = database.connect();
  return load_project(files, *connection, kinds_for_test(), request);
}

}  // namespace tidemill
