// Tables of MySQL and MariaDB.
//
// The session's time zone is UTC. A record's text is put together with CONCAT and JSON_QUOTE rather
// than JSON_OBJECT, which rounds FLOAT and has no say in the form of bits and bytes.
#include <nlohmann/json.hpp>
#include <set>

#include "base/text.h"
#include "connectors/database_table.h"
#include "duckdb/session.h"

namespace tidemill::connectors {

namespace {

std::string quote_identifier(std::string_view name) {
  return '`' + replace_all(std::string(name), "`", "``") + '`';
}

/// Returns a literal that means the same whatever the server's SQL mode is.
std::string quote_literal(std::string_view text) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string hex;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    hex += kDigits[byte >> 4];
    hex += kDigits[byte & 15];
  }
  return "_utf8mb4 X'" + hex + "'";
}

/// The types that information_schema names and whose values need a form of their own.
const std::set<std::string> kWholeNumbers = {"tinyint", "smallint", "mediumint",
                                             "int",     "bigint",   "year"};
const std::set<std::string> kFloats = {"float", "double"};
const std::set<std::string> kTimes = {"date", "datetime", "timestamp", "time"};
const std::set<std::string> kBytes = {"binary", "varbinary",  "tinyblob",
                                      "blob",   "mediumblob", "longblob"};
const std::set<std::string> kShapes = {"geometry",     "point",          "linestring",
                                       "polygon",      "multipoint",     "multilinestring",
                                       "multipolygon", "geomcollection", "geometrycollection"};

/// Returns an expression for the JSON text of a value; NULL where the value is.
std::string json_expression(const WantedColumn& wanted) {
  const std::string column = quote_identifier(wanted.column.name);
  const std::string& type = wanted.column.type;
  if (wanted.as_boolean && (kWholeNumbers.contains(type) || type == "bit"))
    return "CASE " + column + " + 0 WHEN 0 THEN 'false' WHEN 1 THEN 'true' ELSE " + column +
           " + 0 END";
  // Adding zero makes a number of bits, and takes the zeros in front off a number that is shown
  // with them.
  if (kWholeNumbers.contains(type) || type == "bit") return column + " + 0";
  // A FLOAT's own text has six digits, a DOUBLE's all that it takes.
  if (kFloats.contains(type)) return column + " + 0e0";
  if (type == "decimal") return "CAST(" + column + " AS CHAR)";
  if (type == "decimal zerofill") return column + " + 0";
  if (kTimes.contains(type)) return "CONCAT('\"', " + column + ", '\"')";
  if (kBytes.contains(type)) return "CONCAT('\"', LOWER(HEX(" + column + ")), '\"')";
  if (type == "json") return "CONVERT(" + column + " USING utf8mb4)";
  if (kShapes.contains(type)) return "JSON_QUOTE(ST_AsText(" + column + "))";
  return "JSON_QUOTE(CONVERT(" + column + " USING utf8mb4))";
}

std::string records_sql(const std::vector<WantedColumn>& columns, const std::string& from) {
  std::vector<std::string> fields;
  for (const WantedColumn& wanted : columns) {
    const std::string key = nlohmann::json(wanted.column.name).dump() + ":";
    fields.push_back(quote_literal((fields.empty() ? "{" : ",") + key) + ", COALESCE(" +
                     json_expression(wanted) + ", 'null')");
  }
  return "SELECT CONCAT(" + join(fields, ", ") + ", '}') AS record FROM " + from;
}

/// Returns a condition for the columns of a table in a view of information_schema.
std::string of_table(const std::string& table) {
  const size_t dot = table.find('.');
  const std::string schema =
      dot == std::string::npos ? "DATABASE()" : quote_literal(table.substr(0, dot));
  return "table_schema = " + schema + " AND table_name = " + quote_literal(table.substr(dot + 1));
}

/// MariaDB's JSON is a LONGTEXT with a check of that name and form.
std::string columns_sql(const std::string& table) {
  return "SELECT column_name AS name, CASE WHEN data_type = 'longtext' AND EXISTS (SELECT 1 FROM "
         "information_schema.check_constraints AS c WHERE c.constraint_schema = table_schema AND "
         "c.constraint_name = column_name AND c.check_clause = CONCAT('json_valid(`', column_name, "
         "'`)')) THEN 'json' WHEN data_type = 'decimal' AND column_type LIKE '%zerofill%' THEN "
         "'decimal zerofill' ELSE data_type END AS type, is_nullable AS nullable FROM "
         "information_schema.columns WHERE " +
         of_table(table) + " ORDER BY ordinal_position";
}

std::string content_sql(const std::string& records) {
  return "SELECT CONCAT(COUNT(*), '-', COALESCE(SUM(CAST(CONV(LEFT(MD5(record), 16), 16, 10) AS "
         "UNSIGNED)), 0)) AS content FROM (" +
         records + ") AS records";
}

std::optional<std::string> time_literal(const TableColumn& column, Instant time) {
  if (!kTimes.contains(column.type) || column.type == "time") return std::nullopt;
  std::string text = replace_all(format_time(time), "T", " ");
  text.pop_back();  // The Z.
  return "TIMESTAMP'" + text + "'";
}

std::map<std::string, std::string> secret_fields(const ConnectorContext& context) {
  static const std::map<std::string, std::string> modes = {{"disable", "disabled"},
                                                           {"prefer", "preferred"},
                                                           {"require", "required"},
                                                           {"verify", "verify_identity"}};
  std::map<std::string, std::string> fields = {
      {"ssl_mode", modes.at(context.options.text("ssl", "prefer"))}};
  if (context.options.has("ssl_ca")) fields["ssl_ca"] = context.path("ssl_ca");
  return fields;
}

const DatabaseDialect& dialect() {
  static const DatabaseDialect mysql_dialect = {
      .name = "mysql",
      .extension = "mysql_scanner",
      .query_function = "mysql_query",
      .port = 3306,
      .settings = {"SET GLOBAL mysql_session_time_zone = '+00:00'",
                   "SET GLOBAL mysql_query_timeout_enabled = false",
                   "SET GLOBAL mysql_pool_enable_reaper_thread = false"},
      .attach_text = [](const ConnectorContext&) { return ""; },
      .secret_fields = secret_fields,
      .quote_identifier = quote_identifier,
      .columns_sql = columns_sql,
      .records_sql = records_sql,
      .content_sql = content_sql,
      .time_literal = time_literal,
      .refusals = {"Access denied", "command denied", "Unknown database", "doesn't exist",
                   "Unknown column", "error in your SQL syntax", "SSL connection error",
                   "certificate", "FUNCTION"}};
  return mysql_dialect;
}

}  // namespace

const Connector& mysql() {
  static const Connector connector = make_database_connector(
      dialect(), "a table of MySQL or MariaDB, whole or by a column of dates or times");
  return connector;
}

}  // namespace tidemill::connectors
