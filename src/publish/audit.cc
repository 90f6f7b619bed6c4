#include "publish/audit.h"

#include <algorithm>

#include "base/text.h"
#include "publish/check.h"

namespace tidemill {

namespace {

constexpr int64_t kSample = 5;

const Check& check_of(const CheckUse& use) {
  for (const Check* check : checks::all()) {
    if (check->name == use.kind) return *check;
  }
  throw bug_error("an unknown check passed validation: " + quote(use.kind));
}

std::string row_text(const duckdb::Table& table, const duckdb::Row& row) {
  constexpr size_t kLongest = 80;
  std::vector<std::string> cells;
  for (size_t i = 0; i < row.size(); ++i) {
    std::string text =
        std::holds_alternative<std::monostate>(row[i]) ? "NULL" : duckdb::text_of(row[i]);
    if (text.size() > kLongest) {
      size_t end = kLongest;
      while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
      text = to_utf8(text.substr(0, end)) + "…";  // Cut between characters.
    }
    cells.push_back(table.columns[i].name + "=" + replace_all(text, "\n", "\\n"));
  }
  return join(cells, ", ");
}

/// Returns how many rows `select` has and up to five of them.
Finding look(duckdb::Connection& connection, const std::string& select,
             const duckdb::Parameters& parameters) {
  Finding finding;
  const std::string inner = "(\n" + select + "\n)";
  finding.sample =
      connection.query("SELECT * FROM " + inner + " LIMIT " + std::to_string(kSample), parameters);
  finding.offenders = static_cast<int64_t>(finding.sample.rows.size());
  if (finding.offenders == kSample) {
    finding.offenders = duckdb::integer_of(
        connection.query("SELECT count(*) FROM " + inner, parameters).rows[0][0]);
  }
  return finding;
}

}  // namespace

std::string Finding::text() const {
  std::string text =
      check + ": " + format_count(offenders, "row") + (offenders == 1 ? " offends" : " offend");
  for (const duckdb::Row& row : sample.rows) text += "\n    " + row_text(sample, row);
  if (offenders > static_cast<int64_t>(sample.rows.size())) text += "\n    …";
  return text;
}

bool audits_table(const Asset& asset) {
  return std::any_of(asset.checks.begin(), asset.checks.end(),
                     [](const CheckUse& use) { return check_of(use).needs_table(use); });
}

std::vector<Finding> audit(duckdb::Connection& connection, const Asset& asset,
                           const AuditRelations& relations, const duckdb::Parameters& parameters) {
  std::vector<Finding> findings;
  for (const CheckUse& use : asset.checks) {
    const std::string column = use.column.empty() ? "" : duckdb::quote_identifier(use.column);
    const CheckSubject subject{use, relations.rows, relations.table, column};
    try {
      Finding finding = look(connection, check_of(use).offenders(subject), parameters);
      if (finding.offenders == 0) continue;
      finding.check = use.name;
      finding.severity = use.severity;
      finding.place = use.place;
      findings.push_back(std::move(finding));
    } catch (Error& error) {
      if (error.kind() == Error::Kind::kUser) error.at(use.place);
      throw;
    }
  }
  return findings;
}

void refuse(const Asset& asset, const std::vector<Finding>& findings) {
  std::string text;
  Place place;
  int64_t failed = 0;
  for (const Finding& finding : findings) {
    if (finding.severity != CheckUse::Severity::kError) continue;
    if (++failed == 1) place = finding.place;
    text += "\n  " + finding.text();
  }
  if (failed == 0) return;
  throw user_error(format_count(failed, "check") + " of " + asset.name +
                   " failed, nothing was committed:" + text)
      .at(place);
}

void check_interval(duckdb::Connection& connection, const Asset& asset, const Interval& interval,
                    const std::string& rows) {
  const std::string column = duckdb::quote_identifier(asset.model.time_column);
  const Finding outside = look(connection,
                               "SELECT * FROM " + rows + " WHERE " + column + " IS NULL OR " +
                                   column + " < $start OR " + column + " >= $end",
                               {{"start", interval.start}, {"end", interval.end}});
  if (outside.offenders == 0) return;
  std::string text;
  for (const duckdb::Row& row : outside.sample.rows)
    text += "\n    " + row_text(outside.sample, row);
  throw user_error(format_count(outside.offenders, "row") + " of " + asset.name +
                   " outside the interval " + interval.label() + ", nothing was committed:" + text)
      .at(asset.place)
      .hint("filter so that " + asset.model.time_column + " >= $start and < $end");
}

}  // namespace tidemill
