#include "base/text.h"
#include "publish/check.h"

namespace tidemill::checks {

const Check& accepted_values() {
  static const Check check = {
      .name = "accepted_values",
      .doc = "every value is one of a list; NULLs pass",
      .form = {"accepted_values",
               {{.name = "values",
                 .type = FieldType::kList,
                 .doc = "the values that may occur",
                 .required = true}}},
      .main_field = "values",
      .offenders = [](const CheckSubject& s) {
        std::vector<std::string> values;
        if (const Yaml* list = s.use.options.find("values")) {
          for (const Yaml& item : list->items) values.push_back(sql_literal(item));
        }
        const std::string accepted = values.empty() ? "NULL" : join(values, ", ");
        return "SELECT " + s.column + ", count(*) AS rows FROM " + s.rows + " WHERE " + s.column +
               " IS NOT NULL AND coalesce(" + s.column + " NOT IN (" + accepted +
               "), true) GROUP BY 1 ORDER BY rows DESC, 1";
      }};
  return check;
}

}  // namespace tidemill::checks
