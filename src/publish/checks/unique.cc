#include "publish/check.h"

namespace tidemill::checks {

const Check& unique() {
  static const Check check = {
      .name = "unique",
      .doc = "no value stands twice; NULLs do not count",
      .form = {"unique",
               {{.name = "scope",
                 .type = FieldType::kChoice,
                 .doc = "within the rows being built (interval, the default) or the whole table",
                 .choices = {"interval", "table"}}}},
      .main_field = "scope",
      .offenders =
          [](const CheckSubject& s) {
            const std::string& from = s.use.options.text("scope") == "table" ? s.table : s.rows;
            return "SELECT " + s.column + ", count(*) AS copies FROM " + from + " WHERE " +
                   s.column + " IS NOT NULL GROUP BY 1 HAVING count(*) > 1 ORDER BY copies DESC, 1";
          },
      .needs_table = [](const CheckUse& use) { return use.options.text("scope") == "table"; }};
  return check;
}

}  // namespace tidemill::checks
