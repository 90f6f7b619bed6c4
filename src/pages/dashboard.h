// A dashboard's tiles, asked of the lake: the data that a page shows.
#pragma once

#include <string>
#include <vector>

#include "base/cancellation.h"
#include "base/error.h"
#include "duckdb/session.h"
#include "io/environment.h"
#include "project/project.h"

namespace tidemill::pages {

/// The most rows that a tile shows; there may be more, and then it says so.
inline constexpr int64_t kMostRows = 5000;

/// A dashboard as its page wants it.
struct DashboardData {
  std::string json;             ///< In the form that `web/README.md` describes.
  std::vector<Error> failures;  ///< Of tiles: each names its tile.
};

/// Runs the tiles' SQL over the newest snapshots. A tile whose SQL fails, or whose table was not
/// built yet, shows its error; the others are not concerned.
DashboardData dashboard_data(const Project& project, const Dashboard& dashboard,
                             Environment& environment, duckdb::Connection& connection,
                             const Cancellation& cancellation);

}  // namespace tidemill::pages
