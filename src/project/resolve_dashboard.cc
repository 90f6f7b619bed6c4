// Dashboards, once all assets are known: what filters and tiles read, and whether they fit
// together.
#include <algorithm>
#include <set>

#include "base/text.h"
#include "project/reading.h"
#include "sql/statement.h"

namespace tidemill::reading {

namespace {

class DashboardResolver {
 public:
  DashboardResolver(duckdb::Connection& connection, Context& context, Project& project,
                    const std::set<std::string>& broken)
      : connection_(connection), context_(context), project_(project), broken_(broken) {}

  void resolve(Page& page) {
    for (Filter& filter : page.filters) resolve_filter(filter);
    check_names(page);
    bool all_read = true;
    for (Tile& tile : page.tiles) all_read = resolve_tile(tile, page) && all_read;
    if (all_read) check_uses(page);
  }

 private:
  /// Values for describing the SQL of a filter, which has no other filter's.
  duckdb::Parameters parameters() const {
    duckdb::Parameters parameters = sample_parameters(project_);
    parameters.erase("start");
    parameters.erase("end");
    return parameters;
  }

  static std::vector<std::string> names_of(const duckdb::Parameters& parameters) {
    std::vector<std::string> names;
    for (const auto& [name, value] : parameters) {
      if (!name.starts_with("vars.")) names.push_back(name);
    }
    names.emplace_back("vars");
    return names;
  }

  /// Finds the assets that a statement reads. Returns false when one of them is broken, so that its
  /// columns cannot be described.
  bool find_inputs(const sql::Statement& statement, std::vector<size_t>& inputs) {
    for (const sql::TableReference& function : foreign_functions(statement))
      throw foreign_function_error(function);
    for (const sql::TableReference& table : statement.tables) {
      const auto input = project_.find(maker_of(table.name));
      if (!input) {
        throw user_error("no source or model makes the table: " + quote(table.name))
            .hint(table_hint(project_, table.name));
      }
      if (broken_.contains(project_.assets[*input].name)) return false;
      inputs.push_back(*input);
    }
    return true;
  }

  static void check_parameters(const sql::Statement& statement, const duckdb::Parameters& given) {
    const std::vector<std::string> known = names_of(given);
    for (const std::string& parameter : statement.parameters) {
      if (std::find(known.begin(), known.end(), parameter) != known.end()) continue;
      throw user_error("no filter of the page gives the parameter: " + quote("$" + parameter))
          .hint(nearest_hint(parameter, known));
    }
  }

  void resolve_filter(Filter& filter) {
    if (filter.sql.empty()) return;
    try {
      const sql::Statement statement = sql::analyze(connection_, filter.sql);
      if (!find_inputs(statement, filter.inputs)) return;
      const auto columns = connection_.describe(filter.sql, parameters());
      if (columns.size() != 1) {
        throw user_error("one column is wanted, not " + std::to_string(columns.size()));
      }
      const auto& type = columns[0].type;
      const bool time = type && (type->id == Type::Id::kTimestamp || type->id == Type::Id::kDate);
      if (filter.kind == Filter::Kind::kTimeRange && !time) {
        throw user_error("dates or timestamps are wanted, not " + columns[0].type_name);
      }
    } catch (Error& error) {
      if (error.kind() != Error::Kind::kUser) throw;
      const Error plain = readable(error);
      context_.mistake(user_error("filter " + quote(filter.name) + ": " + plain.message())
                           .at(filter.sql_place)
                           .hint(plain.hint()));
    }
  }

  void check_names(const Page& page) {
    std::set<std::string> taken = {"start", "end", "run_time", "vars"};
    for (const Filter& filter : page.filters) {
      for (const std::string& parameter : filter.parameters()) {
        if (taken.insert(parameter).second) continue;
        context_.mistake(user_error("the name of the filter is taken: " + quote("$" + parameter))
                             .at(filter.place));
      }
    }
  }

  /// Returns false when the tile's SQL could not be read.
  bool resolve_tile(Tile& tile, const Page& page) {
    if (tile.sql.empty()) return false;
    try {
      const sql::Statement statement = sql::analyze(connection_, tile.sql);
      duckdb::Parameters given = parameters();
      for (size_t i = 0; i < page.filters.size(); ++i) take_filter(page, i, statement, tile, given);
      check_parameters(statement, given);
      if (!find_inputs(statement, tile.inputs)) return true;
      check_chart(tile, connection_.describe(tile.sql, given));
      return true;
    } catch (Error& error) {
      if (error.kind() != Error::Kind::kUser) throw;
      const Error plain = readable(error);
      context_.mistake(user_error("tile " + quote(tile.title) + ": " + plain.message())
                           .at(tile.place)
                           .hint(plain.hint()));
      return false;
    }
  }

  /// Adds a filter's parameters to those given, and the filter to the tile if it uses one.
  static void take_filter(const Page& page, size_t index, const sql::Statement& statement,
                          Tile& tile, duckdb::Parameters& given) {
    const Filter& filter = page.filters[index];
    bool used = false;
    for (const std::string& parameter : filter.parameters()) {
      used = used || statement.parameters.contains(parameter);
      const bool range = filter.kind == Filter::Kind::kTimeRange;
      given[parameter] = range ? duckdb::Value(Instant{}) : duckdb::Value();
    }
    if (used) tile.filters.push_back(index);
  }

  void check_uses(const Page& page) {
    for (size_t i = 0; i < page.filters.size(); ++i) {
      const Filter& filter = page.filters[i];
      const bool used = std::any_of(page.tiles.begin(), page.tiles.end(), [&](const Tile& tile) {
        return std::find(tile.filters.begin(), tile.filters.end(), i) != tile.filters.end();
      });
      if (used || filter.name.empty()) continue;
      const std::string& name = filter.name;
      context_.mistake(
          user_error("no tile of the page uses the filter: " + quote(name))
              .at(filter.place)
              .hint(filter.kind == Filter::Kind::kValue
                        ? "WHERE $" + name + " IS NULL OR " + name + " = $" + name
                        : "WHERE time >= $" + name + "_start AND time < $" + name + "_end"));
    }
  }

  void check_chart(const Tile& tile, const std::vector<duckdb::ResultColumn>& columns) {
    std::vector<std::string> names;
    for (const duckdb::ResultColumn& column : columns) names.push_back(column.name);
    const auto check = [&](const std::string& column, std::string_view field) {
      if (column.empty() || std::find(names.begin(), names.end(), column) != names.end()) return;
      context_.mistake(user_error("the tile's SQL has no column: " + quote(column))
                           .at(tile.chart.place(field))
                           .hint(nearest_hint(column, names)));
    };
    check(tile.chart.text("x"), "x");
    check(tile.chart.text("series"), "series");
    for (const std::string& column : tile.chart.text_list("y")) check(column, "y");
    const std::string sort = tile.chart.text("sort");
    check(sort.starts_with('-') ? sort.substr(1) : sort, "sort");
    const std::string type = tile.chart.text("type");
    const bool has_axes = type != "number" && type != "table";
    for (const char* field : {"x", "y"}) {
      if (has_axes && !tile.chart.has(field)) {
        context_.mistake(
            user_error("a " + type + " chart needs: " + quote(field)).at(tile.chart.place()));
      }
    }
  }

  duckdb::Connection& connection_;
  Context& context_;
  Project& project_;
  const std::set<std::string>& broken_;
};

}  // namespace

void resolve_dashboards(duckdb::Connection& connection, Context& context, Project& project,
                        const std::set<std::string>& broken) {
  DashboardResolver resolver(connection, context, project, broken);
  for (Dashboard& dashboard : project.dashboards) {
    for (Page& page : dashboard.pages) resolver.resolve(page);
  }
}

}  // namespace tidemill::reading
