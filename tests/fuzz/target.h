// What every fuzz target has: its function, and the choices it takes from its input.
#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>

namespace tidemill::fuzz {

/// Each reads `input` and ends the program, as the sanitizers do, when a promise is not kept.
/// Defined in the file of its name.
void codecs(std::string_view input);
void contract_texts(std::string_view input);
void delimited(std::string_view input);
void json(std::string_view input);
void ndjson(std::string_view input);
void record_decoder(std::string_view input);

struct Target {
  std::string_view name;
  void (*run)(std::string_view input);
};
inline constexpr std::array<Target, 6> kTargets = {{{"codecs", codecs},
                                                    {"contract_texts", contract_texts},
                                                    {"delimited", delimited},
                                                    {"json", json},
                                                    {"ndjson", ndjson},
                                                    {"record_decoder", record_decoder}}};

/// Ends the program when a promise was not kept.
void require(bool kept, std::string_view promise);

/// An input, taken from the front: choices first, then a text.
class Choices {
 public:
  explicit Choices(std::string_view input) : left_(input) {}

  /// Returns a number below `count`.
  size_t choose(size_t count) {
    if (left_.empty()) return 0;
    const auto byte = static_cast<unsigned char>(left_.front());
    left_.remove_prefix(1);
    return byte % count;
  }
  bool choose() { return choose(2) == 1; }
  std::string rest() const { return std::string(left_); }

 private:
  std::string_view left_;
};

}  // namespace tidemill::fuzz
