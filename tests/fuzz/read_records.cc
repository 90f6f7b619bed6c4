#include "read_records.h"

#include <algorithm>
#include <memory>
#include <span>
#include <utility>

#include "base/error.h"
#include "formats/codec.h"
#include "formats/zip.h"
#include "io/slow_source_for_test.h"
#include "target.h"

namespace tidemill::fuzz {

namespace {

class KeptRejects : public RejectSink {
 public:
  explicit KeptRejects(Reading& reading) : reading_(reading) {}
  void add(Reject reject) override {
    reading_.rejects.emplace_back(reject.line, std::move(reject.column), std::move(reject.reason),
                                  std::move(reject.text), std::move(reject.header), reject.cut_off);
  }

 private:
  Reading& reading_;
};

/// Returns a contract that no record satisfies: each is rejected, and so is seen with its text.
Contract contract_of_none() {
  Contract contract;
  contract.columns.push_back(column_of("missing", "no such field", "bigint"));
  // Of one way alone a delimited text without it would be refused as a whole.
  contract.columns.back().paths.push_back(*parse_path("nor this"));
  contract.columns.back().required = true;
  return contract;
}

/// True when a text begins as a codec's bytes do, and would be decompressed.
bool begins_codec(std::string_view text) {
  const std::span bytes(reinterpret_cast<const uint8_t*>(text.data()),
                        std::min<size_t>(text.size(), 16));
  return is_zip(bytes) || std::ranges::any_of(codecs::all(), [&](const Codec* codec) {
           return bytes.size() >= codec->least && codec->recognises(bytes);
         });
}

}  // namespace

ContractColumn column_of(const std::string& name, std::string_view path, std::string_view type) {
  return {.name = name, .paths = {*parse_path(path)}, .type = *parse_type(type)};
}

void OptionList::set(const std::string& name, const std::string& value) {
  options_.add(name, Yaml{.kind = Yaml::Kind::kScalar, .text = value});
}

void OptionList::set(const std::string& name, const std::vector<std::string>& values) {
  Yaml list{.kind = Yaml::Kind::kList};
  for (const std::string& value : values)
    list.items.push_back({.kind = Yaml::Kind::kScalar, .text = value});
  options_.add(name, std::move(list));
}

bool Reading::operator==(const Reading& other) const {
  if (failure || other.failure) return failure == other.failure;
  return records == other.records && rows == other.rows && rejects == other.rejects;
}

Reading read_text(const Format& format, const Contract& contract, const Options& options,
                  const std::string& text, size_t step) {
  Reading reading;
  KeptRejects sink(reading);
  ReadCounters counters;
  const Cancellation cancellation;
  const Input input{"input", [&] { return std::make_unique<SlowSource>(text, step); }};
  try {
    const auto source = format.open({contract, {input}, sink, counters, cancellation, ""}, options);
    const auto reader = source->make_reader({});
    duckdb::RowBatch batch({});
    while (reader->read(batch) > 0) {
    }
  } catch (const Error& error) {
    require(error.kind() == Error::Kind::kUser, "of bytes come only a user's errors");
    reading.failure = error.text();
  }
  reading.records = counters.records;
  reading.rows = counters.rows;
  if (!reading.failure) {
    require(counters.records == counters.rows + counters.rejected,
            "each record is a row or rejected");
    require(counters.rejected == static_cast<int64_t>(reading.rejects.size()),
            "what counts as rejected is in the sink");
  }
  return reading;
}

Reading check_readings(const Format& format, const Contract& contract, const OptionList& options,
                       const std::string& text) {
  if (begins_codec(text)) return {.failure = "no text"};  // That is for the target `codecs`.
  const Contract none = contract_of_none();
  const Reading rows = read_text(format, contract, options.options(), text);
  Reading records = read_text(format, none, options.options(), text);
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
  return records;
}

}  // namespace tidemill::fuzz
