#include "formats/text_source.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <span>
#include <string_view>
#include <utility>

#include "base/error.h"
#include "base/text.h"
#include "formats/codec.h"
#include "formats/stored_bytes.h"
#include "formats/zip.h"

namespace tidemill {

namespace {

constexpr size_t kCodecBeginning = 16;
constexpr size_t kTextBeginning = 256;
constexpr std::string_view kZipBeginning = "PK\x03\x04";

/// Counts the bytes that pass, and stops when it is asked to: a record may be without an end.
class CountedSource : public ByteSource {
 public:
  CountedSource(std::unique_ptr<ByteSource> source, std::atomic<int64_t>& count,
                const Cancellation& cancellation)
      : source_(std::move(source)), count_(count), cancellation_(cancellation) {}
  size_t read(std::span<uint8_t> buffer) override {
    cancellation_.check();
    const size_t size = source_->read(buffer);
    count_.fetch_add(static_cast<int64_t>(size), std::memory_order_relaxed);
    return size;
  }
  const Fingerprint& fingerprint() const override { return source_->fingerprint(); }

 private:
  std::unique_ptr<ByteSource> source_;
  std::atomic<int64_t>& count_;
  const Cancellation& cancellation_;
};

/// True for `events.json.gz` and `https://host/events.json.gz?token=x`.
bool is_called(std::string_view name, std::string_view extension) {
  return lower(name.substr(0, name.find_first_of("?#"))).ends_with(extension);
}

/// Returns at most `count` of the bytes that come next.
std::span<const uint8_t> beginning_of(StoredBytes& stored, size_t count) {
  const auto bytes = stored.peek(count);
  return bytes.first(std::min(bytes.size(), count));
}

/// True for bytes that a text of records can begin with: a server may hand out `.json.gz`
/// decompressed. A page of HTML is none.
bool begins_text(std::span<const uint8_t> beginning) {
  std::string_view text(reinterpret_cast<const char*>(beginning.data()), beginning.size());
  const auto is_control = [](char c) {
    return static_cast<unsigned char>(c) < ' ' && c != '\t' && c != '\r' && c != '\n';
  };
  if (std::ranges::any_of(text, is_control) || text.starts_with('<')) return false;
  // The last character may be cut.
  while (!text.empty() && static_cast<unsigned char>(text.back()) >= 0x80) text.remove_suffix(1);
  return is_utf8(text);
}

Error not_as_called(const std::string& extension, const std::string& codec,
                    const std::string& name) {
  return user_error("called " + extension + ", but not " + codec + " from byte 0: " + quote(name))
      .hint("look into the file: it may be a page that says why the real one was not delivered");
}

/// Returns the error for an archive that begins as none does.
Error no_zip(StoredBytes& stored, const std::string& name) {
  const auto beginning = beginning_of(stored, kZipBeginning.size());
  if (!may_begin(beginning, kZipBeginning)) return not_as_called(".zip", "zip", name);
  return cut_short("zip", static_cast<int64_t>(beginning.size()), name);
}

/// Throws when a file's name promises what its content does not keep. `called` is the name
/// whose end counts, `name` what messages call the file.
void check_promise(StoredBytes& stored, const std::string& called, const std::string& name) {
  if (is_called(called, ".zip")) throw no_zip(stored, name);
  for (const Codec* codec : codecs::all()) {
    if (!is_called(called, codec->extension)) continue;
    const auto beginning = beginning_of(stored, kTextBeginning);
    if (beginning.size() < codec->least)
      throw cut_short(codec->name, static_cast<int64_t>(beginning.size()), name);
    if (begins_text(beginning)) return;
    throw not_as_called(codec->extension, codec->name, name);
  }
  constexpr std::array<std::string_view, 6> kOthers = {".xz", ".lzma", ".lz4",
                                                       ".br", ".7z",   ".rar"};
  const bool other = std::ranges::any_of(
      kOthers, [&](std::string_view extension) { return is_called(called, extension); });
  if (other && !begins_text(beginning_of(stored, kTextBeginning)))
    throw user_error("compressed in a way that is not read: " + quote(name))
        .hint("gzip, zstd, bzip2 and zip are");
}

/// Returns what is stored, decompressed when its beginning is a codec's, and else as it is.
std::unique_ptr<ByteSource> decompress(std::unique_ptr<StoredBytes> stored,
                                       const std::string& called, const std::string& name) {
  const auto beginning = beginning_of(*stored, kCodecBeginning);
  for (const Codec* codec : codecs::all()) {
    if (beginning.size() >= codec->least && codec->recognises(beginning))
      return codec->open(std::move(stored), name);
  }
  check_promise(*stored, called, name);
  return stored;
}

/// Returns what messages call the archive that an input's member is in.
std::string archive_of(const Input& input) {
  return input.member.empty() ? input.name
                              : input.name.substr(0, input.name.size() - input.member.size() - 1);
}

/// Returns the text of a member, which may be compressed itself.
std::unique_ptr<ByteSource> open_member(std::unique_ptr<StoredBytes> archive, const Input& input) {
  const std::string archive_name = archive_of(input);
  ZipMember member = open_zip_member(std::move(archive), archive_name, input.member);
  const std::string name = archive_name + "!" + to_utf8(member.name);
  auto content = std::make_unique<StoredBytes>(std::move(member.content));
  if (is_zip(beginning_of(*content, kCodecBeginning))) {
    throw user_error("a zip within a zip, which is not read: " + quote(name))
        .hint("unpack the outer one");
  }
  return decompress(std::move(content), member.name, name);
}

std::unique_ptr<ByteSource> open_stored(std::unique_ptr<StoredBytes> stored, const Input& input) {
  if (input.is_record) return stored;
  if (is_zip(beginning_of(*stored, kCodecBeginning))) return open_member(std::move(stored), input);
  if (!input.member.empty()) throw no_zip(*stored, archive_of(input));
  return decompress(std::move(stored), input.name, input.name);
}

}  // namespace

std::unique_ptr<ByteSource> open_text(const Input& input, ReadCounters& counters,
                                      const Cancellation& cancellation) {
  auto stored = std::make_unique<StoredBytes>(
      std::make_unique<CountedSource>(input.open(), counters.bytes, cancellation));
  return std::make_unique<CountedSource>(open_stored(std::move(stored), input), counters.bytes_out,
                                         cancellation);
}

}  // namespace tidemill
