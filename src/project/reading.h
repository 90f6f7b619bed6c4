// What the readers of a project's files share. Inside this folder only.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/form.h"
#include "duckdb/session.h"
#include "project/load.h"
#include "project/project.h"
#include "sql/statement.h"

namespace tidemill::reading {

/// What is known while reading, and where mistakes go.
struct Context {
  const Kinds& kinds;
  std::map<std::string, duckdb::Value> variables = {};
  Mistakes mistakes = {};
  Mistakes warnings = {};

  void mistake(Error error) { mistakes.add(std::move(error)); }
};

/// Fills name, variables (with the target's and the command's on top) and limits from tidemill.yml.
void read_settings(const Yaml& yaml, const LoadRequest& request, Context& context,
                   Project& project);

/// Replaces `${name}` in every text below `yaml` by a variable, else by the environment's variable
/// of that name.
void expand_variables(Yaml& yaml, Context& context);

std::optional<Asset> read_source(Yaml yaml, Context& context);
/// `text` is the whole file: a header comment and a SELECT.
std::optional<Asset> read_model(const std::string& text, const std::string& file, Context& context);
std::optional<Dashboard> read_dashboard(const Yaml& yaml, const std::string& name,
                                        Context& context);

/// Reads one file of tests: a test, or a list of them. `name` is that of a single test without one.
std::vector<ModelTest> read_tests(const Yaml& yaml, const std::string& name, Context& context);

/// Returns the project's variables with those of `map` in place of theirs; reports unknown ones.
std::map<std::string, duckdb::Value> replaced_variables(const Yaml& map, Context& context);

/// Reads `checks:` of a column, or of the whole table when `column` is empty.
std::vector<CheckUse> read_checks(const Options& options, const std::string& column,
                                  Context& context);

/// True for `schema.table` in lower-case letters, digits and `_`.
bool is_table_name(const std::string& name);

/// The fields that sources and models share, and their reading.
std::vector<Field> asset_fields();
void read_asset(const Options& options, Context& context, Asset& asset);
/// Reads an optional time; reports one that is none.
std::optional<Instant> read_time(const Options& options, std::string_view field, Context& context);

/// Orders the assets so that inputs come first, finds what each model reads and makes, and checks
/// all that needs to know another asset. Reports what does not fit.
void resolve(duckdb::Connection& connection, Context& context, Project& project);

/// Finds what the filters and tiles of each dashboard read and which filters a tile takes, and
/// checks their SQL and charts. `broken` names the assets whose columns are not known: what reads
/// them is not checked.
void resolve_dashboards(duckdb::Connection& connection, Context& context, Project& project,
                        const std::set<std::string>& broken);

/// Returns the table functions that read something other than the lake.
std::vector<sql::TableReference> foreign_functions(const sql::Statement& statement);
Error foreign_function_error(const sql::TableReference& function);
/// Returns the hint for a table that nobody makes. A name without its schema is the commonest
/// mistake.
std::string table_hint(const Project& project, const std::string& name);
/// Takes an error of DuckDB's apart: its first line, the rest as the hint, without the part that
/// shows the statement.
Error readable(const Error& error);
/// Finds the model of each test and checks its rows against the columns of the tables. `broken`
/// names the assets whose columns are not known.
void resolve_tests(duckdb::Connection& connection, const std::set<std::string>& broken,
                   Context& context, Project& project);

/// Returns the values of `$start`, `$end`, `$run_time` and `$vars` for describing a statement.
duckdb::Parameters sample_parameters(const Project& project);

}  // namespace tidemill::reading
