// Zip archives (PKWARE's APPNOTE 6.3), read from front to back like any other stream: nothing is
// saved, and the archive may come from a web server. So the members are found by their local
// headers, and the directory at the archive's end is not read. Of two members of one name the first
// counts.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "formats/stored_bytes.h"
#include "io/byte_source.h"

namespace tidemill {

/// True when bytes that begin so are a zip archive's: `PK\3\4`, or `PK\5\6` when it is empty.
bool is_zip(std::span<const uint8_t> beginning);

struct ZipMember {
  std::string name;
  std::unique_ptr<ByteSource> content;  ///< As the archive's maker put it in.
};

/// Reads `archive` up to the content of `member`, or, when that is empty, of the only file in it
/// (what macOS adds below `__MACOSX` does not count). `member` may be a pattern (`fits_pattern`):
/// the first that fits. `archive_name` is what messages call the archive. In a member's name bytes
/// that are no UTF-8 are read as U+FFFD.
///
/// The content's checksum and lengths are verified at its end, and without `member` also that there
/// is no other file: what was read is only good when `read` has returned 0. Memory does not depend
/// on any size. Throws a user's Error when there is no such member, when it is encrypted or
/// compressed by anything else than deflate, and, with the byte, when the archive is cut short or
/// damaged up to the beginning of what follows the content. What comes after that is not read.
ZipMember open_zip_member(std::unique_ptr<StoredBytes> archive, const std::string& archive_name,
                          const std::string& member);

}  // namespace tidemill
