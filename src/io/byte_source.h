// A stream of bytes that is pulled: a local file, an HTTP answer, a string in a test.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>

namespace tidemill {

/// What tells one content of an address from another. Empty parts are unknown.
struct Fingerprint {
  std::string etag;             ///< HTTP's validator (RFC 9110, section 8.8.3), as sent.
  std::string last_modified;    ///< As sent, or a file's modification time as ISO 8601.
  std::optional<int64_t> size;  ///< In bytes, as stored (compressed).

  /// True when both surely name the same content: equal ETags, else equal times and sizes.
  bool same_content(const Fingerprint& other) const;
};

/// Bytes pulled in order, once. Not shared between threads; may be handed from one to another.
class ByteSource {
 public:
  virtual ~ByteSource() = default;
  /// Fills the front of `buffer` and returns how many bytes it wrote; 0 only at the end. Blocks.
  /// Throws Transient when the outside breaks off, Cancelled when `cancel` was asked for.
  virtual size_t read(std::span<uint8_t> buffer) = 0;
  /// What is known of the content: complete before the first read.
  virtual const Fingerprint& fingerprint() const = 0;
  /// Returns the path of the local file that holds just these bytes, for readers that cannot do
  /// with a stream; nothing when there is none.
  virtual std::optional<std::string> local_path() const { return std::nullopt; }
};

/// Returns a source over a copy of `bytes`.
std::unique_ptr<ByteSource> make_byte_source(std::string bytes);

}  // namespace tidemill
