// Which threads work on a statement: as many as there are cores, and no more.

#include "duckdb/helper_threads.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "base/error.h"
#include "duckdb/row_source.h"
#include "duckdb/session.h"

namespace tidemill::duckdb {
namespace {

using std::chrono::milliseconds;
constexpr std::chrono::seconds kPatience{20};

/// Batches of one row, slowly made, until it is told to stop. Knows which threads made the last
/// ones.
class SlowRows : public RowSource {
 public:
  const Schema& schema() const override { return schema_; }
  size_t most_readers() const override { return 64; }
  std::unique_ptr<RowReader> make_reader(std::span<const size_t>) override {
    return std::make_unique<Reader>(*this);
  }

  void stop() { over_ = true; }
  int64_t rows() const { return rows_; }

  /// Waits until, of the last `batches`, `count` threads have made some; false when that does not
  /// come about.
  bool wait_for_threads(size_t count, size_t batches) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, kPatience, [&] {
      if (makers_.size() < batches) return false;
      std::map<std::thread::id, int> counts;
      for (size_t i = makers_.size() - batches; i < makers_.size(); ++i) ++counts[makers_[i]];
      return counts.size() == count;
    });
  }

 private:
  class Reader : public RowReader {
   public:
    explicit Reader(SlowRows& rows) : rows_(rows) {}
    size_t read(RowBatch& batch) override {
      if (rows_.over_) return 0;
      std::this_thread::sleep_for(milliseconds(1));
      batch.column(0).set_int64(0, 1);
      ++rows_.rows_;
      const std::lock_guard lock(rows_.mutex_);
      rows_.makers_.push_back(std::this_thread::get_id());
      rows_.changed_.notify_all();
      return 1;
    }

   private:
    SlowRows& rows_;
  };

  Schema schema_ = {{"n", {.id = Type::Id::kBigint}}};
  std::atomic<bool> over_ = false;
  std::atomic<int64_t> rows_ = 0;
  std::mutex mutex_;  // Guards makers_.
  std::condition_variable changed_;
  std::vector<std::thread::id> makers_;
};

/// Counts a source's rows in a thread of its own, which ends with this object at the latest.
class Count {
 public:
  Count(Connection& connection, SlowRows& rows)
      : rows_(rows), lent_(connection, rows), thread_([this, &connection] {
          try {
            counted_ = integer_of(
                connection.query("SELECT sum(n)::BIGINT FROM " + lent_.sql()).rows[0][0]);
          } catch (const Error& error) {
            failure_ = error.kind();
          }
        }) {}
  ~Count() {
    rows_.stop();
    join();
  }
  Count(const Count&) = delete;
  Count& operator=(const Count&) = delete;

  /// Has the source end; returns whether each of its rows was counted once.
  bool is_right() {
    rows_.stop();
    join();
    return counted_ == rows_.rows();
  }
  /// Returns how the statement failed.
  std::optional<Error::Kind> join() {
    if (thread_.joinable()) thread_.join();
    return failure_;
  }

 private:
  SlowRows& rows_;
  LentSource lent_;
  int64_t counted_ = -1;
  std::optional<Error::Kind> failure_;
  std::thread thread_;
};

TEST(HelperThreads, EveryCoreWorksOnOneStatement) {
  Database database({.threads = 3});
  const auto connection = database.connect();
  SlowRows rows;
  Count count(*connection, rows);
  EXPECT_TRUE(rows.wait_for_threads(3, 30));
  EXPECT_TRUE(count.is_right());
}

TEST(HelperThreads, NoneHelpsWhereEachCoreHasAThreadAtWork) {
  Database database({.threads = 2});
  const auto one = database.connect();
  const auto other = database.connect();
  SlowRows rows;
  SlowRows other_rows;
  Count count(*one, rows);
  Count other_count(*other, other_rows);
  EXPECT_TRUE(rows.wait_for_threads(1, 150));
  EXPECT_TRUE(other_rows.wait_for_threads(1, 150));
  EXPECT_TRUE(count.is_right());
  EXPECT_TRUE(other_count.is_right());
}

TEST(HelperThreads, OneGoesWhenAnotherThreadBeginsToWorkAndComesBackAfterwards) {
  Database database({.threads = 2});
  const auto connection = database.connect();
  SlowRows rows;
  Count count(*connection, rows);
  for (int i = 0; i < 3; ++i) {
    EXPECT_TRUE(rows.wait_for_threads(2, 20));
    const auto another = database.connect();
    EXPECT_TRUE(rows.wait_for_threads(1, 40));
    EXPECT_EQ(text_of(another->query("SELECT 42").rows[0][0]), "42");
  }
  EXPECT_TRUE(count.is_right());
}

TEST(HelperThreads, AStatementThatIsInterruptedHasNoHelpersLeft) {
  Database database({.threads = 3});
  for (int i = 0; i < 3; ++i) {
    const auto connection = database.connect();
    SlowRows rows;
    Count count(*connection, rows);
    ASSERT_TRUE(rows.wait_for_threads(3, 30));
    connection->interrupt();
    EXPECT_EQ(count.join(), Error::Kind::kCancelled);
  }
}

TEST(HelperThreads, InstancesComeAndGo) {
  for (int i = 0; i < 30; ++i) {
    Database database({.threads = 1 + i % 4});
    if (i % 3 == 0) continue;
    const auto connection = database.connect();
    EXPECT_EQ(
        text_of(connection->query("SELECT sum(i)::BIGINT FROM range(1000000) t(i)").rows[0][0]),
        "499999500000");
  }
}

}  // namespace
}  // namespace tidemill::duckdb
