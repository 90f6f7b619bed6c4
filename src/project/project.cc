#include "project/project.h"

#include "base/text.h"

namespace tidemill {

std::optional<size_t> Project::find(std::string_view asset) const {
  for (size_t i = 0; i < assets.size(); ++i) {
    if (assets[i].name == lower(asset)) return i;
  }
  return std::nullopt;
}

std::vector<std::string> Project::asset_names() const {
  std::vector<std::string> names;
  for (const Asset& asset : assets) names.push_back(asset.name);
  return names;
}

std::vector<std::vector<size_t>> Project::readers() const {
  std::vector<std::vector<size_t>> readers(assets.size());
  for (size_t i = 0; i < assets.size(); ++i) {
    for (const size_t input : assets[i].inputs) readers[input].push_back(i);
  }
  return readers;
}

std::string Project::table_folder(const std::string& asset) const {
  return lake_folder() + "/" + replace_all(asset, ".", "/");
}

std::string rejects_name(const std::string& asset) { return asset + "__rejects"; }

std::string maker_of(const std::string& table) {
  const std::string ending = rejects_name("");
  return table.ends_with(ending) ? table.substr(0, table.size() - ending.size()) : table;
}

Schema rejects_schema() {
  const Type text{.id = Type::Id::kVarchar};
  return {{"file", text},
          {"line", Type{.id = Type::Id::kBigint}},
          {"column_name", text},
          {"reason", text},
          {"record", text},
          {"record_bytes", Type{.id = Type::Id::kBlob}},
          {"header_bytes", Type{.id = Type::Id::kBlob}},
          {"cut_off", Type{.id = Type::Id::kBoolean}},
          {"rejected_at", Type{.id = Type::Id::kTimestamp}}};
}

std::optional<std::string> derived_from(const Schema& schema, const std::string& column) {
  constexpr std::string_view kEnding = "_date";
  if (find_column(schema, column) != nullptr || !column.ends_with(kEnding)) return std::nullopt;
  const std::string base = column.substr(0, column.size() - kEnding.size());
  const Column* time = find_column(schema, base);
  if (time == nullptr || time->type.id != Type::Id::kTimestamp) return std::nullopt;
  return time->name;
}

std::vector<std::string> Filter::parameters() const {
  if (kind == Kind::kValue) return {name};
  return {name + "_start", name + "_end"};
}

const Form& chart_form() {
  static const Form form = {
      "chart",
      {{.name = "type",
        .type = FieldType::kChoice,
        .doc = "how the rows are drawn",
        .required = true,
        .choices = {"line", "area", "bar", "stacked_bar", "heatmap", "scatter", "number", "table"}},
       {.name = "x", .doc = "column along the horizontal axis"},
       {.name = "y",
        .type = FieldType::kTextList,
        .doc = "column or columns along the vertical axis"},
       {.name = "series", .doc = "column that gives one line or colour per value"},
       {.name = "unit", .doc = "what the numbers count, for axis and tooltip"},
       {.name = "sort", .doc = "column to sort by, largest first with a leading '-'"}}};
  return form;
}

}  // namespace tidemill
