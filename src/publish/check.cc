#include "publish/check.h"

#include "base/text.h"
#include "duckdb/session.h"

namespace tidemill {

std::string sql_literal(const Yaml& value) {
  if (!value.quoted && parse_number(value.text)) return value.text;
  return duckdb::quote_literal(value.text);
}

}  // namespace tidemill
