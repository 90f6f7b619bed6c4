// gzip (RFC 1952), decompressed while it is pulled.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "base/error.h"
#include "io/byte_source.h"

namespace tidemill {

/// True when bytes that begin so are gzip's: 1f 8b.
bool is_gzip(std::span<const uint8_t> beginning);

/// Returns what `stored` holds, decompressed: all members one after another, in memory that does
/// not depend on their size. Zeros after the last member are padding. Each member's checksum and
/// length are verified once its end is reached, so what was read is only good when `read` has
/// returned 0. `read` throws a user's Error that calls the source `name` and says at which byte of
/// it the stream breaks off or is damaged; a damaged place is found a few bytes after it, or only
/// by the checksum at the member's end.
std::unique_ptr<ByteSource> decompress_gzip(std::unique_ptr<ByteSource> stored, std::string name);

/// Returns the error for `name`, whose gzip ends at byte `offset` before it is complete.
Error gzip_cut_short(const std::string& name, int64_t offset);

}  // namespace tidemill
