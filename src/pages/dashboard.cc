#include "pages/dashboard.h"

#include <cmath>
#include <cstdlib>
#include <nlohmann/json.hpp>

#include "base/text.h"
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

/// Runs a tile's SQL and adds its columns and rows.
void add_rows(const Tile& tile, duckdb::Connection& connection,
              const duckdb::Parameters& parameters, const Cancellation& cancellation, Json& json) {
  Json rows = Json::array();
  int64_t total = 0;
  const auto columns = connection.stream(
      tile.sql, parameters, [](const auto&) {},
      [&](const duckdb::Row& row) {
        cancellation.check();
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
}

}  // namespace

DashboardData dashboard_data(const Project& project, const Dashboard& dashboard,
                             Environment& environment, duckdb::Connection& connection,
                             const Cancellation& cancellation) {
  duckdb::Parameters parameters = {{"run_time", environment.clock.now()}};
  for (const auto& [name, value] : project.variables) parameters["vars." + name] = value;
  DashboardData data;
  Json json = {{"title", dashboard.title}};
  if (!dashboard.description.empty()) json["description"] = dashboard.description;
  json["project"] = project.name;
  json["exported_at"] =
      format_time(std::chrono::floor<std::chrono::seconds>(environment.clock.now()));
  json["generator"] = std::string("Tidemill ") + TIDEMILL_VERSION;
  json["tables"] = Json::array();
  std::map<std::string, TableVersion> versions;
  for (const Page& page : dashboard.pages) {
    Json page_json = {{"title", page.title}, {"filters", Json::array()}, {"tiles", Json::array()}};
    for (const Tile& tile : page.tiles) {
      Json tile_json = {{"title", tile.title},
                        {"sql", trim(tile.sql)},
                        {"width", tile.width},
                        {"chart", chart_json(tile.chart)}};
      if (!tile.description.empty()) tile_json["description"] = tile.description;
      try {
        std::vector<std::string> names;
        for (const auto& table : sql::analyze(connection, tile.sql).tables)
          names.push_back(table.name);
        const LakeRelations lake =
            lake_relations(project, environment.files, connection, names, {});
        for (const TableVersion& version : lake.versions) versions[version.name] = version;
        show_relations(connection, lake.relations);
        add_rows(tile, connection, parameters, cancellation, tile_json);
      } catch (const Error& error) {
        if (error.kind() != Error::Kind::kUser) throw;
        data.failures.push_back(
            user_error("tile " + quote(tile.title) + ": " + error.message()).hint(error.hint()));
        tile_json["columns"] = Json::array();
        tile_json["rows"] = Json::array();
        tile_json["error"] = {
            {"message", error.message() + (error.hint().empty() ? "" : " (" + error.hint() + ")")}};
      }
      page_json["tiles"].push_back(std::move(tile_json));
    }
    json["pages"].push_back(std::move(page_json));
  }
  for (const auto& [name, version] : versions) {
    json["tables"].push_back({{"name", name},
                              {"version", version.version},
                              {"committed_at", format_time(version.committed_at)}});
  }
  data.json = json.dump(-1, ' ', false, Json::error_handler_t::replace);
  return data;
}

}  // namespace tidemill::pages
