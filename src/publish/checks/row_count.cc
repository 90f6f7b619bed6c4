#include "publish/check.h"

namespace tidemill::checks {

const Check& row_count() {
  static const Check check = {
      .name = "row_count",
      .doc = "the number of rows being built lies within bounds",
      .form = {"row_count",
               {{.name = "min", .type = FieldType::kInteger, .doc = "no fewer"},
                {.name = "max", .type = FieldType::kInteger, .doc = "no more"}}},
      .of_column = false,
      .offenders = [](const CheckSubject& s) {
        const int64_t least = s.use.options.integer("min", 0);
        const int64_t most = s.use.options.integer("max", INT64_MAX);
        return "SELECT count(*) AS row_count FROM " + s.rows + " HAVING count(*) NOT BETWEEN " +
               std::to_string(least) + " AND " + std::to_string(most);
      }};
  return check;
}

}  // namespace tidemill::checks
