#include "formats/codec.h"

#include <algorithm>

#include "base/text.h"

namespace tidemill {

namespace {

constexpr const char* kCommittedNothing =
    "nothing of it was committed: fetch the file again, or ask its maker for a sound one";

}  // namespace

Error cut_short(std::string_view codec, int64_t offset, const std::string& name) {
  return user_error(std::string(codec) + " is cut short at byte " + std::to_string(offset) + ": " +
                    quote(name))
      .hint(kCommittedNothing);
}

Error damaged(std::string_view codec, int64_t offset, std::string_view reason,
              const std::string& name) {
  return user_error(std::string(codec) + " is damaged at byte " + std::to_string(offset) + ", " +
                    std::string(reason) + ": " + quote(name))
      .hint(kCommittedNothing);
}

Error followed_by_others(std::string_view codec, int64_t offset, const std::string& name) {
  return user_error(std::string(codec) + " is followed by bytes that are none of it, from byte " +
                    std::to_string(offset) + ": " + quote(name))
      .hint(kCommittedNothing);
}

bool may_begin(std::span<const uint8_t> bytes, std::string_view magic) {
  const size_t count = std::min(bytes.size(), magic.size());
  return std::equal(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(count),
                    magic.begin(),
                    [](uint8_t byte, char other) { return byte == static_cast<uint8_t>(other); });
}

}  // namespace tidemill
