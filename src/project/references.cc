// What any SELECT of a project may read, and how mistakes in one are told.
#include <algorithm>
#include <set>

#include "base/text.h"
#include "project/reading.h"

namespace tidemill::reading {

std::vector<sql::TableReference> foreign_functions(const sql::Statement& statement) {
  static const std::set<std::string> harmless = {
      "range", "generate_series", "unnest", "repeat", "repeat_row", "json_each", "json_tree"};
  std::vector<sql::TableReference> foreign = statement.functions;
  std::erase_if(foreign, [](const sql::TableReference& function) {
    return harmless.contains(function.name);
  });
  return foreign;
}

Error foreign_function_error(const sql::TableReference& function) {
  return user_error("only tables can be read, not this function: " + quote(function.name))
      .hint("files come in through a source: sources/*.yml");
}

std::string table_hint(const Project& project, const std::string& name) {
  const std::vector<std::string> known = project.asset_names();
  const auto same = std::find_if(known.begin(), known.end(), [&](const std::string& other) {
    return other.ends_with("." + name);
  });
  return same == known.end() ? nearest_hint(name, known) : "did you mean " + quote(*same) + "?";
}

Error readable(const Error& error) {
  const std::string message = error.message().substr(0, error.message().find("\n\nLINE "));
  const size_t more = message.find('\n');
  std::string hint = error.hint();
  if (hint.empty() && more != std::string::npos) hint = trim(message.substr(more));
  return user_error(message.substr(0, more)).hint(replace_all(hint, "\n", " "));
}

}  // namespace tidemill::reading
