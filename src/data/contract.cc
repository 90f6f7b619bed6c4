#include "data/contract.h"

namespace tidemill {

Schema Contract::schema() const {
  Schema schema;
  for (const ContractColumn& column : columns) schema.push_back({column.name, column.type});
  if (extra_fields == ExtraFields::kKeep) {
    schema.push_back({std::string(kExtraFieldsColumn), Type{.id = Type::Id::kJson}});
  }
  return schema;
}

}  // namespace tidemill
