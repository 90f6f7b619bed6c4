// What the tests of formats share.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/text.h"
#include "duckdb/session.h"
#include "formats/format.h"

namespace tidemill {

class KeptRejects : public RejectSink {
 public:
  void add(Reject reject) override {
    const std::lock_guard lock(mutex_);
    rejects.push_back(std::move(reject));
  }
  std::vector<Reject> rejects;

 private:
  std::mutex mutex_;  // Guards rejects while they are added.
};

/// Returns the real samples' folder, which need not be there.
inline std::filesystem::path samples() {
  return std::filesystem::path(__FILE__).parent_path() / "../../../shared/data";
}

inline Input text_input(const std::string& name, const std::string& bytes) {
  return {name, [bytes] { return make_byte_source(bytes); }};
}

inline Input file_input(const std::filesystem::path& path) {
  return {path.filename(), [path] {
            std::ifstream file(path, std::ios::binary);
            return make_byte_source(std::string(std::istreambuf_iterator<char>(file), {}));
          }};
}

inline Column column_of(const std::string& name, const std::string& type) {
  return {name, *parse_type(type)};
}

/// Reads texts by one format.
class FormatTest : public testing::Test {
 protected:
  explicit FormatTest(std::string format) : format_(std::move(format)) {
    for (const auto& [name, type] : {std::pair("id", "bigint"), std::pair("text", "varchar")})
      add_column(name, type);
    contract_.columns[0].required = true;
  }

  void add_column(const std::string& name, const std::string& type, const std::string& path = "") {
    const Column column = column_of(name, type);
    contract_.columns.push_back({.name = column.name,
                                 .paths = {*parse_path(path.empty() ? name : path)},
                                 .type = column.type});
  }

  void set_option(const std::string& name, const std::string& value) {
    options_.add(name,
                 Yaml{.kind = Yaml::Kind::kScalar, .text = value, .place = {"events.yml", 7, 3}});
  }
  void set_option(const std::string& name, int64_t value) {
    set_option(name, std::to_string(value));
  }
  void set_option(const std::string& name, const std::vector<std::string>& values) {
    Yaml list{.kind = Yaml::Kind::kList, .place = {"events.yml", 7, 3}};
    for (const std::string& value : values)
      list.items.push_back({.kind = Yaml::Kind::kScalar, .text = value});
    options_.add(name, list);
  }

  /// Runs `sql`, in which `$rows` is the inputs' rows.
  duckdb::Table run(const std::string& sql, std::vector<Input> inputs) {
    const Format& format =
        **std::ranges::find(formats::all(), format_, [](const Format* each) { return each->name; });
    const auto source = format.open(
        {contract_, std::move(inputs), sink_, counters_, cancellation_, scratch_folder_}, options_);
    const duckdb::LentSource lent(*connection_, *source);
    try {
      return connection_->query(replace_all(sql, "$rows", lent.sql()));
    } catch (const Error&) {
      lent.rethrow();
      throw;
    }
  }
  /// Returns one line for each row, values joined by a comma.
  std::vector<std::string> rows(const std::string& sql, std::vector<Input> inputs) {
    std::vector<std::string> lines;
    for (const duckdb::Row& row : run(sql, std::move(inputs)).rows) {
      std::vector<std::string> texts;
      for (const duckdb::Value& value : row) texts.push_back(duckdb::text_of(value));
      lines.push_back(join(texts, ","));
    }
    return lines;
  }
  std::vector<std::string> rows_of(const std::string& bytes) {
    return rows("SELECT * FROM $rows ORDER BY ALL", {text_input("hour.json", bytes)});
  }
  std::string message_of(const std::string& bytes) {
    try {
      rows_of(bytes);
      return "no failure";
    } catch (const Error& error) {
      return error.text();
    }
  }

  std::string format_;
  Contract contract_;
  Options options_;
  KeptRejects sink_;
  ReadCounters counters_;
  Cancellation cancellation_;
  std::string scratch_folder_ = testing::TempDir();
  duckdb::Database database_{{.threads = 2}};
  std::unique_ptr<duckdb::Connection> connection_ = database_.connect();
};

}  // namespace tidemill
