#include "publish/check.h"

namespace tidemill::checks {

const Check& min() {
  static const Check check = {.name = "min",
                              .doc = "every value is at least this; NULLs pass",
                              .form = {"min",
                                       {{.name = "value",
                                         .type = FieldType::kText,
                                         .doc = "a number, date or time",
                                         .required = true}}},
                              .main_field = "value",
                              .offenders = [](const CheckSubject& s) {
                                return "SELECT * FROM " + s.rows + " WHERE " + s.column + " < " +
                                       sql_literal(*s.use.options.find("value"));
                              }};
  return check;
}

}  // namespace tidemill::checks
