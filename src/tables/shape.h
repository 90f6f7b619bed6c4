// A table's shape as the log writes it, and what may become of it.
#pragma once

#include <string>
#include <vector>

#include "tables/commit.h"

namespace tidemill::tables {

/// Returns the columns with their comments as JSON text (Delta protocol, "Schema Serialization
/// Format"). All may be NULL. A JSON column is a string whose metadata says so, under
/// `tidemill.type`.
std::string schema_text(const Shape& shape);

/// Reads `schema_text`, ours or another writer's, into the schema and the comments. Throws a user's
/// Error for a type that Tidemill does not have (timestamp_ntz, variant, …).
Shape read_schema(const std::string& text);

/// Returns the rule of the columns that a writer would have to check and we do not (NOT NULL, an
/// invariant, a generated column), for a message; empty when there is none.
std::string unchecked_rule(const std::string& schema_text);

/// Throws a user's Error when no table can have that shape: two columns of one name, a partition
/// column that does not exist or whose type has no text form.
void check_shape(const Shape& shape);

/// Returns the shape of a table of shape `current` to which rows of shape `wanted` are added: new
/// columns come last, those that `wanted` lacks stay. Throws a user's Error when a type, a name's
/// spelling or the partitioning differs.
Shape widen_shape(const Shape& current, const Shape& wanted);

/// True when columns of the two types are the same in files: JSON is text there, also in lists.
bool stored_alike(const Type& one, const Type& other);

/// Returns the value of a partition column as the log writes it, from DuckDB's text of it.
std::string partition_text(const Type& type, const std::string& text);

}  // namespace tidemill::tables
