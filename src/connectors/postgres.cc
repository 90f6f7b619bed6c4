// Tables of PostgreSQL.
#include <set>

#include "base/text.h"
#include "connectors/database_table.h"
#include "duckdb/session.h"

namespace tidemill::connectors {

namespace {

/// Returns a value as libpq's connection strings quote it.
std::string quote_setting(const std::string& value) {
  return "'" + replace_all(replace_all(value, "\\", "\\\\"), "'", "\\'") + "'";
}

std::string attach_text(const ConnectorContext& context) {
  static const std::map<std::string, std::string> modes = {{"disable", "disable"},
                                                           {"prefer", "prefer"},
                                                           {"require", "require"},
                                                           {"verify", "verify-full"}};
  std::string text =
      "application_name=tidemill client_encoding=UTF8 connect_timeout=10 keepalives_idle=30 "
      "sslmode=" +
      modes.at(context.options.text("ssl", "prefer"));
  if (context.options.has("ssl_ca"))
    text += " sslrootcert=" + quote_setting(context.path("ssl_ca"));
  return text;
}

/// Returns the column with its value in the form that the contract reads, under its own name.
std::string column_expression(const TableColumn& column) {
  const std::string name = duckdb::quote_identifier(column.name);
  if (column.type == "bytea") return "encode(" + name + ", 'hex') AS " + name;
  if (column.type == "bpchar")
    return "CAST(" + name + " AS text) AS " + name;  // Without its blanks.
  if (column.type == "float4") return "CAST(" + name + " AS float8) AS " + name;
  return name;
}

std::string records_sql(const std::vector<WantedColumn>& columns, const std::string& from) {
  std::vector<std::string> expressions;
  for (const WantedColumn& wanted : columns)
    expressions.push_back(column_expression(wanted.column));
  // With `.*`, since a column may have the name of the alias.
  return "SELECT CAST(row_to_json(r.*) AS text) AS record FROM (SELECT " + join(expressions, ", ") +
         " FROM " + from + ") AS r";
}

/// A domain counts as the type it stands for.
std::string columns_sql(const std::string& table) {
  return "SELECT CAST(a.attname AS text) AS name, CAST(CASE WHEN t.typtype = 'd' THEN b.typname "
         "ELSE "
         "t.typname END AS text) AS type, CASE WHEN a.attnotnull THEN 'NO' ELSE 'YES' END AS "
         "nullable "
         "FROM pg_catalog.pg_attribute AS a JOIN pg_catalog.pg_type AS t ON t.oid = a.atttypid "
         "LEFT "
         "JOIN pg_catalog.pg_type AS b ON b.oid = t.typbasetype WHERE a.attrelid = to_regclass(" +
         duckdb::quote_literal(duckdb::quote_table(table)) +
         ") AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum";
}

std::string content_sql(const std::string& records) {
  return "SELECT count(*) || '-' || coalesce(sum(hashtextextended(record, 0)), 0) AS content FROM "
         "(" +
         records + ") AS records";
}

std::optional<std::string> time_literal(const TableColumn& column, Instant time) {
  static const std::set<std::string> types = {"date", "timestamp", "timestamptz"};
  if (!types.contains(column.type)) return std::nullopt;
  // A date is compared as its midnight, a timestamp without zone as UTC.
  std::string text = format_time(time);
  if (column.type == "timestamptz") return "TIMESTAMPTZ '" + text + "'";
  text.pop_back();  // The Z.
  return "TIMESTAMP '" + text + "'";
}

const DatabaseDialect& dialect() {
  static const DatabaseDialect postgres_dialect = {
      .name = "postgres",
      .extension = "postgres_scanner",
      .query_function = "postgres_query",
      .port = 5432,
      .settings = {},
      .attach_text = attach_text,
      .secret_fields = [](const ConnectorContext&) { return std::map<std::string, std::string>(); },
      .quote_identifier = duckdb::quote_identifier,
      .columns_sql = columns_sql,
      .records_sql = records_sql,
      .content_sql = content_sql,
      .time_literal = time_literal,
      .refusals = {"password authentication failed", "no password supplied", "does not exist",
                   "no pg_hba.conf entry", "permission denied", "not permitted to log in",
                   "syntax error", "does not support SSL", "certificate"}};
  return postgres_dialect;
}

}  // namespace

const Connector& postgres() {
  static const Connector connector = make_database_connector(
      dialect(), "a table of PostgreSQL, whole or by a column of dates or times");
  return connector;
}

}  // namespace tidemill::connectors
