// NDJSON, with a limit of records taken from the first byte.
#include "read_records.h"

namespace tidemill::formats {
const Format& ndjson();
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace tidemill;
  fuzz::Bytes bytes(data, size);
  fuzz::OptionList options;
  options.set("longest_record", std::array{1000, 100, 40, 3}[bytes.choose(4)]);
  Contract contract;
  contract.columns = {fuzz::column_of("a", "a", "bigint"), fuzz::column_of("b", "b.c", "varchar")};
  contract.bad_rows = Contract::BadRows::kSetNull;
  contract.extra_fields = Contract::ExtraFields::kKeep;
  fuzz::check_readings(formats::ndjson(), contract, options, bytes.rest());
  return 0;
}
