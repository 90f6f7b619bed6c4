// Which columns of a contract read which fields of a delimited text.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "formats/contract_row.h"
#include "formats/delimited_style.h"
#include "formats/json_fields.h"

namespace tidemill {

/// Finds what is read out of each field of a record, from the names that a file gives its fields.
/// For one thread.
class DelimitedColumns {
 public:
  /// A field of each record.
  struct Field {
    std::string name;
    std::vector<size_t> slots;         ///< That take the field's text.
    std::unique_ptr<JsonFields> json;  ///< Takes values out of the JSON text in the field.

    bool is_read() const { return !slots.empty() || json != nullptr; }
  };
  /// A field whose text is the value of one slot.
  struct PlainField {
    size_t field;
    const Type& type;
    const ValueRule& rule;
    ColumnValue& value;
  };

  /// `row` and `style` outlive this object.
  DelimitedColumns(ContractRow& row, const DelimitedStyle& style) : row_(row), style_(style) {}

  /// Begins a file whose fields have these names. Throws a user's Error, with its place, when no
  /// record of the file can become a row, or when it is not clear how.
  void find(const std::vector<std::string>& names, const std::string& file);

  /// Returns the fields of a record, in their order; none before the first file.
  const std::vector<Field>& fields() const { return fields_; }
  /// Returns the fields of which one slot reads the text: what most fields are.
  const std::vector<PlainField>& plain() const { return plain_; }
  /// Returns which other fields something reads.
  const std::vector<size_t>& others() const { return others_; }

 private:
  void check_optional(size_t slot, const std::vector<std::string>& names,
                      const std::string& file) const;
  void check_known(const std::vector<std::string>& names, const std::string& file) const;
  void check_extra(const std::string& file) const;
  void check_unique(const std::vector<std::string>& names, const std::string& file) const;
  std::string hint_for(const std::string& wanted, const std::vector<std::string>& names) const;

  ContractRow& row_;
  const DelimitedStyle& style_;
  std::vector<Field> fields_;
  std::vector<PlainField> plain_;
  std::vector<size_t> others_;
};

}  // namespace tidemill
