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

/// The most combinations of its filters' choices that a tile is asked for.
inline constexpr size_t kMostResults = 2500;

/// The most rows that a tile has over all choices; equal results count once.
inline constexpr int64_t kMostRowsOfAllChoices = 100'000;

/// A dashboard as its page wants it.
struct DashboardData {
  std::string json;             ///< In the form that `web/README.md` describes.
  std::vector<Error> failures;  ///< Of tiles and filters, each by name.
};

/// Runs the tiles' SQL over the newest snapshots, once for each combination of choices of the
/// filters that a tile takes. A tile whose SQL fails, whose table was not built yet, or that would
/// be too large shows its error; the others are not concerned. A filter whose SQL fails offers only
/// all.
DashboardData dashboard_data(const Project& project, const Dashboard& dashboard,
                             Environment& environment, duckdb::Connection& connection,
                             const Cancellation& cancellation);

}  // namespace tidemill::pages
