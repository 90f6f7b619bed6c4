// What sources and models have in common: names, columns, checks, layout, schedules.
#include <algorithm>

#include "base/text.h"
#include "project/reading.h"

namespace tidemill::reading {

namespace {

const Form& column_form() {
  static const Form form = {
      "column",
      {{.name = "name", .doc = "the column", .required = true},
       {.name = "description", .doc = "what it holds"},
       {.name = "checks", .type = FieldType::kList, .doc = "checks of its values"}}};
  return form;
}

/// True for a name of lower-case letters, digits and `_` that does not start with a digit.
bool is_plain_name(std::string_view name) {
  const auto letter = [](char c) { return (c >= 'a' && c <= 'z') || c == '_'; };
  const auto letter_or_digit = [&](char c) { return letter(c) || (c >= '0' && c <= '9'); };
  return !name.empty() && letter(name.front()) &&
         std::all_of(name.begin(), name.end(), letter_or_digit);
}

/// True for five fields of digits, names, `*`, `,`, `-` and `/`: what cron(8) takes.
bool is_cron(const std::string& text) {
  constexpr std::string_view kFieldCharacters =
      "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz*,/-";
  std::vector<std::string> fields = split(text, ' ');
  std::erase(fields, "");
  return fields.size() == 5 &&
         std::all_of(fields.begin(), fields.end(), [&](const std::string& field) {
           return field.find_first_not_of(kFieldCharacters) == std::string::npos;
         });
}

/// Returns the options of a check: `min: 1` gives its main field, `row_count: {min: 1}` gives all
/// by name.
Options check_options(const Kind& kind, const Yaml& value, Context& context) {
  const bool bare =
      value.is_null() || (value.is_scalar() && value.text == "true" && kind.main_field.empty());
  if (bare) {
    Yaml empty{.kind = Yaml::Kind::kMap, .place = value.place};
    return read_options(empty, kind.form, context.mistakes);
  }
  if (value.is_map()) return read_options(value, kind.form, context.mistakes);
  if (kind.main_field.empty()) {
    const std::string wanted =
        kind.form.fields.empty() ? " takes no value: " : " takes a map, not ";
    context.mistake(
        user_error("the check " + kind.name + wanted + value.described())
            .at(value.place)
            .hint(kind.form.fields.empty() ? "" : "its keys: " + join(kind.form.names(), ", ")));
    return Options(value.place);
  }
  Yaml map{.kind = Yaml::Kind::kMap, .place = value.place};
  map.entries.push_back({kind.main_field, value.place, value});
  return read_options(map, kind.form, context.mistakes);
}

CheckUse::Severity read_severity(const Yaml& value, Context& context) {
  if (value.text == "warn") return CheckUse::Severity::kWarn;
  if (value.text != "error") {
    context.mistake(user_error("unknown severity: " + value.described())
                        .at(value.place)
                        .hint("one of: error, warn"));
  }
  return CheckUse::Severity::kError;
}

std::optional<CheckUse> read_check(const Yaml& item, const std::string& column, Context& context) {
  Yaml map = item;
  if (item.is_scalar()) {
    map = Yaml{.kind = Yaml::Kind::kMap, .place = item.place};
    map.entries.push_back({item.text, item.place, Yaml{.place = item.place}});
  }
  if (!map.is_map()) {
    context.mistake(
        user_error("a check must be a name or a map, not " + item.described()).at(item.place));
    return std::nullopt;
  }
  CheckUse use{.column = column, .place = item.place};
  const Kind* kind = nullptr;
  std::string argument;
  for (const Yaml::Entry& entry : map.entries) {
    if (entry.key == "severity") {
      use.severity = read_severity(entry.value, context);
    } else if (entry.key == "name") {
      use.name = entry.value.text;
    } else if (kind != nullptr) {
      context.mistake(user_error("a second check in one map: " + quote(entry.key))
                          .at(entry.place)
                          .hint("give it an item of the list for itself"));
      return std::nullopt;
    } else if (const Kind* found = Kinds::find(context.kinds.checks, entry.key); found == nullptr) {
      context.mistake(user_error("unknown check: " + quote(entry.key))
                          .at(entry.place)
                          .hint(nearest_hint(entry.key, Kinds::names(context.kinds.checks))));
      return std::nullopt;
    } else {
      kind = found;
      use.kind = entry.key;
      use.options = check_options(*found, entry.value, context);
      argument = entry.value.is_scalar() ? " " + entry.value.text : "";
    }
  }
  if (kind == nullptr) {
    context.mistake(user_error("a check without a kind")
                        .at(item.place)
                        .hint("for example: {min: 1, severity: warn}"));
    return std::nullopt;
  }
  if (kind->of_column && column.empty()) {
    context.mistake(
        user_error("this check belongs below a column: " + quote(kind->name)).at(item.place));
    return std::nullopt;
  }
  if (!kind->of_column && !column.empty()) {
    context.mistake(user_error("this check is of the whole table: " + quote(kind->name))
                        .at(item.place)
                        .hint("put it into `checks:` beside `columns:`"));
    return std::nullopt;
  }
  if (use.name.empty())
    use.name = trim(column + " " + use.kind + (argument.size() < 40 ? argument : ""));
  return use;
}

void read_schedule(const Options& options, Context& context) {
  if (options.has("schedule") && !is_cron(options.text("schedule"))) {
    context.mistake(
        user_error("schedule is not a cron expression: " + quote(options.text("schedule")))
            .at(options.place("schedule"))
            .hint("for example: '0 6 * * *', every day at 06:00"));
  }
  if (options.has("schedule") && options.has("every")) {
    context.mistake(user_error("both schedule and every are given").at(options.place("every")));
  }
}

}  // namespace

bool is_table_name(const std::string& name) {
  const size_t dot = name.find('.');
  return dot != std::string::npos && is_plain_name(name.substr(0, dot)) &&
         is_plain_name(name.substr(dot + 1));
}

std::vector<Field> asset_fields() {
  return {
      {.name = "name", .doc = "schema.table", .required = true},
      {.name = "description", .doc = "what a row is"},
      {.name = "tags", .type = FieldType::kTextList, .doc = "words to select by: tag:daily"},
      {.name = "schedule", .doc = "when it is to run, as cron writes it, in UTC"},
      {.name = "every", .type = FieldType::kDuration, .doc = "how often it is to run: 15m"},
      {.name = "interval",
       .type = FieldType::kChoice,
       .doc = "the width of the slices it is built by",
       .choices = {"minute", "hour", "day", "week", "month", "year"}},
      {.name = "partition_by",
       .type = FieldType::kTextList,
       .doc = "columns that files are split by"},
      {.name = "cluster_by",
       .type = FieldType::kTextList,
       .doc = "columns that rows are sorted by"},
      {.name = "columns", .type = FieldType::kList, .doc = "descriptions and checks of columns"},
      {.name = "checks", .type = FieldType::kList, .doc = "checks of the whole table"}};
}

void read_asset(const Options& options, Context& context, Asset& asset) {
  asset.place = options.place();
  asset.name = options.text("name");
  if (!asset.name.empty() && !is_table_name(asset.name)) {
    context.mistake(
        user_error("not a name of the form schema.table, in lower case: " + quote(asset.name))
            .at(options.place("name"))
            .hint("for example: raw.events"));
  }
  if (asset.name.ends_with(rejects_name(""))) {
    context.mistake(
        user_error("names ending in __rejects are kept for rejected rows: " + quote(asset.name))
            .at(options.place("name")));
  }
  asset.description = options.text("description");
  asset.tags = options.text_list("tags");
  asset.layout = {options.text_list("partition_by"), options.text_list("cluster_by")};
  asset.checks = read_checks(options, "", context);
  read_schedule(options, context);
  if (const Yaml* columns = options.find("columns")) {
    for (const Yaml& item : columns->items) {
      const Options column = read_options(item, column_form(), context.mistakes);
      asset.columns.push_back(
          {column.text("name"), column.text("description"), column.place("name")});
      const auto checks = read_checks(column, column.text("name"), context);
      asset.checks.insert(asset.checks.end(), checks.begin(), checks.end());
    }
  }
}

std::vector<CheckUse> read_checks(const Options& options, const std::string& column,
                                  Context& context) {
  std::vector<CheckUse> uses;
  const Yaml* list = options.find("checks");
  if (list == nullptr) return uses;
  for (const Yaml& item : list->items) {
    if (auto use = read_check(item, column, context)) uses.push_back(std::move(*use));
  }
  return uses;
}

std::optional<Instant> read_time(const Options& options, std::string_view field, Context& context) {
  if (!options.has(field)) return std::nullopt;
  const auto time = parse_time(options.text(field));
  if (!time) {
    context.mistake(user_error(std::string(field) + " is not a time: " + quote(options.text(field)))
                        .at(options.place(field))
                        .hint("for example: 2015-01-01T00:00:00Z"));
  }
  return time;
}

}  // namespace tidemill::reading
