#include <gtest/gtest.h>

#include "formats/format_for_test.h"

namespace tidemill {
namespace {

using Lines = std::vector<std::string>;

// Values that RFC 8259 allows.
const Lines kSound = {"null",
                      "true",
                      "false",
                      "0",
                      "-0",
                      "-0.0",
                      "10",
                      "0.5",
                      "0e0",
                      "0E+1",
                      "1e-01",
                      "-1.50E+007",
                      "123456789012345678901234567890",
                      "1e999",
                      "-1e-999",
                      R"("")",
                      R"("a")",
                      R"("\"\\\/\b\f\n\r\t")",
                      R"("\u0000")",
                      R"("\u00e9\u20AC")",
                      R"("\uD83D\uDE00")",
                      R"("\\u0041")",
                      R"("\\\"")",
                      "\"\x7f\"",
                      "\"\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80\"",
                      "\"\xEF\xBB\xBF\"",
                      "\"\xE2\x80\xA8\"",
                      "\"\xEF\xBF\xBF\xF4\x8F\xBF\xBF\"",
                      R"("// no comment /* */")",
                      R"("[{,:")",
                      "[]",
                      "[ ]",
                      "[\t[ ] , [\r] ]",
                      "[null,true,0,\"\",{},[]]",
                      "[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]",
                      "{}",
                      "{\t}",
                      R"({"":0})",
                      R"({"a":1,"a":2})",
                      R"({"\u0061":{"b" : [ ] }})",
                      R"({ "]" : "}" })",
                      R"({"null":null})"};

// What is none, though its brackets and quotes come in pairs.
const Lines kUnsound = {"",
                        "nul",
                        "nulll",
                        "True",
                        "TRUE",
                        "NaN",
                        "-Infinity",
                        "undefined",
                        "x",
                        "'a'",
                        "+1",
                        "-",
                        "--1",
                        "- 1",
                        "-a",
                        "01",
                        "-01",
                        "00",
                        "1.",
                        ".1",
                        "-.1",
                        "1.e1",
                        "1e",
                        "1e+",
                        "1e+-1",
                        "1e1.5",
                        "1.2.3",
                        "1 2",
                        "1_000",
                        "0x1F",
                        "1f",
                        "\xEF\xBC\x91",
                        "1\"a\"",
                        R"("a" "b")",
                        R"("a"b)",
                        R"("a"1)",
                        R"("\a")",
                        R"("\x41")",
                        R"("\u")",
                        R"("\u00e")",
                        R"("\u00eg")",
                        R"("\U0041")",
                        "\"\\\t\"",
                        R"(\u0022a\u0022)",
                        "\"a\tb\"",
                        "\"a\x01\"",
                        "\"a\x1f\"",
                        "[1 2]",
                        "[1,]",
                        "[,1]",
                        "[,]",
                        "[1,,2]",
                        "[1:2]",
                        "[1;2]",
                        "[1,2,]",
                        "[] []",
                        "[]1",
                        R"({"a"})",
                        R"({"a":})",
                        R"({:1})",
                        R"({a:1})",
                        R"({1:1})",
                        R"({"a":1,})",
                        R"({,"a":1})",
                        R"({"a":1,,"b":2})",
                        R"({"a" 1})",
                        R"({"a"::1})",
                        R"({"a":1:2})",
                        R"({"a":1 "b":2})",
                        R"({"a","b"})",
                        R"({[]:1})",
                        R"({null:1})",
                        R"({"a":1}{"b":2})",
                        "[1]/**/",
                        "[/**/1]",
                        "#",
                        "\f1",
                        "1\v",
                        "\xC2\xA0"
                        "1",
                        "\xEF\xBB\xBF"
                        "1",
                        "\xE2\x81\xA0"};

// What is none by its brackets or quotes: an array around it has no sound end.
const Lines kUnpaired = {"[",     "]",       "{",    "}",         "[1",         "1]",     "[1}",
                         "{]",    "[[]",     "{}}",  R"({"a":1)", R"(")",       R"("\")", R"("a)",
                         R"(a")", R"("""))", "[\"]", "{\"",       R"({"a":"})", "[{}"};

// Bytes that are no UTF-8.
const Lines kNoUtf8 = {
    "\"\x80\"",     "\"\xFF\"",         "\"\xC0\x80\"",         "\"\xC3\"",
    "\"\xE2\x82\"", "\"\xED\xA0\x80\"", "\"\xF4\x90\x80\x80\"", "\"\xF8\x88\x80\x80\x80\"",
    "{\"\xE9\":1}"};

std::string record_of(const std::string& value) { return "{\"id\":1,\"value\":" + value + "}"; }

/// Values in NDJSON and in arrays, which are read through other splitters.
class JsonValidity : public FormatTest, public testing::WithParamInterface<const char*> {
 protected:
  JsonValidity() : FormatTest(GetParam()) { add_column("value", "json"); }

  bool is_array() const { return format_ == "json"; }
  std::string text_with(const Lines& values) const {
    Lines records;
    for (const std::string& value : values) records.push_back(record_of(value));
    return is_array() ? "[" + join(records, ",\n") + "]" : join(records, "\n");
  }
  /// Requires that all values are refused for the reason, in blocks of any size.
  void expect_refused(const Lines& values, const std::string& reason) {
    for (const int64_t block : {1, 100, 100'000}) {
      options_ = {};
      set_option("block_size", block);
      sink_.rejects.clear();
      EXPECT_EQ(rows_of(text_with(values)), Lines{});
      EXPECT_EQ(sink_.rejects.size(), values.size());
      for (const Reject& reject : sink_.rejects)
        EXPECT_TRUE(reject.reason.starts_with(reason)) << reject.reason << ": " << reject.text;
    }
  }
};

TEST_P(JsonValidity, SoundValuesAreKeptAsTheyAreWritten) {
  for (const int64_t block : {1, 100, 100'000}) {
    options_ = {};
    set_option("block_size", block);
    Lines expected = kSound;
    expected[0] = "";  // null
    std::ranges::sort(expected);
    Lines found = rows("SELECT value FROM $rows", {text_input("f", text_with(kSound))});
    std::ranges::sort(found);
    EXPECT_EQ(found, expected);
    EXPECT_TRUE(sink_.rejects.empty());
  }
}

TEST_P(JsonValidity, OthersAreRefused) { expect_refused(kUnsound, "not valid JSON: "); }

TEST_P(JsonValidity, BytesThatAreNoUtf8AreRefused) { expect_refused(kNoUtf8, "not valid UTF-8"); }

TEST_P(JsonValidity, NulIsNoWhiteSpaceAndNoEnd) {
  const std::string nul(1, '\0');
  expect_refused({nul, nul + "1", "1" + nul, "[" + nul + "]", "\"" + nul + "\""},
                 "not valid JSON: ");
}

TEST_P(JsonValidity, HalfASurrogatePairHasNoText) {
  expect_refused({R"("\ud83d")", R"("\ude00")", R"("\ude00\ud83d")", R"("\ud83d\n")",
                  R"(["\ud83d\u0041"])", R"({"\ud83d":1})"},
                 "half of a surrogate pair, which no text can hold: ");
}

TEST_P(JsonValidity, BracketsAndQuotesWithoutTheirOtherHalfAreNotTakenForRecords) {
  if (!is_array()) return expect_refused(kUnpaired, "not valid JSON: ");
  for (const std::string& value : kUnpaired) {
    sink_.rejects.clear();
    const std::string message = message_of(text_with({value}));
    EXPECT_TRUE(message.starts_with("not sound JSON, ") || sink_.rejects.size() == 1)
        << value << ": " << message;
  }
}

INSTANTIATE_TEST_SUITE_P(Formats, JsonValidity, testing::Values("ndjson", "json"),
                         [](const auto& format) { return std::string(format.param); });

}  // namespace
}  // namespace tidemill
