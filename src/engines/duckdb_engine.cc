#include "engines/duckdb_engine.h"

#include <algorithm>
#include <set>

#include "base/text.h"
#include "duckdb/group_limit.h"

namespace tidemill {

namespace {

constexpr std::string_view kParquet =
    "FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1, RETURN_STATS";

constexpr size_t kFewestRows = 2048;  // Of a row group.

/// The writer keeps a row group per thread in memory, so row groups are small in bytes, whatever
/// the rows; and smaller where it keeps one of each partition.
constexpr size_t row_group_bytes(bool partitioned) {
  constexpr size_t kMegabyte = 1024 * 1024;
  return (partitioned ? 8 : 12) * kMegabyte;
}

/// Returns how many bytes a row has in memory, from what columns of such types usually hold.
size_t usual_row_bytes(const Schema& schema) {
  size_t width = 0;
  for (const Column& column : schema) {
    switch (column.type.id) {
      case Type::Id::kJson:
      case Type::Id::kBlob:
        width += 2048;
        break;
      case Type::Id::kVarchar:
        width += 40;
        break;
      case Type::Id::kList:
      case Type::Id::kStruct:
      case Type::Id::kMap:
        width += 200;
        break;
      default:
        width += 8;
    }
  }
  return width;
}

/// Returns how many rows make a row group of about `bytes`.
size_t row_group_rows(const WriteRequest& request, size_t bytes) {
  constexpr size_t kMost = 122'880;
  const size_t width = request.row_bytes > 0 ? static_cast<size_t>(request.row_bytes)
                                             : usual_row_bytes(request.schema);
  return std::clamp(bytes / std::max<size_t>(width, 1), kFewestRows, kMost);
}

/// Returns how many values of a column make it into a dictionary before the column goes without:
/// beyond these, looking each of them up costs more than it saves.
size_t dictionary_entries(size_t row_group_rows) {
  constexpr size_t kMost = 2'000;
  return std::min(row_group_rows / 5, kMost);
}

std::string select_list(const WriteRequest& request) {
  std::vector<std::string> columns;
  for (const Column& column : request.schema) {
    const std::string name = duckdb::quote_identifier(column.name);
    columns.push_back("CAST(" + name + " AS " + column.type.sql() + ") AS " + name);
  }
  for (const auto& [derived, time] : request.derived) {
    // The day in UTC, without a look at the calendar of time zones for each row.
    columns.push_back("CAST(make_timestamp(epoch_us(" + duckdb::quote_identifier(time) +
                      ")) AS DATE) AS " + duckdb::quote_identifier(derived));
  }
  return join(columns, ", ");
}

}  // namespace

DuckdbEngine::Session DuckdbEngine::open() {
  const std::lock_guard lock(mutex_);
  if (database_ == nullptr) database_ = std::make_shared<duckdb::Database>(settings_);
  return {database_, database_->connect()};
}

void DuckdbEngine::limit_memory(const std::string& limit) {
  const std::lock_guard lock(mutex_);
  if (database_ != nullptr)
    database_->connect()->query("SET memory_limit = " + duckdb::quote_literal(limit));
  settings_.memory_limit = limit;
}

void DuckdbEngine::renew() {
  const std::lock_guard lock(mutex_);
  database_.reset();
}

void show_relations(duckdb::Connection& connection, const std::vector<Relation>& relations) {
  std::set<std::string> schemas;
  for (const Relation& relation : relations) {
    const std::string schema = relation.name.substr(0, relation.name.find('.'));
    if (schemas.insert(schema).second)
      connection.query("CREATE SCHEMA IF NOT EXISTS " + duckdb::quote_identifier(schema));
    connection.query("CREATE OR REPLACE VIEW " + duckdb::quote_table(relation.name) + " AS " +
                     relation.sql);
  }
}

std::vector<std::string> layout_order(const WriteRequest& request) {
  std::vector<std::string> order = request.partition_by;
  order.insert(order.end(), request.cluster_by.begin(), request.cluster_by.end());
  return order;
}

duckdb::Table write_files(duckdb::Connection& connection, const WriteRequest& request) {
  const bool sorts = request.partition_after_partition || !request.cluster_by.empty();
  const bool side_by_side = !request.partition_by.empty() && !sorts;
  std::string select = "SELECT " + select_list(request) + " FROM (\n" + request.select + "\n)";
  if (side_by_side) {
    select = "SELECT * FROM (" + select + ") WHERE " +
             duckdb::at_most_groups(connection, kMostPartitionsAtOnce, request.partition_by);
  }
  const std::vector<std::string> order = layout_order(request);
  if (sorts && !order.empty()) select += " ORDER BY " + duckdb::quote_identifiers(order);
  std::string target = duckdb::quote_literal(request.folder + "/part-0.parquet");
  const size_t bytes = row_group_bytes(!request.partition_by.empty());
  const size_t group = row_group_rows(request, bytes);
  const std::string rows = std::to_string(group);
  std::string options = std::string(kParquet) + ", ROW_GROUP_SIZE " + rows +
                        ", ROW_GROUP_SIZE_BYTES " + std::to_string(bytes) +
                        ", DICTIONARY_SIZE_LIMIT " + std::to_string(dictionary_entries(group));
  if (!request.partition_by.empty()) {
    // Of this connection only: after so many rows a thread hands its partitions on. What is sorted
    // may have a partition every few rows.
    connection.query("SET partitioned_write_flush_threshold = " +
                     (side_by_side ? rows : std::to_string(kFewestRows)));
    target = duckdb::quote_literal(request.folder);
    options += ", PARTITION_BY (" + duckdb::quote_identifiers(request.partition_by) +
               "), WRITE_PARTITION_COLUMNS true, OVERWRITE_OR_IGNORE true";
  }
  return connection.query("COPY (" + select + ") TO " + target + " (" + options + ")",
                          request.parameters);
}

}  // namespace tidemill
