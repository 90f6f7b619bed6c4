#include <gtest/gtest.h>

#include <random>

#include "formats/format_for_test.h"
#include "formats/gzip_for_test.h"

namespace tidemill {
namespace {

using Lines = std::vector<std::string>;

class JsonTest : public FormatTest {
 protected:
  JsonTest() : FormatTest("json") {}

  Lines reasons() const {
    Lines lines;
    for (const Reject& reject : sink_.rejects)
      lines.push_back(std::to_string(reject.line) + ": " + reject.reason);
    return lines;
  }
};

TEST_F(JsonTest, TheElementsOfAnArrayAreRows) {
  EXPECT_EQ(rows_of("[{\"id\":1,\"text\":\"a\"},{\"id\":2}]"), (Lines{"1,a", "2,"}));
  EXPECT_EQ(
      rows_of("\xEF\xBB\xBF \n[ \n {\"id\" : 3}\n ,\r\n{\"id\":4,\"text\":\"x,]}\\\"{[\"}\n]\n\n"),
      (Lines{"3,", "4,x,]}\"{["}));
  EXPECT_EQ(counters_.records, 4);
}

TEST_F(JsonTest, ObjectsOneAfterAnotherAreRows) {
  EXPECT_EQ(rows_of("{\"id\":1}{\"id\":2}\n\n{\"id\":\n3}\r\n"), (Lines{"1,", "2,", "3,"}));
  EXPECT_EQ(rows_of("{\"id\":1,\"text\":\"}{\"}"), Lines{"1,}{"});
}

TEST_F(JsonTest, NothingIsAnEmptyTable) {
  for (const char* text : {"", " \n", "[]", " [ \n ] "}) EXPECT_EQ(rows_of(text), Lines{}) << text;
  EXPECT_EQ(counters_.records, 0);
}

TEST_F(JsonTest, AnElementThatIsNoSoundObjectIsPutAside) {
  EXPECT_EQ(rows_of("[{\"id\":1},\n 7, null, [{\"id\":2}],\n{\"id\":}, {\"id\":[1}], {\"id\":3}]"),
            (Lines{"1,", "3,"}));
  EXPECT_EQ(counters_.records, 7);
  EXPECT_EQ(reasons(),
            (Lines{"2: not a JSON object: '7'", "2: not a JSON object: 'null'",
                   "2: not a JSON object: '[{\"id\":2}]'",
                   "3: not valid JSON: a value is missing or is none at byte 6",
                   "3: not valid JSON: a comma or a closing bracket is missing at byte 8"}));
  EXPECT_EQ(sink_.rejects[4].text, "{\"id\":[1}]");
}

TEST_F(JsonTest, AnArrayThatIsBrokenBetweenItsElementsFailsTheFile) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"[{\"id\":1},]", "an element of the array is missing at byte 10"},
      {"[,{\"id\":1}]", "an element of the array is missing at byte 1"},
      {"[{\"id\":1},,{\"id\":2}]", "an element of the array is missing at byte 10"},
      {"[{\"id\":1}", "the array is cut short at byte 9"},
      {"[{\"id\":1},{\"id\"", "the array is cut short at byte 15"},
      {"[{\"id\":\"x]", "the array is cut short at byte 10"},
      {"[", "the array is cut short at byte 1"},
      {"[{\"id\":1}] x", "something follows the array at byte 11"},
      {"[{\"id\":1}][{\"id\":1}]", "something follows the array at byte 10"},
      {"[]\x01[", "something follows the array at byte 2"},
      {"[{\"id\":1}}", "the array ends with another bracket than it began with at byte 9"},
      {"{\"id\":1}}", "a bracket closes that was not opened at byte 8"},
      {"]", "a bracket closes that was not opened at byte 0"},
      {"{\"id\":1}{\"id\":2", "the last value is cut short at byte 15"}};
  for (const int64_t block : {1, 7, 1000}) {
    options_ = {};
    set_option("block_size", block);
    for (const auto& [text, message] : cases)
      EXPECT_TRUE(message_of(text).starts_with("not sound JSON, " + message + ": 'hour.json'"))
          << block << " " << text << " -> " << message_of(text);
  }
}

TEST_F(JsonTest, ATextIsReadAlikeInBlocksOfAnySize) {
  std::mt19937 random(7);
  std::string text = "[";
  Lines expected;
  for (int i = 0; i < 200; ++i) {
    std::string value;
    for (size_t size = random() % 90; value.size() < size;)
      value += std::array{"a", "\\\\", "\\\"", "[", "}", ",", "\xC3\xA9", "\\u0041"}[random() % 8];
    text += (i == 0 ? "" : random() % 2 == 0 ? "," : " ,\n ");
    text += "{\"id\":" + std::to_string(i) + ",\"text\":\"" + value + "\"}";
  }
  text += "\n]";
  const Lines whole = rows_of(text);
  ASSERT_EQ(whole.size(), 200);
  ASSERT_TRUE(sink_.rejects.empty());
  for (const int64_t block : {1, 2, 7, 63, 64, 65, 200, 1000}) {
    options_ = {};
    set_option("block_size", block);
    EXPECT_EQ(rows_of(text), whole) << block;
  }
}

TEST_F(JsonTest, AnElementThatIsTooLongIsABadRecord) {
  set_option("block_size", 16);
  set_option("longest_record", 100);
  const std::string text =
      "[{\"id\":1},{\"id\":2,\"text\":\"" + std::string(500, 'x') + "\"},\n{\"id\":3}]";
  EXPECT_EQ(rows_of(text), (Lines{"1,", "3,"}));
  EXPECT_EQ(reasons(), Lines{"1: longer than a record may be, in bytes: 100"});
  EXPECT_TRUE(sink_.rejects[0].cut_off);
  EXPECT_EQ(sink_.rejects[0].text.size(), 100);
  EXPECT_EQ(counters_.records, 3);
}

TEST_F(JsonTest, WhiteSpaceBeforeARecordIsNoPartOfItsLength) {
  set_option("block_size", 16);
  set_option("longest_record", 20);
  const std::string space(100, ' ');
  EXPECT_EQ(rows_of(space + "[" + space + "{\"id\":1}," + space + "{\"id\":2}]" + space),
            (Lines{"1,", "2,"}));
  EXPECT_EQ(rows_of(space + "{\"id\":1}" + space + "{\"id\":2}" + space), (Lines{"1,", "2,"}));
  EXPECT_EQ(reasons(), Lines{});
}

TEST_F(JsonTest, WhatIsOneRecordIsNotCut) {
  std::vector<Input> records;
  for (const char* text : {"{\"id\":1}", "[{\"id\":2}]", "{\"id\":3}{\"id\":4}", "5,6", "]"}) {
    records.push_back(text_input("f", text));
    records.back().is_record = true;
  }
  EXPECT_EQ(rows("SELECT * FROM $rows", records), Lines{"1,"});
  EXPECT_EQ(counters_.records, 5);
  set_option("longest_record", 9);
  EXPECT_EQ(rows("SELECT * FROM $rows", records), Lines{"1,"});
  EXPECT_EQ(counters_.records, 10);
}

TEST_F(JsonTest, DepthBombsAreBadRecordsOrCutShort) {
  EXPECT_EQ(rows_of("[" + std::string(100'000, '[') + std::string(100'000, ']') + ",{\"id\":1}]"),
            Lines{"1,"});
  EXPECT_EQ(counters_.rejected, 1);
  EXPECT_TRUE(message_of(std::string(100'000, '[')).find("cut short") != std::string::npos);
}

}  // namespace
}  // namespace tidemill
