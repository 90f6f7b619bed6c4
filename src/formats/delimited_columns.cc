#include "formats/delimited_columns.h"

#include <algorithm>
#include <set>
#include <string_view>
#include <utility>

#include "base/error.h"
#include "base/text.h"

namespace tidemill {

void DelimitedColumns::find(const std::vector<std::string>& names, const std::string& file) {
  fields_.clear();
  std::vector<std::vector<JsonFields::Target>> json(names.size());
  for (const std::string& name : names) fields_.push_back({.name = name});
  for (size_t slot = 0; slot < row_.slots().size(); ++slot) {
    const Path& path = row_.slots()[slot].path;
    const auto found = std::ranges::find(names, path.front().name);
    if (found == names.end()) {
      check_optional(slot, names, file);
      continue;
    }
    const auto field = static_cast<size_t>(found - names.begin());
    const Type& type = row_.type(slot);
    const bool is_json =
        path.size() > 1 || path.front().each || is_nested(type) || type.id == Type::Id::kJson;
    if (is_json) {
      json[field].push_back({slot, path});
    } else {
      fields_[field].slots.push_back(slot);
    }
  }
  for (size_t i = 0; i < names.size(); ++i) {
    if (!json[i].empty())
      fields_[i].json =
          std::make_unique<JsonFields>(row_, std::move(json[i]), JsonFields::Role::kField);
  }
  plain_.clear();
  others_.clear();
  for (size_t i = 0; i < names.size(); ++i) {
    if (fields_[i].json == nullptr && fields_[i].slots.size() == 1) {
      const size_t slot = fields_[i].slots[0];
      plain_.push_back({i, row_.type(slot), row_.rule(slot), row_.value(slot)});
    } else if (fields_[i].is_read()) {
      others_.push_back(i);
    }
  }
  check_known(names, file);
  check_extra(file);
  check_unique(names, file);
}

/// Throws when a file has nothing for a column that every record must have.
void DelimitedColumns::check_optional(size_t slot, const std::vector<std::string>& names,
                                      const std::string& file) const {
  const ContractColumn& column = row_.contract().columns[row_.slots()[slot].column];
  if (!column.required || column.fallback || column.paths.size() > 1) return;
  const std::string& name = column.paths.front().front().name;
  throw user_error("the file has no field for the required column " + column.name + ": " +
                   quote(name))
      .at({.file = file, .line = 1})
      .hint(hint_for(name, names));
}

/// Throws when the contract knows none of a file's fields: rows of NULLs would be no better than
/// none.
void DelimitedColumns::check_known(const std::vector<std::string>& names,
                                   const std::string& file) const {
  const bool keeps_all = row_.contract().extra_fields == Contract::ExtraFields::kKeep;
  if (!plain_.empty() || !others_.empty() || row_.slots().empty() || keeps_all) return;
  throw user_error("no column of the contract reads any field of the file: " +
                   quote(join(names, style_.delimiter)))
      .at({.file = file, .line = 1})
      .hint(hint_for(row_.slots().front().path.front().name, names));
}

/// Returns what may help where `wanted` is not among the names.
std::string DelimitedColumns::hint_for(const std::string& wanted,
                                       const std::vector<std::string>& names) const {
  if (names.size() == 1) return "is the delimiter right? It is " + quote(style_.delimiter);
  return nearest_hint(wanted, names);
}

void DelimitedColumns::check_extra(const std::string& file) const {
  if (row_.contract().extra_fields != Contract::ExtraFields::kFail) return;
  for (const Field& field : fields_) {
    if (field.is_read()) continue;
    throw user_error("the file has a field that the contract does not know: " + quote(field.name))
        .at({.file = file, .line = 1})
        .hint("extra_fields: drop leaves it out, keep puts it into a column of JSON");
  }
}

/// Throws when two fields have one name, and it matters which of them is meant.
void DelimitedColumns::check_unique(const std::vector<std::string>& names,
                                    const std::string& file) const {
  const bool all_matter = row_.contract().extra_fields == Contract::ExtraFields::kKeep;
  std::set<std::string_view> once;
  std::set<std::string_view> twice;
  for (const std::string& name : names) {
    if (!once.insert(name).second) twice.insert(name);
  }
  for (const Field& field : fields_) {
    if (!twice.contains(field.name) || !(all_matter || field.is_read())) continue;
    throw user_error("two fields have one name: " + quote(field.name))
        .at({.file = file, .line = 1})
        .hint(
            "rename one of them in the file; with extra_fields: drop, names that no column "
            "reads may be the same");
  }
}

}  // namespace tidemill
