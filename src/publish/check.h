// A check is a question to the rows of an attempt before they are committed: which of them should
// not be? One file per check, in checks/.
#pragma once

#include <functional>
#include <span>
#include <string>

#include "base/form.h"
#include "project/project.h"

namespace tidemill {

/// What a check looks at.
struct CheckSubject {
  const CheckUse& use;
  std::string rows;    ///< The rows of this attempt, as SQL names them.
  std::string table;   ///< The whole table as it would be after the commit.
  std::string column;  ///< Quoted for SQL; empty for a check of the whole table.
};

struct Check {
  std::string name;
  std::string doc;
  Form form;
  std::string main_field;  ///< The field that `name: value` gives; empty: the check takes no value.
  bool of_column = true;
  /// Returns a SELECT of the rows that offend: none when all is well.
  std::function<std::string(const CheckSubject&)> offenders;
  /// True when it looks beyond the attempt's rows, at `CheckSubject::table`.
  std::function<bool(const CheckUse&)> needs_table = [](const CheckUse&) { return false; };
};

/// Returns a YAML scalar as a literal of SQL: a number as it stands, anything else as quoted text.
std::string sql_literal(const Yaml& value);

namespace checks {
/// Returns all checks of this build, by name.
std::span<const Check* const> all();
}  // namespace checks

}  // namespace tidemill
