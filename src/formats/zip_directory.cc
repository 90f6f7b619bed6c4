#include "formats/zip_directory.h"

#include <algorithm>
#include <span>
#include <string_view>
#include <utility>

#include "base/text.h"
#include "formats/zip_bytes.h"

namespace tidemill {

namespace {

using namespace zip_bytes;

constexpr std::string_view kEntry = "PK\x01\x02";
constexpr std::string_view kEnd = "PK\x05\x06";
constexpr std::string_view kEnd64 = "PK\x06\x06";
constexpr size_t kEntrySize = 46;
constexpr size_t kEndSize = 22;
constexpr size_t kEnd64Size = 56;      // Without what a maker may add.
constexpr size_t kLocator64Size = 20;  // Stands between the two ends.
constexpr int64_t kLongestComment = 0xffff;
constexpr uint32_t kInEnd64 = 0xffffffff;  // A size that stands in the end of ZIP64 instead.
// The end with the longest comment, what ZIP64 puts before it, and most directories.
constexpr int64_t kTail = kLongestComment + kEndSize + kLocator64Size + kEnd64Size;
constexpr int64_t kLargestDirectory = int64_t{64} << 20U;

using Bytes = std::vector<uint8_t>;

/// Returns `count` bytes from `start` on; nothing when they cannot be had.
std::optional<Bytes> read_from(const OpenFrom& open, int64_t start, int64_t count) {
  const auto source = open(start);
  if (source == nullptr) return std::nullopt;
  Bytes bytes(static_cast<size_t>(count));
  size_t at = 0;
  while (at < bytes.size()) {
    const size_t read = source->read(std::span(bytes).subspan(at));
    if (read == 0) return std::nullopt;
    at += read;
  }
  return bytes;
}

/// Returns where in `tail` the end of the directory begins: the last place whose comment reaches to
/// the end.
std::optional<size_t> find_end(std::span<const uint8_t> tail) {
  for (size_t at = text_of(tail).rfind(kEnd); at != std::string_view::npos;
       at = at == 0 ? std::string_view::npos : text_of(tail).rfind(kEnd, at - 1)) {
    const auto end = tail.subspan(at);
    if (end.size() >= kEndSize && kEndSize + get16(end, 20) == end.size()) return at;
  }
  return std::nullopt;
}

struct DirectoryRange {
  int64_t start;  // In the archive.
  int64_t size;
};

/// Returns where the directory lies. It goes by where its end was found, since an archive may have
/// something in front that its offsets do not count.
std::optional<DirectoryRange> find_directory(std::span<const uint8_t> tail, int64_t tail_start) {
  const auto end = find_end(tail);
  if (!end) return std::nullopt;
  size_t after = *end;
  uint64_t size = get32(tail, *end + 12);
  if (size == kInEnd64) {
    if (*end < kLocator64Size + kEnd64Size) return std::nullopt;
    after = text_of(tail).rfind(kEnd64, *end - kLocator64Size - kEnd64Size);
    if (after == std::string_view::npos) return std::nullopt;
    size = get64(tail, after + 40);
  }
  const int64_t stop = tail_start + static_cast<int64_t>(after);
  if (size > static_cast<uint64_t>(std::min(stop, kLargestDirectory))) return std::nullopt;
  return DirectoryRange{stop - static_cast<int64_t>(size), static_cast<int64_t>(size)};
}

std::optional<std::vector<std::string>> names_in(std::span<const uint8_t> directory) {
  std::vector<std::string> names;
  while (!directory.empty()) {
    if (directory.size() < kEntrySize || !begins_with(directory, kEntry)) return std::nullopt;
    const size_t name_size = get16(directory, 28);
    const size_t entry_size = kEntrySize + name_size + get16(directory, 30) + get16(directory, 32);
    if (entry_size > directory.size()) return std::nullopt;
    std::string name = to_utf8(text_of(directory.subspan(kEntrySize, name_size)));
    if (!name.ends_with('/')) names.push_back(std::move(name));
    directory = directory.subspan(entry_size);
  }
  return names;
}

}  // namespace

std::optional<std::vector<std::string>> zip_file_names(int64_t size, const OpenFrom& open) {
  const int64_t tail_start = std::max<int64_t>(0, size - kTail);
  const auto tail = read_from(open, tail_start, size - tail_start);
  if (!tail) return std::nullopt;
  const auto range = find_directory(*tail, tail_start);
  if (!range) return std::nullopt;
  if (range->start >= tail_start) {
    return names_in(std::span(*tail).subspan(static_cast<size_t>(range->start - tail_start),
                                             static_cast<size_t>(range->size)));
  }
  const auto directory = read_from(open, range->start, range->size);
  return directory ? names_in(*directory) : std::nullopt;
}

}  // namespace tidemill
