#include "cli/output.h"

#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <nlohmann/json.hpp>

#include "base/text.h"

namespace tidemill {

namespace {

using Json = nlohmann::ordered_json;

std::string dump(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

const char* kind_text(Error::Kind kind) {
  switch (kind) {
    case Error::Kind::kUser:
      return "user";
    case Error::Kind::kTransient:
      return "transient";
    case Error::Kind::kBug:
      return "bug";
    case Error::Kind::kCancelled:
      return "cancelled";
  }
  return "";
}

Json json_of(const Error& error) {
  Json json = {{"event", "error"}, {"kind", kind_text(error.kind())}, {"message", error.message()}};
  if (error.place().known()) {
    json["file"] = error.place().file;
    json["line"] = error.place().line;
    json["column"] = error.place().column;
  }
  if (!error.hint().empty()) json["hint"] = error.hint();
  return json;
}

/// Returns how many columns of a terminal the text takes: characters, not bytes.
size_t width_of(const std::string& text) {
  return static_cast<size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  }));
}

std::string padded(const std::string& text, size_t width, bool right) {
  const std::string space(width - std::min(width, width_of(text)), ' ');
  return right ? space + text : text + space;
}

}  // namespace

void print_error(const Globals& globals, const Error& error) {
  if (globals.json) std::printf("%s\n", dump(json_of(error)).c_str());
  std::fflush(stdout);
  if (error.kind() == Error::Kind::kCancelled) {
    std::fprintf(stderr, "interrupted\n");
    return;
  }
  const std::string bug = error.kind() == Error::Kind::kBug
                              ? "\n  hint: this is a mistake of Tidemill; please report it"
                              : "";
  std::fprintf(stderr, "error: %s%s\n", error.text().c_str(), bug.c_str());
}

void print_mistakes(const Globals& globals, const std::vector<Error>& mistakes) {
  for (const Error& mistake : mistakes) {
    if (globals.json) std::printf("%s\n", dump(json_of(mistake)).c_str());
    std::fprintf(stderr, "%s\n", mistake.text().c_str());
  }
  std::fflush(stdout);
  std::fprintf(stderr, "%s in the project\n",
               format_count(static_cast<int64_t>(mistakes.size()), "mistake").c_str());
}

std::string error_json(const Error& error) { return dump(json_of(error)); }

void print_table(const std::vector<std::string>& header,
                 const std::vector<std::vector<std::string>>& rows,
                 const std::vector<bool>& numeric) {
  std::vector<size_t> widths;
  for (size_t i = 0; i < header.size(); ++i) {
    size_t width = width_of(header[i]);
    for (const auto& row : rows) width = std::max(width, width_of(row[i]));
    widths.push_back(width);
  }
  const auto print_line = [&](const std::vector<std::string>& cells) {
    std::string line;
    for (size_t i = 0; i < cells.size(); ++i)
      line += (i == 0 ? "" : "  ") + padded(cells[i], widths[i], numeric[i]);
    line.erase(line.find_last_not_of(' ') + 1);
    std::printf("%s\n", line.c_str());
  };
  print_line(header);
  for (const auto& row : rows) print_line(row);
}

std::string json_value(const duckdb::Value& value) {
  if (std::holds_alternative<std::monostate>(value)) return "null";
  const auto* number = std::get_if<double>(&value);
  const bool bare = std::holds_alternative<bool>(value) || std::holds_alternative<int64_t>(value) ||
                    (number != nullptr && std::isfinite(*number));
  return bare ? duckdb::text_of(value) : json_text(duckdb::text_of(value));
}

std::string json_text(const std::string& text) { return dump(Json(text)); }

std::string json_row(const std::vector<duckdb::ResultColumn>& columns, const duckdb::Row& row) {
  std::string json = "{";
  for (size_t i = 0; i < row.size(); ++i) {
    const auto& type = columns[i].type;
    const bool nested = type && (type->id == Type::Id::kList || type->id == Type::Id::kStruct ||
                                 type->id == Type::Id::kMap);
    const bool null = std::holds_alternative<std::monostate>(row[i]);
    // Lists and structs are JSON already.
    json += (i == 0 ? "" : ",") + json_text(columns[i].name) + ":" +
            (nested && !null ? duckdb::text_of(row[i]) : json_value(row[i]));
  }
  return json + "}";
}

std::string cell_text(const duckdb::Value& value) {
  if (std::holds_alternative<std::monostate>(value)) return "NULL";
  return replace_all(replace_all(duckdb::text_of(value), "\n", "\\n"), "\t", "\\t");
}

bool is_number(const duckdb::ResultColumn& column) {
  if (!column.type) return false;
  switch (column.type->id) {
    case Type::Id::kTinyint:
    case Type::Id::kSmallint:
    case Type::Id::kInteger:
    case Type::Id::kBigint:
    case Type::Id::kFloat:
    case Type::Id::kDouble:
    case Type::Id::kDecimal:
      return true;
    default:
      return false;
  }
}

bool stderr_is_terminal() {
  const char* terminal = std::getenv("TERM");
  return ::isatty(STDERR_FILENO) != 0 && terminal != nullptr && std::string(terminal) != "dumb";
}

}  // namespace tidemill
