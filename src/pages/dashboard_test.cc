// What a page is given: results of tiles, one for each choice of the filters they take.
#include "pages/dashboard.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "project/project_for_test.h"

namespace tidemill::pages {
namespace {

using Json = nlohmann::json;

/// Five sales as a view, so that no lake is needed.
constexpr const char* kSales = R"(/* tidemill
name: mart.sales
strategy: view
*/
SELECT * FROM (VALUES
  ('np', DATE '2014-05-01', 1), ('np', DATE '2015-05-01', 3), ('np', DATE '2015-06-01', 100),
  ('ch', DATE '2015-07-01', 10), (NULL, DATE '2015-07-01', 20)) t(country, day, price)
)";

struct Exported {
  Json json;
  std::vector<std::string> failures;

  /// Returns the rows of a tile of the first page for a combination of choices.
  Json rows(size_t tile, size_t combination) const {
    const Json& found = json["pages"][0]["tiles"][tile];
    return found["results"][found["result_of"][combination].get<size_t>()]["rows"];
  }
};

/// Exports a dashboard of one page, given from its `filters:` on.
Exported exported(const std::string& page) {
  const LoadedProject loaded =
      load_for_test({{"models/sales.sql", kSales},
                     {"models/kept.sql", "/* tidemill\nname: mart.kept\n*/\nSELECT 1 AS one"},
                     {"dashboards/d.yml", "title: D\npages:\n  - title: P\n" + page}});
  for (const Error& mistake : loaded.mistakes) ADD_FAILURE() << mistake.text();
  MemoryFileSystem files;
  const auto http = curl_http_client();
  const auto clock = system_clock();
  Environment environment{files, *http, *clock};
  duckdb::Database database({.threads = 1});
  const auto connection = database.connect();
  const DashboardData data = dashboard_data(loaded.project, loaded.project.dashboards.at(0),
                                            environment, *connection, Cancellation());
  Exported exported{.json = Json::parse(data.json)};
  for (const Error& failure : data.failures) exported.failures.push_back(failure.text());
  return exported;
}

TEST(Dashboard, AMedianIsRightForEveryChoice) {
  const Exported made = exported(R"(    filters:
      - {name: country, values: SELECT country FROM mart.sales ORDER BY 1}
    tiles:
      - title: Median
        sql: SELECT median(price) AS price FROM mart.sales WHERE $country IS NULL OR country = $country
        chart: {type: number}
      - title: All
        sql: SELECT count(*) AS sales FROM mart.sales
        chart: {type: number}
)");
  EXPECT_TRUE(made.failures.empty());
  const Json& page = made.json["pages"][0];
  EXPECT_EQ(page["filters"][0]["choices"], (Json{"all", "ch", "np"}));
  EXPECT_EQ(page["filters"][0]["title"], "Country");
  EXPECT_EQ(made.rows(0, 0), Json::parse("[[10.0]]"));
  EXPECT_EQ(made.rows(0, 1), Json::parse("[[10.0]]"));
  EXPECT_EQ(made.rows(0, 2), Json::parse("[[3.0]]"));
  EXPECT_EQ(page["tiles"][0]["results"].size(), 2) << "equal results stand once";
  EXPECT_EQ(page["tiles"][1]["rows"], Json::parse("[[5]]")) << "takes no filter";
}

TEST(Dashboard, TwoFiltersGiveEveryCombinationTheLastChangingFirst) {
  const Exported made = exported(R"(    filters:
      - {name: country, values: SELECT 'np'}
      - {name: period, times: SELECT day FROM mart.sales, by: year, default: '2015'}
    tiles:
      - title: Sum
        sql: |
          SELECT sum(price) AS price FROM mart.sales
          WHERE day >= $period_start AND day < $period_end AND ($country IS NULL OR country = $country)
        chart: {type: number}
)");
  EXPECT_TRUE(made.failures.empty());
  EXPECT_EQ(made.json["pages"][0]["filters"][1]["choices"], (Json{"all", "2015", "2014"}));
  EXPECT_EQ(made.json["pages"][0]["filters"][1]["default"], 1);
  std::vector<Json> sums;
  for (size_t i = 0; i < 6; ++i) sums.push_back(made.rows(0, i)[0][0]);
  EXPECT_EQ(sums, (std::vector<Json>{134, 133, 1, 104, 103, 1}));
}

TEST(Dashboard, AFilterThatFailsOffersAllAndItsTilesAreDrawn) {
  const Exported made = exported(R"(    filters:
      - {name: country, values: "SELECT CAST(country AS INTEGER) FROM mart.sales"}
    tiles:
      - title: Sales
        sql: SELECT count(*) AS sales FROM mart.sales WHERE $country IS NULL OR price = $country
        chart: {type: number}
)");
  ASSERT_EQ(made.failures.size(), 1);
  EXPECT_TRUE(made.failures[0].starts_with("filter 'country': ")) << made.failures[0];
  EXPECT_TRUE(made.json["pages"][0]["filters"][0].contains("error"));
  EXPECT_EQ(made.rows(0, 0), Json::parse("[[5]]"));
}

TEST(Dashboard, ADefaultThatIsNotOfferedIsSaid) {
  const Exported made = exported(R"(    filters:
      - {name: country, values: SELECT country FROM mart.sales, default: de}
    tiles:
      - title: Sales
        sql: SELECT count(*) AS sales FROM mart.sales WHERE $country IS NULL OR country = $country
        chart: {type: number}
)");
  EXPECT_EQ(made.failures, std::vector<std::string>{"filter 'country' has no such choice: 'de'"});
  EXPECT_EQ(made.json["pages"][0]["filters"][0]["default"], 0);
}

TEST(Dashboard, TooManyCombinationsAreRefused) {
  const Exported made = exported(R"(    filters:
      - {name: one, values: SELECT range FROM range(90)}
      - {name: two, values: SELECT range FROM range(90)}
    tiles:
      - title: Both
        sql: SELECT $one AS one, $two AS two
        chart: {type: table}
      - title: One
        sql: SELECT $one AS one
        chart: {type: table}
)");
  EXPECT_EQ(made.failures,
            std::vector<std::string>{
                "tile 'Both': its filters have more choices together than 2,500: 8,281\n  hint: "
                "give the filters fewer values, or the tile fewer filters"});
  EXPECT_EQ(made.rows(1, 1), Json::parse("[[0]]"));
}

TEST(Dashboard, ATileWhoseTableWasNotBuiltYetIsToldFromOneWhoseQueryFails) {
  const Exported made = exported(R"(    tiles:
      - title: Kept
        sql: SELECT one FROM mart.kept
        chart: {type: number}
      - title: Failing
        sql: SELECT CAST(country AS INTEGER) AS number FROM mart.sales
        chart: {type: number}
)");
  ASSERT_EQ(made.failures.size(), 2);
  const Json& tiles = made.json["pages"][0]["tiles"];
  EXPECT_TRUE(tiles[0]["error"].value("not_built", false)) << tiles[0];
  EXPECT_TRUE(tiles[1].contains("error"));
  EXPECT_FALSE(tiles[1]["error"].contains("not_built")) << tiles[1];
}

TEST(Dashboard, TooManyRowsOverAllChoicesAreRefused) {
  const Exported made = exported(R"(    filters:
      - {name: one, values: SELECT range FROM range(30)}
    tiles:
      - title: Rows
        sql: SELECT range, $one AS one FROM range(4000)
        chart: {type: table}
)");
  ASSERT_EQ(made.failures.size(), 1);
  EXPECT_TRUE(made.failures[0].starts_with(
      "tile 'Rows': all choices together have more rows than: 100,000"))
      << made.failures[0];
  EXPECT_TRUE(made.json["pages"][0]["tiles"][0].contains("error"));
}

TEST(Dashboard, TheMostRowsOfATileAreShownAndTheRestCounted) {
  const Exported made = exported(R"(    tiles:
      - title: Rows
        sql: SELECT range FROM range(5001)
        chart: {type: table}
)");
  const Json& tile = made.json["pages"][0]["tiles"][0];
  EXPECT_EQ(tile["rows"].size(), kMostRows);
  EXPECT_EQ(tile["total_rows"], 5001);
  EXPECT_EQ(tile["truncated"], true);
}

}  // namespace
}  // namespace tidemill::pages
