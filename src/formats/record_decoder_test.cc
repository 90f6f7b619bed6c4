#include "formats/record_decoder.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <map>

#include "base/error.h"
#include "base/text.h"
#include "base/time.h"
#include "duckdb/row_source.h"
#include "formats/parse_value.h"

namespace tidemill {
namespace {

using duckdb::text_of;

/// Returns a contract from lines like `id bigint required` and `actor_id bigint actor.id`.
Contract make_contract(const std::vector<std::string>& lines) {
  Contract contract;
  for (const std::string& line : lines) {
    const std::vector<std::string> words = split(line, ' ');
    ContractColumn column{
        .name = words[0], .paths = {*parse_path(words[0])}, .type = *parse_type(words[1])};
    for (size_t i = 2; i < words.size(); ++i) {
      if (words[i] == "required") {
        column.required = true;
      } else {
        column.paths = {*parse_path(words[i])};
      }
    }
    contract.columns.push_back(column);
  }
  return contract;
}

/// One record as a table of DuckDB.
class OneRecord : public duckdb::RowSource {
 public:
  OneRecord(const Contract& contract, const RecordDecoder& decoder)
      : schema_(contract.schema()), decoder_(decoder) {}
  const Schema& schema() const override { return schema_; }
  size_t most_readers() const override { return 1; }
  std::unique_ptr<duckdb::RowReader> make_reader(std::span<const size_t> columns) override {
    return std::make_unique<Reader>(decoder_, columns);
  }

 private:
  class Reader : public duckdb::RowReader {
   public:
    Reader(const RecordDecoder& decoder, std::span<const size_t> columns)
        : decoder_(decoder), columns_(columns.begin(), columns.end()) {}
    size_t read(duckdb::RowBatch& batch) override {
      if (std::exchange(done_, true)) return 0;
      decoder_.write_row(batch, 0, columns_);
      return 1;
    }

   private:
    const RecordDecoder& decoder_;
    std::vector<size_t> columns_;
    bool done_ = false;
  };
  Schema schema_;
  const RecordDecoder& decoder_;
};

class RecordDecoderTest : public testing::Test {
 protected:
  /// Returns the row's values, joined by ` | `, `NULL` for NULL; or `column: reason` of the
  /// problem.
  std::string decode(const Contract& contract, const std::string& record) {
    RecordDecoder decoder(contract);
    if (const auto problem = decoder.decode(record)) {
      return problem->column.empty() ? problem->reason : problem->column + ": " + problem->reason;
    }
    OneRecord source(contract, decoder);
    const duckdb::LentSource lent(*connection_, source);
    std::vector<std::string> texts;
    const duckdb::Table table = connection_->query("SELECT * FROM " + lent.sql());
    for (const duckdb::Value& value : table.rows.at(0)) {
      texts.push_back(std::holds_alternative<std::monostate>(value) ? "NULL" : text_of(value));
    }
    return join(texts, " | ");
  }
  /// Decodes `{"v": value}` with a column `v` of that type.
  std::string value(const std::string& type, const std::string& value) {
    return decode(make_contract({"v " + type}), "{\"v\":" + value + "}");
  }

  duckdb::Database database_{{.threads = 1}};
  std::unique_ptr<duckdb::Connection> connection_ = database_.connect();
};

TEST_F(RecordDecoderTest, ColumnsAreFoundByTheirPath) {
  const Contract contract = make_contract(
      {"id bigint", "actor_id bigint actor.id", "login varchar actor.login", "deep integer a.b.c"});
  EXPECT_EQ(decode(contract, R"({"id":1,"actor":{"id":2,"login":"x"},"a":{"b":{"c":3}}})"),
            "1 | 2 | x | 3");
  // In any order, between other things, with white space anywhere.
  EXPECT_EQ(decode(contract,
                   " { \"z\" : [ { } , [ ] ] , \"a\" :\t{\"q\":1, \"b\":{\"c\" : 3 } }, "
                   "\"actor\":{ \"login\":\"x\" , \"id\":2 } ,\"id\" : 1 } \r"),
            "1 | 2 | x | 3");
}

TEST_F(RecordDecoderTest, MissingAndNullAreNull) {
  const Contract contract =
      make_contract({"id bigint", "org_id bigint org.id", "text varchar", "raw json"});
  for (const char* record : {"{}", R"({"org":null})", R"({"org":{}})",
                             R"({"id":null,"org":{"id":null},"text":null,"raw":null})"}) {
    EXPECT_EQ(decode(contract, record), "NULL | NULL | NULL | NULL") << record;
  }
}

TEST_F(RecordDecoderTest, ARequiredValueMustBeThere) {
  const Contract contract = make_contract({"id bigint required", "org_id bigint org.id required"});
  EXPECT_EQ(decode(contract, R"({"id":1,"org":{"id":2}})"), "1 | 2");
  EXPECT_EQ(decode(contract, R"({"org":{"id":2}})"), "id: missing required value");
  EXPECT_EQ(decode(contract, R"({"id":null,"org":{"id":2}})"), "id: missing required value");
  EXPECT_EQ(decode(contract, R"({"id":1,"org":null})"), "org_id: missing required value");
}

TEST_F(RecordDecoderTest, WholeNumbersAreExactOrBad) {
  EXPECT_EQ(value("bigint", "9223372036854775807"), "9223372036854775807");
  EXPECT_EQ(value("bigint", "-9223372036854775808"), "-9223372036854775808");
  EXPECT_EQ(value("bigint", "9223372036854775808"),
            "v: out of range for a bigint: '9223372036854775808'");
  EXPECT_EQ(value("bigint", "18446744073709551617"),
            "v: out of range for a bigint: '18446744073709551617'");
  EXPECT_EQ(value("bigint", "\"2489368070\""), "2489368070");
  EXPECT_EQ(value("bigint", "-0"), "0");
  for (const char* text : {"1.0", "1e3", "1.5", "true", "\"abc\"", "\"\"", "\" 1\"", "\"1 \"",
                           "\"+1\"", "\"007\"", "\"1.0\"", "\"-\"", "\"0x1\""}) {
    EXPECT_TRUE(value("bigint", text).starts_with("v: not a bigint: '"))
        << text << ": " << value("bigint", text);
  }
  EXPECT_EQ(value("bigint", "\"abc\""), "v: not a bigint: 'abc'");
  EXPECT_EQ(value("bigint", "[1]"), "v: not a bigint: '[1]'");
  EXPECT_EQ(value("tinyint", "-128"), "-128");
  EXPECT_EQ(value("tinyint", "128"), "v: out of range for a tinyint: '128'");
  EXPECT_EQ(value("smallint", "32767"), "32767");
  EXPECT_EQ(value("smallint", "-32769"), "v: out of range for a smallint: '-32769'");
  EXPECT_EQ(value("integer", "-2147483648"), "-2147483648");
  EXPECT_EQ(value("integer", "2147483648"), "v: out of range for an integer: '2147483648'");
  EXPECT_EQ(value("integer", "1.5"), "v: not an integer: '1.5'");
}

TEST_F(RecordDecoderTest, BooleansAreTrueAndFalse) {
  EXPECT_EQ(value("boolean", "true"), "true");
  EXPECT_EQ(value("boolean", "\"false\""), "false");
  EXPECT_EQ(value("boolean", "1"), "v: not a boolean: '1'");
  EXPECT_EQ(value("boolean", "\"True\""), "v: not a boolean: 'True'");
}

TEST_F(RecordDecoderTest, FloatingNumbersAreTheNearest) {
  EXPECT_EQ(value("double", "0.1"), "0.1");
  EXPECT_EQ(value("double", "\"-2.5e3\""), "-2500");
  EXPECT_EQ(value("double", "1e-400"), "0");
  EXPECT_EQ(value("double", "1e400"), "v: out of range for a double: '1e400'");
  EXPECT_EQ(value("double", "\"nan\""), "v: not a double: 'nan'");
  EXPECT_EQ(value("double", "\".5\""), "v: not a double: '.5'");
  EXPECT_EQ(value("float", "0.5"), "0.5");
  EXPECT_EQ(value("float", "1e39"), "v: out of range for a float: '1e39'");
}

TEST_F(RecordDecoderTest, DecimalsAreExactOrBad) {
  EXPECT_EQ(value("decimal(10,2)", "12.34"), "12.34");
  EXPECT_EQ(value("decimal(10,2)", "-12"), "-12.00");
  EXPECT_EQ(value("decimal(10,2)", "\"0.50\""), "0.50");
  EXPECT_EQ(value("decimal(10,2)", "1.5000"), "1.50");
  EXPECT_EQ(value("decimal(10,2)", "12e-1"), "1.20");
  EXPECT_EQ(value("decimal(10,2)", "1.2E+3"), "1200.00");
  EXPECT_EQ(value("decimal(10,2)", "0e99999999999999999999"), "0.00");
  EXPECT_EQ(value("decimal(10,2)", "1.234"), "v: not a decimal(10,2): '1.234'");
  EXPECT_EQ(value("decimal(10,2)", "99999999.99"), "99999999.99");
  EXPECT_EQ(value("decimal(10,2)", "100000000"),
            "v: out of range for a decimal(10,2): '100000000'");
  EXPECT_EQ(value("decimal(10,2)", "1e99999999999999999999"),
            "v: out of range for a decimal(10,2): '1e99999999999999999999'");
  EXPECT_EQ(value("decimal(10,2)", "1e-99999999999999999999"),
            "v: not a decimal(10,2): '1e-99999999999999999999'");
  EXPECT_EQ(value("decimal(38,0)", "-99999999999999999999999999999999999999"),
            "-99999999999999999999999999999999999999");
  EXPECT_EQ(value("decimal(38,10)", "0.0000000001"), "0.0000000001");
}

TEST_F(RecordDecoderTest, TextIsUnescaped) {
  EXPECT_EQ(value("varchar", R"("a\"\\\/\b\f\n\r\tb")"), "a\"\\/\b\f\n\r\tb");
  EXPECT_EQ(value("varchar", R"("\u0041\u00e9\u20AC\ud83d\ude00!")"), "Aé€😀!");
  EXPECT_EQ(value("varchar", "\"é€😀\""), "é€😀");
  EXPECT_EQ(value("varchar", "\"\""), "");
  // A NUL is a character like others.
  EXPECT_EQ(value("varchar", R"("a\u0000b")"), std::string("a\0b", 3));
}

TEST_F(RecordDecoderTest, TextTakesOtherScalarsAsTheyAreWritten) {
  EXPECT_EQ(value("varchar", "1.50"), "1.50");
  EXPECT_EQ(value("varchar", "true"), "true");
  EXPECT_EQ(value("varchar", "{\"a\": 1}"), "v: not a varchar: '{\"a\": 1}'");
  EXPECT_EQ(value("varchar", "[]"), "v: not a varchar: '[]'");
}

TEST_F(RecordDecoderTest, HalfASurrogatePairIsBadOnlyWhereItIsRead) {
  for (const char* text : {R"("\ud83d")", R"("\ud83d!")", R"("\ud83d\n")", R"("\ude00")",
                           R"("\ude00\ud83d")", R"("\ud83d\ud83d\ude00")", R"("\ud83d\u0041")"}) {
    EXPECT_TRUE(value("varchar", text).starts_with("v: half of a surrogate pair")) << text;
    EXPECT_TRUE(value("json", std::string("[1,{\"a\":") + text + "}]")
                    .starts_with("v: half of a surrogate pair"))
        << text;
    EXPECT_EQ(decode(make_contract({"id bigint"}), std::string(R"({"x":)") + text + R"(,"id":1})"),
              "1");
  }
}

TEST_F(RecordDecoderTest, JsonIsKeptAsItIsWritten) {
  EXPECT_EQ(value("json", R"({"b" : 1.0,  "a":["\u0041", null ]})"),
            R"({"b" : 1.0,  "a":["\u0041", null ]})");
  EXPECT_EQ(value("json", " \"x\\n\" "), "\"x\\n\"");
  EXPECT_EQ(value("json", " 1e5 "), "1e5");
  EXPECT_EQ(value("json", "false"), "false");
  EXPECT_EQ(value("json", "{}"), "{}");
}

TEST_F(RecordDecoderTest, AColumnMayReadAnObjectAndAnotherAFieldOfIt) {
  Contract contract = make_contract({"actor json", "id bigint actor.id", "again bigint actor.id"});
  EXPECT_EQ(decode(contract, R"({"actor":{"id": 7, "x":[1]}})"), R"({"id": 7, "x":[1]} | 7 | 7)");
  EXPECT_EQ(decode(contract, R"({"actor":{"id":7,"x":"\ud800"}})").substr(0, 12), "actor: half ");
  contract.extra_fields = Contract::ExtraFields::kKeep;
  EXPECT_EQ(decode(contract, R"({"actor":{"id":7,"x":1},"y":2})"),
            R"({"id":7,"x":1} | 7 | 7 | {"y":2})");
}

TEST_F(RecordDecoderTest, DatesAndTimesAreStrict) {
  EXPECT_EQ(value("date", "\"2016-02-29\""), "2016-02-29");
  EXPECT_EQ(value("date", "\"1969-12-31\""), "1969-12-31");
  EXPECT_EQ(value("date", "\"2015-02-29\""), "v: not a date: '2015-02-29'");
  EXPECT_EQ(value("date", "\"2015-1-1\""), "v: not a date: '2015-1-1'");
  EXPECT_EQ(value("date", "\"2015-01-01T00:00:00Z\""), "v: not a date: '2015-01-01T00:00:00Z'");
  EXPECT_EQ(value("date", "20150101"), "v: not a date: '20150101'");
  EXPECT_EQ(value("timestamp", "\"2015-01-01T15:04:05Z\""), "2015-01-01T15:04:05Z");
  EXPECT_EQ(value("timestamp", "\"2015-01-01T15:04:05.123456789+01:00\""),
            "2015-01-01T14:04:05.123456Z");
  EXPECT_EQ(value("timestamp", "\"2015-01-01 15:04:05\""), "2015-01-01T15:04:05Z");
  EXPECT_EQ(value("timestamp", "\"1969-12-31T23:59:59.5Z\""), "1969-12-31T23:59:59.5Z");
  EXPECT_EQ(value("timestamp", "\"2015-13-01T00:00:00Z\""),
            "v: not a timestamp: '2015-13-01T00:00:00Z'");
  EXPECT_EQ(value("timestamp", "\"2015-01-01T24:00:00Z\""),
            "v: not a timestamp: '2015-01-01T24:00:00Z'");
  EXPECT_EQ(value("timestamp", "1420070400"), "v: not a timestamp: '1420070400'");
  EXPECT_EQ(value("date", "\"0000-12-31\""), "v: not a date: '0000-12-31'");
  EXPECT_EQ(value("timestamp", "\"0001-01-01T00:00:00-01:00\""), "0001-01-01T01:00:00Z");
  EXPECT_EQ(value("timestamp", "\"9999-12-31T23:59:59+01:00\""), "9999-12-31T22:59:59Z");
  for (const std::string text :
       {"0000-12-31T00:00:00Z", "0001-01-01T00:00:00+01:00", "9999-12-31T23:59:59-01:00"})
    EXPECT_EQ(value("timestamp", "\"" + text + "\""), "v: not a timestamp: '" + text + "'");
}

/// The quick way to read a time agrees with the slow one.
void expect_one_time(const std::string& text) {
  const auto slow = parse_time(text);
  const auto quick = parse_timestamp(text);
  ASSERT_EQ(slow.has_value(), quick.has_value()) << text;
  EXPECT_EQ(slow.value_or(Instant()).time_since_epoch().count(), quick.value_or(0)) << text;
}

TEST_F(RecordDecoderTest, TheQuickWayToReadATimeAgreesWithTheSlowOne) {
  for (const char* text : {"2015-01-01T00:00:00Z", "1900-02-28T23:59:59Z", "1900-02-29T00:00:00Z",
                           "2400-12-31T12:30:00Z", "2015-01-01T23:59:60Z", "2015-01-01T00:6:00Z0",
                           "2015-01-01T-1:00:00Z", "0001-01-01T00:00:00Z"}) {
    expect_one_time(text);
  }
}

TEST_F(RecordDecoderTest, LettersOfManyBytesAreNoNumber) {
  EXPECT_EQ(value("bigint", "\"ééééééééé\""), "v: not a bigint: 'ééééééééé'");
  EXPECT_EQ(value("bigint", "\"-999999999999999999\""), "-999999999999999999");
  EXPECT_EQ(value("bigint", "\"-9223372036854775808\""), "-9223372036854775808");
  EXPECT_EQ(value("bigint", "\"-\""), "v: not a bigint: '-'");
}

TEST_F(RecordDecoderTest, NoCharacterOfATimeIsTakenForAnother) {
  for (const std::string time : {"2015-01-31T12:34:56.789Z", "2015-01-31T12:34:56.123456789Z"}) {
    for (size_t at = 0; at < time.size(); ++at) {
      for (const char c : std::string(" 09:/-+.TZa@\x7f\x80\xb0\xff")) {
        std::string text = time;
        text[at] = c;
        expect_one_time(text);
      }
    }
  }
}

TEST_F(RecordDecoderTest, NamesOfAnyLengthAreToldApartByEachOfTheirCharacters) {
  for (size_t size = 1; size <= 20; ++size) {
    const std::string name(size, 'a');
    const Contract contract = make_contract({name + " bigint"});
    EXPECT_EQ(decode(contract, fmt::format(R"({{"{}":1}})", name)), "1");
    for (size_t at = 0; at < size; ++at) {
      std::string other = name;
      other[at] = 'b';
      EXPECT_EQ(decode(contract, fmt::format(R"({{"{}":1}})", other)), "NULL") << other;
    }
  }
}

TEST_F(RecordDecoderTest, OfAFieldThatStandsTwiceTheLastCounts) {
  const Contract contract = make_contract({"id bigint", "a bigint o.a", "b bigint o.b"});
  EXPECT_EQ(decode(contract, R"({"id":1,"id":2})"), "2 | NULL | NULL");
  EXPECT_EQ(decode(contract, R"({"id":"bad","id":2})"), "2 | NULL | NULL");
  EXPECT_EQ(decode(contract, R"({"id":1,"id":null})"), "NULL | NULL | NULL");
  EXPECT_EQ(decode(contract, R"({"o":{"a":1},"o":{"b":2}})"), "NULL | NULL | 2");
  EXPECT_EQ(decode(contract, R"({"o":{"a":1},"o":null})"), "NULL | NULL | NULL");
  EXPECT_EQ(decode(contract, R"({"o":5,"o":{"a":1}})"), "NULL | 1 | NULL");
}

TEST_F(RecordDecoderTest, NamesAreComparedUnescapedAndExactly) {
  const Contract contract = make_contract({"id bigint", "é varchar"});
  EXPECT_EQ(decode(contract, R"({"\u0069d":1,"\u00e9":"x"})"), "1 | x");
  EXPECT_EQ(decode(contract, R"({"ID":1,"i":2,"idd":3,"":4})"), "NULL | NULL");
}

TEST_F(RecordDecoderTest, APathThroughSomethingElseIsBad) {
  const Contract contract = make_contract({"id bigint", "actor_id bigint actor.id"});
  EXPECT_EQ(decode(contract, R"({"id":1,"actor":5})"), "actor_id: not an object: '5'");
  EXPECT_EQ(decode(contract, R"({"id":1,"actor":[{"id":2}]})"),
            "actor_id: not an object: '[{\"id\":2}]'");
}

TEST_F(RecordDecoderTest, BadValuesBecomeNullWhereTheContractSaysSo) {
  Contract contract = make_contract({"id bigint required", "n bigint", "actor_id bigint actor.id"});
  contract.bad_rows = Contract::BadRows::kSetNull;
  EXPECT_EQ(decode(contract, R"({"id":1,"n":"x","actor":3})"), "1 | NULL | NULL");
  EXPECT_EQ(decode(contract, R"({"id":"x","n":1})"), "id: not a bigint: 'x'");
  EXPECT_EQ(decode(contract, R"({"n":1})"), "id: missing required value");
  EXPECT_TRUE(decode(contract, R"({"id":1)").starts_with("not valid JSON"));
}

TEST_F(RecordDecoderTest, TheFirstBadColumnOfTheContractIsNamed) {
  const Contract contract = make_contract({"a bigint", "b bigint"});
  EXPECT_EQ(decode(contract, R"({"b":"y","a":"x"})"), "a: not a bigint: 'x'");
}

TEST_F(RecordDecoderTest, ExtraFieldsAreKept) {
  Contract contract = make_contract({"id bigint", "actor_id bigint actor.id"});
  contract.extra_fields = Contract::ExtraFields::kKeep;
  EXPECT_EQ(decode(contract, R"({"id":1,"actor":{"id":2}})"), "1 | 2 | NULL");
  EXPECT_EQ(
      decode(contract, R"({"x": [1, {}] ,"actor":{"login":"\u00e9","id":2},"id":1,"\"":null})"),
      R"(1 | 2 | {"x":[1, {}],"actor.login":"\u00e9","\"":null})");
  EXPECT_TRUE(
      decode(contract, R"({"x":"\ud800"})").starts_with("extra_fields: half of a surrogate pair"));
}

TEST_F(RecordDecoderTest, ExtraFieldsAreRefused) {
  Contract contract = make_contract({"id bigint", "actor_id bigint actor.id"});
  contract.extra_fields = Contract::ExtraFields::kFail;
  EXPECT_EQ(decode(contract, R"({"id":1,"actor":{"id":2}})"), "1 | 2");
  EXPECT_EQ(decode(contract, R"({"id":1,"actor":{"id":2,"login":"x"},"y":1})"),
            "unknown field: 'actor.login'");
}

TEST_F(RecordDecoderTest, WhatIsNoJsonIsBrokenWhereverItStands) {
  // Nothing of these is read by the contract, but `id`.
  const Contract contract = make_contract({"id bigint"});
  for (const char* record : {R"({"x":tru,"y":[1,,2]})",
                             R"({"x":tru})",
                             R"({"x":[1,,2]})",
                             R"({"x":[1,]})",
                             R"({"x":[,1]})",
                             R"({"x":01})",
                             R"({"x":1.})",
                             R"({"x":.5})",
                             R"({"x":+1})",
                             R"({"x":-})",
                             R"({"x":1e})",
                             R"({"x":1 2})",
                             R"({"x":nul})",
                             R"({"x":nulll})",
                             R"({"x":NaN})",
                             R"({"x":"\x"})",
                             R"({"x":"\u12g4"})",
                             R"({"x":"\u12"})",
                             R"({"x":"a"b})",
                             R"({"x":"a""b"})",
                             R"({"x":1"a"})",
                             R"({"x":'a'})",
                             R"({"x":})",
                             R"({"x"})",
                             R"({"x":1,})",
                             R"({,"x":1})",
                             R"({x:1})",
                             R"({1:1})",
                             R"({"x"::1})",
                             R"({"x":1:2})",
                             R"({"x":{"a"}})",
                             R"({"x":{"a":}})",
                             R"({"x":[})",
                             R"({"x":]})",
                             R"({"x":[1})",
                             R"({"x":{])",
                             R"({)",
                             R"({"id":1)",
                             R"({"id":1}})",
                             R"({"id":1} {"id":2})",
                             R"({"id":1},)",
                             R"({"id":1}x)",
                             "{\"x\":\"a\nb\"}",
                             "{\"x\":\"a\x01\"}",
                             "{\"x\":\f1}",
                             "{\"x\":\"abc}",
                             "{\"x\":\"abc\\\"}"}) {
    EXPECT_TRUE(decode(contract, record).starts_with("not valid JSON: "))
        << record << ": " << decode(contract, record);
  }
  EXPECT_EQ(decode(contract, R"({"id":1 "x":2})"), "not valid JSON: a comma is missing at byte 8");
}

TEST_F(RecordDecoderTest, ARecordIsAnObject) {
  const Contract contract = make_contract({"id bigint"});
  EXPECT_EQ(decode(contract, "[1]"), "not a JSON object: '[1]'");
  EXPECT_EQ(decode(contract, "\"x\""), "not a JSON object: '\"x\"'");
  EXPECT_EQ(decode(contract, "null"), "not a JSON object: 'null'");
}

TEST_F(RecordDecoderTest, IllFormedUtf8IsBrokenWhereverItStands) {
  const Contract contract = make_contract({"id bigint"});
  for (const char* bytes :
       {"\xff", "\xc3", "\xc0\xaf", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\x80"}) {
    EXPECT_EQ(decode(contract, std::string("{\"id\":1,\"x\":\"") + bytes + "\"}"),
              "not valid UTF-8");
    EXPECT_EQ(decode(contract, std::string("{\"id\":1,\"") + bytes + "\":1}"), "not valid UTF-8");
  }
}

TEST_F(RecordDecoderTest, NestingHasALimit) {
  const Contract contract = make_contract({"id bigint"});
  const auto nested = [](size_t depth, const char* open, const char* close) {
    std::string text = R"({"id":1,"x":)";
    for (size_t i = 1; i < depth; ++i) text += open;
    text += "0";
    for (size_t i = 1; i < depth; ++i) text += close;
    return text + "}";
  };
  EXPECT_EQ(decode(contract, nested(JsonScanner::kDeepest, "[", "]")), "1");
  EXPECT_EQ(decode(contract, nested(JsonScanner::kDeepest, "{\"a\":", "}")), "1");
  EXPECT_TRUE(decode(contract, nested(JsonScanner::kDeepest + 1, "[", "]"))
                  .starts_with("not valid JSON: it is nested too deep"));
  EXPECT_TRUE(decode(contract, std::string("{\"x\":") + std::string(1'000'000, '['))
                  .starts_with("not valid JSON: "));
}

TEST_F(RecordDecoderTest, OneRecordLeavesNothingForTheNext) {
  const Contract contract = make_contract({"id bigint", "text varchar"});
  RecordDecoder decoder(contract);
  EXPECT_FALSE(decoder.decode(R"({"id":1,"text":"a\nb"})"));
  EXPECT_TRUE(decoder.decode(R"({"id":"x)"));
  EXPECT_TRUE(decoder.decode("{" + std::string(5000, '[')));
  EXPECT_FALSE(decoder.decode("{}"));
  OneRecord source(contract, decoder);
  const duckdb::LentSource lent(*connection_, source);
  const auto row = connection_->query("SELECT * FROM " + lent.sql()).rows.at(0);
  EXPECT_TRUE(std::holds_alternative<std::monostate>(row[0]));
  EXPECT_TRUE(std::holds_alternative<std::monostate>(row[1]));
}

TEST_F(RecordDecoderTest, ManyColumnsInAnyOrderAreFound) {
  std::vector<std::string> lines;
  std::string forward = "{";
  std::string backward = "{";
  std::vector<std::string> expected;
  for (int i = 0; i < 150; ++i) {
    lines.push_back("column_" + std::to_string(i) + " integer");
    expected.push_back(std::to_string(i));
    forward += (i == 0 ? "" : ",") + ("\"column_" + std::to_string(i)) + "\":" + std::to_string(i);
    backward += (i == 0 ? "" : ",") + ("\"column_" + std::to_string(149 - i)) +
                "\":" + std::to_string(149 - i);
  }
  EXPECT_EQ(decode(make_contract(lines), forward + "}"), join(expected, " | "));
  EXPECT_EQ(decode(make_contract(lines), backward + "}"), join(expected, " | "));
}

/// A contract of one column, to be changed by the test.
Contract one_column(const char* type, std::vector<std::string> paths) {
  ContractColumn column{.name = "v", .type = *parse_type(type)};
  for (const std::string& path : paths) column.paths.push_back(*parse_path(path));
  Contract contract;
  contract.columns.push_back(column);
  return contract;
}

TEST_F(RecordDecoderTest, ListsAndStructsAreReadWhole) {
  EXPECT_EQ(value("bigint[]", "[1, null ,\"3\"]"), "[1,null,3]");
  EXPECT_EQ(value("bigint[]", "[]"), "[]");
  EXPECT_EQ(value("bigint[]", "null"), "NULL");
  EXPECT_EQ(value("bigint[][]", "[[1],[],null,[2,3]]"), "[[1],[],null,[2,3]]");
  EXPECT_EQ(value("json[]", "[{\"a\": [1]}, 2]"), R"(["{\"a\": [1]}","2"])");
  Contract contract = one_column("struct(a bigint, b varchar[])", {"v"});
  EXPECT_EQ(decode(contract, R"({"v":{"b":["x","\u00e9"],"z":1,"a":2}})"),
            R"({"a":2,"b":["x","é"]})");
  EXPECT_EQ(decode(contract, R"({"v":{}})"), R"({"a":null,"b":null})");
  EXPECT_EQ(decode(contract, R"({"v":null})"), "NULL");
  EXPECT_EQ(decode(contract, R"({"v":{"a":1,"\u0061":2}})"), R"({"a":2,"b":null})");
}

TEST_F(RecordDecoderTest, AListWithABadElementIsBad) {
  EXPECT_EQ(value("bigint[]", "[1,\"x\"]"), "v: not a bigint: 'x'");
  EXPECT_EQ(value("bigint[]", "5"), "v: not a list(bigint): '5'");
  EXPECT_EQ(value("tinyint[]", "[500]"), "v: out of range for a tinyint: '500'");
  EXPECT_EQ(value("varchar[]", R"(["\ud800"])").substr(0, 10), "v: half of");
  EXPECT_EQ(decode(one_column("struct(a bigint)", {"v"}), R"({"v":{"a":[1]}})"),
            "v: not a bigint: '[1]'");
  Contract contract = one_column("bigint[]", {"v"});
  contract.bad_rows = Contract::BadRows::kSetNull;
  EXPECT_EQ(decode(contract, R"({"v":[1,"x",3]})"), "[1,null,3]");
  EXPECT_EQ(decode(contract, R"({"v":7})"), "NULL");
}

TEST_F(RecordDecoderTest, APathGoesIntoEachElement) {
  const Contract keys = one_column("varchar[]", {"authors[].author.key"});
  EXPECT_EQ(decode(keys, R"({"authors":[{"author":{"key":"a"}},{"type":1,"author":{"key":"b"}}]})"),
            R"(["a","b"])");
  EXPECT_EQ(decode(keys, R"({"authors":[{"author":null},null,{},{"author":{"key":null}}]})"),
            "[null,null,null,null]");
  EXPECT_EQ(decode(keys, R"({"authors":[]})"), "[]");
  EXPECT_EQ(decode(keys, R"({"authors":null})"), "NULL");
  EXPECT_EQ(decode(keys, "{}"), "NULL");
  EXPECT_EQ(decode(keys, R"({"authors":{"author":1}})"), "v: not a list: '{\"author\":1}'");
  EXPECT_EQ(decode(keys, R"({"authors":[{"author":"x"}]})"), "v: not an object: '\"x\"'");
  EXPECT_EQ(decode(one_column("bigint[]", {"x.a[].b[].c"}),
                   R"({"x":{"a":[{"b":[{"c":1},{"c":2}]},{"b":null},{"b":[{"c":3}]}]}})"),
            "[1,2,3]");
  for (const char* element : {"null", "{}", R"({"b":null})", R"({"b":{}})", R"({"b":{"c":null}})"})
    EXPECT_EQ(decode(one_column("bigint[]", {"a[].b.c[]"}),
                     R"({"a":[{"b":{"c":[1]}},)" + std::string(element) + R"(,{"b":{"c":[2]}}]})"),
              "[1,2]")
        << element;
  EXPECT_EQ(decode(one_column("bigint[]", {"a[].b[]"}), R"({"a":[{"b":5}]})"),
            "v: not a list: '5'");
}

TEST_F(RecordDecoderTest, ElementsBeyondAQuarterOfAMillionAreTooMany) {
  const auto text = [](size_t count) {
    std::string list = "{\"v\":[";
    for (size_t i = 0; i < count; ++i) list += i == 0 ? "1" : ",1";
    return list + "]}";
  };
  const Contract list = one_column("bigint[]", {"v"});
  EXPECT_TRUE(decode(list, text(250'000)).starts_with("[1,1,"));
  EXPECT_EQ(decode(list, text(250'001)),
            "has more elements in lists and structs than are read, 250000");
  EXPECT_EQ(decode(one_column("json", {"v"}), text(250'001)).size(), 500'003)
      << "as a text it is one value";
}

TEST_F(RecordDecoderTest, TwoColumnsMayReadOneList) {
  Contract contract = one_column("varchar[]", {"a[].k"});
  contract.columns.push_back(
      {.name = "w", .paths = {*parse_path("a[].n")}, .type = *parse_type("bigint[]")});
  contract.columns.push_back(
      {.name = "whole", .paths = {*parse_path("a")}, .type = *parse_type("json")});
  EXPECT_EQ(decode(contract, R"({"a":[{"k":"\u0041","n":1},{"n":2}]})"),
            R"(["A",null] | [1,2] | [{"k":"\u0041","n":1},{"n":2}])");
}

TEST_F(RecordDecoderTest, OfAlternativePathsTheFirstThatIsThereCounts) {
  const Contract bio = one_column("varchar", {"bio.value", "bio"});
  EXPECT_EQ(decode(bio, R"({"bio":"text"})"), "text");
  EXPECT_EQ(decode(bio, R"({"bio":{"type":"/type/text","value":"inside"}})"), "inside");
  EXPECT_EQ(decode(bio, R"({"bio":null})"), "NULL");
  EXPECT_EQ(decode(bio, "{}"), "NULL");
  EXPECT_EQ(decode(bio, R"({"bio":[1]})"), "v: not an object: '[1]'");
  EXPECT_EQ(decode(bio, R"({"bio":{}})"), "v: not a varchar: '{}'");
  const Contract id = one_column("bigint", {"a", "b", "c"});
  EXPECT_EQ(decode(id, R"({"c":3,"b":2})"), "2");
  EXPECT_EQ(decode(id, R"({"a":"x","b":2})"), "2");
  EXPECT_EQ(decode(id, R"({"a":"x","b":null})"), "v: not a bigint: 'x'");
}

TEST_F(RecordDecoderTest, TextsAreTrimmedAndMayMeanNull) {
  Contract contract = one_column("varchar", {"v"});
  contract.columns[0].trim = true;
  contract.columns[0].null_values = {"N/A", ""};
  EXPECT_EQ(decode(contract, R"({"v":"  a b \t"})"), "a b");
  EXPECT_EQ(decode(contract, R"({"v":" N/A "})"), "NULL");
  EXPECT_EQ(decode(contract, R"({"v":"   "})"), "NULL");
  contract.columns[0].required = true;
  EXPECT_EQ(decode(contract, R"({"v":"N/A"})"), "v: missing required value");
  Contract number = one_column("bigint[]", {"v"});
  number.columns[0].trim = true;
  number.columns[0].null_values = {"-1"};
  EXPECT_EQ(decode(number, R"({"v":[" 7 ",-1,"-1"]})"), "[7,null,null]");
}

TEST_F(RecordDecoderTest, ADefaultStandsForWhatIsMissing) {
  Contract contract = one_column("decimal(5,2)", {"v"});
  contract.columns[0].fallback = "1.5";
  contract.columns[0].required = true;
  EXPECT_EQ(decode(contract, "{}"), "1.50");
  EXPECT_EQ(decode(contract, R"({"v":null})"), "1.50");
  EXPECT_EQ(decode(contract, R"({"v":2})"), "2.00");
  EXPECT_EQ(decode(contract, R"({"v":"x"})"), "v: not a decimal(5,2): 'x'");
  contract.columns[0].fallback = "x";
  EXPECT_THROW(RecordDecoder{contract}, Error);
}

TEST_F(RecordDecoderTest, TimesAreReadByTheirFormats) {
  Contract contract = one_column("timestamp", {"v"});
  contract.columns[0].time_formats = {"epoch_s", "%d/%m/%Y %H:%M"};
  EXPECT_EQ(decode(contract, R"({"v":1425941529})"), "2015-03-09T22:52:09Z");
  EXPECT_EQ(decode(contract, R"({"v":"1425941529"})"), "2015-03-09T22:52:09Z");
  EXPECT_EQ(decode(contract, R"({"v":"31/01/2015 07:00"})"), "2015-01-31T07:00:00Z");
  EXPECT_EQ(decode(contract, R"({"v":"2015-01-31T07:00:00Z"})"),
            "v: not a timestamp: '2015-01-31T07:00:00Z'");
  EXPECT_EQ(decode(contract, R"({"v":true})"), "v: not a timestamp: 'true'");
  Contract date = one_column("date", {"v"});
  date.columns[0].time_formats = {"epoch_ms"};
  EXPECT_EQ(decode(date, R"({"v":-1})"), "1969-12-31");
  EXPECT_EQ(decode(date, R"({"v":86400000})"), "1970-01-02");
}

}  // namespace
}  // namespace tidemill
