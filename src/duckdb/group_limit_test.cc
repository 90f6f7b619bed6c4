#include "duckdb/group_limit.h"

#include <gtest/gtest.h>

#include "base/error.h"

namespace tidemill::duckdb {
namespace {

class GroupLimitTest : public testing::Test {
 protected:
  Database database_{{.threads = 1}};
  std::unique_ptr<Connection> connection_ = database_.connect();

  /// Returns how many rows there are of `sql` in at most `most` groups.
  std::string count(const std::string& sql, size_t most, const std::vector<std::string>& columns) {
    const std::string condition = at_most_groups(*connection_, most, columns);
    return text_of(connection_->query("SELECT count(*) FROM (" + sql + ") WHERE " + condition)
                       .rows.at(0)
                       .at(0));
  }
};

TEST_F(GroupLimitTest, EveryRowFulfilsItWhileGroupsAreFew) {
  EXPECT_EQ(count("SELECT 'p' || i % 100 AS p FROM range(300000) t(i)", 100, {"p"}), "300000");
  EXPECT_EQ(count("SELECT i AS p FROM range(0) t(i)", 1, {"p"}), "0");
  EXPECT_EQ(count("SELECT NULL AS p, i AS q FROM range(3) t(i)", 1, {"p"}), "3");
}

TEST_F(GroupLimitTest, OneGroupMoreEndsTheQuery) {
  for (const std::string sql : {"SELECT i % 101 AS p FROM range(300000) t(i)",
                                "SELECT nullif(i % 101, 7) AS p FROM range(300000) t(i)"}) {
    try {
      count(sql, 100, {"p"});
      FAIL() << sql;
    } catch (const Error& error) {
      EXPECT_TRUE(error.wants_memory());
      EXPECT_EQ(error.message(), kTooManyGroups);
    }
  }
  // And the next one goes.
  EXPECT_EQ(count("SELECT i % 101 AS p FROM range(300000) t(i)", 101, {"p"}), "300000");
}

TEST_F(GroupLimitTest, GroupsAreOfAllColumnsTogether) {
  const std::string sql = "SELECT i % 2 AS p, i % 3 AS \"q\"\"r\" FROM range(600) t(i)";
  EXPECT_EQ(count(sql, 6, {"p", "q\"r"}), "600");
  EXPECT_THROW(count(sql, 5, {"p", "q\"r"}), Error);
}

}  // namespace
}  // namespace tidemill::duckdb
