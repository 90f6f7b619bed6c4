// A table's rows in other types: what an asset's columns are today.
#pragma once

#include <string>

#include "duckdb/session.h"
#include "io/file_system.h"
#include "project/project.h"
#include "tables/table.h"

namespace tidemill {

/// True when columns of the table have other types than the asset gives them, and nothing else
/// keeps rows of the asset from standing beside those of the table.
bool needs_retyping(const tables::Shape& table, const Asset& asset);

/// Writes all rows of `before`, the table's newest version, with the asset's types into
/// `<table's folder>/<attempt>`, interval by interval, and puts these files in the place of the
/// others in one commit, which changes no rows. The columns' order stays, and columns that the
/// asset does not have. Throws a user's Error, and commits nothing, when a value cannot be had
/// exactly in the new type. `provenance` says who did it; its asset is to be empty, since nothing
/// was built.
void retype(duckdb::Connection& connection, FileSystem& files, tables::Table& table,
            const tables::Snapshot& before, const Asset& asset, const std::string& attempt,
            const tables::Provenance& provenance, Instant now);

}  // namespace tidemill
