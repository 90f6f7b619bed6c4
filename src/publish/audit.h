// Checks on the rows of an attempt, between writing and publishing.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "duckdb/session.h"
#include "project/project.h"

namespace tidemill {

/// A check that found something.
struct Finding {
  std::string check;  ///< The name of the check's use.
  CheckUse::Severity severity = CheckUse::Severity::kError;
  int64_t offenders = 0;  ///< Rows.
  duckdb::Table sample;   ///< Up to five of them.
  Place place;

  /// Returns `events min 1: 3 rows offend`, and the sample below it, a row a line.
  std::string text() const;
};

/// The relations that a check's SQL may name.
struct AuditRelations {
  std::string rows;   ///< The rows being published, as a name or a SELECT in parentheses.
  std::string table;  ///< The whole table as it would be.
};

/// Runs the asset's checks in the order of the file. Returns what they found, warnings too. Throws
/// a user's Error with the check's place when a check's own SQL is wrong.
std::vector<Finding> audit(duckdb::Connection& connection, const Asset& asset,
                           const AuditRelations& relations, const duckdb::Parameters& parameters);

/// True when a check of the asset looks at the whole table, not only at the rows being published.
bool audits_table(const Asset& asset);

/// Throws a user's Error that names every finding of severity error; returns when there is none.
void refuse(const Asset& asset, const std::vector<Finding>& findings);

/// Throws a user's Error when rows lie outside the interval of an interval model, with up to five
/// of them.
void check_interval(duckdb::Connection& connection, const Asset& asset, const Interval& interval,
                    const std::string& rows);

}  // namespace tidemill
