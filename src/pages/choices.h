// What a filter of a page offers to its reader: each choice with the parameters it gives to tiles.
#pragma once

#include <string>
#include <vector>

#include "duckdb/session.h"
#include "project/project.h"

namespace tidemill::pages {

/// The most values or slices that a filter offers besides all; there may be more, and then it says
/// so.
inline constexpr int64_t kMostChoices = 250;

struct Choice {
  std::string label;  ///< Empty for a value that is an empty text.
  duckdb::Parameters parameters;
};

struct Choices {
  std::vector<Choice> list;  ///< The first is all.
  int64_t left_out = 0;      ///< Values that are beyond `kMostChoices`.

  /// Returns the place of the choice with this label, and 0, which is all, when there is none.
  size_t find(const std::string& label) const;
};

/// Returns the one choice that does not filter.
Choice all_of(const Filter& filter);

/// Asks a filter's SQL, over relations that the connection shows, for what it offers. Values come
/// in the order of the SQL, each once, without NULL; a time range's durations come before its
/// slices, the newest first. Throws what DuckDB reports.
Choices choices_of(const Filter& filter, duckdb::Connection& connection,
                   const duckdb::Parameters& parameters);

}  // namespace tidemill::pages
