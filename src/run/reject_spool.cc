#include "run/reject_spool.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/text.h"
#include "duckdb/session.h"
#include "project/project.h"

namespace tidemill {

namespace {

constexpr size_t kSmallestObject = size_t{1} << 20;
constexpr size_t kMostShown = 64 * size_t{1024};  // Of a record that is no plain text.

std::string hex(std::string_view bytes) {
  std::string text;
  text.reserve(2 * bytes.size());
  for (const char byte : bytes)
    fmt::format_to(std::back_inserter(text), "{:02x}", static_cast<unsigned char>(byte));
  return text;
}

/// Returns a SELECT without rows.
std::string empty_select() {
  std::vector<std::string> columns;
  for (const Column& column : rejects_schema())
    columns.push_back("NULL AS " + duckdb::quote_identifier(column.name));
  return "SELECT " + join(columns, ", ") + " LIMIT 0";
}

/// True when a text column holds these bytes as they are.
bool is_plain_text(std::string_view bytes) {
  return is_utf8(bytes) && bytes.find('\0') == std::string_view::npos;
}

}  // namespace

RejectSpool::~RejectSpool() { clear(); }

void RejectSpool::clear() {
  const std::lock_guard lock(mutex_);
  if (count_ > 0) std::remove(path_.c_str());
  file_ = std::ofstream();
  count_ = 0;
  first_.clear();
  longest_ = 0;
}

void RejectSpool::add(Reject reject) {
  nlohmann::json line = {
      {"file", to_utf8(reject.file)}, {"line", reject.line}, {"reason", to_utf8(reject.reason)}};
  if (!reject.column.empty()) line["column_name"] = reject.column;
  if (!reject.header.empty()) line["header_hex"] = hex(reject.header);
  line["cut_off"] = reject.cut_off;
  if (is_plain_text(reject.text)) {
    line["record"] = reject.text;
  } else {
    // All of it is in record_bytes.
    const std::string_view shown = std::string_view(reject.text).substr(0, kMostShown);
    line["record"] = replace_all(to_utf8(shown), std::string_view("\0", 1), "\xEF\xBF\xBD");
    line["record_hex"] = hex(reject.text);
  }
  const std::string text = line.dump() + "\n";
  const std::lock_guard lock(mutex_);
  if (count_++ == 0) {
    file_.open(path_, std::ios::binary | std::ios::trunc);
    first_ = to_utf8(reject.file) + ":" + std::to_string(reject.line) + ": " +
             (reject.column.empty() ? "" : reject.column + ": ") + to_utf8(reject.reason);
  }
  file_ << text;
  longest_ = std::max(longest_, text.size());
}

void RejectSpool::finish() {
  const std::lock_guard lock(mutex_);
  if (count_ == 0) return;
  file_.close();
  if (file_.fail())
    throw user_error("cannot write the rejected rows: " + quote(path_)).hint("is the disk full?");
}

std::string RejectSpool::select() const {
  if (count_ == 0) return empty_select();
  return "SELECT file, line, column_name, reason, record, unhex(record_hex) AS record_bytes, "
         "unhex(header_hex) AS header_bytes, cut_off, $run_time AS rejected_at "
         "FROM read_json(" +
         duckdb::quote_literal(path_) +
         ", format = 'newline_delimited', compression = 'uncompressed', maximum_object_size = " +
         std::to_string(std::max(longest_ + 1, kSmallestObject)) +
         ", columns = {file: 'VARCHAR', line: 'BIGINT', column_name: 'VARCHAR', reason: 'VARCHAR', "
         "record: 'VARCHAR', "
         "record_hex: 'VARCHAR', header_hex: 'VARCHAR', cut_off: 'BOOLEAN'})";
}

}  // namespace tidemill
