// dashboards/*.yml: pages of tiles.
#include "base/text.h"
#include "project/reading.h"
#include "sql/statement.h"

namespace tidemill::reading {

namespace {

const Form& dashboard_form() {
  static const Form form = {
      "dashboard",
      {{.name = "title", .doc = "the heading", .required = true},
       {.name = "description", .doc = "what it shows"},
       {.name = "pages", .type = FieldType::kList, .doc = "its pages", .required = true}}};
  return form;
}

const Form& page_form() {
  static const Form form = {
      "page",
      {{.name = "title", .doc = "the page's name", .required = true},
       {.name = "tiles", .type = FieldType::kList, .doc = "its tiles", .required = true}}};
  return form;
}

const Form& tile_form() {
  static const Form form = {
      "tile",
      {{.name = "title", .doc = "what the tile answers", .required = true},
       {.name = "description", .doc = "what to know when reading it"},
       {.name = "sql", .doc = "one SELECT", .required = true},
       {.name = "chart", .type = FieldType::kMap, .doc = "how it is drawn", .required = true},
       {.name = "width", .type = FieldType::kInteger, .doc = "of twelve columns"}}};
  return form;
}

Tile read_tile(const Yaml& yaml, Context& context) {
  const Options options = read_options(yaml, tile_form(), context.mistakes);
  Tile tile{.title = options.text("title"),
            .description = options.text("description"),
            .sql = sql::without_semicolon(options.text("sql")),
            .width = static_cast<int>(options.integer("width", 6)),
            .place = options.place("sql")};
  if (tile.width < 1 || tile.width > 12) {
    context.mistake(user_error("width must be from 1 to 12: " + quote(options.text("width")))
                        .at(options.place("width")));
  }
  const Yaml* chart = options.find("chart");
  if (chart != nullptr) tile.chart = read_options(*chart, chart_form(), context.mistakes);
  return tile;
}

}  // namespace

std::optional<Dashboard> read_dashboard(const Yaml& yaml, const std::string& name,
                                        Context& context) {
  const Options options = read_options(yaml, dashboard_form(), context.mistakes);
  Dashboard dashboard{
      .name = name, .title = options.text("title"), .description = options.text("description")};
  dashboard.place = yaml.place;
  const Yaml* pages = options.find("pages");
  if (pages == nullptr) return std::nullopt;
  for (const Yaml& item : pages->items) {
    const Options page_options = read_options(item, page_form(), context.mistakes);
    Page page{.title = page_options.text("title")};
    if (const Yaml* tiles = page_options.find("tiles")) {
      for (const Yaml& tile : tiles->items) page.tiles.push_back(read_tile(tile, context));
    }
    dashboard.pages.push_back(std::move(page));
  }
  return dashboard;
}

}  // namespace tidemill::reading
