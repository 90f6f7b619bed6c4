#include "duckdb/row_source.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>

#include "base/error.h"

namespace tidemill::duckdb {
namespace {

/// The numbers from 0 on, shared out among the readers batch by batch.
class Numbers : public RowSource {
 public:
  explicit Numbers(int64_t count) : count_(count) {}

  const Schema& schema() const override { return schema_; }
  size_t most_readers() const override { return 4; }
  std::unique_ptr<RowReader> make_reader(std::span<const size_t> columns) override {
    return std::make_unique<Reader>(*this, std::vector<size_t>(columns.begin(), columns.end()));
  }

  int64_t fail_at = -1;
  std::atomic<size_t> columns_asked = 0;

 private:
  class Reader : public RowReader {
   public:
    Reader(Numbers& numbers, std::vector<size_t> columns)
        : numbers_(numbers), columns_(std::move(columns)) {
      numbers_.columns_asked = columns_.size();
    }
    size_t read(RowBatch& batch) override {
      const auto step = static_cast<int64_t>(batch.capacity());
      const int64_t first = numbers_.next_.fetch_add(step);
      const int64_t end = std::min(first + step, numbers_.count_);
      for (int64_t number = first; number < end; ++number) {
        if (number == numbers_.fail_at) throw transient_error("the line went dead");
        write(batch, static_cast<size_t>(number - first), number);
      }
      return first >= end ? 0 : static_cast<size_t>(end - first);
    }

   private:
    void write(RowBatch& batch, size_t row, int64_t number) {
      for (size_t i = 0; i < columns_.size(); ++i) {
        if (columns_[i] == 0) {
          batch.column(i).set_int64(row, number);
        } else if (number % 3 == 0) {
          batch.column(i).set_null(row);
        } else {
          batch.column(i).set_string(row, "number " + std::to_string(number));
        }
      }
    }
    Numbers& numbers_;
    std::vector<size_t> columns_;
  };

  Schema schema_ = {{"n", {.id = Type::Id::kBigint}}, {"text", {.id = Type::Id::kVarchar}}};
  int64_t count_;
  std::atomic<int64_t> next_ = 0;
};

/// One row with a value of every scalar type, and one of NULLs.
class EveryType : public RowSource {
 public:
  const Schema& schema() const override { return schema_; }
  size_t most_readers() const override { return 1; }
  std::unique_ptr<RowReader> make_reader(std::span<const size_t> columns) override {
    EXPECT_EQ(columns.size(), schema_.size());
    return std::make_unique<Reader>(schema_.size());
  }

 private:
  class Reader : public RowReader {
   public:
    explicit Reader(size_t columns) : columns_(columns) {}
    size_t read(RowBatch& batch) override {
      if (done_) return 0;
      done_ = true;
      batch.column(0).set_bool(0, true);
      batch.column(1).set_int8(0, -128);
      batch.column(2).set_int16(0, -32768);
      batch.column(3).set_int32(0, -2147483647);
      batch.column(4).set_int64(0, INT64_MIN);
      batch.column(5).set_float(0, 0.5F);
      batch.column(6).set_double(0, -0.25);
      batch.column(7).set_decimal(0, -123);
      batch.column(8).set_decimal(0, 123456789);
      batch.column(9).set_decimal(0, 123456789012345678);
      batch.column(10).set_decimal(0,
                                   static_cast<Int128>(1000000000000000000) * 1000000000000000000);
      batch.column(11).set_date(0, 16436);
      batch.column(12).set_timestamp(0, 1420070400000000);
      batch.column(13).set_string(0, std::string_view("a\0b", 3));
      for (size_t i = 0; i < columns_; ++i) batch.column(i).set_null(1);
      return 2;
    }

   private:
    size_t columns_;
    bool done_ = false;
  };

  static Column column(const char* type) { return {type, *parse_type(type)}; }
  Schema schema_ = {column("boolean"),       column("tinyint"),       column("smallint"),
                    column("integer"),       column("bigint"),        column("float"),
                    column("double"),        column("decimal(4,1)"),  column("decimal(9,2)"),
                    column("decimal(18,3)"), column("decimal(38,4)"), column("date"),
                    column("timestamp"),     column("varchar")};
};

/// Texts of 0 to 39 bytes, lent instead of copied, and lists of 0 to 2,047 numbers.
class LentTexts : public RowSource {
 public:
  const Schema& schema() const override { return schema_; }
  size_t most_readers() const override { return 1; }
  std::unique_ptr<RowReader> make_reader(std::span<const size_t>) override {
    return std::make_unique<Reader>();
  }

 private:
  class Reader : public RowReader {
   public:
    size_t read(RowBatch& batch) override {
      const size_t rows = batch.capacity();
      if (batches_ == 2) return 0;
      ++batches_;
      for (size_t row = 0; row < rows; ++row) {
        batch.column(0).set_lasting_string(row, std::string_view(kText).substr(row % 7, row % 40));
        const size_t first = batch.column(1).set_list(row, row);
        for (size_t i = 0; i < row; ++i)
          batch.column(1).element().set_int32(first + i, static_cast<int32_t>(row));
      }
      return rows;
    }

   private:
    static constexpr const char* kText = "The quick brown fox jumps over the lazy dog.";
    int batches_ = 0;
  };

  Schema schema_ = {{"text", *parse_type("varchar")}, {"numbers", *parse_type("list(integer)")}};
};

class RowSourceTest : public testing::Test {
 protected:
  Database database_{{.threads = 2}};
  std::unique_ptr<Connection> connection_ = database_.connect();

  std::vector<std::string> first_row(const std::string& sql) {
    std::vector<std::string> texts;
    const Table table = connection_->query(sql);
    for (const Value& value : table.rows.at(0)) texts.push_back(text_of(value));
    return texts;
  }
};

using Texts = std::vector<std::string>;

TEST_F(RowSourceTest, AllRowsOfAllReadersArrive) {
  Numbers numbers(100'001);
  const LentSource lent(*connection_, numbers);
  EXPECT_EQ(first_row("SELECT count(*), count(text), sum(n), max(text) FROM " + lent.sql()),
            (Texts{"100001", "66667", "5000050000", "number 99998"}));
}

TEST_F(RowSourceTest, OnlyTheColumnsAskedForAreRead) {
  Numbers numbers(10);
  const LentSource lent(*connection_, numbers);
  EXPECT_EQ(first_row("SELECT max(text) FROM " + lent.sql()), Texts{"number 8"});
  EXPECT_EQ(numbers.columns_asked, 1);
}

TEST_F(RowSourceTest, CountingRowsAsksForOneColumnAtMost) {
  Numbers numbers(5'000);
  const LentSource lent(*connection_, numbers);
  EXPECT_EQ(first_row("SELECT count(*) FROM " + lent.sql()), Texts{"5000"});
  EXPECT_LE(numbers.columns_asked, 1);
}

TEST_F(RowSourceTest, AnEmptySourceIsAnEmptyTable) {
  Numbers numbers(0);
  const LentSource lent(*connection_, numbers);
  EXPECT_TRUE(connection_->query("SELECT * FROM " + lent.sql()).rows.empty());
}

TEST_F(RowSourceTest, EveryScalarTypeAndItsNullComeThrough) {
  EveryType source;
  const LentSource lent(*connection_, source);
  const Table table = connection_->query("SELECT * FROM " + lent.sql());
  ASSERT_EQ(table.rows.size(), 2);
  Texts texts;
  for (const Value& value : table.rows[0]) texts.push_back(text_of(value));
  EXPECT_EQ(texts, (Texts{"true", "-128", "-32768", "-2147483647", "-9223372036854775808", "0.5",
                          "-0.25", "-12.3", "1234567.89", "123456789012345.678",
                          "100000000000000000000000000000000.0000", "2015-01-01",
                          "2015-01-01T00:00:00Z", std::string("a\0b", 3)}));
  for (const Value& value : table.rows[1]) {
    EXPECT_TRUE(std::holds_alternative<std::monostate>(value));
  }
  EXPECT_EQ(table.columns[12].type_name, "TIMESTAMP WITH TIME ZONE");
}

TEST_F(RowSourceTest, LentTextsOfAnyLengthAndLongListsComeThrough) {
  LentTexts source;
  const LentSource lent(*connection_, source);
  EXPECT_EQ(
      first_row("SELECT count(*), count(*) FILTER (text = substr('The quick brown fox jumps over "
                "the lazy dog.', 1 + (n % 7)::INTEGER, (n % 40)::INTEGER)), "
                "count(*) FILTER (text = left(text, 12) || substr(text, 13)), "
                "count(*) FILTER (len(numbers) = n), sum(list_sum(numbers)) "
                "FROM (SELECT *, (row_number() OVER () - 1) % 2048 AS n FROM " +
                lent.sql() + ")"),
      (Texts{"4096", "4096", "4096", "4096", "5722429440"}));
}

TEST_F(RowSourceTest, WhatAReaderThrowsComesBackAsItWas) {
  Numbers numbers(100'000);
  numbers.fail_at = 50'000;
  const LentSource lent(*connection_, numbers);
  EXPECT_THROW(connection_->query("SELECT sum(n) FROM " + lent.sql()), Error);
  try {
    lent.rethrow();
    FAIL() << "nothing was thrown";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), Error::Kind::kTransient);
    EXPECT_EQ(error.message(), "the line went dead");
  }
  // The connection goes on working.
  EXPECT_EQ(first_row("SELECT 1"), Texts{"1"});
}

TEST_F(RowSourceTest, ASecondScanOfOneLendingIsRefusedInsteadOfFindingLess) {
  Numbers numbers(10);
  const LentSource lent(*connection_, numbers);
  first_row("SELECT sum(n) FROM " + lent.sql());
  EXPECT_THROW(first_row("SELECT sum(n) FROM " + lent.sql()), Error);
  EXPECT_THROW(lent.rethrow(), Error);
}

TEST_F(RowSourceTest, AnotherSourceMayTakeThePlaceOfOneThatFailed) {
  Numbers broken(100'000);
  broken.fail_at = 50'000;
  LentSource lent(*connection_, broken);
  EXPECT_THROW(first_row("SELECT sum(n) FROM " + lent.sql()), Error);
  Numbers sound(4);
  lent.replace(sound);
  EXPECT_EQ(first_row("SELECT count(*) FROM " + lent.sql()), Texts{"4"});
  EXPECT_NO_THROW(lent.rethrow());
}

TEST_F(RowSourceTest, SourcesOfOneQueryAreToldApart) {
  Numbers few(3);
  Numbers many(4'000);
  const LentSource one(*connection_, few);
  const LentSource other(*connection_, many);
  EXPECT_EQ(first_row("SELECT count(*), sum(n) FROM " + one.sql() + " AS one JOIN " + other.sql() +
                      " USING (n)"),
            (Texts{"3", "3"}));
}

TEST_F(RowSourceTest, AReturnedSourceIsGone) {
  Numbers numbers(10);
  std::string sql;
  {
    const LentSource lent(*connection_, numbers);
    sql = lent.sql();
  }
  EXPECT_THROW(connection_->query("SELECT * FROM " + sql), Error);
}

TEST_F(RowSourceTest, InstancesDoNotShareAnything) {
  // The function is registered in each instance, and the first one's end does not take it from the
  // second.
  Numbers numbers(7);
  {
    const LentSource lent(*connection_, numbers);
    EXPECT_EQ(first_row("SELECT count(*) FROM " + lent.sql()), Texts{"7"});
  }
  Database second({.threads = 1});
  const auto connection = second.connect();
  Numbers others(9);
  const LentSource lent(*connection, others);
  EXPECT_EQ(text_of(connection->query("SELECT count(*) FROM " + lent.sql()).rows[0][0]), "9");
}

}  // namespace
}  // namespace tidemill::duckdb
