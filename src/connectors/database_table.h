// A table of a database server as a source: what the connectors of such servers share.
//
// The server makes a JSON text of each row itself, and DuckDB's extension for that server carries
// the texts as the rows of one SELECT: one snapshot, in bounded memory. So a value passes through
// no type that cannot hold it: the extensions by themselves would make a DOUBLE of a NUMERIC, a
// NULL of MySQL's date of zeros, and true of 2.
//
// What tells one content from another is a count and a sum of hashes of these texts, over all
// columns, worked out by the server: nothing but that travels, and no change escapes it.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "connectors/connector.h"

namespace tidemill {

struct TableColumn {
  std::string name;
  std::string type;  ///< As the dialect's `columns_sql` gives it.
  bool nullable = true;
};

/// A column to read.
struct WantedColumn {
  TableColumn column;
  bool as_boolean = false;  ///< The contract reads it as a boolean, which not every server has.
};

/// What is peculiar to one kind of server. Names of tables are as the user writes them.
struct DatabaseDialect {
  std::string name;            ///< Of the connector, and of DuckDB's type for ATTACH and secrets.
  std::string extension;       ///< Of DuckDB.
  std::string query_function;  ///< The extension's function that runs the server's own SQL.
  int64_t port = 0;            ///< Where nothing else is said.
  std::vector<std::string> settings;  ///< SQL for DuckDB once the extension is loaded.
  /// Returns the text of ATTACH, beside what the secret says.
  std::function<std::string(const ConnectorContext&)> attach_text;
  /// Returns what the secret says beside host, port, database, user and password.
  std::function<std::map<std::string, std::string>(const ConnectorContext&)> secret_fields;
  std::function<std::string(std::string_view)> quote_identifier;
  /// Returns a SELECT of three texts for each column in order: name, type, and YES where it may be
  /// NULL. No rows where there is no such table, or nothing of it may be seen.
  std::function<std::string(const std::string& table)> columns_sql;
  /// Returns a SELECT of one text column, `record`: the rows of what stands after FROM as JSON. A
  /// row that the server cannot make a text of is NULL.
  std::function<std::string(const std::vector<WantedColumn>&, const std::string& from)> records_sql;
  /// Returns a SELECT of one text from the texts of `records`, which tells one content from
  /// another.
  std::function<std::string(const std::string& records)> content_sql;
  /// Returns the instant as a literal to compare the column with; nothing for a column that is no
  /// date or time.
  std::function<std::optional<std::string>(const TableColumn&, Instant)> time_literal;
  /// What a message of the server contains when trying again would change nothing.
  std::vector<std::string> refusals;
};

/// Makes the connector of a kind of server. `dialect` outlives it.
Connector make_database_connector(const DatabaseDialect& dialect, std::string doc);

/// Returns the parts of a table's name, each quoted by the dialect, with dots between.
std::string quote_table_name(const DatabaseDialect& dialect, const std::string& table);

}  // namespace tidemill
