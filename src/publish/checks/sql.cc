#include "publish/check.h"

namespace tidemill::checks {

const Check& sql() {
  static const Check check = {
      .name = "sql",
      .doc =
          "a SELECT that must return no rows; the asset's own name stands for the rows being built",
      .form = {"sql", {{.name = "query", .doc = "the SELECT", .required = true}}},
      .main_field = "query",
      .of_column = false,
      .offenders = [](const CheckSubject& s) { return s.use.options.text("query"); }};
  return check;
}

}  // namespace tidemill::checks
