// Text of a SELECT in, facts about it out. Nothing here reads a table.
#pragma once

#include <functional>
#include <map>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "duckdb/session.h"

namespace tidemill::sql {

/// A table that a statement names in FROM or JOIN, common table expressions aside.
struct TableReference {
  std::string name;   ///< In lower case, `schema.table`; without the dot when no schema was given.
  size_t offset = 0;  ///< In bytes, from the start of the statement.
};

/// What a SELECT says. Made by `analyze`.
struct Statement {
  std::vector<TableReference> tables;  ///< Each table once, in the order of first use.
  std::set<std::string> parameters;    ///< Names without `$`; `vars` when `$vars.x` is used.
  std::set<std::string> variables;     ///< The x of every `$vars.x`.
  int uses_of_vars = 0;                ///< Uses of `$vars` in another form, which tell no variable.
  std::vector<TableReference> functions;  ///< Table functions in FROM, each as often as it stands.
  std::set<std::string> volatile_calls;   ///< now, random and their like.
  std::vector<std::string> untyped;       ///< Output columns that are NULL as it stands, by name.
  std::vector<std::string> expressions;   ///< Common table expressions at its top, as written.
  /// The syntax tree as text, without places, comments and the case of names: equal for equal
  /// meaning.
  std::string canonical;
  std::string tree;  ///< The syntax tree as DuckDB gives it (JSON).
};

/// Returns `sql` with a blank in place of the semicolon that ends it, when there is one: a SELECT
/// that can stand in parentheses, with every place as before. Blanks and comments may follow the
/// semicolon.
std::string without_semicolon(std::string sql);

/// Returns the syntax tree of each text as DuckDB gives it (JSON), or in its place what is wrong
/// with the text. One question for all is much cheaper than one for each.
std::vector<std::string> syntax_trees(duckdb::Connection& connection,
                                      const std::vector<std::string>& texts);

/// Reads one SELECT, given its syntax tree. Throws a user's Error when it does not parse, is
/// several statements or no SELECT; its place has the line and column within `sql` (both from 1)
/// and no file.
Statement analyze(const std::string& sql, const std::string& syntax_tree);
Statement analyze(duckdb::Connection& connection, const std::string& sql);

/// Returns a SELECT of all rows of one of the statement's `expressions`, which stands for what it
/// stands for there. Throws a user's Error when the statement has no such expression.
std::string select_expression(duckdb::Connection& connection, const std::string& sql,
                              const std::string& expression);

/// Returns, for each table that the statement reads only within `[$start, $end)` of one of its
/// columns, that column.
///
/// A table counts when each SELECT that names it has, joined by AND at the top of its WHERE, both
/// `column >= $start` and `column < $end` on a column of that table. Then rows outside that range
/// cannot change the result, so that neither need they be read nor does a change to them make the
/// result stale. `has_column(table, column)` tells what columns a table has.
std::map<std::string, std::string> time_bounds(
    const Statement& statement,
    const std::function<bool(const std::string&, const std::string&)>& has_column);

/// Returns the names, in lower case, of columns that may be made of `$parameter`, or of a column
/// whose name is in `marked`: of the statement's output, of its subqueries and expressions. Goes by
/// names alone, so there may be too many of them, and by nothing but names and lists of columns.
std::set<std::string> columns_made_of(const Statement& statement, const std::string& parameter,
                                      std::set<std::string> marked);

/// Returns the place of a byte of `text` that starts at `first_line` of `file`.
Place place_at(std::string_view text, size_t offset, const std::string& file, int first_line);

}  // namespace tidemill::sql
