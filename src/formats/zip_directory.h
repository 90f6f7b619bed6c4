// The directory at the end of a zip archive (PKWARE's APPNOTE 6.3, sections 4.3.12 to 4.3.16):
// which files are in it, without reading it from the front.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "io/byte_source.h"

namespace tidemill {

/// Opens an archive's bytes from `start` on; null when its store cannot begin there.
using OpenFrom = std::function<std::unique_ptr<ByteSource>(int64_t start)>;

/// Returns the names of the files in an archive of `size` bytes, as its directory has them: at most
/// two requests for its last bytes. Nothing when that does not tell: the store cannot begin in the
/// middle, or the end is no directory, or one of more than 64 MB. Throws as `open` and what it
/// returns.
std::optional<std::vector<std::string>> zip_file_names(int64_t size, const OpenFrom& open);

}  // namespace tidemill
