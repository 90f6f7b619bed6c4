// Small functions over text that more than one folder needs.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tidemill {

/// Returns `text` between single quotes, for messages. Control characters become escapes, and what
/// is longer than 200 bytes is cut at a character's boundary and ends in `…`.
std::string quote(std::string_view text);

std::vector<std::string> split(std::string_view text, char separator);
std::string join(std::span<const std::string> parts, std::string_view separator);
std::string trim(std::string_view text);
/// Lower-cases ASCII letters; other bytes stay.
std::string lower(std::string_view text);
std::string replace_all(std::string text, std::string_view from, std::string_view to);

/// Returns the candidate that `word` was probably meant to be, by edit distance (at most a third of
/// its length, at least 1), or nothing.
std::optional<std::string> nearest(std::string_view word, std::span<const std::string> candidates);
/// Returns the hint `did you mean 'x'?`, or, with no near candidate, `one of: a, b, c`.
std::string nearest_hint(std::string_view word, std::span<const std::string> candidates);

/// Returns `1,234,567`.
std::string format_count(int64_t count);
/// Returns `1 row`, `1,234 rows`: `thing` with an s unless `count` is 1.
std::string format_count(int64_t count, std::string_view thing);
/// Returns `512 B`, `2.6 MB`, `1.5 GB`, in powers of 1,000.
std::string format_bytes(int64_t bytes);
/// Returns `0.31 s`, `12.3 s`, `4 min 05 s`, `2 h 03 min`.
std::string format_duration(std::chrono::microseconds duration);

/// Reads `90s`, `10m`, `2h`, `3d`, `1w` (also `500ms`); nothing when it is none of these.
std::optional<std::chrono::milliseconds> parse_duration(std::string_view text);
/// Reads a whole number with an optional sign and nothing after it.
std::optional<int64_t> parse_integer(std::string_view text);
std::optional<double> parse_number(std::string_view text);

/// True when `path` fits a pattern in which `*` and `?` stand for all but `/`, and `**/` where a
/// name begins for any folders. Takes no more time than the product of both lengths.
bool fits_pattern(std::string_view path, std::string_view pattern);

/// True when `text` is well-formed UTF-8 (RFC 3629: no surrogates, no overlong forms, at most
/// U+10FFFF).
bool is_utf8(std::string_view text);
/// Returns `text` with each ill-formed byte replaced by U+FFFD.
std::string to_utf8(std::string_view text);

/// Returns the first 32 hexadecimal digits of SHA-256 (FIPS 180-4) of `bytes`.
std::string hash_text(std::string_view bytes);
/// Returns 12 random hexadecimal digits, for names of attempts and files that must not collide.
std::string random_id();

}  // namespace tidemill
