#include "pages/dashboard.h"

#include <cmath>
#include <cstdlib>
#include <nlohmann/json.hpp>

#include "base/text.h"
#include "pages/choices.h"
#include "publish/lake.h"
#include "sql/statement.h"

namespace tidemill::pages {

namespace {

using Json = nlohmann::ordered_json;

constexpr int64_t kLargestExact = int64_t{1}
                                  << 53;  // A JavaScript number holds whole numbers up to here.

Json json_of(const duckdb::Value& value) {
  struct Visitor {
    Json operator()(std::monostate) const { return nullptr; }
    Json operator()(bool flag) const { return flag; }
    Json operator()(int64_t number) const {
      if (std::llabs(number) <= kLargestExact) return number;
      return std::to_string(number);
    }
    Json operator()(double number) const {
      if (std::isfinite(number)) return number;
      return duckdb::text_of(number);
    }
    Json operator()(const std::string& text) const { return to_utf8(text); }
    Json operator()(Instant time) const { return format_time(time); }
  };
  return std::visit(Visitor{}, value);
}

/// Writes JSON; bytes that are no UTF-8 are replaced.
std::string text_of(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Json chart_json(const Options& chart) {
  Json json = {{"type", chart.text("type")}};
  for (const char* field : {"x", "series", "unit", "sort"}) {
    if (chart.has(field)) json[field] = chart.text(field);
  }
  const auto y = chart.text_list("y");
  if (y.size() == 1) json["y"] = y[0];
  if (y.size() > 1) json["y"] = y;
  return json;
}

Json table_json(const TableVersion& table) {
  return {{"name", table.name},
          {"version", table.version},
          {"committed_at", format_time(table.committed_at)}};
}

/// Asks for each part of a dashboard and keeps what failed.
class Exporter {
 public:
  Exporter(const Project& project, Environment& environment, duckdb::Connection& connection,
           const Cancellation& cancellation)
      : project_(project),
        environment_(environment),
        connection_(connection),
        cancellation_(cancellation),
        parameters_({{"run_time", environment.clock.now()}}) {
    for (const auto& [name, value] : project.variables) parameters_["vars." + name] = value;
  }

  Json page(const Page& page) {
    std::vector<Choices> choices;
    Json json = {{"title", page.title}, {"filters", Json::array()}, {"tiles", Json::array()}};
    for (const Filter& filter : page.filters) json["filters"].push_back(ask(filter, choices));
    for (const Tile& tile : page.tiles) json["tiles"].push_back(ask(tile, choices));
    return json;
  }

  /// Gives the tables that were read.
  Json tables() const {
    Json tables = Json::array();
    for (const auto& [name, version] : versions_) tables.push_back(table_json(version));
    return tables;
  }

  std::vector<Error> take_failures() { return std::move(failures_); }

 private:
  /// Makes views of the newest snapshots of the tables that a SELECT names.
  void show_tables(const std::string& sql) {
    std::vector<std::string> names;
    for (const auto& table : sql::analyze(connection_, sql).tables) names.push_back(table.name);
    const LakeRelations lake = lake_relations(project_, environment_.files, connection_, names, {});
    for (const TableVersion& version : lake.versions) versions_[version.name] = version;
    show_relations(connection_, lake.relations);
  }

  /// Notes a failure, and gives what the page shows of it.
  Json fail(const std::string& part, const Error& error) {
    if (error.kind() != Error::Kind::kUser) throw;
    failures_.push_back(user_error(part + ": " + error.message()).hint(error.hint()));
    const std::string hint = error.hint().empty() ? "" : " (" + error.hint() + ")";
    Json json = {{"message", error.message() + hint}};
    if (error.message().starts_with(kNotBuiltYet)) json["not_built"] = true;
    return json;
  }

  Json ask(const Filter& filter, std::vector<Choices>& all_choices) {
    const std::string part = "filter " + quote(filter.name);
    const bool range = filter.kind == Filter::Kind::kTimeRange;
    Choices choices{.list = {all_of(filter)}};
    Json json = {
        {"name", filter.name}, {"title", filter.title}, {"kind", range ? "time_range" : "value"}};
    try {
      show_tables(filter.sql);
      choices = choices_of(filter, connection_, parameters_);
    } catch (const Error& error) {
      json["error"] = fail(part, error);
    }
    json["choices"] = Json::array();
    for (const Choice& choice : choices.list) json["choices"].push_back(choice.label);
    json["left_out"] = choices.left_out;
    const size_t first = choices.find(filter.default_choice);
    json["default"] = first;
    if (first == 0 && !filter.default_choice.empty() && !json.contains("error")) {
      failures_.push_back(
          user_error(part + " has no such choice: " + quote(filter.default_choice)));
    }
    all_choices.push_back(std::move(choices));
    return json;
  }

  Json ask(const Tile& tile, const std::vector<Choices>& choices) {
    Json json = {{"title", tile.title},
                 {"sql", trim(tile.sql)},
                 {"width", tile.width},
                 {"chart", chart_json(tile.chart)}};
    if (!tile.description.empty()) json["description"] = tile.description;
    try {
      show_tables(tile.sql);
      if (tile.filters.empty()) {
        json.update(result(tile, parameters_));
      } else {
        json.update(results(tile, choices));
      }
    } catch (const Error& error) {
      const Json shown = fail("tile " + quote(tile.title), error);
      json.update({{"columns", Json::array()}, {"rows", Json::array()}, {"error", shown}});
    }
    return json;
  }

  /// Runs a tile's SQL for every choice of its filters. Equal results stand once.
  Json results(const Tile& tile, const std::vector<Choices>& choices) {
    size_t count = 1;
    for (const size_t filter : tile.filters) count *= choices[filter].list.size();
    if (count > kMostResults) {
      throw user_error("its filters have more choices together than " + format_count(kMostResults) +
                       ": " + format_count(int64_t(count)))
          .hint("give the filters fewer values, or the tile fewer filters");
    }
    Json results = Json::array();
    Json result_of = Json::array();
    std::map<std::string, size_t> places;
    int64_t rows = 0;
    for (size_t i = 0; i < count; ++i) {
      cancellation_.check();
      Json made = result(tile, chosen(tile, choices, i));
      const auto [place, is_new] = places.emplace(hash_text(text_of(made)), results.size());
      result_of.push_back(place->second);
      if (!is_new) continue;
      rows += static_cast<int64_t>(made["rows"].size());
      if (rows > kMostRowsOfAllChoices) {
        throw user_error("all choices together have more rows than: " +
                         format_count(kMostRowsOfAllChoices))
            .hint("group more coarsely, or give the filters fewer values");
      }
      results.push_back(std::move(made));
    }
    return {{"filters", tile.filters}, {"results", results}, {"result_of", result_of}};
  }

  /// Gives the parameters of one combination of choices; the last filter changes first.
  duckdb::Parameters chosen(const Tile& tile, const std::vector<Choices>& choices,
                            size_t combination) const {
    duckdb::Parameters parameters = parameters_;
    for (size_t i = tile.filters.size(); i-- > 0;) {
      const std::vector<Choice>& list = choices[tile.filters[i]].list;
      for (const auto& [name, value] : list[combination % list.size()].parameters)
        parameters[name] = value;
      combination /= list.size();
    }
    return parameters;
  }

  Json result(const Tile& tile, const duckdb::Parameters& parameters) {
    Json json = {{"columns", Json::array()}};
    Json rows = Json::array();
    int64_t total = 0;
    const auto columns = connection_.stream(
        tile.sql, parameters, [](const auto&) {},
        [&](const duckdb::Row& row) {
          cancellation_.check();
          if (++total > kMostRows) return true;
          Json cells = Json::array();
          for (const duckdb::Value& value : row) cells.push_back(json_of(value));
          rows.push_back(std::move(cells));
          return true;
        });
    for (const duckdb::ResultColumn& column : columns)
      json["columns"].push_back({{"name", column.name}, {"type", lower(column.type_name)}});
    json["rows"] = std::move(rows);
    json["total_rows"] = total;
    json["truncated"] = total > kMostRows;
    return json;
  }

  const Project& project_;
  Environment& environment_;
  duckdb::Connection& connection_;
  const Cancellation& cancellation_;
  duckdb::Parameters parameters_;  // What every tile and filter may use.
  std::map<std::string, TableVersion> versions_;
  std::vector<Error> failures_;
};

}  // namespace

DashboardData dashboard_data(const Project& project, const Dashboard& dashboard,
                             Environment& environment, duckdb::Connection& connection,
                             const Cancellation& cancellation) {
  Exporter exporter(project, environment, connection, cancellation);
  Json json = {{"title", dashboard.title}};
  if (!dashboard.description.empty()) json["description"] = dashboard.description;
  json["project"] = project.name;
  json["exported_at"] =
      format_time(std::chrono::floor<std::chrono::seconds>(environment.clock.now()));
  json["generator"] = std::string("Tidemill ") + TIDEMILL_VERSION;
  json["pages"] = Json::array();
  for (const Page& page : dashboard.pages) json["pages"].push_back(exporter.page(page));
  json["tables"] = exporter.tables();
  return {.json = text_of(json), .failures = exporter.take_failures()};
}

}  // namespace tidemill::pages
