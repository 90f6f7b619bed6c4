// 64 bytes of text at a time as masks with one bit for each byte.
#pragma once

#include <immintrin.h>

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace tidemill {

/// 64 bytes in registers. For processors with AVX2 and PCLMUL, as all of this folder.
class Bytes64 {
 public:
  static constexpr size_t kSize = 64;

  /// Loads 64 bytes from `text`.
  explicit Bytes64(const char* text)
      : low_(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(text))),
        high_(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(text + kSize / 2))) {}
  /// Loads what is left of a text, fewer than 64 bytes, and spaces after it.
  static Bytes64 rest_of(std::string_view text) {
    char padded[kSize];
    std::memset(padded, ' ', kSize);
    std::memcpy(padded, text.data(), text.size());
    return Bytes64(padded);
  }

  /// Returns which bytes are `c`.
  uint64_t equal(char c) const {
    const __m256i wanted = _mm256_set1_epi8(c);
    return mask_of(_mm256_cmpeq_epi8(low_, wanted), _mm256_cmpeq_epi8(high_, wanted));
  }
  /// Returns which bytes are `{` or `[`, and which are `}` or `]`: they differ in one bit.
  uint64_t opening() const { return with_bit_5().equal('{'); }
  uint64_t closing() const { return with_bit_5().equal('}'); }

 private:
  Bytes64(__m256i low, __m256i high) : low_(low), high_(high) {}

  Bytes64 with_bit_5() const {
    const __m256i bit = _mm256_set1_epi8(0x20);
    return {_mm256_or_si256(low_, bit), _mm256_or_si256(high_, bit)};
  }
  static uint64_t mask_of(__m256i low, __m256i high) {
    const auto first = static_cast<uint32_t>(_mm256_movemask_epi8(low));
    const auto second = static_cast<uint32_t>(_mm256_movemask_epi8(high));
    return first | uint64_t{second} << 32;
  }

  __m256i low_;
  __m256i high_;
};

/// Returns how many bytes of a text are `c`.
inline int64_t count_bytes(std::string_view text, char c) {
  int64_t count = 0;
  for (; text.size() >= Bytes64::kSize; text.remove_prefix(Bytes64::kSize))
    count += std::popcount(Bytes64(text.data()).equal(c));
  for (const char each : text) count += each == c ? 1 : 0;
  return count;
}

/// Returns a mask in which each bit is set when an odd number of bits of `mask` up to it are: what
/// lies between pairs of quotes, each with its first quote.
inline uint64_t between_pairs(uint64_t mask) {
  const __m128i all = _mm_set1_epi8(-1);
  const __m128i bits = _mm_set_epi64x(0, static_cast<int64_t>(mask));
  return static_cast<uint64_t>(_mm_cvtsi128_si64(_mm_clmulepi64_si128(bits, all, 0)));
}

/// Calls `each(int)` with the number of every set bit, from the lowest on.
template <typename Function>
void for_each_bit(uint64_t mask, const Function& each) {
  for (; mask != 0; mask &= mask - 1) each(std::countr_zero(mask));
}

}  // namespace tidemill
