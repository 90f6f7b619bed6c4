// A codec decompresses what a source stores while it is pulled. One file per codec in `codecs/`;
// archives of several files are in `zip.h`.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "base/error.h"
#include "formats/stored_bytes.h"
#include "io/byte_source.h"

namespace tidemill {

struct Codec {
  std::string name;       ///< What messages call it: `gzip`.
  std::string doc;        ///< What it reads, in one sentence.
  std::string extension;  ///< What files are called that hold it: `.gz`.
  size_t least = 0;       ///< The bytes that it takes to be recognised, at most 16.
  /// True when a file that begins so is this codec's. Given the file's first 16 bytes, or all that
  /// it has, but not fewer than `least`.
  std::function<bool(std::span<const uint8_t> beginning)> recognises;
  /// Returns what `stored` holds, decompressed: all its parts one after another, in memory that
  /// does not depend on its size. What was read is only good when `read` has returned 0. `read`
  /// throws a user's Error that calls the source `name` and says at which byte of it the content
  /// breaks off, is damaged or is followed by something else.
  std::function<std::unique_ptr<ByteSource>(std::unique_ptr<StoredBytes> stored, std::string name)>
      open;
};

namespace codecs {
/// Returns all codecs of this build, by name.
std::span<const Codec* const> all();
}  // namespace codecs

/// What can be wrong with `name`, which holds `codec` ("gzip"). Offsets are in its stored bytes.
Error cut_short(std::string_view codec, int64_t offset, const std::string& name);
Error damaged(std::string_view codec, int64_t offset, std::string_view reason,
              const std::string& name);
Error followed_by_others(std::string_view codec, int64_t offset, const std::string& name);

/// True when `bytes`, of which there may be too few to tell, begin as `magic` does.
bool may_begin(std::span<const uint8_t> bytes, std::string_view magic);

}  // namespace tidemill
