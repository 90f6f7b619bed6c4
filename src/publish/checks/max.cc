#include "publish/check.h"

namespace tidemill::checks {

const Check& max() {
  static const Check check = {.name = "max",
                              .doc = "every value is at most this; NULLs pass",
                              .form = {"max",
                                       {{.name = "value",
                                         .type = FieldType::kText,
                                         .doc = "a number, date or time",
                                         .required = true}}},
                              .main_field = "value",
                              .offenders = [](const CheckSubject& s) {
                                return "SELECT * FROM " + s.rows + " WHERE " + s.column + " > " +
                                       sql_literal(*s.use.options.find("value"));
                              }};
  return check;
}

}  // namespace tidemill::checks
