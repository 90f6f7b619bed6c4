// From an input to its text: opened, counted, decompressed.
#pragma once

#include <memory>

#include "formats/format.h"
#include "io/byte_source.h"

namespace tidemill {

/// Opens `input` and returns its text, decompressed when its first bytes are gzip's, and else as it
/// is: what a file is called does not matter. Counts `bytes` and `bytes_out` while it is read;
/// `counters` outlive the source. Throws as `Input::open`, and reading it throws as the codec does;
/// an input that is called `.gz` and has not even gzip's two first bytes is cut short.
std::unique_ptr<ByteSource> open_text(const Input& input, ReadCounters& counters);

}  // namespace tidemill
