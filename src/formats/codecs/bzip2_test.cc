#include "formats/codec_for_test.h"

namespace tidemill {
namespace {

TEST(Bzip2, TextOfManyBlocksComesBack) {
  const std::string text = sample_text(20'000);
  ASSERT_GT(text.size(), 200'000) << "the blocks here have 100 kB";
  EXPECT_EQ(decompress(codec_called("bzip2"), make_bzip2(text), 1000), text);
}

TEST(Bzip2, AWrongHeaderOfALaterStreamIsDamage) {
  const std::string first = make_bzip2("text");
  EXPECT_EQ(failure_of([&] { return decompress(codec_called("bzip2"), first + "BZh0garbage"); }),
            "bzip2 is damaged at byte " + std::to_string(first.size() + 4) +
                ", a stream's header is wrong: 'hour.json'");
}

}  // namespace
}  // namespace tidemill
