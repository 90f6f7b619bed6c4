#include "publish/lake.h"

#include <algorithm>
#include <set>

#include "base/text.h"

namespace tidemill {

namespace {

/// Adds a name and, below a view, what it reads, so that each comes after its own.
void add_names(const Project& project, const std::string& name, std::vector<std::string>& ordered) {
  if (std::find(ordered.begin(), ordered.end(), name) != ordered.end()) return;
  const auto asset = project.find(name);
  if (asset && project.assets[*asset].is_view()) {
    for (const size_t input : project.assets[*asset].inputs)
      add_names(project, project.assets[input].name, ordered);
  }
  ordered.push_back(name);
}

}  // namespace

std::map<std::string, std::string> derived_columns(const Asset& asset) {
  std::map<std::string, std::string> derived;
  for (const std::string& column : asset.layout.partition_by) {
    if (const auto time = derived_from(asset.schema, column)) derived[column] = *time;
  }
  return derived;
}

tables::Shape shape_of(const Asset& asset) {
  tables::Shape shape{.schema = asset.schema,
                      .partition_by = asset.layout.partition_by,
                      .description = asset.description};
  for (const auto& [column, time] : derived_columns(asset)) {
    shape.schema.push_back({column, Type{.id = Type::Id::kDate}});
    shape.comments[column] = "the UTC day of " + time;
  }
  for (const ColumnDescription& column : asset.columns) {
    if (!column.description.empty()) shape.comments[column.name] = column.description;
  }
  return shape;
}

Schema visible_columns(const tables::Shape& shape) {
  Schema visible;
  for (const Column& column : shape.schema) {
    Schema others = shape.schema;
    std::erase_if(others, [&](const Column& other) { return other.name == column.name; });
    const auto& partitions = shape.partition_by;
    const bool partition =
        std::find(partitions.begin(), partitions.end(), column.name) != partitions.end();
    if (!partition || !derived_from(others, column.name)) visible.push_back(column);
  }
  return visible;
}

std::string visible_sql(const tables::Snapshot& snapshot, std::span<const tables::DataFile> files) {
  std::vector<std::string> columns;
  for (const Column& column : visible_columns(snapshot.shape))
    columns.push_back(duckdb::quote_identifier(column.name));
  return "SELECT " + join(columns, ", ") + " FROM (" + tables::read_sql(snapshot, files) + ")";
}

std::string visible_sql(const tables::Snapshot& snapshot) {
  return visible_sql(snapshot, snapshot.files);
}

tables::Snapshot table_snapshot(const Project& project, FileSystem& files,
                                duckdb::Connection& connection, const std::string& name,
                                const PointInTime& at) {
  tables::Table table(files, project.table_folder(name), connection);
  auto newest = table.snapshot();
  if (!newest) {
    throw user_error(std::string(kNotBuiltYet) + quote(name)).hint("tidemill run +" + name);
  }
  try {
    if (const auto* version = std::get_if<int64_t>(&at)) return table.snapshot_at(*version);
    if (const auto* time = std::get_if<Instant>(&at)) return table.snapshot_at(*time);
  } catch (const Error& error) {
    const std::string hint = error.hint().empty() ? "tidemill history " + name : error.hint();
    throw Error(error.kind(), name + ": " + error.message()).hint(hint);
  }
  return std::move(*newest);
}

LakeRelations lake_relations(const Project& project, FileSystem& files,
                             duckdb::Connection& connection, const std::vector<std::string>& names,
                             const PointInTime& at) {
  std::vector<std::string> ordered;
  for (const std::string& name : names) add_names(project, name, ordered);
  LakeRelations lake;
  for (const std::string& name : ordered) {
    const auto asset = project.find(maker_of(name));
    if (!asset)
      throw user_error("no such table: " + quote(name))
          .hint(nearest_hint(name, project.asset_names()));
    if (project.assets[*asset].is_view()) {
      lake.relations.push_back({name, project.assets[*asset].model.sql});
      continue;
    }
    tables::Table table(files, project.table_folder(name), connection);
    const bool rejects = name != project.assets[*asset].name;
    if (rejects && std::holds_alternative<std::monostate>(at) && !table.snapshot()) {
      // Nothing was rejected so far: there is no table, and no row.
      tables::Snapshot empty{.folder = table.folder()};
      empty.shape.schema = rejects_schema();
      lake.relations.push_back({name, visible_sql(empty)});
      continue;
    }
    const tables::Snapshot snapshot = table_snapshot(project, files, connection, name, at);
    lake.relations.push_back({name, visible_sql(snapshot)});
    lake.versions.push_back({name, snapshot.version, snapshot.time});
  }
  if (std::holds_alternative<int64_t>(at) && lake.versions.size() > 1) {
    throw user_error("a version is one table's, and the query reads " +
                     std::to_string(lake.versions.size()))
        .hint("give a time: --at 2015-01-02T00:00:00Z");
  }
  return lake;
}

}  // namespace tidemill
