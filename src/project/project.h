// A project: what a folder of YAML and SQL says, read once, then const.
#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/form.h"
#include "data/contract.h"
#include "data/interval.h"
#include "data/type.h"
#include "duckdb/session.h"
#include "project/model_tests.h"

namespace tidemill {

/// One use of a check.
struct CheckUse {
  enum class Severity { kError, kWarn };
  std::string kind;    ///< `not_null`, `sql`, …
  std::string column;  ///< Empty for a check of the whole table.
  std::string name;    ///< What messages call it: `events min 1`, or the name it was given.
  Options options;     ///< Under the kind's form.
  Severity severity = Severity::kError;
  Place place;
};

struct ColumnDescription {
  std::string name;
  std::string description;
  Place place;
};

/// How a table's files are laid out.
struct Layout {
  /// Columns, or `<time column>_date`, the UTC day of a time column: written to the files, left out
  /// of `SELECT *`.
  std::vector<std::string> partition_by;
  std::vector<std::string> cluster_by;  ///< Rows of a file are sorted by these.
};

struct Source {
  enum class Missing { kFail, kSkip };

  std::string connector;
  Options connector_options;
  /// The connector's options that decide which records there are, by name.
  std::map<std::string, std::string> deciding_options;
  std::string format;  ///< Empty where the connector gives records.
  Options format_options;
  Contract contract;
  std::optional<Grain> interval;       ///< Nothing: the source is read whole, as one delivery.
  Instant start;                       ///< Of the first interval.
  std::optional<Instant> end;          ///< Of the last; nothing: up to now.
  std::optional<Instant> default_end;  ///< Of the last in a run without a range; nothing: `end`.
  std::chrono::milliseconds ready_after{
      0};  ///< After an interval's end: before that it is not asked for.
  std::chrono::milliseconds give_up_after{
      0};  ///< After an interval's end: until then, absent means waiting.
  std::chrono::milliseconds recheck{
      0};  ///< After an interval's end: until then, asked again whether it changed.
  Missing missing = Missing::kFail;
};

/// What a model says of one of its inputs.
struct InputRule {
  bool rebuild =
      true;  ///< False: take its newest state, but a change of it does not make this model stale.
  Place place;
};

struct Model {
  enum class Strategy { kTable, kView, kInterval };

  Strategy strategy = Strategy::kTable;
  std::string sql;          ///< The SELECT, without the header.
  int sql_line = 1;         ///< The line of the file that `sql` starts on.
  std::string time_column;  ///< Of an interval model.
  std::optional<Grain> interval;
  std::map<std::string, InputRule> input_rules;
  bool wait_for_complete = false;
  /// Inputs that are read only within [$start, $end) of one of their columns: table to that column.
  std::map<std::string, std::string> time_bounds;
};

/// A source or a model.
struct Asset {
  enum class Kind { kSource, kModel };

  Kind kind = Kind::kSource;
  std::string name;  ///< `schema.table`, lower case.
  std::string description;
  Place place;
  std::vector<std::string> tags;
  std::vector<ColumnDescription> columns;
  std::vector<CheckUse> checks;
  Layout layout;
  std::vector<size_t>
      inputs;  ///< Indices into Project::assets of what a model reads; all smaller than its own.
  std::vector<size_t>
      check_inputs;  ///< Further assets that its SQL checks read; they come in no order.
  Schema schema;     ///< Of the rows, without derived partition columns.
  /// Columns that may be made of `$run_time`, here or in an input: they differ with each build.
  std::vector<std::string> run_time_columns;
  /// Hash of everything that changes the table when it changes: the meaning of the SQL, contract,
  /// layout, strategy, used variables, and what the views among the inputs say. Starts with the
  /// number of its scheme.
  std::string fingerprint;
  Source source;  ///< When kind is kSource.
  Model model;    ///< When kind is kModel.

  bool is_source() const { return kind == Kind::kSource; }
  bool is_view() const { return kind == Kind::kModel && model.strategy == Model::Strategy::kView; }
  /// The width of its intervals; nothing for an asset that is built whole.
  std::optional<Grain> interval() const { return is_source() ? source.interval : model.interval; }
};

/// What the reader of a page may choose. Its tiles take the choice as parameters.
struct Filter {
  enum class Kind {
    kValue,      ///< One of the values that its SQL gives, as `$name`; NULL stands for all.
    kTimeRange,  ///< A range of time [`$name_start`, `$name_end`); all is from the year 1 to 9999.
  };

  Kind kind = Kind::kValue;
  std::string name;
  std::string title;
  std::string sql;                ///< A SELECT of one column: the values, or times of a time range.
  std::optional<Grain> by;        ///< Of a time range: each slice that has a time can be chosen.
  std::vector<std::string> last;  ///< Of a time range: durations that end with its newest time.
  std::string default_choice;     ///< The label of what is chosen at first; empty: all.
  Place place;
  Place sql_place;
  std::vector<size_t> inputs;  ///< Assets it reads.

  /// Returns the names, without `$`, that tiles may use.
  std::vector<std::string> parameters() const;
};

struct Tile {
  std::string title;
  std::string description;
  std::string sql;
  int width = 6;  ///< Of twelve columns.
  Options chart;  ///< Under `chart_form()`.
  Place place;
  std::vector<size_t> inputs;   ///< Assets it reads.
  std::vector<size_t> filters;  ///< Indices into the page's filters whose parameters it uses.
};

struct Page {
  std::string title;
  std::vector<Filter> filters;
  std::vector<Tile> tiles;
};

struct Dashboard {
  std::string name;  ///< The file's name without ending.
  std::string title;
  std::string description;
  Place place;
  std::vector<Page> pages;
};

struct Project {
  std::string name;
  std::string folder;
  /// Values of `${name}` in YAML and `$vars.name` in SQL.
  std::map<std::string, duckdb::Value> variables;
  std::string memory_limit;
  int64_t retries = 3;                          ///< Further tries after a transient failure.
  std::chrono::milliseconds retry_delay{1000};  ///< Before the first of them; doubles each time.
  std::vector<Asset> assets;                    ///< In an order in which inputs come first.
  std::vector<Dashboard> dashboards;
  std::vector<ModelTest> tests;  ///< In the order of the files.

  /// Returns the index of an asset, or nothing. Names are compared in lower case.
  std::optional<size_t> find(std::string_view asset) const;
  std::vector<std::string> asset_names() const;
  /// Returns for each asset the indices of those that read it.
  std::vector<std::vector<size_t>> readers() const;

  std::string lake_folder() const { return folder + "/.tidemill/lake"; }
  /// Returns the folder of an asset's table: `<lake>/schema/table`.
  std::string table_folder(const std::string& asset) const;
};

/// The name of the table that holds the records a source could not take.
std::string rejects_name(const std::string& asset);
/// Returns the name of the asset that makes a table: its own, or that of its rejects.
std::string maker_of(const std::string& table);

/// Returns the columns of a rejects table.
Schema rejects_schema();

/// Returns the time column of a derived partition column `<time column>_date`, or nothing when
/// `column` is one of the schema's own or names none.
std::optional<std::string> derived_from(const Schema& schema, const std::string& column);

/// The form of a tile's chart.
const Form& chart_form();

}  // namespace tidemill
