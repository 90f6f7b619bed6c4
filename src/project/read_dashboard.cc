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
       {.name = "filters", .type = FieldType::kList, .doc = "what its reader may choose"},
       {.name = "tiles", .type = FieldType::kList, .doc = "its tiles", .required = true}}};
  return form;
}

const Form& filter_form() {
  static const Form form = {
      "filter",
      {{.name = "name", .doc = "what tiles call it, behind a $", .required = true},
       {.name = "title", .doc = "what the page calls it"},
       {.name = "values", .doc = "a SELECT of the values to choose from"},
       {.name = "times", .doc = "a SELECT of times, whose ranges are to choose from"},
       {.name = "by",
        .type = FieldType::kChoice,
        .doc = "the ranges: each day, week, month or year that has a time",
        .choices = {"day", "week", "month", "year"}},
       {.name = "last",
        .type = FieldType::kTextList,
        .doc = "the ranges: durations that end with the newest time"},
       {.name = "default", .doc = "what is chosen at first"}}};
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

bool is_parameter_name(const std::string& name) {
  static const std::string kLetters = "abcdefghijklmnopqrstuvwxyz_";
  return !name.empty() && kLetters.find(name[0]) != std::string::npos &&
         name.find_first_not_of(kLetters + "0123456789") == std::string::npos;
}

/// Returns `publishing year` for `publishing_year`, with a capital at the start.
std::string title_of(const std::string& name) {
  std::string title = replace_all(name, "_", " ");
  if (!title.empty() && title[0] >= 'a' && title[0] <= 'z') title[0] += 'A' - 'a';
  return title;
}

/// Reads what a filter of times offers: slices, durations or both.
void read_ranges(const Yaml& yaml, const Options& options, Filter& filter, Context& context) {
  if (options.has("by")) filter.by = parse_grain(options.text("by"));
  for (const std::string& duration : options.text_list("last")) {
    if (!parse_duration(duration)) {
      context.mistake(user_error("last is no duration: " + quote(duration))
                          .at(options.place("last"))
                          .hint("for example: 24h, 7d, 4w"));
    } else {
      filter.last.push_back(duration);
    }
  }
  if (yaml.find("by") == nullptr && yaml.find("last") == nullptr) {
    context.mistake(user_error("the filter does not say which ranges: " + quote(filter.name))
                        .at(filter.place)
                        .hint("by: month, or last: [7d, 30d], or both"));
  }
}

Filter read_filter(const Yaml& yaml, Context& context) {
  const Options options = read_options(yaml, filter_form(), context.mistakes);
  Filter filter{.name = options.text("name"), .place = options.place("name")};
  filter.title = options.text("title", title_of(filter.name));
  filter.default_choice = options.text("default");
  if (options.has("name") && !is_parameter_name(filter.name)) {
    context.mistake(
        user_error("a filter is named by lower-case letters, digits and _: " + quote(filter.name))
            .at(filter.place));
  }
  if (options.has("values") == options.has("times")) {
    context.mistake(user_error("a filter needs either values or times: " + quote(filter.name))
                        .at(filter.place)
                        .hint("values: SELECT DISTINCT country FROM mart.sales ORDER BY 1"));
    return filter;
  }
  const bool ranges = options.has("times");
  const char* field = ranges ? "times" : "values";
  filter.kind = ranges ? Filter::Kind::kTimeRange : Filter::Kind::kValue;
  filter.sql = sql::without_semicolon(options.text(field));
  filter.sql_place = options.place(field);
  if (ranges) {
    read_ranges(yaml, options, filter, context);
    return filter;
  }
  for (const char* other : {"by", "last"}) {
    if (!options.has(other)) continue;
    context.mistake(
        user_error("only a filter of times has: " + quote(other)).at(options.place(other)));
  }
  return filter;
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
    if (const Yaml* filters = page_options.find("filters")) {
      for (const Yaml& filter : filters->items)
        page.filters.push_back(read_filter(filter, context));
    }
    if (const Yaml* tiles = page_options.find("tiles")) {
      for (const Yaml& tile : tiles->items) page.tiles.push_back(read_tile(tile, context));
    }
    dashboard.pages.push_back(std::move(page));
  }
  return dashboard;
}

}  // namespace tidemill::reading
