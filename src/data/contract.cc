#include "data/contract.h"

#include <fmt/format.h>

namespace tidemill {

bool BadRowLimit::allows(int64_t bad, int64_t records) const {
  const double most = percent ? value / 100 * static_cast<double>(records) : value;
  return static_cast<double>(bad) <= most;
}

std::string BadRowLimit::text() const { return fmt::format("{}{}", value, percent ? "%" : ""); }

Schema Contract::schema() const {
  Schema schema;
  for (const ContractColumn& column : columns) schema.push_back({column.name, column.type});
  if (extra_fields == ExtraFields::kKeep) {
    schema.push_back({std::string(kExtraFieldsColumn), Type{.id = Type::Id::kJson}});
  }
  return schema;
}

}  // namespace tidemill
