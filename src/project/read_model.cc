// models/*.sql: a header in a comment, then one SELECT.
#include <algorithm>

#include "base/text.h"
#include "project/reading.h"
#include "sql/statement.h"

namespace tidemill::reading {

namespace {

constexpr std::string_view kOpening = "/* tidemill";

const Form& model_form() {
  static const Form form = {
      "model", [] {
        std::vector<Field> fields = asset_fields();
        const std::vector<Field> own = {
            {.name = "strategy",
             .type = FieldType::kChoice,
             .doc = "how it is built",
             .choices = {"table", "view", "interval"}},
            {.name = "time_column", .doc = "the column that says which interval a row belongs to"},
            {.name = "inputs",
             .type = FieldType::kMap,
             .doc = "rules for single inputs: {mart.names: {rebuild: false}}"},
            {.name = "wait_for",
             .type = FieldType::kChoice,
             .doc = "complete: build an interval only when no input of it is waited for",
             .choices = {"complete"}}};
        fields.insert(fields.end(), own.begin(), own.end());
        return fields;
      }()};
  return form;
}

const Form& input_form() {
  static const Form form = {"input",
                            {{.name = "rebuild",
                              .type = FieldType::kBoolean,
                              .doc = "whether a change of this input makes the model stale"}}};
  return form;
}

/// A model's file, taken apart.
struct Parts {
  std::string header;
  int header_line = 1;
  std::string sql;
  int sql_line = 1;
};

/// Throws where there is no well-formed header.
Parts take_apart(const std::string& text, const std::string& file) {
  const size_t open = text.find_first_not_of(" \t\r\n\xEF\xBB\xBF");
  if (open == std::string::npos || text.compare(open, kOpening.size(), kOpening) != 0) {
    throw user_error("a model starts with a header")
        .at({file, 1, 1})
        .hint("/* tidemill\nname: mart.daily\n*/");
  }
  const size_t start = open + kOpening.size();
  const size_t close = text.find("*/", start);
  if (close == std::string::npos)
    throw user_error("the header is not closed by */").at({file, 1, 1});
  const size_t line_start = text.rfind('\n', close) + 1;
  if (!trim(text.substr(line_start, close - line_start)).empty()) {
    throw user_error("`*/` inside the header ends it in the middle of a line")
        .at(sql::place_at(text, close, file, 1))
        .hint(
            "write a schedule like '*/15 * * * *' as `every: 15m`, and the closing */ on a line of "
            "its own");
  }
  Parts parts{.header = text.substr(start, close - start),
              .sql = sql::without_semicolon(text.substr(close + 2))};
  const auto lines_before = [&](size_t end) {
    return static_cast<int>(
        std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(end), '\n'));
  };
  parts.header_line = 1 + lines_before(start);
  parts.sql_line = 1 + lines_before(close + 2);
  return parts;
}

/// Checks what an interval model must have and the others must not.
void check_strategy(const Options& options, Context& context, Model& model) {
  const bool interval = model.strategy == Model::Strategy::kInterval;
  for (const char* field : {"time_column", "interval"}) {
    if (interval && !options.has(field)) {
      context.mistake(user_error(std::string("strategy interval needs: ") + quote(field))
                          .at(options.place("strategy")));
    }
    if (!interval && options.has(field)) {
      context.mistake(
          user_error("only strategy interval has: " + quote(field)).at(options.place(field)));
    }
  }
  if (model.strategy != Model::Strategy::kView) return;
  for (const char* field : {"partition_by", "cluster_by"}) {
    if (options.has(field)) {
      context.mistake(user_error("a view has no files, so it has no: " + quote(field))
                          .at(options.place(field)));
    }
  }
}

}  // namespace

std::optional<Asset> read_model(const std::string& text, const std::string& file,
                                Context& context) {
  Parts parts;
  Yaml yaml;
  try {
    parts = take_apart(text, file);
    yaml = parse_yaml(parts.header, file, parts.header_line);
  } catch (Error& error) {
    context.mistake(std::move(error));
    return std::nullopt;
  }
  const Options options = read_options(yaml, model_form(), context.mistakes);
  Asset asset{.kind = Asset::Kind::kModel};
  read_asset(options, context, asset);
  asset.place.file = file;
  Model& model = asset.model;
  const std::string strategy = options.text("strategy", "table");
  model.strategy = strategy == "interval" ? Model::Strategy::kInterval
                   : strategy == "view"   ? Model::Strategy::kView
                                          : Model::Strategy::kTable;
  model.sql = parts.sql;
  model.sql_line = parts.sql_line;
  model.time_column = options.text("time_column");
  if (options.has("interval")) model.interval = parse_grain(options.text("interval"));
  model.wait_for_complete = options.has("wait_for");
  if (const Yaml* inputs = options.find("inputs")) {
    for (const Yaml::Entry& entry : inputs->entries) {
      const Options rule = read_options(entry.value, input_form(), context.mistakes);
      model.input_rules[lower(entry.key)] = {rule.boolean("rebuild", true), entry.place};
    }
  }
  check_strategy(options, context, model);
  if (asset.name.empty()) return std::nullopt;
  return asset;
}

}  // namespace tidemill::reading
