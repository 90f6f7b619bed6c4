// From an input to its text: opened, counted, decompressed.
#pragma once

#include <memory>

#include "formats/format.h"
#include "io/byte_source.h"

namespace tidemill {

/// Opens `input` and returns its text: of a zip archive the member that it names, or the only file;
/// decompressed when its first bytes are a codec's, and else as it is. What a file is called does
/// not matter, but for mistakes: one that is called `.gz` and holds neither gzip nor text is
/// refused. What `is_record` comes as it is.
///
/// Counts `bytes` and `bytes_out` while it is read; `counters` and `cancellation` outlive the
/// source. Throws as `Input::open`, as `open_zip_member`, and reading it throws as they and the
/// codecs do, and Cancelled.
std::unique_ptr<ByteSource> open_text(const Input& input, ReadCounters& counters,
                                      const Cancellation& cancellation);

}  // namespace tidemill
