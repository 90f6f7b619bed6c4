// What the lake holds, as relations that SQL can name.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "base/time.h"
#include "duckdb/session.h"
#include "engines/duckdb_engine.h"
#include "io/file_system.h"
#include "project/project.h"
#include "tables/table.h"

namespace tidemill {

/// Returns the shape of an asset's table: its columns, then the derived partition columns.
tables::Shape shape_of(const Asset& asset);

/// Returns the derived partition columns of an asset, each with its time column.
std::map<std::string, std::string> derived_columns(const Asset& asset);

/// Returns the columns of a table as users see them: without derived partition columns.
Schema visible_columns(const tables::Shape& shape);

/// Returns a SELECT of a snapshot's rows as users see them: without derived partition columns.
std::string visible_sql(const tables::Snapshot& snapshot, std::span<const tables::DataFile> files);
std::string visible_sql(const tables::Snapshot& snapshot);

/// A table as it was: its newest version, a version by number, or the newest committed at or before
/// a time.
using PointInTime = std::variant<std::monostate, int64_t, Instant>;

/// How the message begins of a table that has no version yet. Its name follows.
inline constexpr const char* kNotBuiltYet = "the table was not built yet: ";

/// Returns a table as it was. Throws a user's Error, with the table's name, when it was not built
/// yet or has no such version.
tables::Snapshot table_snapshot(const Project& project, FileSystem& files,
                                duckdb::Connection& connection, const std::string& name,
                                const PointInTime& at);

struct TableVersion {
  std::string name;
  int64_t version = 0;
  Instant committed_at;
};

struct LakeRelations {
  std::vector<Relation> relations;     ///< Views after what they read.
  std::vector<TableVersion> versions;  ///< Of the tables among them.
};

/// Returns what `names` stand for, and what the views among them read. Rejects tables may be named
/// too. Throws a user's Error for a table that nothing makes, one that was not built yet, and a
/// version number that is asked of several tables.
LakeRelations lake_relations(const Project& project, FileSystem& files,
                             duckdb::Connection& connection, const std::vector<std::string>& names,
                             const PointInTime& at);

}  // namespace tidemill
