// What a source promises about its records: the columns of the table they become, and what happens
// to a record that does not keep the promise.
#pragma once

#include <string>
#include <vector>

#include "data/type.h"

namespace tidemill {

struct ContractColumn {
  std::string name;
  /// The way to the value inside a record, step by step: {"actor", "id"} for `actor.id`. One step
  /// in a flat record.
  std::vector<std::string> path;
  Type type;
  /// A record in which this value is missing or null is bad.
  bool required = false;
  std::string description;
};

struct Contract {
  /// Of a field that no column reads.
  enum class ExtraFields {
    kDrop,  ///< Leave it out.
    kKeep,  ///< Put it into the JSON text column `extra_fields`, an object of dotted path to value.
    kFail,  ///< The record is bad.
  };
  /// Of a record in which a value does not fit its column.
  enum class BadRows {
    kQuarantine,  ///< The record goes to the rejects table.
    kSetNull,     ///< The value becomes NULL; a record that is broken or lacks a required value is
                  ///< rejected.
    kFail,        ///< The attempt fails at the first such record.
  };

  std::vector<ContractColumn> columns;
  ExtraFields extra_fields = ExtraFields::kDrop;
  BadRows bad_rows = BadRows::kQuarantine;

  /// Returns the columns of the table: those of the contract, and `extra_fields` last where they
  /// are kept.
  Schema schema() const;
};

/// The name of the column that `ExtraFields::kKeep` adds.
inline constexpr std::string_view kExtraFieldsColumn = "extra_fields";

}  // namespace tidemill
