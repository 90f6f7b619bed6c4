// NDJSON, with a limit of records taken from the first byte.
#include <algorithm>

#include "read_records.h"
#include "target.h"

namespace tidemill {

namespace formats {
const Format& ndjson();
}

void fuzz::ndjson(std::string_view input) {
  Choices choices(input);
  OptionList options;
  options.set("longest_record", std::array<size_t, 4>{1000, 100, 40, 3}[choices.choose(4)]);
  Contract contract;
  contract.columns = {column_of("a", "a", "bigint"), column_of("b", "b.c", "varchar")};
  contract.bad_rows = Contract::BadRows::kSetNull;
  contract.extra_fields = Contract::ExtraFields::kKeep;
  const std::string text = choices.rest();
  const Reading records = check_readings(formats::ndjson(), contract, options, text);
  require(records.failure || records.records <= std::ranges::count(text, '\n') + 1,
          "a line is at most one record");
}

}  // namespace tidemill
