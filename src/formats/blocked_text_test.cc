#include "formats/blocked_text.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <cstring>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "base/error.h"

namespace tidemill {
namespace {

/// A text in pieces of up to 1,000 bytes, or until the line goes dead.
class Pieces : public ByteSource {
 public:
  Pieces(std::string text, bool breaks) : text_(std::move(text)), breaks_(breaks) {}
  size_t read(std::span<uint8_t> bytes) override {
    const size_t count = std::min({bytes.size(), size_t{1000}, text_.size() - at_});
    if (count == 0 && breaks_) throw transient_error("the line went dead");
    std::memcpy(bytes.data(), text_.data() + at_, count);
    at_ += count;
    return count;
  }
  const Fingerprint& fingerprint() const override { return fingerprint_; }

 private:
  std::string text_;
  bool breaks_;
  size_t at_ = 0;
  Fingerprint fingerprint_;
};

class Lines : public RecordSplitter {
 public:
  Cut cut(std::string_view text, bool at_end, std::vector<RecordSpan>&) override {
    const size_t last = text.rfind('\n');
    return {0, at_end ? text.size() : last == std::string_view::npos ? 0 : last + 1};
  }
  std::optional<Cut> cut_long(std::string_view, std::vector<RecordSpan>&) override {
    return std::nullopt;
  }
};

/// What some readers together got out of a text.
struct Outcome {
  std::map<int64_t, std::string> blocks;  // By their first lines.
  int failures = 0;

  std::string text() const {
    std::string all;
    for (const auto& [line, block] : blocks) all += block;
    return all;
  }
};

Outcome read_all(const std::string& text, bool breaks, size_t readers, size_t block) {
  BlockedText blocks([&] { return std::make_unique<Pieces>(text, breaks); },
                     std::make_unique<Lines>(), {.block = block, .longest_record = 100'000}, 1);
  Outcome outcome;
  int64_t last_line = 0;
  std::mutex mutex;
  std::vector<std::jthread> threads;
  for (size_t i = 0; i < readers; ++i) {
    threads.emplace_back([&] {
      std::vector<uint8_t> buffer;
      try {
        while (const auto next = blocks.next(buffer)) {
          EXPECT_GE(next->text.data(), reinterpret_cast<const char*>(buffer.data()));
          const std::lock_guard lock(mutex);
          // One reader gets them in their order.
          EXPECT_TRUE(readers > 1 || next->first_line >= last_line);
          last_line = next->first_line;
          EXPECT_TRUE(outcome.blocks.emplace(next->first_line, next->text).second);
        }
      } catch (const Error&) {
        const std::lock_guard lock(mutex);
        ++outcome.failures;
      }
    });
  }
  threads.clear();
  return outcome;
}

std::string numbers(int count) {
  std::string text;
  for (int i = 1; i <= count; ++i)
    text += std::to_string(i) + (i % 7 == 0 ? std::string(50, '.') : "") + "\n";
  return text;
}

class BlockedTextTest : public testing::TestWithParam<size_t> {};

TEST_P(BlockedTextTest, EachBlockGoesToOneReaderAndKnowsItsFirstLine) {
  for (const size_t block : {10, 333, 5'000, 1'000'000}) {
    for (const std::string& text :
         {numbers(20'000), numbers(20'000) + "no end", std::string("one"), std::string()}) {
      const Outcome outcome = read_all(text, false, GetParam(), block);
      EXPECT_EQ(outcome.text(), text) << block;
      EXPECT_EQ(outcome.failures, 0);
      int64_t line = 1;
      for (const auto& [first_line, lines] : outcome.blocks) {
        EXPECT_EQ(first_line, line);
        line += std::ranges::count(lines, '\n');
      }
    }
  }
}

TEST_P(BlockedTextTest, WhenTheTextBreaksOneReaderHearsOfItAndTheOthersComeToAnEnd) {
  for (const size_t block : {10, 333, 5'000, 1'000'000}) {
    const std::string text = numbers(20'000);
    const Outcome outcome = read_all(text + "7", true, GetParam(), block);
    EXPECT_EQ(outcome.failures, 1) << block;
    EXPECT_TRUE(text.starts_with(outcome.text())) << block;
    EXPECT_GE(outcome.text().size() + block + 1'000, text.size()) << block;
  }
}

INSTANTIATE_TEST_SUITE_P(Readers, BlockedTextTest, testing::Values(1, 2, 3, 16));

}  // namespace
}  // namespace tidemill
