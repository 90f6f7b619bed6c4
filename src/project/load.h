// Reads a project's folder. Every mistake in it is found and reported at once.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/form.h"
#include "data/contract.h"
#include "duckdb/session.h"
#include "io/file_system.h"
#include "project/project.h"

namespace tidemill {

/// What a project may name: a connector, a format or a check, with the form of its options.
struct Kind {
  std::string name;
  Form form;
  /// Of a check: the field that `name: value` gives without naming it (`min: 1`); empty when it
  /// takes none.
  std::string main_field = {};
  /// Of a check: whether it belongs below a column, or beside the columns.
  bool of_column = true;
  /// Of a connector: whether it gives records, so that a source has no format.
  bool gives_records = false;
};

/// All kinds that the program knows; handed in by the command line, which alone sees them.
struct Kinds {
  std::vector<Kind> connectors;
  std::vector<Kind> formats;
  std::vector<Kind> checks;
  /// Throws a user's Error for a default that does not fit its column.
  std::function<void(const ContractColumn&)> check_default = [](const ContractColumn&) {};

  static const Kind* find(const std::vector<Kind>& kinds, std::string_view name);
  static std::vector<std::string> names(const std::vector<Kind>& kinds);
};

/// What is read of a project beside its sources and models. Reading each takes half as long as
/// these, or longer.
struct ProjectParts {
  bool dashboards = false;  ///< `dashboards/*.yml`.
  bool tests = false;       ///< `tests/*.yml`.
};

struct LoadRequest {
  std::string folder;
  std::map<std::string, std::string> variables;  ///< From `--var name=value`.
  std::string target;                            ///< From `--target`; empty: the project's default.
  ProjectParts parts = {.dashboards = true, .tests = true};
};

struct LoadedProject {
  Project project;              ///< To be used only when there are no mistakes.
  std::vector<Error> mistakes;  ///< In the order of files and lines.
  std::vector<Error> warnings;
};

/// Reads `tidemill.yml`, `sources/*.yml`, `models/*.sql` and the requested parts of the folder.
/// `connection` parses and describes the SQL; schemas and empty tables are made in its catalog.
/// Throws only when the folder is no project.
LoadedProject load_project(FileSystem& files, duckdb::Connection& connection, const Kinds& kinds,
                           const LoadRequest& request);

}  // namespace tidemill
