#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <random>

#include "base/error.h"
#include "base/text.h"
#include "formats/format_for_test.h"
#include "formats/gzip_for_test.h"

namespace tidemill {
namespace {

class NdjsonTest : public FormatTest {
 protected:
  NdjsonTest() : FormatTest("ndjson") {}
};

using Lines = std::vector<std::string>;

TEST_F(NdjsonTest, EachLineIsARow) {
  EXPECT_EQ(rows_of("{\"id\":1,\"text\":\"a\"}\n{\"id\":2}\n"), (Lines{"1,a", "2,"}));
  EXPECT_EQ(counters_.records, 2);
  EXPECT_EQ(counters_.rows, 2);
  EXPECT_EQ(counters_.rejected, 0);
  EXPECT_EQ(counters_.bytes, 29);
  EXPECT_EQ(counters_.bytes_out, 29);
}

TEST_F(NdjsonTest, NothingIsAnEmptyTable) {
  EXPECT_EQ(rows_of(""), Lines{});
  EXPECT_EQ(rows_of("\n \n\t\r\n"), Lines{});
  EXPECT_EQ(counters_.records, 0);
  EXPECT_EQ(rows("SELECT count(*) FROM $rows", {}), Lines{"0"});
}

TEST_F(NdjsonTest, TheLastLineMayLackItsBreak) {
  EXPECT_EQ(rows_of("{\"id\":1}\n{\"id\":2}"), (Lines{"1,", "2,"}));
}

TEST_F(NdjsonTest, BlankLinesCarriageReturnsAndAByteOrderMarkAreNoRecords) {
  EXPECT_EQ(rows_of("\xEF\xBB\xBF{\"id\":1}\r\n\r\n  \n\n{\"id\":2}\r\nx\r\n"),
            (Lines{"1,", "2,"}));
  EXPECT_EQ(counters_.records, 3);
  ASSERT_EQ(sink_.rejects.size(), 1);
  EXPECT_EQ(sink_.rejects[0].line, 6);
  EXPECT_EQ(sink_.rejects[0].text, "x");
}

TEST_F(NdjsonTest, ABadRecordIsPutAsideWithItsPlaceAndReason) {
  EXPECT_EQ(rows_of("{\"id\":1}\n\n{\"id\":\"abc\"}\n{\"text\":\"x\"}\n{\"id\":3\n{\"id\":4}\n"),
            (Lines{"1,", "4,"}));
  ASSERT_EQ(sink_.rejects.size(), 3);
  const Reject& reject = sink_.rejects[0];
  EXPECT_EQ(reject.file, "hour.json");
  EXPECT_EQ(reject.line, 3);
  EXPECT_EQ(reject.column, "id");
  EXPECT_EQ(reject.reason, "not a bigint: 'abc'");
  EXPECT_EQ(reject.text, "{\"id\":\"abc\"}");
  EXPECT_EQ(sink_.rejects[1].line, 4);
  EXPECT_EQ(sink_.rejects[1].reason, "missing required value");
  EXPECT_EQ(sink_.rejects[2].line, 5);
  EXPECT_EQ(sink_.rejects[2].column, "");
  EXPECT_EQ(sink_.rejects[2].reason, "not valid JSON: a comma is missing at byte 7");
  EXPECT_EQ(counters_.records, 5);
  EXPECT_EQ(counters_.rows, 2);
  EXPECT_EQ(counters_.rejected, 3);
}

TEST_F(NdjsonTest, AllRecordsBadIsNotTheEndOfTheFile) {
  std::string text;
  for (int i = 0; i < 5000; ++i) text += "{\"id\":\"bad\"}\n";
  EXPECT_EQ(rows_of(text + "{\"id\":1}\n"), Lines{"1,"});
  EXPECT_EQ(counters_.rejected, 5000);
  for (size_t i = 0; i < sink_.rejects.size(); ++i)
    ASSERT_EQ(sink_.rejects[i].line, static_cast<int64_t>(i) + 1);
}

TEST_F(NdjsonTest, AContractThatForbidsBadRecordsFailsAtTheFirst) {
  contract_.bad_rows = Contract::BadRows::kFail;
  EXPECT_EQ(
      message_of("{\"id\":1}\n{\"id\":\"abc\"}\n"),
      "hour.json:2: bad record in column 'id', not a bigint: 'abc'\n"
      "  hint: with bad_rows: quarantine such records go to the rejects table, and the others "
      "are read");
  EXPECT_TRUE(message_of("[]\n").starts_with("hour.json:1: bad record, not a JSON object: '[]'"));
}

TEST_F(NdjsonTest, WhichRecordsAreBadDoesNotDependOnWhatIsRead) {
  add_column("n", "integer", "a.n");
  const std::string text =
      "{\"id\":1,\"a\":{\"n\":1}}\n{\"id\":2,\"a\":{\"n\":\"x\"}}\n{\"id\":3,\"text\":[]}\n{\"id\":"
      "4,\"z\":tru}\n{\"id\":5}\n";
  for (const char* columns :
       {"count(*)", "count(id)", "count(text) * 0 + 2", "(sum(n) + 1)::BIGINT"}) {
    sink_.rejects.clear();
    EXPECT_EQ(rows(std::string("SELECT ") + columns + " FROM $rows", {text_input("f", text)}),
              Lines{"2"})
        << columns;
    EXPECT_EQ(sink_.rejects.size(), 3) << columns;
  }
}

TEST_F(NdjsonTest, GzipIsRecognisedByItsContent) {
  const std::string stored = make_gzip("{\"id\":1}\n{\"id\"") + make_gzip(":2}");
  EXPECT_EQ(rows_of(stored), (Lines{"1,", "2,"}));
  EXPECT_EQ(counters_.bytes, static_cast<int64_t>(stored.size()));
  EXPECT_EQ(counters_.bytes_out, 17);
}

TEST_F(NdjsonTest, ATruncatedFileFailsAsAWhole) {
  std::string text;
  for (int i = 0; i < 3000; ++i) text += "{\"id\":" + std::to_string(i * 7919 % 3001) + "}\n";
  const std::string stored = make_gzip(text);
  EXPECT_TRUE(message_of(stored.substr(0, stored.size() / 2))
                  .starts_with("gzip is cut short at byte " + std::to_string(stored.size() / 2) +
                               ": 'hour.json'"));
  for (const size_t size : {0, 1}) {
    EXPECT_THROW(rows("SELECT * FROM $rows",
                      {text_input("https://h/hour.json.gz?x=1", stored.substr(0, size))}),
                 Error);
  }
}

TEST_F(NdjsonTest, BlockSizesChangeNothing) {
  std::string text;
  for (int i = 0; i < 300; ++i) {
    text += i % 7 == 0 ? "{\"id\":broken}\n"
                       : "{\"id\":" + std::to_string(i) + ",\"text\":\"" +
                             std::string(static_cast<size_t>(i), 'x') + "\"}\n";
    if (i % 11 == 0) text += "\n";
  }
  const Lines expected = rows_of(text);
  std::vector<int64_t> lines;
  for (const Reject& reject : sink_.rejects) lines.push_back(reject.line);
  std::ranges::sort(lines);
  for (const int64_t size : {1, 2, 17, 64, 1000, 100'000}) {
    options_ = Options();
    set_option("block_size", size);
    sink_.rejects.clear();
    EXPECT_EQ(rows_of(text), expected) << size;
    std::vector<int64_t> other_lines;
    for (const Reject& reject : sink_.rejects) other_lines.push_back(reject.line);
    std::ranges::sort(other_lines);  // Two threads put them aside.
    EXPECT_EQ(other_lines, lines) << size;
  }
}

TEST_F(NdjsonTest, ALineThatIsTooLongIsABadRecord) {
  set_option("longest_record", 50);
  EXPECT_EQ(
      rows_of("{\"id\":1}\n{\"id\":2,\"text\":\"" + std::string(200, 'x') + "\"}\n{\"id\":3}\n"),
      (Lines{"1,", "3,"}));
  ASSERT_EQ(sink_.rejects.size(), 1);
  EXPECT_EQ(sink_.rejects[0].line, 2);
  EXPECT_EQ(sink_.rejects[0].reason, "longer than a record may be, in bytes: 50");
  EXPECT_EQ(sink_.rejects[0].text.size(), 50);
  EXPECT_EQ(counters_.records, 3);
}

TEST_F(NdjsonTest, LinesOfSomeMegabytesAreRead) {
  const std::string long_text(5'000'000, 'x');
  EXPECT_EQ(rows("SELECT id, length(text) FROM $rows ORDER BY 1",
                 {text_input(
                     "f", "{\"id\":1}\n{\"id\":2,\"text\":\"" + long_text + "\"}\n{\"id\":3}\n")}),
            (Lines{"1,", "2,5000000", "3,"}));
}

TEST_F(NdjsonTest, AnOptionOutOfRangeIsRefusedAtItsPlace) {
  set_option("block_size", 0);
  EXPECT_EQ(message_of(""),
            "events.yml:7:3: block_size is not between 1 and 1073741824 bytes: '0'");
}

TEST_F(NdjsonTest, ManyFilesAreReadByManyThreads) {
  std::vector<Input> inputs;
  int64_t sum = 0;
  for (int file = 0; file < 20; ++file) {
    std::string text;
    for (int i = 0; i < 3000; ++i) {
      text += "{\"id\":" + std::to_string(file * 3000 + i) + "}\n";
      sum += file * 3000 + i;
    }
    text += "bad\n";
    inputs.push_back(
        text_input("file" + std::to_string(file), file % 2 == 0 ? text : make_gzip(text)));
  }
  EXPECT_EQ(rows("SELECT count(*), count(DISTINCT id), sum(id) FROM $rows", inputs),
            Lines{"60000,60000," + std::to_string(sum)});
  EXPECT_EQ(counters_.records, 60020);
  EXPECT_EQ(counters_.rows, 60000);
  EXPECT_EQ(sink_.rejects.size(), 20);
}

TEST_F(NdjsonTest, WhatOpeningThrowsComesBackAsItWas) {
  const Input away{
      "f", []() -> std::unique_ptr<ByteSource> { throw transient_error("nobody answers"); }};
  try {
    rows("SELECT * FROM $rows", {away});
    FAIL() << "nothing was thrown";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), Error::Kind::kTransient);
    EXPECT_EQ(error.message(), "nobody answers");
  }
}

TEST_F(NdjsonTest, CancellationEndsTheReading) {
  cancellation_.cancel();
  try {
    rows_of("{\"id\":1}\n");
    FAIL() << "nothing was thrown";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), Error::Kind::kCancelled);
  }
}

/// Writes `text` where DuckDB's own reader finds it.
class TextFile {
 public:
  explicit TextFile(const std::string& text)
      : path_(std::filesystem::temp_directory_path() / ("tidemill_" + random_id() + ".json")) {
    std::ofstream(path_, std::ios::binary) << text;
  }
  ~TextFile() { std::filesystem::remove(path_); }
  std::string sql() const { return duckdb::quote_literal(path_.string()); }

 private:
  std::filesystem::path path_;
};

std::string random_text(std::mt19937& random) {
  static const std::vector<std::string> pieces = {"a",
                                                  "Z",
                                                  " ",
                                                  "é",
                                                  "€",
                                                  "😀",
                                                  "\\n",
                                                  "\\\"",
                                                  "\\\\",
                                                  "\\/",
                                                  "\\u0041",
                                                  "\\u00e9",
                                                  "\\ud83d\\ude00",
                                                  "{",
                                                  "]",
                                                  ","};
  std::string text;
  for (size_t i = random() % 40; i > 0; --i) text += pieces[random() % pieces.size()];
  return text;
}

std::string random_record(std::mt19937& random) {
  const auto digits = [&](unsigned below) { return std::to_string(random() % below); };
  std::vector<std::string> fields = {
      "\"id\":" + std::to_string(static_cast<int64_t>(random()) - 2'000'000'000)};
  const auto maybe = [&](const std::string& name, const std::string& value) {
    if (random() % 2 == 0) fields.push_back("\"" + name + "\":" + value);
  };
  maybe("text", "\"" + random_text(random) + "\"");
  maybe("ratio", " " + digits(1000) + "." + digits(1000) + "e" +
                     std::to_string(static_cast<int>(random() % 40) - 20));
  maybe("owner", "{\"extra\":[{}, [1]], \"n\":" + digits(100) + "}");
  maybe("flag", random() % 2 == 0 ? "true" : "null");
  maybe("price", digits(10000) + "." + digits(10));
  maybe("ignored", "{\"a\":[\"" + random_text(random) + "\"]}");
  std::ranges::shuffle(fields, random);
  return "{" + join(fields, random() % 2 > 0 ? "," : " ,\t") + "}\n";
}

TEST_F(NdjsonTest, GeneratedRecordsReadAsDuckDbReadsThem) {
  const unsigned seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  std::string text;
  for (int i = 0; i < 4000; ++i) text += random_record(random);
  add_column("ratio", "double");
  add_column("n", "integer", "owner.n");
  add_column("flag", "boolean");
  add_column("price", "decimal(9,1)");
  const TextFile file(text);
  const std::string theirs =
      "SELECT id, text, ratio, owner.n AS n, flag, price FROM read_json(" + file.sql() +
      ", format = 'newline_delimited', columns = {id: 'BIGINT', text: 'VARCHAR', ratio: 'DOUBLE', "
      "owner: 'STRUCT(n INTEGER)', flag: 'BOOLEAN', price: 'DECIMAL(9,1)'})";
  set_option("block_size", 1000);
  const auto compare = [&](const std::string& ours) {
    return rows("SELECT count(*), (SELECT count(*) FROM (" + theirs + " EXCEPT ALL (" + ours +
                    "))) FROM (" + theirs + ")",
                {text_input("f", text)});
  };
  EXPECT_EQ(compare("SELECT * FROM $rows"), Lines{"4000,0"});
  EXPECT_EQ(counters_.rows, 4000);
}

class NdjsonSampleTest : public NdjsonTest {
 protected:
  void SetUp() override {
    if (!std::filesystem::exists(samples()))
      GTEST_SKIP() << "the real samples are not here: " << samples();
    contract_.columns.clear();
    for (const char* path : {"actor.login", "repo.name", "org.login", "type"}) {
      add_column(replace_all(path, ".", "_"), "varchar", path);
    }
    for (const char* path : {"id", "actor.id", "repo.id", "org.id"})
      add_column(replace_all(path, ".", "_"), "bigint", path);
    add_column("created_at", "timestamp");
    add_column("public", "boolean");
    add_column("payload", "json");
  }
};

TEST_F(NdjsonSampleTest, RealHoursReadAsDuckDbReadsThem) {
  const auto folder = samples() / "gharchive";
  const std::string theirs =
      "SELECT actor.login AS actor_login, repo.name AS repo_name, org.login AS org_login, type, "
      "id::BIGINT AS id, actor.id AS actor_id, "
      "repo.id AS repo_id, org.id AS org_id, created_at::TIMESTAMPTZ AS created_at, public, "
      "payload::VARCHAR AS payload FROM read_json(" +
      duckdb::quote_literal((folder / "*.json.gz").string()) +
      ", format = 'newline_delimited', columns = {actor: 'STRUCT(id BIGINT, login VARCHAR)', repo: "
      "'STRUCT(id BIGINT, name VARCHAR)', org: "
      "'STRUCT(id BIGINT, login VARCHAR)', type: 'VARCHAR', id: 'VARCHAR', created_at: 'VARCHAR', "
      "public: 'BOOLEAN', payload: 'JSON'})";
  const std::vector<Input> inputs = {file_input(folder / "2015-01-01-0.json.gz"),
                                     file_input(folder / "2015-01-01-1.json.gz")};
  EXPECT_EQ(rows("SELECT count(*), (SELECT count(*) FROM (" + theirs +
                     " EXCEPT ALL SELECT * FROM $rows)) FROM (" + theirs + ")",
                 inputs),
            Lines{"15129,0"});
  EXPECT_EQ(counters_.rows, 15129);
  EXPECT_EQ(counters_.rejected, 0);
}

}  // namespace
}  // namespace tidemill
