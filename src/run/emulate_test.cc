#include "run/emulate.h"

#include <gtest/gtest.h>

#include "base/text.h"
#include "io/fault.h"
#include "project/project_for_test.h"
#include "publish/publish.h"

namespace tidemill {
namespace {

/// A clock that goes on only when someone sleeps.
class SleptClock : public Clock {
 public:
  Instant now() override { return now_; }
  void sleep(std::chrono::milliseconds duration, const Cancellation&) override { now_ += duration; }

 private:
  Instant now_ = Instant(std::chrono::hours(24 * 365 * 50));
};

/// Remembers what was posted; answers as it is told to.
class RecordingPoster : public HttpPoster {
 public:
  std::vector<std::string> posts;  // Address, blank, body.
  std::function<int(size_t)> answer = [](size_t) { return 200; };

  int post(const std::string& url, const std::string& content_type, const std::string& body,
           const Cancellation& cancellation) override {
    cancellation.check();
    EXPECT_EQ(content_type, "application/vnd.kafka.json.v2+json");
    posts.push_back(url + " " + body);
    return answer(posts.size());
  }
};

/// A project with two tables of rows keyed alike, in a folder of its own.
class EmulateTest : public testing::Test {
 protected:
  EmulateTest() : files_(local_file_system()), http_(curl_http_client()), engine_({.threads = 1}) {
    LoadedProject loaded = load_for_test(
        {{"sources/pin.yml",
          "name: raw.pin\nconnector: files\npath: x\nformat: ndjson\ncontract:\n  columns:\n"
          "    - {name: ind, path: index, type: bigint}\n"
          "    - {name: title, path: text.title, type: varchar}\n"
          "    - {name: tags, path: text.tags, type: json}\n"
          "    - {name: price, type: \"decimal(8,2)\"}\n"},
         {"models/geo.sql",
          "/* tidemill\nname: clean.geo\n*/\nSELECT ind, TIMESTAMPTZ '2020-01-01' AS at, [ind] AS "
          "l "
          "FROM raw.pin"}});
    EXPECT_TRUE(loaded.mistakes.empty());
    project_ = std::move(loaded.project);
    project_.folder = testing::TempDir() + "/emulate_" + random_id();
  }
  ~EmulateTest() override { files_->remove_all(project_.folder); }

  void build(const std::string& table, const std::string& select) {
    const Asset& asset = project_.assets[*project_.find(table)];
    const DuckdbEngine::Session session = engine_.open();
    const std::string folder = project_.table_folder(table);
    const Staged staged = stage(*session.connection, *files_, asset, {select}, folder, random_id());
    tables::Table(*files_, folder, *session.connection)
        .commit({.kind = tables::Change::Kind::kOverwrite,
                 .adds = staged.files,
                 .shape = staged.shape,
                 .now = clock_.now()});
  }

  void build_pins(int64_t rows) {
    build("raw.pin",
          "SELECT i AS ind, 't' || i AS title, '[1, \"a\"]' AS tags, i / 4 AS price "
          "FROM range(" +
              std::to_string(rows) + ") t(i) ORDER BY hash(i)");
  }

  std::vector<std::string> sample(const std::string& table, int64_t count, int64_t most,
                                  uint64_t seed) {
    const DuckdbEngine::Session session = engine_.open();
    return sample_records(project_, *files_, *session.connection, table, count, most, seed);
  }

  EmulationSums run(const EmulationRequest& request) {
    Environment environment{*files_, *http_, clock_};
    return emulate(project_, environment, engine_, poster_, cancellation_, request,
                   [&](const EmulationSums& sums) {
                     if (after_round_) after_round_(sums);
                   });
  }

  std::unique_ptr<FileSystem> files_;
  std::unique_ptr<HttpClient> http_;
  SleptClock clock_;
  DuckdbEngine engine_;
  Project project_;
  RecordingPoster poster_;
  Cancellation cancellation_;
  std::function<void(const EmulationSums&)> after_round_;
};

TEST_F(EmulateTest, ValuesGoBackToWhereTheContractFoundThem) {
  build_pins(3);
  EXPECT_EQ(sample("raw.pin", 3, 100, 1).at(2),
            R"({"index":2,"text":{"title":"t2","tags":[1,"a"]},"price":0.5})");
  build("clean.geo", "SELECT 7 AS ind, NULL AS at, [7, NULL] AS l");
  EXPECT_EQ(sample("clean.geo", 1, 100, 1).at(0), R"({"ind":7,"at":null,"l":[7,null]})");
}

TEST_F(EmulateTest, TheSeedChoosesWhichRowsOfALargeTableAreKept) {
  build_pins(500);
  const auto first = sample("raw.pin", 500, 20, 1);
  EXPECT_EQ(first.size(), 20U);
  EXPECT_EQ(first, sample("raw.pin", 500, 20, 1));
  EXPECT_NE(first, sample("raw.pin", 500, 20, 2));
  EXPECT_EQ(std::set<std::string>(first.begin(), first.end()).size(), 20U) << "each row once";
}

TEST_F(EmulateTest, ARoundPostsTheRowOfOneNumberOfEachTable) {
  build_pins(40);
  build("clean.geo", "SELECT i AS ind, NULL AS at, NULL AS l FROM range(30) t(i)");
  const EmulationSums sums = run({.tables = {"raw.pin", "clean.geo"},
                                  .url = "http://h/topics/{schema}.{table}",
                                  .seed = 5,
                                  .rounds = 20});
  EXPECT_EQ(sums.rounds, 20);
  EXPECT_EQ(sums.posted(), 40);
  EXPECT_TRUE(sums.all_taken());
  std::set<std::string> numbers;
  for (size_t i = 0; i < poster_.posts.size(); i += 2) {
    const std::string& pin = poster_.posts[i];
    const std::string number =
        pin.substr(pin.find(':', 50) + 1, pin.find(',') - pin.find(':', 50) - 1);
    EXPECT_TRUE(pin.starts_with("http://h/topics/raw.pin {\"records\":[{\"value\":{\"index\":"));
    EXPECT_EQ(poster_.posts[i + 1], "http://h/topics/clean.geo {\"records\":[{\"value\":{\"ind\":" +
                                        number + ",\"at\":null,\"l\":null}}]}");
    EXPECT_LT(*parse_integer(number), 30) << "only rows that both tables have";
    numbers.insert(number);
  }
  EXPECT_GT(numbers.size(), 5U);
}

TEST_F(EmulateTest, KeepsToTheRateInTheMean) {
  build_pins(10);
  const Instant start = clock_.now();
  run({.tables = {"raw.pin"}, .url = "http://h", .rate = 50, .seed = 3, .rounds = 1000});
  const double seconds = std::chrono::duration<double>(clock_.now() - start).count();
  EXPECT_NEAR(seconds, 20, 2);
}

TEST_F(EmulateTest, CountsRefusalsAndMissingAnswersAndGoesOn) {
  build_pins(10);
  poster_.answer = [](size_t number) {
    if (number % 3 == 0) throw transient_error("nobody answers");
    return number % 3 == 1 ? 200 : 503;
  };
  const EmulationSums sums = run({.tables = {"raw.pin"}, .url = "http://h", .rounds = 9});
  EXPECT_EQ(sums.answers, (std::map<int, int64_t>{{200, 3}, {503, 3}}));
  EXPECT_EQ(sums.unanswered, 3);
  EXPECT_EQ(sums.last_failure, "nobody answers");
  EXPECT_FALSE(sums.all_taken());
}

TEST_F(EmulateTest, GoesOnUntilItIsCancelled) {
  build_pins(10);
  after_round_ = [&](const EmulationSums& sums) {
    if (sums.rounds == 77) cancellation_.cancel();
  };
  EXPECT_EQ(run({.tables = {"raw.pin"}, .url = "http://h"}).rounds, 77);
}

TEST_F(EmulateTest, ATableThatIsNotThereOrEmptyIsAMistake) {
  EXPECT_THROW(run({.tables = {"raw.pin"}, .url = "http://h"}), Error);
  EXPECT_THROW(run({.tables = {"raw.pins"}, .url = "http://h"}), Error);
  build_pins(0);
  EXPECT_THROW(run({.tables = {"raw.pin"}, .url = "http://h"}), Error);
  EXPECT_TRUE(poster_.posts.empty());
}

}  // namespace
}  // namespace tidemill
