// What a source promises about its records: the columns of the table they become, and what happens
// to a record that does not keep the promise.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "data/path.h"
#include "data/type.h"

namespace tidemill {

struct ContractColumn {
  std::string name;
  /// The ways to the value inside a record, at least one: the first that leads to a value counts.
  std::vector<Path> paths;
  Type type;
  /// A record in which this value is missing or null is bad.
  bool required = false;
  /// White space around a text is no part of it.
  bool trim = false;
  /// Texts that mean NULL.
  std::vector<std::string> null_values;
  /// How times are written, the first that fits counts; none: ISO 8601. See `TimeFormat`.
  std::vector<std::string> time_formats;
  /// What a missing or null value becomes, as text.
  std::optional<std::string> fallback;
  std::string description;
};

/// How many bad records an interval may have.
struct BadRowLimit {
  double value = 0;
  bool percent = false;  ///< `value` is in percent of the records, else a number of them.

  bool allows(int64_t bad, int64_t records) const;
  /// Returns it as a contract writes it: `100`, `0.5%`.
  std::string text() const;
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
  /// Above it an interval fails; nothing: any number of records may be rejected.
  std::optional<BadRowLimit> max_bad_rows;

  /// Returns the columns of the table: those of the contract, and `extra_fields` last where they
  /// are kept.
  Schema schema() const;
};

/// The name of the column that `ExtraFields::kKeep` adds.
inline constexpr std::string_view kExtraFieldsColumn = "extra_fields";

}  // namespace tidemill
