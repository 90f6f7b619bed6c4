// A dashboard's tiles, asked of the lake: the data that a page shows.
#pragma once

#include <string>

#include "base/cancellation.h"
#include "duckdb/session.h"
#include "io/environment.h"
#include "project/project.h"

namespace tidemill::pages {

/// The most rows that a tile shows; there may be more, and then it says so.
inline constexpr int64_t kMostRows = 5000;

/// Runs the tiles' SQL over the newest snapshots and returns the dashboard as JSON, in the form
/// that `web/README.md` describes. A tile whose SQL fails, or whose table was not built yet, shows
/// its error; the others are not concerned.
std::string dashboard_json(const Project& project, const Dashboard& dashboard,
                           Environment& environment, duckdb::Connection& connection,
                           const Cancellation& cancellation);

}  // namespace tidemill::pages
