// Numbers and signatures in the bytes of a zip archive, which are little-endian.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace tidemill::zip_bytes {

inline uint64_t little_endian(std::span<const uint8_t> bytes) {
  uint64_t value = 0;
  for (size_t i = bytes.size(); i > 0; --i) value = value << 8U | bytes[i - 1];
  return value;
}
inline uint16_t get16(std::span<const uint8_t> bytes, size_t at) {
  return static_cast<uint16_t>(little_endian(bytes.subspan(at, 2)));
}
inline uint32_t get32(std::span<const uint8_t> bytes, size_t at) {
  return static_cast<uint32_t>(little_endian(bytes.subspan(at, 4)));
}
inline uint64_t get64(std::span<const uint8_t> bytes, size_t at) {
  return little_endian(bytes.subspan(at, 8));
}

inline std::string_view text_of(std::span<const uint8_t> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

inline bool begins_with(std::span<const uint8_t> bytes, std::string_view signature) {
  return text_of(bytes).starts_with(signature);
}

}  // namespace tidemill::zip_bytes
