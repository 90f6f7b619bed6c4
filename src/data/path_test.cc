#include "data/path.h"

#include <gtest/gtest.h>

namespace tidemill {
namespace {

TEST(Path, StepsAreSeparatedByDots) {
  EXPECT_EQ(parse_path("id"), (Path{{"id"}}));
  EXPECT_EQ(parse_path("actor.id"), (Path{{"actor"}, {"id"}}));
}

TEST(Path, BracketsGoIntoEachElement) {
  EXPECT_EQ(parse_path("authors[].author.key"), (Path{{"authors", true}, {"author"}, {"key"}}));
  EXPECT_EQ(parse_path("a[].b[]"), (Path{{"a", true}, {"b", true}}));
  EXPECT_TRUE(goes_through_list(*parse_path("a.b[]")));
  EXPECT_FALSE(goes_through_list(*parse_path("a.b")));
}

TEST(Path, AQuotedNameMayHoldAnything) {
  EXPECT_EQ(parse_path("\"first.name\".x"), (Path{{"first.name"}, {"x"}}));
  EXPECT_EQ(parse_path("\"a\"\"b\"[]"), (Path{{"a\"b", true}}));
}

TEST(Path, WhatIsNoPath) {
  for (const char* text :
       {"", ".", "a.", ".a", "a..b", "a[", "a[0]", "a[]b", "a]", "\"a", "a\"b\""})
    EXPECT_EQ(parse_path(text), std::nullopt) << text;
}

TEST(Path, TextReadsBack) {
  for (const char* text : {"id", "a.b", "authors[].author.key", "\"a.b\".c", "\"\"\"\""})
    EXPECT_EQ(path_text(*parse_path(text)), text);
}

}  // namespace
}  // namespace tidemill
