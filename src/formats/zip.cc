#include "formats/zip.h"

#include <isa-l/crc.h>
#include <isa-l/igzip_lib.h>

#include <algorithm>
#include <array>
#include <limits>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/text.h"
#include "formats/codec.h"
#include "formats/zip_bytes.h"

namespace tidemill {

namespace {

using namespace zip_bytes;

constexpr const char* kName = "zip";
constexpr std::string_view kLocalHeader = "PK\x03\x04";
constexpr std::string_view kDescriptor = "PK\x07\x08";
constexpr std::string_view kEndOfEmptyArchive = "PK\x05\x06";
/// What may come after the last member: the directory, or one of the records around it.
constexpr std::array<std::string_view, 4> kAfterMembers = {"PK\x01\x02", "PK\x05\x06", "PK\x06\x06",
                                                           "PK\x06\x08"};
constexpr size_t kSignatureSize = 4;
constexpr size_t kLocalHeaderSize = 30;
constexpr size_t kLongestDescriptor = 24;
constexpr uint16_t kStored = 0;
constexpr uint16_t kDeflated = 8;
constexpr uint16_t kZip64Field = 1;
constexpr uint32_t kInZip64Field = 0xffffffff;  // A size that stands in the ZIP64 field instead.
constexpr uint16_t kEncryptedFlag = 1U << 0U;
constexpr uint16_t kDescriptorFlag = 1U << 3U;

/// What a content is checked by.
struct Measure {
  uint32_t checksum = 0;     // CRC-32 of the content.
  uint64_t stored_size = 0;  // As it lies in the archive.
  uint64_t size = 0;
  bool operator==(const Measure&) const = default;
};

struct Header {
  std::string name;
  uint16_t flags = 0;
  uint16_t method = 0;
  Measure measure;  // Zeros when a descriptor follows and its maker did not know better.

  bool encrypted() const { return (flags & kEncryptedFlag) != 0; }
  /// The measure comes after the content.
  bool has_descriptor() const { return (flags & kDescriptorFlag) != 0; }
  bool is_folder() const { return name.ends_with('/'); }
  /// Only the content tells where it ends.
  bool has_open_end() const { return has_descriptor() && measure.stored_size == 0; }
};

/// Puts the sizes of the ZIP64 field where the header refers to it; false when they are missing.
bool read_zip64(std::span<const uint8_t> extra, Measure& measure) {
  const bool size_is_there = measure.size == kInZip64Field;
  const bool stored_size_is_there = measure.stored_size == kInZip64Field;
  if (!size_is_there && !stored_size_is_there) return true;
  while (extra.size() >= 4) {
    const uint16_t id = get16(extra, 0);
    const size_t length = get16(extra, 2);
    extra = extra.subspan(4);
    if (length > extra.size()) return false;
    if (id == kZip64Field) {
      const size_t wanted = (size_is_there ? 8 : 0) + (stored_size_is_there ? 8 : 0);
      if (length < wanted) return false;
      if (size_is_there) measure.size = get64(extra, 0);
      if (stored_size_is_there) measure.stored_size = get64(extra, size_is_there ? 8 : 0);
      return true;
    }
    extra = extra.subspan(length);
  }
  return false;
}

/// Returns the length of the descriptor that `bytes` begin with, or nothing when they begin with
/// none of `measure`. Its signature may be missing, and its sizes have 4 or 8 bytes: the header
/// does not tell reliably.
std::optional<size_t> descriptor_length(std::span<const uint8_t> bytes, const Measure& measure) {
  const auto fits = [&](size_t at, size_t width) {
    if (bytes.size() < at + 4 + 2 * width) return false;
    const auto sizes = bytes.subspan(at + 4);
    return measure == Measure{get32(bytes, at), little_endian(sizes.first(width)),
                              little_endian(sizes.subspan(width, width))};
  };
  const bool has_signature = begins_with(bytes, kDescriptor);
  for (const size_t at : {kSignatureSize, size_t{0}}) {
    if (at > 0 && !has_signature) continue;
    // Eight bytes first: of a size with eight, the first four may look right.
    for (const size_t width : {size_t{8}, size_t{4}}) {
      if (fits(at, width)) return at + 4 + 2 * width;
    }
  }
  return std::nullopt;
}

/// An archive, member after member.
class Archive {
 public:
  Archive(std::unique_ptr<StoredBytes> stored, std::string name)
      : stored_(std::move(stored)), name_(std::move(name)) {}

  StoredBytes& stored() { return *stored_; }
  const std::string& name() const { return name_; }

  /// Goes past the header that comes next; nothing when there is no more member.
  std::optional<Header> next_header();
  /// Goes past the end of a member whose content was read. Throws when it is not `content`.
  void end_member(const Header& header, const Measure& content);
  /// Goes past the content of a member.
  void skip_content(const Header& header);

  Error cut_short_here() {
    const size_t rest = stored_->peek(kLongestDescriptor).size();
    return cut_short(kName, stored_->offset() + static_cast<int64_t>(rest), name_);
  }
  Error damaged_here(std::string_view reason) const {
    return damaged(kName, stored_->offset(), reason, name_);
  }

 private:
  void take_descriptor(const Measure& measure);
  bool check_boundary();

  std::unique_ptr<StoredBytes> stored_;
  std::string name_;
};

/// The content of a member, from the archive's place to the member's end.
class Content {
 public:
  /// Throws when the member cannot be read.
  Content(Archive& archive, Header header);

  /// Fills the front of `buffer`, which is not empty; 0 when the member is over and was verified.
  size_t read(std::span<uint8_t> buffer);

 private:
  size_t inflate(std::span<uint8_t> buffer);
  size_t copy(std::span<uint8_t> buffer);
  size_t copy_to_descriptor(std::span<uint8_t> buffer);
  std::span<uint8_t> next_stored();
  void take(size_t count);

  Archive& archive_;
  Header header_;
  Measure measure_;  // Of what was read so far.
  inflate_state state_;
  bool inflated_ = false;
  bool over_ = false;
};

/// True where a member begins, false where there is none any more. Throws between the two.
bool Archive::check_boundary() {
  const auto bytes = stored_->peek(kSignatureSize);
  const auto begins = [&](std::string_view signature) { return begins_with(bytes, signature); };
  if (begins(kLocalHeader)) return true;
  if (std::ranges::any_of(kAfterMembers, begins)) return false;
  if (bytes.size() < kSignatureSize) throw cut_short_here();
  throw damaged_here("there is no member's header");
}

std::optional<Header> Archive::next_header() {
  if (!check_boundary()) return std::nullopt;
  const auto beginning = stored_->peek(kLocalHeaderSize);
  if (beginning.size() < kLocalHeaderSize) {
    throw cut_short(kName, stored_->offset() + static_cast<int64_t>(beginning.size()), name_);
  }
  const size_t name_length = get16(beginning, 26);
  const size_t extra_length = get16(beginning, 28);
  const size_t length = kLocalHeaderSize + name_length + extra_length;
  const auto bytes = stored_->peek(length);
  if (bytes.size() < length) {
    throw cut_short(kName, stored_->offset() + static_cast<int64_t>(bytes.size()), name_);
  }
  Header header{.name = std::string(text_of(bytes.subspan(kLocalHeaderSize, name_length))),
                .flags = get16(bytes, 6),
                .method = get16(bytes, 8),
                .measure = {get32(bytes, 14), get32(bytes, 18), get32(bytes, 22)}};
  if (!read_zip64(bytes.subspan(kLocalHeaderSize + name_length, extra_length), header.measure))
    throw damaged_here("a member's ZIP64 sizes are missing");
  stored_->take(length);
  return header;
}

void Archive::take_descriptor(const Measure& measure) {
  const auto bytes = stored_->peek(kLongestDescriptor);
  const auto length = descriptor_length(bytes, measure);
  if (!length) {
    // A directory follows the last member, so there is more unless the archive ends too early.
    if (bytes.size() < kLongestDescriptor) throw cut_short_here();
    throw damaged_here("the checksum or length of the content is wrong");
  }
  stored_->take(*length);
}

void Archive::end_member(const Header& header, const Measure& content) {
  if (header.has_descriptor()) {
    take_descriptor(content);
  } else if (header.measure != content) {
    throw damaged_here("the checksum or length of the content is wrong");
  }
  // A damaged header may have promised less than there is.
  check_boundary();
}

void Archive::skip_content(const Header& header) {
  if (header.has_open_end()) {
    Content content(*this, header);
    std::vector<uint8_t> ignored(64 * size_t{1024});
    while (content.read(ignored) > 0) {
    }
    return;
  }
  const uint64_t most = std::numeric_limits<int64_t>::max();
  const auto size = static_cast<int64_t>(std::min(header.measure.stored_size, most));
  if (stored_->skip(size) < size) throw cut_short_here();
  if (header.has_descriptor()) take_descriptor(header.measure);
}

std::string method_name(uint16_t method) {
  switch (method) {
    case 9:
      return "Deflate64";
    case 12:
      return "bzip2";
    case 14:
      return "LZMA";
    case 93:
      return "Zstandard";
    case 95:
      return "XZ";
    default:
      return "method " + std::to_string(method);
  }
}

Content::Content(Archive& archive, Header header) : archive_(archive), header_(std::move(header)) {
  const std::string name = quote(archive.name() + "!" + to_utf8(header_.name));
  if (header_.encrypted()) {
    throw user_error("a zip's member is encrypted: " + name)
        .hint("unpack it, and read the file that comes out");
  }
  if (header_.method != kStored && header_.method != kDeflated) {
    throw user_error("a zip's member is compressed by " + method_name(header_.method) +
                     ", which is not read: " + name)
        .hint("make the archive with Deflate, the default of most programs");
  }
  isal_inflate_init(&state_);
}

size_t Content::read(std::span<uint8_t> buffer) {
  if (over_) return 0;
  size_t count = 0;
  if (header_.method == kDeflated) {
    count = inflate(buffer);
  } else if (header_.has_open_end() && !header_.is_folder()) {
    count = copy_to_descriptor(buffer);
  } else {
    count = copy(buffer);
  }
  measure_.checksum = crc32_gzip_refl(measure_.checksum, buffer.data(), count);
  measure_.size += count;
  if (count == 0) {
    archive_.end_member(header_, measure_);
    over_ = true;
  }
  return count;
}

/// Returns what comes next of the content as it is stored. Where its end is known, not more than
/// that.
std::span<uint8_t> Content::next_stored() {
  auto next = archive_.stored().peek();
  if (header_.has_open_end()) return next;
  const uint64_t left = header_.measure.stored_size - measure_.stored_size;
  return next.first(static_cast<size_t>(std::min<uint64_t>(next.size(), left)));
}

void Content::take(size_t count) {
  archive_.stored().take(count);
  measure_.stored_size += count;
}

size_t Content::inflate(std::span<uint8_t> buffer) {
  const size_t size = std::min<size_t>(buffer.size(), std::numeric_limits<uint32_t>::max());
  while (!inflated_) {
    const auto next = next_stored();
    state_.next_in = next.data();
    state_.avail_in = static_cast<uint32_t>(next.size());
    state_.next_out = buffer.data();
    state_.avail_out = static_cast<uint32_t>(size);
    const int result = isal_inflate(&state_);
    take(next.size() - state_.avail_in);
    if (result < 0) throw archive_.damaged_here("a block cannot be decompressed");
    const size_t written = size - state_.avail_out;
    if (state_.block_state == ISAL_BLOCK_FINISH) {
      inflated_ = true;
      // ISA-L reads ahead: whole bytes after the last block are not the content's.
      const auto ahead = static_cast<size_t>(state_.read_in_length) / 8;
      archive_.stored().give_back(ahead);
      measure_.stored_size -= ahead;
    } else if (written == 0 && next.empty()) {
      if (archive_.stored().peek().empty()) throw archive_.cut_short_here();
      throw archive_.damaged_here("the checksum or length of the content is wrong");
    }
    if (written > 0) return written;
  }
  return 0;
}

size_t Content::copy(std::span<uint8_t> buffer) {
  const uint64_t left = header_.measure.stored_size - measure_.stored_size;
  if (left == 0) return 0;
  const size_t count = archive_.stored().read(
      buffer.first(static_cast<size_t>(std::min<uint64_t>(buffer.size(), left))));
  if (count == 0) throw archive_.cut_short_here();
  measure_.stored_size += count;
  return count;
}

/// Copies up to the descriptor that has the measure of all that was copied. One without its
/// signature is not found: nobody writes it after a stored content.
size_t Content::copy_to_descriptor(std::span<uint8_t> buffer) {
  const auto next = archive_.stored().peek(kLongestDescriptor);
  if (descriptor_length(next, measure_) && begins_with(next, kDescriptor)) return 0;
  if (next.size() < kLongestDescriptor) throw archive_.cut_short_here();
  // Not into the next signature, nor into what may be the first bytes of one.
  const size_t signature = text_of(next).find(kDescriptor, 1);
  const size_t plain = std::min(signature, next.size() - kSignatureSize + 1);
  const size_t count = std::min(plain, buffer.size());
  std::copy_n(next.begin(), count, buffer.begin());
  take(count);
  return count;
}

/// The names of the files that were passed, for messages.
class PassedFiles {
 public:
  void add(const std::string& name) {
    if (names_.size() < kMostKept) names_.push_back(to_utf8(name));
    ++count_;
  }
  int64_t count() const { return count_; }
  const std::string& first() const { return names_.front(); }

  /// Returns the one that `member` was meant to be: of the same name in some folder, or a similar
  /// one.
  std::optional<std::string> meant_by(const std::string& member) const {
    const auto same = std::ranges::find_if(
        names_, [&](const std::string& name) { return name.ends_with("/" + member); });
    return same != names_.end() ? *same : nearest(member, names_);
  }

  /// Returns `it has: a, b and 3 more`.
  std::string text() const {
    if (count_ == 0) return "it has no files";
    const auto shown = std::span(names_).first(std::min(names_.size(), kMostShown));
    const int64_t more = count_ - static_cast<int64_t>(shown.size());
    return "it has: " + join(shown, ", ") +
           (more > 0 ? " and " + format_count(more) + " more" : "");
  }

 private:
  static constexpr size_t kMostKept = 1000;
  static constexpr size_t kMostShown = 10;
  std::vector<std::string> names_;
  int64_t count_ = 0;
};

Error no_such_member(const Archive& archive, const std::string& member, const PassedFiles& files) {
  const auto meant = files.meant_by(member);
  return user_error("a zip has no such member: " + quote(archive.name() + "!" + member))
      .hint((meant ? "did you mean " + quote(*meant) + "? " : "") + files.text());
}

/// True for the attributes that macOS packs beside each file.
bool is_file(const Header& header) {
  return !header.is_folder() && !header.name.starts_with("__MACOSX/");
}

/// A member's content as a source.
class MemberSource : public ByteSource {
 public:
  MemberSource(std::unique_ptr<Archive> archive, Header header, bool is_only_file)
      : archive_(std::move(archive)),
        member_(header.name),
        content_(*archive_, std::move(header)),
        is_only_file_(is_only_file) {}

  size_t read(std::span<uint8_t> buffer) override {
    if (buffer.empty()) return 0;
    const size_t count = content_.read(buffer);
    if (count == 0 && is_only_file_) check_only_file();
    return count;
  }
  const Fingerprint& fingerprint() const override { return archive_->stored().fingerprint(); }

 private:
  void check_only_file() {
    is_only_file_ = false;
    PassedFiles files;
    files.add(member_);
    while (const auto header = archive_->next_header()) {
      if (is_file(*header)) files.add(header->name);
      archive_->skip_content(*header);
    }
    if (files.count() == 1) return;
    throw user_error("a zip has more than one file, and none is named: " + quote(archive_->name()))
        .hint("name one of them, as in " + quote(archive_->name() + "!" + files.first()) + "; " +
              files.text());
  }

  std::unique_ptr<Archive> archive_;
  std::string member_;
  Content content_;
  bool is_only_file_;  // That has still to be checked.
};

}  // namespace

bool is_zip(std::span<const uint8_t> beginning) {
  return begins_with(beginning, kLocalHeader) || begins_with(beginning, kEndOfEmptyArchive);
}

ZipMember open_zip_member(std::unique_ptr<StoredBytes> archive, const std::string& archive_name,
                          const std::string& member) {
  auto members = std::make_unique<Archive>(std::move(archive), archive_name);
  PassedFiles files;
  while (auto header = members->next_header()) {
    if (member.empty() ? is_file(*header) : fits_pattern(to_utf8(header->name), member)) {
      const std::string name = header->name;
      return {name, std::make_unique<MemberSource>(std::move(members), *std::move(header),
                                                   member.empty())};
    }
    if (is_file(*header)) files.add(header->name);
    members->skip_content(*header);
  }
  if (!member.empty()) throw no_such_member(*members, member, files);
  throw user_error("a zip has no files: " + quote(archive_name))
      .hint("fetch the archive again, or ask its maker for one with files");
}

}  // namespace tidemill
