#include "tables/statistics.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <string_view>
#include <utility>

#include "base/error.h"
#include "base/text.h"
#include "io/file_system.h"
#include "tables/shape.h"

namespace tidemill::tables {

namespace {

using Json = nlohmann::json;
using Texts = std::map<std::string, std::string>;

constexpr size_t kLongestText = 32;  // Characters of a text that its bounds keep.

/// An object of objects whose leaves are JSON as written: a decimal of 38 digits must not pass
/// through a double.
struct Object {
  std::string leaf;
  std::vector<std::string> names;
  std::vector<Object> members;

  Object& member(const std::string& name) {
    const auto found = std::find(names.begin(), names.end(), name);
    if (found != names.end()) return members[static_cast<size_t>(found - names.begin())];
    names.push_back(name);
    return members.emplace_back();
  }

  void set(const std::vector<std::string>& path, std::string json) {
    Object* object = this;
    for (const std::string& name : path) object = &object->member(name);
    object->leaf = std::move(json);
  }

  std::string text() const {
    if (!leaf.empty()) return leaf;
    std::vector<std::string> parts;
    for (size_t i = 0; i < names.size(); ++i)
      parts.push_back(Json(names[i]).dump() + ":" + members[i].text());
    return "{" + join(parts, ",") + "}";
  }
};

/// Reads DuckDB's path of a column, `"a"."b ""c"""`, into its names.
std::vector<std::string> column_path(std::string_view text) {
  std::vector<std::string> path;
  bool quoted = false;
  for (size_t i = 0; i < text.size(); ++i) {
    if (!quoted) {
      quoted = text[i] == '"';
      if (quoted) path.emplace_back();
    } else if (text[i] != '"') {
      path.back() += text[i];
    } else if (i + 1 < text.size() && text[i + 1] == '"') {
      path.back() += text[i++];
    } else {
      quoted = false;
    }
  }
  return path;
}

/// Returns the type at the end of `path`, or null when a list or map lies on the way.
const Type* type_at(const Schema& schema, const std::vector<std::string>& path) {
  const std::vector<Column>* columns = &schema;
  const Type* type = nullptr;
  for (const std::string& name : path) {
    if (type != nullptr && type->id != Type::Id::kStruct) return nullptr;
    const Column* column = find_column(*columns, name);
    if (column == nullptr) return nullptr;
    type = &column->type;
    columns = &type->children;
  }
  return type != nullptr && type->children.empty() ? type : nullptr;
}

/// Returns the length in bytes of the first `count` characters.
size_t prefix_length(std::string_view text, size_t count) {
  size_t at = 0;
  for (; at < text.size(); ++at) {
    const bool starts_character = (static_cast<unsigned char>(text[at]) & 0xC0U) != 0x80U;
    if (starts_character && count-- == 0) break;
  }
  return at;
}

std::string lower_bound(const std::string& text) {
  return text.substr(0, prefix_length(text, kLongestText));
}

std::string upper_bound(const std::string& text) {
  constexpr std::string_view kGreatest =
      "\xF4\x8F\xBF\xBF";  // U+10FFFF, after which no character sorts.
  size_t length = prefix_length(text, kLongestText);
  if (length == text.size()) return text;
  while (text.compare(length, kGreatest.size(), kGreatest) == 0) length += kGreatest.size();
  return length == text.size() ? text : text.substr(0, length) + std::string(kGreatest);
}

std::optional<std::string> number_bound(const std::string& text, bool is_minimum) {
  const auto number = parse_number(text);
  if (!number || !std::isfinite(*number)) return std::nullopt;
  if (*number == 0 && text.find('.') != std::string::npos) return is_minimum ? "-0.0" : "0.0";
  return text;
}

/// Returns DuckDB's text of a column's least or greatest value as JSON; nothing where there is no
/// bound to give.
std::optional<std::string> bound(const Type& type, const std::string& text, bool is_minimum) {
  switch (type.id) {
    case Type::Id::kTinyint:
    case Type::Id::kSmallint:
    case Type::Id::kInteger:
    case Type::Id::kBigint:
    case Type::Id::kDecimal:
      return text;
    case Type::Id::kFloat:
    case Type::Id::kDouble:
      return number_bound(text, is_minimum);
    case Type::Id::kVarchar:
      return Json(is_minimum ? lower_bound(text) : upper_bound(text)).dump();
    case Type::Id::kDate:
      return text.size() == 10 && parse_time(text) ? std::optional(Json(text).dump())
                                                   : std::nullopt;
    case Type::Id::kTimestamp: {
      const auto time = parse_time(text);
      return time ? std::optional(Json(format_time(*time)).dump()) : std::nullopt;
    }
    default:
      return std::nullopt;
  }
}

/// Reads a map as `Value` gives it: a JSON list of {key, value}. A value that is NULL is left out.
std::vector<std::pair<std::string, Json>> map_entries(const Json& list) {
  std::vector<std::pair<std::string, Json>> entries;
  for (const Json& entry : list) {
    if (!entry.at("value").is_null())
      entries.emplace_back(entry.at("key").get<std::string>(), entry.at("value"));
  }
  return entries;
}

/// Returns the statistics of a column as DuckDB gives them.
Texts texts_of(const Json& statistics) {
  Texts texts;
  for (const auto& [key, value] : map_entries(statistics)) texts[key] = value.get<std::string>();
  return texts;
}

std::string stats_text(int64_t records, const Json& column_statistics, const Shape& shape) {
  Object stats;
  stats.set({"numRecords"}, std::to_string(records));
  for (const char* name : {"minValues", "maxValues", "nullCount"}) stats.member(name);
  const auto set = [&](const std::string& kind, std::vector<std::string> path,
                       const std::optional<std::string>& json) {
    path.insert(path.begin(), kind);
    if (json) stats.set(path, *json);
  };
  for (const auto& [column, values] : map_entries(column_statistics)) {
    const std::vector<std::string> path = column_path(column);
    const Type* type = type_at(shape.schema, path);
    const bool is_partition =
        !path.empty() && std::find(shape.partition_by.begin(), shape.partition_by.end(), path[0]) !=
                             shape.partition_by.end();
    if (type == nullptr || is_partition) continue;
    Texts texts = texts_of(values);
    const bool has_nan = texts.contains("has_nan") && texts["has_nan"] == "true";
    if (texts.contains("min") && !has_nan) set("minValues", path, bound(*type, texts["min"], true));
    if (texts.contains("max") && !has_nan)
      set("maxValues", path, bound(*type, texts["max"], false));
    if (texts.contains("null_count")) set("nullCount", path, texts["null_count"]);
  }
  return stats.text();
}

PartitionValues partition_values(const duckdb::Value& keys, const Shape& shape) {
  PartitionValues values;
  for (const std::string& name : shape.partition_by) values[name] = std::nullopt;
  if (shape.partition_by.empty()) return values;
  for (const auto& [name, value] : map_entries(Json::parse(duckdb::text_of(keys)))) {
    const Column* column = find_column(shape.schema, name);
    if (column == nullptr || !values.contains(column->name)) {
      throw bug_error("the files are partitioned by another column than the table: " + quote(name));
    }
    const auto text = value.get<std::string>();
    if (text.empty()) {
      throw user_error("an empty text cannot be a partition value: " + quote(column->name))
          .hint("write nullif(" + column->name +
                ", '') in its place, or partition by another column");
    }
    values[column->name] = partition_text(column->type, text);
  }
  return values;
}

/// Returns the values that the partition columns have in all rows; nothing when one of them has
/// several, or NULLs.
std::optional<PartitionValues> only_values(const Json& column_statistics, const Shape& shape) {
  PartitionValues only;
  for (const auto& [column, values] : map_entries(column_statistics)) {
    const std::vector<std::string> path = column_path(column);
    if (path.size() != 1 ||
        std::ranges::find(shape.partition_by, path[0]) == shape.partition_by.end())
      continue;
    Texts texts = texts_of(values);
    if (texts["null_count"] != "0" || texts["min"].empty() || texts["min"] != texts["max"])
      return std::nullopt;
    only[path[0]] = partition_text(find_column(shape.schema, path[0])->type, texts["min"]);
  }
  if (only.size() != shape.partition_by.size()) return std::nullopt;
  return only;
}

int64_t count_of(const duckdb::Value& value) {
  const auto count = parse_integer(duckdb::text_of(value));
  if (!count)
    throw bug_error("a count of rows or bytes was expected: " + quote(duckdb::text_of(value)));
  return *count;
}

std::string relative_path(const std::string& path, const std::string& folder) {
  const std::string prefix = join_path(folder, "");
  if (!path.starts_with(prefix))
    throw bug_error("a file was written outside of its table's folder: " + quote(path));
  return path.substr(prefix.size());
}

/// Returns the file that a row of RETURN_STATS names, but for its partition; nothing when it has no
/// rows.
std::optional<DataFile> written_file(const duckdb::Row& row, const std::string& folder,
                                     const Shape& shape) {
  if (row.size() != 6) throw bug_error("COPY was to return statistics");
  DataFile file;
  file.records = count_of(row[1]);
  if (file.records == 0) return std::nullopt;
  file.path = relative_path(duckdb::text_of(row[0]), folder);
  file.size = count_of(row[2]);
  file.stats = stats_text(*file.records, Json::parse(duckdb::text_of(row[4])), shape);
  std::string columns;
  for (const Column& column : shape.schema) columns += quote(column.name) + column.type.sql();
  file.columns = hash_text(columns);
  return file;
}

/// Returns the bound at `column` as a time; nothing when there is none.
std::optional<Instant> bound_time(const Json& bounds, const std::string& column) {
  const auto found = bounds.find(column);
  if (found == bounds.end() || !found->is_string()) return std::nullopt;
  return parse_time(found->get<std::string>());
}

}  // namespace

std::vector<DataFile> written_files(const duckdb::Table& returned, const std::string& folder,
                                    const Shape& shape) {
  std::vector<DataFile> files;
  for (const duckdb::Row& row : returned.rows) {
    auto file = written_file(row, folder, shape);
    if (!file) continue;
    file->partition_values = partition_values(row[5], shape);
    files.push_back(std::move(*file));
  }
  return files;
}

std::optional<std::vector<DataFile>> written_files_of_one_partition(const duckdb::Table& returned,
                                                                    const std::string& folder,
                                                                    const Shape& shape) {
  std::vector<DataFile> files;
  for (const duckdb::Row& row : returned.rows) {
    auto file = written_file(row, folder, shape);
    if (!file) continue;
    const auto values = only_values(Json::parse(duckdb::text_of(row[4])), shape);
    if (!values) return std::nullopt;
    file->partition_values = *values;
    files.push_back(std::move(*file));
  }
  return files;
}

std::optional<Interval> time_range(const DataFile& file, const std::string& column) {
  const auto partition = file.partition_values.find(column);
  if (partition != file.partition_values.end()) {
    const auto time = partition->second ? parse_time(*partition->second) : std::nullopt;
    return time ? std::optional(Interval{*time, *time + std::chrono::microseconds(1)})
                : std::nullopt;
  }
  const Json stats = Json::parse(file.stats, nullptr, false);
  if (!stats.is_object()) return std::nullopt;
  const auto start = bound_time(stats.value("minValues", Json::object()), column);
  const auto last = bound_time(stats.value("maxValues", Json::object()), column);
  if (!start || !last || *last < *start) return std::nullopt;
  // Our bounds are exact; other writers cut the greatest time down to its millisecond.
  const std::chrono::microseconds after =
      file.holds_partition_columns ? std::chrono::microseconds(1) : std::chrono::milliseconds(1);
  return Interval{*start, *last + after};
}

}  // namespace tidemill::tables
