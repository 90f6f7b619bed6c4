// Reading a text by a format, and comparing two readings of it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "formats/format.h"

namespace tidemill::fuzz {

ContractColumn column_of(const std::string& name, std::string_view path, std::string_view type);

/// Options as a source file gives them.
class OptionList {
 public:
  void set(const std::string& name, const std::string& value);
  void set(const std::string& name, size_t value) { set(name, std::to_string(value)); }
  void set(const std::string& name, const std::vector<std::string>& values);
  const Options& options() const { return options_; }

 private:
  Options options_;
};

/// What came of reading a text.
struct Reading {
  /// The fields of Reject but its file, in their order.
  using Rejected = std::tuple<int64_t, std::string, std::string, std::string, std::string, bool>;

  int64_t records = 0;
  int64_t rows = 0;
  std::vector<Rejected> rejects;
  std::optional<std::string> failure;  ///< Then the others are of what was read up to there.

  bool operator==(const Reading& other) const;
};

/// Reads `text`, which comes at most `step` bytes at a time, by one reader that asks for no column:
/// so DuckDB has no part in it.
Reading read_text(const Format& format, const Contract& contract, const Options& options,
                  const std::string& text, size_t step = SIZE_MAX);

/// Reads `text` in small blocks and in large ones, whole and in pieces, under `contract` and under
/// one that rejects every record, and requires that all of that finds the same records. Returns the
/// reading of rejected records; a failed one when the text begins as a codec's bytes do.
Reading check_readings(const Format& format, const Contract& contract, const OptionList& options,
                       const std::string& text);

}  // namespace tidemill::fuzz
