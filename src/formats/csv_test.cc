#include <gtest/gtest.h>

#include <random>

#include "formats/format_for_test.h"

namespace tidemill {
namespace {

using Lines = std::vector<std::string>;

class CsvTest : public FormatTest {
 protected:
  CsvTest() : FormatTest("csv") {}

  /// Returns why records were put aside, by line: threads that share a file add theirs in any
  /// order.
  Lines reasons() {
    std::ranges::stable_sort(sink_.rejects, {}, &Reject::line);
    Lines lines;
    for (const Reject& reject : sink_.rejects)
      lines.push_back(std::to_string(reject.line) + ": " + reject.reason);
    return lines;
  }
};

class TsvTest : public FormatTest {
 protected:
  TsvTest() : FormatTest("tsv") {}
};

TEST_F(CsvTest, FieldsAreFoundByTheHeaderInAnyOrder) {
  EXPECT_EQ(rows_of("text,other,id\nx,1,2\n,3,4\n"), (Lines{"2,x", "4,"}));
  EXPECT_EQ(counters_.records, 2);
  EXPECT_EQ(rows_of("id\n7\n"), Lines{"7,"});
}

TEST_F(CsvTest, QuotesHoldDelimitersLineBreaksAndQuotes) {
  EXPECT_EQ(rows_of("id,text\n1,\"a,b\"\n2,\"two\r\nlines\"\n\"3\",\"a \"\"word\"\"\"\n4,a \"b\" "
                    "c\n5,\"\"\n"),
            (Lines{"1,a,b", "2,two\r\nlines", "3,a \"word\"", "4,a \"b\" c", "5,"}));
  EXPECT_EQ(rows("SELECT text IS NULL FROM $rows ORDER BY id",
                 {text_input("a.csv", "id,text\n1,\"\"\n2,\n")}),
            (Lines{"false", "true"}));
}

TEST_F(CsvTest, LineBreaksMayBeCrLfAndTheLastMayLack) {
  EXPECT_EQ(rows_of("\xEF\xBB\xBFid,text\r\n1,a\r\n\r\n2,\"b\"\r\n3,"),
            (Lines{"1,a", "2,b", "3,"}));
  EXPECT_EQ(rows_of("id,text\n1,a"), Lines{"1,a"});
}

TEST_F(CsvTest, NothingAndAHeaderAloneAreEmpty) {
  for (const char* text : {"", "\n\n", "id,text", "id,text\n", "id,text\r\n\r\n"})
    EXPECT_EQ(rows_of(text), Lines{}) << text;
  EXPECT_EQ(counters_.records, 0);
}

TEST_F(CsvTest, RaggedAndBrokenRecordsArePutAside) {
  EXPECT_EQ(rows_of("id,text\n1,a\n2\n3,b,c\n\"4\"x,d\n5,\"e\nx,f\n\xC3,g\n6,h\n"),
            (Lines{"1,a", "6,h"}));
  EXPECT_EQ(reasons(), (Lines{"3: has 1 field, not 2", "4: has 3 fields, not 2",
                              "5: text follows a closing quote", "6: a quoted field has no end",
                              "7: not a bigint: 'x'", "8: not valid UTF-8"}));
}

TEST_F(CsvTest, FieldsHaveALimit) {
  const std::string most(65'535, ',');
  EXPECT_EQ(rows_of("id" + most + "\n1" + most + "\n2" + most + ",\n3\n"), Lines{"1,"});
  EXPECT_EQ(reasons(),
            (Lines{"3: has more fields than are read, 65536", "4: has 1 field, not 65536"}));
  EXPECT_EQ(message_of("id" + most + ",\n"),
            "the header has more fields than are read, 65536: 'hour.json'");
}

TEST_F(CsvTest, AHeaderHasALimit) {
  const std::string name(1'000'000, 'x');
  EXPECT_EQ(rows_of("id," + name + "\n1,a\n"), Lines{"1,"});
  EXPECT_EQ(message_of("id," + name + std::string(50'000, 'y') + "\n1,a\n"),
            "the header is longer than is read, in bytes 1048576: 'hour.json'");
}

TEST_F(CsvTest, AFieldWithoutAnEndSpoilsOneLine) {
  EXPECT_EQ(rows_of("id,text\n1,\"a\n2,b\n3,c\n"), (Lines{"2,b", "3,c"}));
  EXPECT_EQ(reasons(), Lines{"2: a quoted field has no end"});
  EXPECT_EQ(sink_.rejects[0].text, "1,\"a");
  EXPECT_EQ(sink_.rejects[0].header, "id,text");
}

TEST_F(CsvTest, ManyFieldsWithoutAnEndAreLookedThroughOnce) {
  // From each line's beginning the rest of the text is one field.
  constexpr int64_t kCount = 200'000;
  std::string text = "id,text\n";
  for (int64_t i = 0; i < kCount; ++i) text += "1,x\",\"y\n";
  EXPECT_EQ(rows_of(text), Lines{});
  EXPECT_EQ(counters_.rejected, kCount);
  EXPECT_EQ(sink_.rejects.back().line, kCount + 1);
  EXPECT_EQ(sink_.rejects.back().reason, "a quoted field has no end");
  EXPECT_EQ(sink_.rejects.back().text, "1,x\",\"y");
}

TEST_F(CsvTest, AfterAFieldThatIsTooLongTheNextLineIsARecord) {
  const std::string text = "id,text\n1,\"a\n2,b\n3,c\n" + std::string(100, '\n') + "4,d\n";
  for (const int64_t block : {1, 16, 50}) {
    options_ = {};
    set_option("block_size", block);
    set_option("longest_record", 50);
    sink_.rejects.clear();
    EXPECT_EQ(rows_of(text), (Lines{"2,b", "3,c", "4,d"})) << block;
    EXPECT_EQ(reasons(), Lines{"2: a quoted field has no end"}) << block;
  }
}

TEST_F(CsvTest, TwoFieldsOfOneNameAreRefusedWhereOneIsRead) {
  const std::string message = "hour.json:1: two fields have one name: ";
  EXPECT_TRUE(message_of("id,text,id\n1,a,2\n").starts_with(message + "'id'"));
  EXPECT_EQ(rows_of("id,x,x\n1,a,b\n"), Lines{"1,"});
  contract_.extra_fields = Contract::ExtraFields::kKeep;
  EXPECT_TRUE(message_of("id,x,x\n1,a,b\n").starts_with(message + "'x'"));
}

TEST_F(CsvTest, AColumnThatMustBeThereMustBeInTheHeader) {
  EXPECT_TRUE(
      message_of("ID,text\n1,a\n")
          .starts_with("hour.json:1: the file has no field for the required column id: 'id'"));
  EXPECT_EQ(rows_of("id\n1\n"), Lines{"1,"});
}

TEST_F(CsvTest, AFileOfWhichNothingIsReadIsRefused) {
  for (ContractColumn& column : contract_.columns) column.required = false;
  const std::string message =
      "hour.json:1: no column of the contract reads any field of the file: ";
  EXPECT_EQ(message_of("id;text\n1;a\n"),
            message + "'id;text'\n  hint: is the delimiter right? It is ','");
  EXPECT_EQ(message_of("ID,Text\n1,a\n"), message + "'ID,Text'\n  hint: did you mean 'ID'?");
  EXPECT_EQ(message_of("ID,Text\n"), message + "'ID,Text'\n  hint: did you mean 'ID'?")
      << "a header alone is looked at too";
  EXPECT_EQ(message_of("503 Service Unavailable"),
            message + "'503 Service Unavailable'\n  hint: is the delimiter right? It is ','");
  EXPECT_EQ(rows_of("id,text\n"), Lines{});
  EXPECT_EQ(rows_of(""), Lines{});
  EXPECT_EQ(rows_of("text,more\na,b\n"), Lines{",a"});
  contract_.extra_fields = Contract::ExtraFields::kKeep;
  EXPECT_EQ(rows_of("more\nb\n"), Lines{",,{\"more\":\"b\"}"});
}

TEST_F(CsvTest, AHeaderThatIsNoneIsRefused) {
  const std::string hint =
      ": 'hour.json'\n  hint: lines end in LF, or in CR and LF; quotes stand around whole fields";
  for (const std::string text : {"id,text\r1,a\r2,b\r", "id,text\r\r\n1,a\r\r\n"})
    EXPECT_EQ(message_of(text), "the header has a carriage return within a line" + hint) << text;
  for (const std::string text : {"id,\"te\"xt\n1,a\n", "\"id\" ,text\n"})
    EXPECT_EQ(message_of(text), "the header has text after a closing quote" + hint) << text;
  EXPECT_EQ(rows_of("\"id\",\"te\r\nxt\"\r\n1,a\r\n"), Lines{"1,"});
}

TEST_F(CsvTest, ACarriageReturnEndsNoLineByItself) {
  EXPECT_EQ(rows_of("id,text\n1,a\r\n2,b\r\r\n3,\"c\"\r\n4,d\r"),
            (Lines{"1,a", "2,b\r", "3,c", "4,d\r"}));
  EXPECT_EQ(rows_of("id,text\r\n\r\n\n1,a\r\n\r\r\n\r"), Lines{"1,a"});
  EXPECT_EQ(counters_.rejected, 2) << "lines of a carriage return";
}

TEST_F(CsvTest, ExtraFieldsAreDroppedKeptOrRefused) {
  contract_.extra_fields = Contract::ExtraFields::kKeep;
  EXPECT_EQ(rows_of("id,a,b\n1,\"x\"\"\",\n2,,\n"), (Lines{"1,,{\"a\":\"x\\\"\"}", "2,,"}));
  contract_.extra_fields = Contract::ExtraFields::kFail;
  EXPECT_TRUE(
      message_of("id,a\n1,2\n")
          .starts_with("hour.json:1: the file has a field that the contract does not know: 'a'"));
}

TEST_F(CsvTest, NumbersAndBooleansAreReadMoreFreelyThanInJson) {
  add_column("n", "double");
  add_column("b", "boolean");
  EXPECT_EQ(rows_of("id,n,b\n007,.5,True\n+8,5.,0\n-09,1e3,FALSE\n0,-0.0,1\n"),
            (Lines{"-9,,1000,false", "0,,0,true", "7,,0.5,true", "8,,5,false"}));
  EXPECT_EQ(rows_of("id\n1.0\n.\n+\n--1\n+-1\n1 \n99999999999999999999\n"), Lines{});
  EXPECT_EQ(counters_.rejected, 7);
}

TEST_F(CsvTest, OtherDelimitersQuotesAndEncodings) {
  set_option("delimiter", "::");
  set_option("header", "false");
  set_option("names", Lines{"id", "x", "text"});
  set_option("encoding", "latin-1");
  EXPECT_EQ(rows_of("1::a:b::Am\xE9lie\n2::::\n3::c\n"), (Lines{"1,Am\xC3\xA9lie", "2,"}));
  EXPECT_EQ(reasons(), Lines{"3: has 2 fields, not 3"});
}

TEST_F(CsvTest, AHeaderIsInTheEncodingOfItsText) {
  add_column("name", "varchar", "pr\xC3\xA9nom");
  EXPECT_EQ(rows_of("id,pr\xC3\xA9nom\n1,a\n"), Lines{"1,,a"});
  EXPECT_EQ(message_of("id,pr\xE9nom\n1,a\n"),
            "hour.json:1: the header is not valid UTF-8: 'id,pr\xEF\xBF\xBDnom'\n"
            "  hint: encoding: latin-1");
  set_option("encoding", "latin-1");
  EXPECT_EQ(rows_of("id,pr\xE9nom\n1,\xE9\n"), Lines{"1,,\xC3\xA9"});
}

TEST_F(CsvTest, DelimitersAreToldFromTheLeft) {
  set_option("delimiter", "::");
  set_option("header", "false");
  set_option("names", Lines{"id", "text"});
  // The quote of the first line stands in a field, the one of the second begins one.
  const std::string text = "1:::\"b\n2::\"c\nd\"\n";
  const Lines expected = {"1,:\"b", "2,c\nd"};
  EXPECT_EQ(rows_of(text), expected);
  set_option("block_size", 1);
  EXPECT_EQ(rows_of(text), expected);
}

TEST_F(CsvTest, OptionsThatDoNotGoTogetherAreRefused) {
  set_option("header", "false");
  EXPECT_NE(message_of("1,a\n").find("a text without a header needs names"), std::string::npos);
  options_ = {};
  set_option("names", Lines{"id"});
  EXPECT_NE(message_of("1,a\n").find("names are for texts without a header"), std::string::npos);
  options_ = {};
  set_option("delimiter", "");
  EXPECT_NE(message_of("1,a\n").find("not a delimiter"), std::string::npos);
}

TEST_F(CsvTest, NulAndALoneCarriageReturnAreText) {
  EXPECT_EQ(rows_of(std::string("id,text\n1,a\0b\n2,\0\n3,c\rd\n", 24)),
            (Lines{std::string("1,a\0b", 5), std::string("2,\0", 3), "3,c\rd"}));
  EXPECT_EQ(reasons(), Lines{});
}

TEST_F(CsvTest, Utf16IsSaidToBeSo) {
  EXPECT_NE(message_of(std::string("\xFF\xFEi\0d\0", 6)).find("UTF-16"), std::string::npos);
}

TEST_F(CsvTest, ATextIsReadAlikeInBlocksOfAnySize) {
  std::mt19937 random(7);
  std::string text = "id,text\n";
  for (int i = 0; i < 300; ++i) {
    const bool quoted = random() % 2 == 0;
    std::string value;
    for (size_t size = random() % 80; value.size() < size;) {
      value += quoted ? std::array{"a", "\"\"", ",", "\n", "\r\n", "\xC3\xA9"}[random() % 6]
                      : std::array{"a", "b\"", "'", " ", "\xC3\xA9"}[random() % 5];
    }
    text += std::to_string(i) + "," + (quoted ? "\"" + value + "\"" : value) +
            (random() % 2 == 0 ? "\n" : "\r\n");
  }
  const Lines whole = rows_of(text);
  ASSERT_EQ(whole.size(), 300);
  ASSERT_EQ(reasons(), Lines{});
  for (const int64_t block : {1, 2, 7, 63, 64, 65, 200, 1000}) {
    options_ = {};
    set_option("block_size", block);
    EXPECT_EQ(rows_of(text), whole) << block;
  }
}

TEST_F(CsvTest, ARecordThatIsTooLongIsABadRecord) {
  set_option("block_size", 16);
  set_option("longest_record", 50);
  EXPECT_EQ(rows_of("id,text\n1,a\n2," + std::string(200, 'x') + "\n3,\"" + std::string(100, 'y') +
                    "\n4,d\n5,e\n"),
            (Lines{"1,a", "4,d", "5,e"}));
  EXPECT_EQ(counters_.records, 5);
  EXPECT_EQ(counters_.rejected, 2);
}

TEST_F(TsvTest, FieldsStandBetweenTabsAndQuotesAreText) {
  EXPECT_EQ(rows_of("id\ttext\n1\t\"a\n2\tb \"c\" \n"), (Lines{"1,\"a", "2,b \"c\" "}));
}

TEST_F(TsvTest, ValuesAreTakenOutOfTheJsonTextInAField) {
  contract_.columns.clear();
  add_column("key", "varchar");
  add_column("title", "varchar", "json.title");
  add_column("authors", "varchar[]", "json.authors[].author.key");
  add_column("raw", "json", "json");
  set_option("header", "false");
  set_option("names", Lines{"type", "key", "json"});
  EXPECT_EQ(
      rows_of("/type/work\t/works/"
              "1\t{\"title\":\"A\\u00e9\",\"authors\":[{\"author\":{\"key\":\"x\"}}]}\n"
              "/type/work\t/works/2\t{}\n"
              "/type/work\t/works/3\t\n"
              "/type/work\t/works/4\t{\"title\":\n"
              "/type/work\t/works/5\t[1]\n"),
      (Lines{
          "/works/"
          "1,A\xC3\xA9,[\"x\"],{\"title\":\"A\\u00e9\",\"authors\":[{\"author\":{\"key\":\"x\"}}]}",
          "/works/2,,,{}", "/works/3,,,"}));
  ASSERT_EQ(sink_.rejects.size(), 2);
  EXPECT_TRUE(sink_.rejects[0].reason.starts_with("in json, not valid JSON"));
  EXPECT_EQ(sink_.rejects[1].reason, "not an object: '[1]'");
}

TEST_F(TsvTest, AListInAFieldIsJson) {
  add_column("tags", "varchar[]");
  EXPECT_EQ(rows_of("id\ttags\n1\t[\"a\", null]\n2\tx\n"), Lines{"1,,[\"a\",null]"});
  EXPECT_EQ(counters_.rejected, 1);
}

}  // namespace
}  // namespace tidemill
