// A query that gives up when its rows fall into too many groups.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "duckdb/session.h"

namespace tidemill::duckdb {

/// Returns a condition that every row fulfils. A query with it fails with kTooManyGroups once one
/// of its threads has seen more than `most` different values of `columns`, which are looked up
/// where the condition stands.
std::string at_most_groups(Connection& connection, size_t most,
                           const std::vector<std::string>& columns);

/// The message of that error, which `wants_memory`.
constexpr const char* kTooManyGroups = "the rows fall into too many groups";

}  // namespace tidemill::duckdb
