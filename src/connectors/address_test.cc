#include "connectors/address.h"

#include <gtest/gtest.h>

#include <map>
#include <set>
#include <utility>

#include "base/error.h"
#include "base/text.h"
#include "connectors/scanners.h"

namespace tidemill {
namespace {

class StillClock : public Clock {
 public:
  Instant now() override { return {}; }
  void sleep(std::chrono::milliseconds, const Cancellation&) override {}
};

/// Answers from a table of status and ETag by URL; 404 for all others. Every body is the same.
class TableHttpClient : public HttpClient {
 public:
  bool heads_are_refused = false;
  std::map<std::string, std::pair<int, std::string>> answers;
  std::string body = "body";

  HttpAnswer head(const HttpRequest& request, const Cancellation&) override {
    return heads_are_refused ? HttpAnswer{.status = 405} : find(request);
  }
  HttpAnswer find(const HttpRequest& request) const {
    const auto found = answers.find(request.url);
    if (found == answers.end()) return {.status = 404};
    return {.status = found->second.first, .fingerprint = {.etag = found->second.second}};
  }
  HttpAnswer get(const HttpRequest& request, const Cancellation&) override {
    HttpAnswer answer = find(request);
    answer.body = make_byte_source(body);
    return answer;
  }
};

class AddressTest : public testing::Test {
 protected:
  std::vector<std::string> names(const std::string& address) {
    std::vector<std::string> names;
    for (const SourceFile& file : list_address(context_, address)) names.push_back(file.name);
    return names;
  }

  MemoryFileSystem files_;
  TableHttpClient http_;
  StillClock clock_;
  Environment environment_{files_, http_, clock_};
  Options options_;
  Cancellation cancellation_;
  Scanners scanners_;
  ConnectorContext context_{options_, "project", environment_, cancellation_, scanners_};
};

using Names = std::vector<std::string>;

/// Returns a zip archive of which only the directory is there: it names one file.
std::string archive_with(const std::string& name) {
  const std::string entry = "PK\x01\x02" + std::string(24, '\0') + static_cast<char>(name.size()) +
                            std::string(17, '\0') + name;
  return entry + "PK\x05\x06" + std::string(8, '\0') + static_cast<char>(entry.size()) +
         std::string(9, '\0');
}

TEST_F(AddressTest, AnArchiveWithoutTheMemberIsLeftOutWhereItMayBeMissing) {
  files_.write("project/a.zip", archive_with("ml/ratings.csv"));
  files_.write("project/b.zip", archive_with("links.csv"));
  files_.write("project/c.zip", "nothing that tells");
  EXPECT_EQ(names("*.zip!**/ratings.csv"),
            (Names{"a.zip!**/ratings.csv", "b.zip!**/ratings.csv", "c.zip!**/ratings.csv"}));
  context_.may_be_missing = true;
  EXPECT_EQ(names("*.zip!**/ratings.csv"), (Names{"a.zip!**/ratings.csv", "c.zip!**/ratings.csv"}));
  EXPECT_EQ(names("*.zip!ratings.csv"), Names{"c.zip!ratings.csv"});
}

TEST(AddressOf, TheIntervalsTimesAreFilledIn) {
  const Interval hour = parse_interval("2015-01-01T05:00:00Z/2015-01-01T06:00:00Z").value();
  EXPECT_EQ(address_of("a/{start:%Y-%m-%d-%-H}.gz", hour), "a/2015-01-01-5.gz");
  EXPECT_EQ(address_of("a/*.gz", std::nullopt), "a/*.gz");
}

TEST_F(AddressTest, AFileIsListedWhenItIsThere) {
  EXPECT_EQ(names("a.json"), Names{});
  files_.write("project/data/a.json", "12345");
  const auto listed = list_address(context_, "data/a.json");
  ASSERT_EQ(listed.size(), 1);
  EXPECT_EQ(listed[0].name, "a.json");
  EXPECT_EQ(listed[0].address, "project/data/a.json");
  EXPECT_EQ(listed[0].fingerprint.size, 5);
}

TEST_F(AddressTest, WildcardsListAllThatFitByTheirNamesBelowTheFixedFolder) {
  for (const char* name : {"b.json", "a.json", "a.csv", "x/c.json"})
    files_.write(join_path("project/data", name), "x");
  EXPECT_EQ(names("data/*.json"), (Names{"a.json", "b.json"}));
  EXPECT_EQ(names("data/**/*.json"), (Names{"a.json", "b.json", "x/c.json"}));
  EXPECT_EQ(names("data/*.txt"), Names{});
}

TEST_F(AddressTest, AnAbsolutePathIsNotBelowTheProject) {
  files_.write("/elsewhere/a.json", "x");
  EXPECT_EQ(names("/elsewhere/a.json"), Names{"a.json"});
}

TEST_F(AddressTest, AUrlIsOneFileNamedByItsLastPart) {
  EXPECT_EQ(names("http://host/a/b.json.gz"), Names{}) << "404 is absence, not an error";
  http_.answers["http://host/a/b.json.gz?key=1/2"] = {200, "\"tag\""};
  const auto listed = list_address(context_, "http://host/a/b.json.gz?key=1/2");
  ASSERT_EQ(listed.size(), 1);
  EXPECT_EQ(listed[0].name, "b.json.gz");
  EXPECT_EQ(listed[0].fingerprint.etag, "\"tag\"");
  http_.answers["http://host/gone"] = {410, ""};
  EXPECT_EQ(names("http://host/gone"), Names{});
}

TEST_F(AddressTest, OfAnUnknownKindItIsAMistake) {
  for (const char* address : {"s3://bucket/a", "ftp://host/a", "file:///a.json", "htp://host/a"})
    EXPECT_THROW(names(address), Error) << address;
  files_.write("project/a/1://b", "x");
  EXPECT_EQ(names("a/1://b"), Names{"b"});
}

TEST_F(AddressTest, ANameThatIsNoUtf8IsAMistake) {
  files_.write("project/data/\xff.json", "x");
  EXPECT_THROW(names("data/*.json"), Error);
}

TEST_F(AddressTest, AFileOfWhichTheServerTellsNothingIsKnownByItsBytes) {
  http_.answers["http://host/a"] = {200, ""};
  const auto etag = [&](const std::string& body) {
    http_.body = body;
    return list_address(context_, "http://host/a").at(0).fingerprint.etag;
  };
  constexpr size_t kBlock = size_t{1} << 20;
  const std::vector<std::string> bodies = {
      "",
      "a",
      "b",
      std::string(kBlock, 'x'),
      std::string(kBlock + 1, 'x'),
      std::string(2 * kBlock, 'x'),
      std::string(kBlock, 'x') + std::string(kBlock, 'y'),
      std::string(kBlock, 'y') + std::string(kBlock, 'x'),
  };
  std::set<std::string> etags;
  for (const std::string& body : bodies) {
    etags.insert(etag(body));
    EXPECT_EQ(etag(body), etag(body));
  }
  EXPECT_EQ(etags.size(), bodies.size());
  const std::string known = etag("a");
  http_.heads_are_refused = true;
  EXPECT_EQ(etag("a"), known);
}

TEST_F(AddressTest, AMemberIsSplitFromEachArchive) {
  for (const char* name : {"a.zip", "b.ZIP", "c.zip!", "d.txt"})
    files_.write(join_path("project/data", name), "x");
  const auto listed = list_address(context_, "data/a.zip!folder/ratings!.csv");
  ASSERT_EQ(listed.size(), 1);
  EXPECT_EQ(listed[0].name, "a.zip!folder/ratings!.csv");
  EXPECT_EQ(listed[0].address, "project/data/a.zip");
  EXPECT_EQ(listed[0].member, "folder/ratings!.csv");
  EXPECT_EQ(listed[0].fingerprint.size, 1);
  EXPECT_EQ(names("data/b.ZIP!x"), Names{"b.ZIP!x"});
  EXPECT_EQ(names("data/*.zip!x"), Names{"a.zip!x"});
  EXPECT_EQ(names("data/none.zip!x"), Names{});
}

TEST_F(AddressTest, AnExclamationMarkElsewhereIsPartOfAName) {
  files_.write("project/data/well!.json", "x");
  const auto listed = list_address(context_, "data/well!.json");
  ASSERT_EQ(listed.size(), 1);
  EXPECT_EQ(listed[0].name, "well!.json");
  EXPECT_EQ(listed[0].member, "");
}

TEST_F(AddressTest, AMemberOfAnArchiveOnTheWebFollowsItsQuery) {
  http_.answers["http://host/a.zip?key=1"] = {200, "\"tag\""};
  const auto listed = list_address(context_, "http://host/a.zip?key=1!ratings.csv");
  ASSERT_EQ(listed.size(), 1);
  EXPECT_EQ(listed[0].name, "a.zip!ratings.csv");
  EXPECT_EQ(listed[0].address, "http://host/a.zip?key=1");
  EXPECT_EQ(listed[0].member, "ratings.csv");
}

TEST_F(AddressTest, AMemberWithoutANameIsAUsersError) {
  try {
    list_address(context_, "data/a.zip!");
    ADD_FAILURE() << "taken";
  } catch (const Error& error) {
    EXPECT_EQ(error.message(), "an address with ! and no member's name: 'data/a.zip!'");
    EXPECT_EQ(error.hint(), "for example: 'data/a.zip!ratings.csv'");
  }
}

TEST_F(AddressTest, AnotherAnswerIsAUsersError) {
  http_.answers["http://host/a"] = {403, ""};
  try {
    list_address(context_, "http://host/a");
    ADD_FAILURE() << "taken";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), Error::Kind::kUser);
    EXPECT_EQ(error.message(), "answered 403: 'http://host/a'");
  }
}

TEST_F(AddressTest, AFileThatWentAwayAfterItWasListedIsTransient) {
  for (const char* address : {"project/a.json", "http://host/a"}) {
    try {
      open_address(context_, {.name = "a", .address = address});
      ADD_FAILURE() << "opened: " << address;
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), Error::Kind::kTransient) << address;
    }
  }
  http_.answers["http://host/a"] = {200, ""};
  EXPECT_NE(open_address(context_, {.name = "a", .address = "http://host/a"}), nullptr);
}

}  // namespace
}  // namespace tidemill
