// JSON, with a limit of records taken from the first byte.
#include "read_records.h"
#include "slow_json.h"
#include "target.h"

namespace tidemill {

namespace formats {
const Format& json();
}

void fuzz::json(std::string_view input) {
  Choices choices(input);
  OptionList options;
  options.set("longest_record", std::array<size_t, 4>{1000, 100, 40, 3}[choices.choose(4)]);
  Contract contract;
  contract.columns = {column_of("a", "a", "bigint"), column_of("b", "b[].c", "varchar[]")};
  contract.bad_rows = Contract::BadRows::kSetNull;
  const std::string text = choices.rest();
  const Reading records = check_readings(formats::json(), contract, options, text);

  // Of a sound array each element is a record.
  const auto array = read_slowly(text);
  if (!array || !array->is_array()) return;
  require(!records.failure, "a sound array is read");
  require(records.records == static_cast<int64_t>(array->size()), "each element is a record");
}

}  // namespace tidemill
