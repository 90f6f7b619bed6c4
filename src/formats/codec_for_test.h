// What the tests of codecs share: makers of compressed bytes, and readers of them.
#pragma once

#include <bzlib.h>
#include <gtest/gtest.h>
#include <zstd.h>

#include <algorithm>
#include <functional>
#include <memory>
#include <random>
#include <span>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "base/error.h"
#include "formats/codec.h"
#include "io/slow_source_for_test.h"

namespace tidemill {

/// Returns `text` as one zstd frame with a checksum.
inline std::string make_zstd(const std::string& text) {
  const std::unique_ptr<ZSTD_CCtx, size_t (*)(ZSTD_CCtx*)> context(ZSTD_createCCtx(),
                                                                   ZSTD_freeCCtx);
  ZSTD_CCtx_setParameter(context.get(), ZSTD_c_checksumFlag, 1);
  std::string out(ZSTD_compressBound(text.size()), '\0');
  const size_t size =
      ZSTD_compress2(context.get(), out.data(), out.size(), text.data(), text.size());
  if (ZSTD_isError(size) != 0) throw std::runtime_error("compression failed");
  out.resize(size);
  return out;
}

/// Returns `text` as one bzip2 stream.
inline std::string make_bzip2(std::string text) {
  std::string out(text.size() + text.size() / 8 + 1024, '\0');
  auto size = static_cast<unsigned>(out.size());
  if (BZ2_bzBuffToBuffCompress(out.data(), &size, text.data(), static_cast<unsigned>(text.size()),
                               1, 0, 0) != BZ_OK) {
    throw std::runtime_error("compression failed");
  }
  out.resize(size);
  return out;
}

/// Returns `stored`, which comes at most `step` bytes at a time.
inline std::unique_ptr<StoredBytes> stored_bytes(std::string stored, size_t step = SIZE_MAX) {
  return std::make_unique<StoredBytes>(std::make_unique<SlowSource>(std::move(stored), step));
}

/// Reads to the end, at most `size` bytes at a time.
inline std::string read_all(ByteSource& source, size_t size = 4096) {
  std::string text;
  std::vector<uint8_t> buffer(size);
  while (const size_t count = source.read(buffer)) {
    text.append(reinterpret_cast<const char*>(buffer.data()), count);
  }
  EXPECT_EQ(source.read(buffer), 0) << "the end stays the end";
  return text;
}

inline const Codec& codec_called(const std::string& name) {
  return **std::ranges::find_if(codecs::all(),
                                [&](const Codec* codec) { return codec->name == name; });
}

inline std::string decompress(const Codec& codec, const std::string& stored, size_t step = SIZE_MAX,
                              size_t size = 4096) {
  return read_all(*codec.open(stored_bytes(stored, step), "hour.json"), size);
}

/// Returns the message of the user's error that `read` throws, or what it returned.
inline std::string failure_of(const std::function<std::string()>& read) {
  try {
    return "no failure: " + read();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), Error::Kind::kUser);
    EXPECT_FALSE(error.hint().empty());
    return error.message();
  }
}

/// Returns lines that do not compress well.
inline std::string sample_text(size_t lines) {
  std::string text;
  std::mt19937 random(7);  // NOLINT(cert-msc51-cpp): the same text in every run.
  for (size_t i = 0; i < lines; ++i) text += "{\"n\":" + std::to_string(random()) + "}\n";
  return text;
}

}  // namespace tidemill
