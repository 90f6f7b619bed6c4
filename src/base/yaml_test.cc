#include "base/yaml.h"

#include <gtest/gtest.h>

#include <string>

#include "base/error.h"

namespace tidemill {
namespace {

TEST(Yaml, EveryValueKnowsItsPlace) {
  const Yaml yaml = parse_yaml("name: x\nlist:\n  - a\n  - {b: 1}\n", "f.yml");
  EXPECT_EQ(yaml.place, (Place{"f.yml", 1, 1}));
  EXPECT_EQ(yaml.find("name")->place, (Place{"f.yml", 1, 7}));
  EXPECT_EQ(yaml.entries[1].place, (Place{"f.yml", 2, 1}));
  const Yaml& list = *yaml.find("list");
  ASSERT_EQ(list.items.size(), 2);
  EXPECT_EQ(list.items[0].place, (Place{"f.yml", 3, 5}));
  EXPECT_EQ(list.items[1].find("b")->place, (Place{"f.yml", 4, 9}));
}

TEST(Yaml, AHeaderInAFileKeepsTheFilesLines) {
  EXPECT_EQ(parse_yaml("\nname: x\n", "m.sql", 5).find("name")->place, (Place{"m.sql", 6, 7}));
}

TEST(Yaml, AScalarStaysAsItIsWritten) {
  const Yaml yaml = parse_yaml("a: 007\nb: '007'\nc: ~\nd:\ne: \"a\\nb\"\nf: yes\n", "f.yml");
  EXPECT_EQ(yaml.find("a")->text, "007");
  EXPECT_FALSE(yaml.find("a")->quoted);
  EXPECT_EQ(yaml.find("b")->text, "007");
  EXPECT_TRUE(yaml.find("b")->quoted);
  EXPECT_TRUE(yaml.find("c")->is_null());
  EXPECT_TRUE(yaml.find("d")->is_null());
  EXPECT_EQ(yaml.find("e")->text, "a\nb");
  EXPECT_EQ(yaml.find("f")->text, "yes");
}

TEST(Yaml, AKeyGivenTwiceIsKeptForTheReaderToReport) {
  const Yaml yaml = parse_yaml("a: 1\na: 2\n", "f.yml");
  ASSERT_EQ(yaml.entries.size(), 2);
  EXPECT_EQ(yaml.find("a")->text, "1");
  EXPECT_EQ(yaml.entries[1].place, (Place{"f.yml", 2, 1}));
}

TEST(Yaml, NothingIsNull) {
  for (const char* text : {"", "\n", "# only a comment\n"})
    EXPECT_TRUE(parse_yaml(text, "f.yml").is_null()) << text;
  EXPECT_EQ(parse_yaml("a: 1", "f.yml").find("b"), nullptr);
  EXPECT_EQ(parse_yaml("[a]", "f.yml").find("a"), nullptr);
}

TEST(Yaml, OneDocumentAFile) {
  for (const char* text : {"---\na: 1\n...\n", "a: 1\n---\n", "a: 1\n---\n# no more\n"})
    EXPECT_EQ(parse_yaml(text, "f.yml").find("a")->text, "1") << text;
  try {
    parse_yaml("a: 1\n---\nb: 2\n", "f.yml");
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.text(), std::string("f.yml:3:1: a second YAML document: a file has one\n"
                                        "  hint: put it into a file of its own, and remove the "
                                        "line of dashes"));
  }
}

TEST(Yaml, AValueThatIsLeftOutStandsAtItsKey) {
  const Yaml yaml = parse_yaml("a: 1\nb:\n\nc: null\n", "f.yml");
  EXPECT_EQ(yaml.find("b")->place, (Place{"f.yml", 2, 1}));
  EXPECT_EQ(yaml.find("c")->place, (Place{"f.yml", 4, 4}));
}

TEST(Yaml, AnchorsAreFollowed) {
  EXPECT_EQ(parse_yaml("a: &x {n: 1}\nb: *x\n", "f.yml").find("b")->find("n")->text, "1");
}

TEST(Yaml, EachKindHasItsDescription) {
  const Yaml yaml = parse_yaml("a: text\nb: [1]\nc: {x: 1}\nd:\n", "f.yml");
  EXPECT_EQ(yaml.find("a")->described(), "'text'");
  EXPECT_EQ(yaml.find("b")->described(), "a list");
  EXPECT_EQ(yaml.find("c")->described(), "a map");
  EXPECT_EQ(yaml.find("d")->described(), "nothing");
}

/// Returns the place of the error that parsing throws.
Place mistake_in(const std::string& text) {
  try {
    parse_yaml(text, "f.yml");
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), Error::Kind::kUser);
    return error.place();
  }
  ADD_FAILURE() << "taken: " << text;
  return {};
}

TEST(Yaml, WhatIsNoneIsRefusedWithItsPlace) {
  EXPECT_EQ(mistake_in("a: 1\nb: [1, 2\n").file, "f.yml");
  EXPECT_EQ(mistake_in("a: 1\n b: 2\n").line, 2);
  EXPECT_EQ(mistake_in("a: 1\nb: 'open\nc: \"x\"").file, "f.yml");
  EXPECT_EQ(mistake_in("[a]: 1\n"), (Place{"f.yml", 1, 1})) << "a key must be plain";
  EXPECT_EQ(mistake_in("b: *unknown\n").line, 1);
}

TEST(Yaml, NestingHasAnEnd) {
  EXPECT_EQ(mistake_in(std::string(100, '[') + std::string(100, ']')).line, 1);
}

}  // namespace
}  // namespace tidemill
