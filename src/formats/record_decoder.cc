#include "formats/record_decoder.h"

#include <utility>
#include <vector>

namespace tidemill {

namespace {

std::vector<JsonFields::Target> targets_of(const ContractRow& row) {
  std::vector<JsonFields::Target> targets;
  for (size_t slot = 0; slot < row.slots().size(); ++slot) {
    Path path = row.slots()[slot].path;
    path.insert(path.begin(), PathStep{});  // The record itself.
    targets.push_back({slot, std::move(path)});
  }
  return targets;
}

}  // namespace

RecordDecoder::RecordDecoder(const Contract& contract)
    : row_(contract), fields_(row_, targets_of(row_), JsonFields::Role::kRecord) {}

std::optional<RecordProblem> RecordDecoder::decode(std::string_view record) {
  row_.clear();
  if (auto reason = fields_.read(record)) return RecordProblem{.reason = std::move(*reason)};
  return row_.finish();
}

}  // namespace tidemill
