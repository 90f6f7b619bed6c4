#include "cli/output.h"

#include <gtest/gtest.h>

#include <limits>
#include <nlohmann/json.hpp>

namespace tidemill {
namespace {

TEST(JsonValue, EveryKindOfValueIsValidJson) {
  EXPECT_EQ(json_value({}), "null");
  EXPECT_EQ(json_value(true), "true");
  EXPECT_EQ(json_value(int64_t{-3}), "-3");
  EXPECT_EQ(json_value(1.5), "1.5");
  EXPECT_EQ(json_value(std::string("a \"b\"\n")), R"("a \"b\"\n")");
  EXPECT_EQ(json_value(Instant{}), R"("1970-01-01T00:00:00Z")");
  for (const double number :
       {std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity(), 1e300}) {
    EXPECT_FALSE(nlohmann::json::parse(json_value(number), nullptr, false).is_discarded())
        << number;
  }
}

TEST(JsonText, BytesThatAreNoTextDoNotBreakIt) {
  EXPECT_EQ(json_text(""), "\"\"");
  EXPECT_FALSE(nlohmann::json::parse(json_text("a\xff"), nullptr, false).is_discarded());
}

TEST(ErrorJson, HoldsPlaceAndHint) {
  const auto json =
      nlohmann::json::parse(error_json(user_error("wrong: 'x'").at({"a.yml", 3, 5}).hint("right")));
  EXPECT_EQ(json.at("message"), "wrong: 'x'");
  EXPECT_EQ(json.at("file"), "a.yml");
  EXPECT_EQ(json.at("line"), 3);
  EXPECT_EQ(json.at("column"), 5);
  EXPECT_EQ(json.at("hint"), "right");
}

}  // namespace
}  // namespace tidemill
