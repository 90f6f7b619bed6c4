#include "publish/check.h"

namespace tidemill::checks {

const Check& not_null() {
  static const Check check = {.name = "not_null",
                              .doc = "every row has a value",
                              .form = {"not_null", {}},
                              .offenders = [](const CheckSubject& s) {
                                return "SELECT * FROM " + s.rows + " WHERE " + s.column +
                                       " IS NULL";
                              }};
  return check;
}

}  // namespace tidemill::checks
