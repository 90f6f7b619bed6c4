// What commands print: stdout is data, stderr is talk.
#pragma once

#include <string>
#include <vector>

#include "base/error.h"
#include "cli/workspace.h"
#include "duckdb/session.h"

namespace tidemill {

/// Prints one error to stderr: place, message, hint; with --json as an event to stdout too.
void print_error(const Globals& globals, const Error& error);
/// Prints all mistakes of a project and how many they are.
void print_mistakes(const Globals& globals, const std::vector<Error>& mistakes);

/// Returns the error as a JSON object: kind, message, file, line, column, hint.
std::string error_json(const Error& error);

/// Prints rows as columns under their names, to stdout; numbers to the right. `numeric` says which
/// columns are numbers.
void print_table(const std::vector<std::string>& header,
                 const std::vector<std::vector<std::string>>& rows,
                 const std::vector<bool>& numeric);

/// Returns a value as JSON text (RFC 8259): instants as ISO 8601, NaN and infinities as text.
std::string json_value(const duckdb::Value& value);
/// Returns a text as a JSON string.
std::string json_text(const std::string& text);

/// Returns a row as a JSON object on one line, under the names of its columns.
std::string json_row(const std::vector<duckdb::ResultColumn>& columns, const duckdb::Row& row);
/// Returns a value as a cell of a table for people: NULL by its name, line ends and tabs escaped.
std::string cell_text(const duckdb::Value& value);
/// True for columns whose cells stand to the right.
bool is_number(const duckdb::ResultColumn& column);

/// True when stderr is a terminal that can show bars.
bool stderr_is_terminal();

}  // namespace tidemill
