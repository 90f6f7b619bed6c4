#include "formats/line_blocks.h"

#include <gtest/gtest.h>

#include <string>

namespace tidemill {
namespace {

using Blocks = std::vector<std::string>;

/// Returns all blocks; `~` follows one that was cut off.
Blocks blocks_of(const std::string& text, BlockLimits limits) {
  LineBlocks blocks(make_byte_source(text), limits);
  Blocks result;
  while (const auto block = blocks.next()) {
    result.push_back(std::string(block->text) + (block->cut_off ? "~" : ""));
  }
  return result;
}

std::string joined(const Blocks& blocks) {
  std::string text;
  for (const std::string& block : blocks) text += block;
  return text;
}

TEST(LineBlocks, ATextWithoutLinesHasNoBlock) {
  EXPECT_EQ(blocks_of("", {8, 100}), Blocks{});
  EXPECT_EQ(blocks_of("\xEF\xBB\xBF", {8, 100}), Blocks{});
}

TEST(LineBlocks, BlocksEndAtLineBreaks) {
  EXPECT_EQ(blocks_of("ab\ncd\nef\n", {8, 100}), (Blocks{"ab\ncd\n", "ef\n"}));
}

TEST(LineBlocks, TheLastLineMayLackItsBreak) {
  EXPECT_EQ(blocks_of("ab\ncd", {4, 100}), (Blocks{"ab\n", "cd"}));
}

TEST(LineBlocks, ALongerLineGrowsTheBuffer) {
  const std::string line = std::string(50, 'x') + "\n";
  EXPECT_EQ(blocks_of("a\n" + line + "b\n", {4, 100}), (Blocks{"a\n", line + "b\n"}));
}

TEST(LineBlocks, NoByteIsLostWhateverTheBlockSize) {
  std::string text;
  for (size_t i = 0; i < 60; ++i)
    text += std::string(i * 7 % 23, static_cast<char>('a' + i % 26)) + "\n";
  for (size_t block = 1; block < 80; ++block) {
    const Blocks blocks = blocks_of(text, {block, 1000});
    EXPECT_EQ(joined(blocks), text) << block;
    for (const std::string& each : blocks) EXPECT_EQ(each.back(), '\n') << block;
  }
}

TEST(LineBlocks, ALineOverTheLimitIsCutOffAndItsRestSkipped) {
  const std::string line(30, 'x');
  EXPECT_EQ(blocks_of("a\n" + line + "\nb\n", {4, 10}), (Blocks{"a\n", "xxxxxxxxxx~", "b\n"}));
  EXPECT_EQ(blocks_of("a\n" + line, {4, 10}), (Blocks{"a\n", "xxxxxxxxxx~"}));
  // Just as long as the limit.
  EXPECT_EQ(blocks_of("0123456789\n0123456789", {4, 10}), (Blocks{"0123456789\n", "0123456789"}));
  EXPECT_EQ(blocks_of("0123456789A\n0123456789A", {4, 10}), (Blocks{"0123456789~", "0123456789~"}));
}

TEST(LineBlocks, AByteOrderMarkIsLeftOutAtTheBeginningOnly) {
  EXPECT_EQ(joined(blocks_of("\xEF\xBB\xBFone\n\xEF\xBB\xBFtwo\n", {1, 100})),
            "one\n\xEF\xBB\xBFtwo\n");
}

}  // namespace
}  // namespace tidemill
