// What is stored, found by its content: each codec, and zip, read in pieces of varying size.
#include <optional>
#include <vector>

#include "base/error.h"
#include "formats/text_source.h"
#include "formats/zip_directory.h"
#include "io/slow_source_for_test.h"
#include "target.h"

namespace tidemill {
namespace fuzz {

namespace {

constexpr size_t kMost = size_t{1} << 20U;  // Of what comes out: bombs are cut off.

struct Outcome {
  std::string text;
  std::string failure;  // Empty: it was read to its end.

  bool operator==(const Outcome& other) const = default;
};

/// Reads what is stored, which comes at most `step` bytes at a time, into a buffer of `size` bytes.
Outcome read_stored(const std::string& stored, const std::string& member, size_t step,
                    size_t size) {
  Outcome outcome;
  ReadCounters counters;
  Input input{"stored", [&] { return std::make_unique<SlowSource>(stored, step); }};
  if (!member.empty()) {
    input.name += "!" + member;
    input.member = member;
  }
  try {
    const Cancellation cancellation;
    const auto text = open_text(input, counters, cancellation);
    std::vector<uint8_t> buffer(size);
    while (outcome.text.size() < kMost) {
      const size_t count = text->read(buffer);
      require(count <= size, "not more is read than there is room for");
      if (count == 0) break;
      outcome.text.append(reinterpret_cast<const char*>(buffer.data()), count);
    }
  } catch (const Error& error) {
    require(error.kind() == Error::Kind::kUser, "of bytes come only a user's errors");
    outcome.failure = error.text();
    outcome.text.clear();  // How much comes out before a failure is not promised.
  }
  if (outcome.text.size() >= kMost) outcome = {.failure = "very long"};
  return outcome;
}

/// What is cut short or damaged is so however it is read, though perhaps noticed at another byte.
bool alike(const Outcome& one, const Outcome& other) {
  return one.text == other.text && one.failure.empty() == other.failure.empty();
}

void check_directory(const std::string& stored) {
  const auto names = zip_file_names(static_cast<int64_t>(stored.size()), [&](int64_t start) {
    return make_byte_source(stored.substr(static_cast<size_t>(start)));
  });
  require(!names || names->size() <= stored.size(), "each name has an entry");
}

}  // namespace

void codecs(std::string_view input) {
  Choices choices(input);
  const std::string member = std::array{"", "a.csv", "**/*.csv", "*"}[choices.choose(4)];
  const std::string stored = choices.rest();
  const Outcome whole = read_stored(stored, member, SIZE_MAX, 4096);
  for (const auto& [step, size] : {std::pair<size_t, size_t>{1, 100}, {7, 1}, {SIZE_MAX, 3}}) {
    require(alike(read_stored(stored, member, step, size), whole),
            "what comes out does not depend on the pieces that go in");
  }
  check_directory(stored);
}

}  // namespace fuzz
}  // namespace tidemill
