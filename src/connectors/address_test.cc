#include "connectors/address.h"

#include <gtest/gtest.h>

#include <map>
#include <set>
#include <utility>

#include "base/error.h"
#include "base/text.h"

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
  std::map<std::string, std::pair<int, std::string>> answers;
  std::string body = "body";

  HttpAnswer head(const HttpRequest& request, const Cancellation&) override {
    const auto found = answers.find(request.url);
    if (found == answers.end()) return {.status = 404};
    return {.status = found->second.first, .fingerprint = {.etag = found->second.second}};
  }
  HttpAnswer get(const HttpRequest& request, const Cancellation& cancellation) override {
    HttpAnswer answer = head(request, cancellation);
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
  ConnectorContext context_{options_, "project", environment_, cancellation_};
};

using Names = std::vector<std::string>;

TEST(FitsPattern, AStarStopsAtASlash) {
  EXPECT_TRUE(fits_pattern("data/a.json", "data/*.json"));
  EXPECT_FALSE(fits_pattern("data/x/a.json", "data/*.json"));
  EXPECT_TRUE(fits_pattern("data/.json", "data/*.json")) << "a star may stand for nothing";
  EXPECT_TRUE(fits_pattern("a", "*"));
  EXPECT_TRUE(fits_pattern("aXbXc", "a*b*c"));
  EXPECT_FALSE(fits_pattern("aXbX", "a*b*c"));
}

TEST(FitsPattern, AQuestionMarkIsExactlyOneByte) {
  EXPECT_TRUE(fits_pattern("a1.json", "a?.json"));
  EXPECT_FALSE(fits_pattern("a.json", "a?.json"));
  EXPECT_FALSE(fits_pattern("a/.json", "a?.json"));
}

TEST(FitsPattern, TwoStarsStandForAnyFoldersOrNone) {
  for (const char* path : {"data/a.json", "data/x/a.json", "data/x/y/a.json"})
    EXPECT_TRUE(fits_pattern(path, "data/**/*.json")) << path;
  EXPECT_FALSE(fits_pattern("other/a.json", "data/**/*.json"));
  EXPECT_FALSE(fits_pattern("data/a.csv", "data/**/*.json"));
}

TEST(FitsPattern, EmptyFitsEmptyAlone) {
  EXPECT_TRUE(fits_pattern("", ""));
  EXPECT_TRUE(fits_pattern("", "*"));
  EXPECT_FALSE(fits_pattern("a", ""));
  EXPECT_FALSE(fits_pattern("", "?"));
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
}

TEST(WebForm, OptionsThatDoNotGoTogetherAreMistakes) {
  const auto mistakes_in = [](const std::string& yaml) {
    Mistakes mistakes;
    const Form form = Form{"source", {{.name = "url"}}} + web_form("url");
    read_options(parse_yaml(yaml, "f.yml"), form, mistakes);
    std::vector<std::string> texts;
    for (const Error& mistake : mistakes.sorted()) texts.push_back(mistake.message());
    return texts;
  };
  EXPECT_EQ(mistakes_in("url: http://host/a@b?c@d\nuser: me\npassword: ${secret:A}"), Names{});
  EXPECT_EQ(mistakes_in("{url: 'https://me@host'}"),
            Names{"a name or password does not belong into an address"});
  EXPECT_EQ(mistakes_in("{user: me}"), Names{"user needs password"});
  EXPECT_EQ(mistakes_in("{password: '${secret:A}'}"), Names{"password needs user"});
  EXPECT_EQ(mistakes_in("{user: me, password: '${secret:A}', token: '${secret:B}'}"),
            Names{"both user and token are given"});
  EXPECT_EQ(mistakes_in("{token: '${secret:A}', token_header: 'X: y'}"),
            Names{"not a header's name: 'X: y'"});
  EXPECT_EQ(mistakes_in("{connections: 101}"), Names{"connections must be from 1 to 100: '101'"});
  EXPECT_EQ(mistakes_in("{connect_timeout: 0s}"),
            Names{"connect_timeout must be longer than nothing: '0s'"});
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
