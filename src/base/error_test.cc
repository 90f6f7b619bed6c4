#include "base/error.h"

#include <gtest/gtest.h>

#include <utility>

namespace tidemill {
namespace {

TEST(PlaceText, PartsThatAreUnknownAreLeftOut) {
  EXPECT_EQ((Place{"a.yml", 3, 5}).text(), "a.yml:3:5");
  EXPECT_EQ((Place{"a.yml", 3}).text(), "a.yml:3");
  EXPECT_EQ((Place{"a.yml", 0, 5}).text(), "a.yml");
  EXPECT_EQ(Place{}.text(), "");
  EXPECT_FALSE(Place{}.known());
}

TEST(ErrorText, PlaceAndHintStandAroundTheMessage) {
  EXPECT_EQ(user_error("it is wrong: 'x'").text(), "it is wrong: 'x'");
  EXPECT_EQ(user_error("it is wrong: 'x'").at({"a.yml", 3, 5}).hint("write y\nor z").text(),
            "a.yml:3:5: it is wrong: 'x'\n  hint: write y\n    or z");
}

TEST(ErrorText, TheInnermostPlaceAndHintStay) {
  Error error = user_error("wrong").at({"inner.yml", 1, 1}).hint("inner");
  error.at({"outer.yml", 9, 9}).hint("outer");
  EXPECT_EQ(error.place().file, "inner.yml");
  EXPECT_EQ(error.hint(), "inner");
  Error empty = user_error("wrong").at({}).hint("");
  empty.at({"outer.yml", 9, 9}).hint("outer");
  EXPECT_EQ(empty.place().file, "outer.yml") << "an unknown place is none";
  EXPECT_EQ(empty.hint(), "outer");
}

TEST(ErrorKinds, EachMakerMakesItsOwn) {
  EXPECT_EQ(user_error("").kind(), Error::Kind::kUser);
  EXPECT_EQ(transient_error("").kind(), Error::Kind::kTransient);
  EXPECT_EQ(bug_error("").kind(), Error::Kind::kBug);
}

TEST(Mistakes, AreOrderedByPlaceAndThoseWithoutOneComeLast) {
  Mistakes mistakes;
  EXPECT_TRUE(mistakes.empty());
  mistakes.add(user_error("nowhere"));
  mistakes.add(user_error("b:2").at({"b.yml", 2, 1}));
  mistakes.add(user_error("a:10").at({"a.yml", 10, 1}));
  mistakes.add(user_error("a:9:7").at({"a.yml", 9, 7}));
  mistakes.add(user_error("a:9:2 first").at({"a.yml", 9, 2}));
  mistakes.add(user_error("a:9:2 second").at({"a.yml", 9, 2}));
  std::vector<std::string> messages;
  for (const Error& mistake : mistakes.sorted()) messages.push_back(mistake.message());
  EXPECT_EQ(messages, (std::vector<std::string>{"a:9:2 first", "a:9:2 second", "a:9:7", "a:10",
                                                "b:2", "nowhere"}));
}

}  // namespace
}  // namespace tidemill
