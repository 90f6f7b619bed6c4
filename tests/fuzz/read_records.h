// What the fuzz targets share: reading a text by a format, and comparing two readings of it.
#pragma once

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "base/error.h"
#include "base/text.h"
#include "formats/format.h"

namespace tidemill::fuzz {

/// Ends the program, as the sanitizers do, when a promise was not kept.
inline void require(bool kept, std::string_view promise) {
  if (kept) return;
  std::fprintf(stderr, "a promise was not kept: %.*s\n", static_cast<int>(promise.size()),
               promise.data());
  std::abort();
}

/// The fuzzer's bytes, taken from the front: choices first, then a text.
class Bytes {
 public:
  Bytes(const uint8_t* data, size_t size) : left_(reinterpret_cast<const char*>(data), size) {}

  /// Returns a number below `count`.
  size_t choose(size_t count) {
    if (left_.empty()) return 0;
    const auto byte = static_cast<unsigned char>(left_.front());
    left_.remove_prefix(1);
    return byte % count;
  }
  std::string rest() const { return std::string(left_); }

 private:
  std::string_view left_;
};

/// Gives at most `step` bytes at a time.
class PiecewiseSource : public ByteSource {
 public:
  PiecewiseSource(std::string bytes, size_t step)
      : source_(make_byte_source(std::move(bytes))), step_(step) {}
  size_t read(std::span<uint8_t> buffer) override {
    return source_->read(buffer.first(std::min(step_, buffer.size())));
  }
  const Fingerprint& fingerprint() const override { return source_->fingerprint(); }

 private:
  std::unique_ptr<ByteSource> source_;
  size_t step_;
};

inline Path path_of(std::string_view text) { return parse_path(text).value(); }

inline ContractColumn column_of(const std::string& name, std::string_view path,
                                std::string_view type) {
  return {.name = name, .paths = {path_of(path)}, .type = parse_type(type).value()};
}

/// Returns a contract that no record satisfies: each is rejected, and so is seen with its text.
inline Contract contract_of_none() {
  Contract contract;
  contract.columns.push_back({.name = "missing",
                              .paths = {path_of("no such field"), path_of("nor this")},
                              .type = parse_type("bigint").value(),
                              .required = true});
  return contract;
}

/// Options as a source file gives them.
class OptionList {
 public:
  void set(const std::string& name, const std::string& value) {
    options_.add(name, Yaml{.kind = Yaml::Kind::kScalar, .text = value});
  }
  void set(const std::string& name, size_t value) { set(name, std::to_string(value)); }
  void set(const std::string& name, const std::vector<std::string>& values) {
    Yaml list{.kind = Yaml::Kind::kList};
    for (const std::string& value : values)
      list.items.push_back({.kind = Yaml::Kind::kScalar, .text = value});
    options_.add(name, list);
  }
  const Options& options() const { return options_; }

 private:
  Options options_;
};

/// What came of reading a text.
struct Reading {
  using Rejected =
      std::tuple<int64_t, std::string, std::string, std::string, std::string, bool>;  // As Reject.

  int64_t records = 0;
  int64_t rows = 0;
  std::vector<Rejected> rejects;
  std::optional<std::string> failure;  ///< Then the others are of what was read up to there.

  bool operator==(const Reading& other) const {
    if (failure || other.failure) return failure == other.failure;
    return records == other.records && rows == other.rows && rejects == other.rejects;
  }
};

/// Reads `text`, which comes at most `step` bytes at a time, by one reader that asks for no column:
/// so DuckDB has no part in it.
inline Reading read_text(const Format& format, const Contract& contract, const Options& options,
                         const std::string& text, size_t step = SIZE_MAX) {
  class Kept : public RejectSink {
   public:
    explicit Kept(Reading& reading) : reading_(reading) {}
    void add(Reject reject) override {
      reading_.rejects.emplace_back(reject.line, reject.column, reject.reason, reject.text,
                                    reject.header, reject.cut_off);
    }

   private:
    Reading& reading_;
  };

  Reading reading;
  Kept sink(reading);
  ReadCounters counters;
  const Cancellation cancellation;
  const Input input{"input", [&] { return std::make_unique<PiecewiseSource>(text, step); }};
  try {
    const auto source =
        format.open({contract, {input}, sink, counters, cancellation, ""}, options);
    const auto reader = source->make_reader({});
    duckdb::RowBatch batch({});
    while (reader->read(batch) > 0) {
    }
  } catch (const Error& error) {
    require(error.kind() == Error::Kind::kUser, "only a user's error may come of bytes");
    reading.failure = error.text();
  }
  reading.records = counters.records;
  reading.rows = counters.rows;
  if (!reading.failure) {
    require(counters.records == counters.rows + counters.rejected, "records = rows + rejected");
    require(counters.rejected == static_cast<int64_t>(reading.rejects.size()),
            "what is counted as rejected is in the sink");
  }
  return reading;
}

/// Reads `text` in small blocks and in large ones, whole and in pieces, under `contract` and under
/// one that rejects every record: all of that finds the same records.
inline void check_readings(const Format& format, const Contract& contract, OptionList options,
                           const std::string& text) {
  const Contract none = contract_of_none();
  const Reading rows = read_text(format, contract, options.options(), text);
  const Reading records = read_text(format, none, options.options(), text);
  if (!rows.failure && !records.failure)
    require(rows.records == records.records, "what is a record does not depend on the contract");
  for (const size_t block : {size_t{1}, size_t{64}, size_t{100}}) {
    OptionList small = options;
    small.set("block_size", block);
    require(read_text(format, contract, small.options(), text, block) == rows,
            "rows do not depend on the size of blocks");
    require(read_text(format, none, small.options(), text, 7) == records,
            "records do not depend on the size of blocks");
  }
}

}  // namespace tidemill::fuzz
