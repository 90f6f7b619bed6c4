#include "publish/table_diff.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/text.h"
#include "publish/lake.h"

namespace tidemill {

namespace {

using duckdb::quote_identifier;
using tables::DataFile;
using tables::Snapshot;

/// Returns the files of `snapshot` that `other` does not have.
std::vector<DataFile> own_files(const Snapshot& snapshot, const Snapshot& other) {
  std::set<std::string> shared;
  for (const DataFile& file : other.files) shared.insert(file.logged_path);
  std::vector<DataFile> own;
  for (const DataFile& file : snapshot.files) {
    if (!shared.contains(file.logged_path)) own.push_back(file);
  }
  return own;
}

bool contains(const std::vector<std::string>& names, const std::string& name) {
  return std::any_of(names.begin(), names.end(),
                     [&](const std::string& other) { return lower(other) == lower(name); });
}

std::string numbered(const std::string& pattern, size_t count, const std::string& separator) {
  std::vector<std::string> parts;
  for (size_t i = 0; i < count; ++i)
    parts.push_back(fmt::format(fmt::runtime(pattern), fmt::arg("i", i)));
  return join(parts, separator);
}

/// Compares by SQL. Columns are b0, b1, … of the earlier version and a0, a1, … of the later.
class Comparison {
 public:
  Comparison(duckdb::Connection& connection, const Snapshot& before, const Snapshot& after,
             const DiffRequest& request)
      : connection_(connection), before_(before), after_(after), request_(request) {
    const Schema old_columns = visible_columns(before.shape);
    for (const Column& column : visible_columns(after.shape)) {
      const Column* old = find_column(old_columns, column.name);
      if (old == nullptr) diff_.new_columns.push_back(column.name);
      if (old == nullptr || contains(request.ignored, column.name)) continue;
      columns_.push_back(column.name);
      same_type_.push_back(old->type == column.type);
    }
    for (const Column& column : old_columns) {
      if (find_column(after.shape.schema, column.name) == nullptr)
        diff_.lost_columns.push_back(column.name);
    }
    if (columns_.empty()) throw user_error("the two versions have no column in common");
    for (const std::string& column : request.key) key_.push_back(index_of(column));
    with_ = "WITH before AS (" + side(before_, after_, "b") + "), after AS (" +
            side(after_, before_, "a") + ") ";
  }

  TableDiff compare() {
    if (key_.empty()) {
      compare_sets();
    } else {
      check_key("before", "b", before_);
      check_key("after", "a", after_);
      compare_by_key();
    }
    return std::move(diff_);
  }

 private:
  size_t index_of(const std::string& column) const {
    for (size_t i = 0; i < columns_.size(); ++i) {
      if (lower(columns_[i]) == lower(column)) return i;
    }
    throw user_error("not a column that both versions have: " + quote(column))
        .hint(nearest_hint(column, columns_));
  }

  /// Returns a SELECT of the rows that only this side's files hold.
  std::string side(const Snapshot& snapshot, const Snapshot& other, const std::string& letter) {
    std::vector<std::string> columns;
    for (size_t i = 0; i < columns_.size(); ++i) {
      const std::string name = quote_identifier(columns_[i]);
      columns.push_back(fmt::format(
          "{} AS {}{}", same_type_[i] ? name : "CAST(" + name + " AS VARCHAR)", letter, i));
    }
    return fmt::format("SELECT {}, true AS {} FROM ({})", join(columns, ", "), letter,
                       visible_sql(snapshot, own_files(snapshot, other)));
  }

  std::string key_of(const std::string& letter) const {
    std::vector<std::string> columns;
    for (const size_t i : key_) columns.push_back(letter + std::to_string(i));
    return join(columns, ", ");
  }

  void check_key(const std::string& side, const std::string& letter, const Snapshot& snapshot) {
    const std::string key = key_of(letter);
    const duckdb::Table doubles = connection_.query(
        fmt::format("{}SELECT {} FROM {} GROUP BY ALL HAVING count(*) > 1 ORDER BY ALL LIMIT 1",
                    with_, key, side));
    if (doubles.rows.empty()) return;
    std::vector<std::string> values;
    for (const duckdb::Value& value : doubles.rows[0]) values.push_back(duckdb::text_of(value));
    throw user_error(fmt::format("several rows of version {} have one {}: {}", snapshot.version,
                                 join(request_.key, ", "), quote(join(values, ", "))))
        .hint("give columns that tell rows apart, --key a,b, or none, --key ''");
  }

  /// Takes the values of the columns from `at` on out of a row.
  duckdb::Row part(const duckdb::Row& row, size_t at) const {
    const auto first = row.begin() + static_cast<std::ptrdiff_t>(at);
    return {first, first + static_cast<std::ptrdiff_t>(columns_.size())};
  }

  void take_columns(const duckdb::Table& table) {
    for (size_t i = 0; i < columns_.size(); ++i) {
      diff_.columns.push_back(table.columns[i]);
      diff_.columns.back().name = columns_[i];
    }
  }

  void compare_by_key() {
    std::vector<std::string> same_key;
    std::vector<std::string> order;
    for (const size_t i : key_) {
      same_key.push_back(fmt::format("b{0} IS NOT DISTINCT FROM a{0}", i));
      order.push_back(fmt::format("coalesce(b{0}, a{0})", i));
    }
    const size_t count = columns_.size();
    const std::string joined =
        fmt::format("FROM before FULL JOIN after ON {} ", join(same_key, " AND "));
    const std::string differs = "(" + numbered("b{i} IS DISTINCT FROM a{i}", count, " OR ") + ")";
    const duckdb::Row counts =
        connection_
            .query(fmt::format("{}SELECT count(*) FILTER (b IS NULL), count(*) FILTER (a IS NULL), "
                               "count(*) FILTER (a AND b AND {}) {}",
                               with_, differs, joined))
            .rows[0];
    diff_.added = duckdb::integer_of(counts[0]);
    diff_.removed = duckdb::integer_of(counts[1]);
    diff_.changed = duckdb::integer_of(counts[2]);
    const duckdb::Table rows = connection_.query(
        fmt::format("{}SELECT {}, {}, b, a {}WHERE a IS NULL OR b IS NULL OR {} ORDER BY {} "
                    "LIMIT {}",
                    with_, numbered("b{i}", count, ", "), numbered("a{i}", count, ", "), joined,
                    differs, join(order, ", "), request_.most_rows));
    take_columns(rows);
    for (const duckdb::Row& row : rows.rows) {
      const bool was = !std::holds_alternative<std::monostate>(row[2 * count]);
      const bool is = !std::holds_alternative<std::monostate>(row[2 * count + 1]);
      RowChange change{.kind = !was  ? RowChange::Kind::kAdded
                               : !is ? RowChange::Kind::kRemoved
                                     : RowChange::Kind::kChanged};
      if (was) change.before = part(row, 0);
      if (is) change.after = part(row, count);
      diff_.rows.push_back(std::move(change));
    }
  }

  void compare_sets() {
    const size_t count = columns_.size();
    const std::string before = "SELECT " + numbered("b{i}", count, ", ") + " FROM before";
    const std::string after = "SELECT " + numbered("a{i}", count, ", ") + " FROM after";
    diff_.removed = take_rows(before + " EXCEPT ALL " + after, RowChange::Kind::kRemoved);
    diff_.added = take_rows(after + " EXCEPT ALL " + before, RowChange::Kind::kAdded);
  }

  /// Adds the first rows of `select` to the answer. Returns how many there are.
  int64_t take_rows(const std::string& select, RowChange::Kind kind) {
    const int64_t left = request_.most_rows - static_cast<int64_t>(diff_.rows.size());
    const duckdb::Table rows = connection_.query(
        fmt::format("{}SELECT * FROM ({}) ORDER BY ALL LIMIT {}", with_, select, left));
    if (diff_.columns.empty()) take_columns(rows);
    for (const duckdb::Row& row : rows.rows) {
      const bool added = kind == RowChange::Kind::kAdded;
      diff_.rows.push_back({kind, added ? duckdb::Row() : row, added ? row : duckdb::Row()});
    }
    const auto shown = static_cast<int64_t>(rows.rows.size());
    if (shown < left) return shown;
    const duckdb::Table all =
        connection_.query(fmt::format("{}SELECT count(*) FROM ({})", with_, select));
    return duckdb::integer_of(all.rows[0][0]);
  }

  duckdb::Connection& connection_;
  const Snapshot& before_;
  const Snapshot& after_;
  const DiffRequest& request_;
  TableDiff diff_;
  std::vector<std::string> columns_;  // Compared, by name.
  std::vector<bool> same_type_;
  std::vector<size_t> key_;  // Indices into columns_.
  std::string with_;
};

}  // namespace

TableDiff diff_snapshots(duckdb::Connection& connection, const Snapshot& before,
                         const Snapshot& after, const DiffRequest& request) {
  return Comparison(connection, before, after, request).compare();
}

std::vector<std::string> unique_key(const Asset& asset) {
  const auto is_whole = [](const CheckUse& use) { return use.options.text("scope") == "table"; };
  const CheckUse* found = nullptr;
  for (const CheckUse& use : asset.checks) {
    if (use.kind != "unique" || use.column.empty()) continue;
    if (found == nullptr || (is_whole(use) && !is_whole(*found))) found = &use;
  }
  return found == nullptr ? std::vector<std::string>() : std::vector<std::string>{found->column};
}

}  // namespace tidemill
