#include "data/type.h"

#include <gtest/gtest.h>

#include "data/contract.h"

namespace tidemill {
namespace {

TEST(ParseType, EveryScalarIsReadByTheNameItHas) {
  for (const char* name :
       {"boolean", "tinyint", "smallint", "integer", "bigint", "float", "double", "varchar", "json",
        "blob", "date", "timestamp", "decimal(10,2)", "decimal(38,38)", "decimal(1,0)"}) {
    const auto type = parse_type(name);
    ASSERT_TRUE(type) << name;
    EXPECT_EQ(type->name(), name);
  }
}

TEST(ParseType, CaseBlanksAndTheOtherNameOfVarcharAreTaken) {
  EXPECT_EQ(parse_type(" BigInt "), parse_type("bigint"));
  EXPECT_EQ(parse_type("text"), parse_type("varchar"));
  EXPECT_EQ(parse_type("DECIMAL( 10 , 2 )"), parse_type("decimal(10,2)"));
}

TEST(ParseType, WhatIsNoneIsNothing) {
  for (const char* wrong : {"",
                            "int",
                            "decimal",
                            "decimal()",
                            "decimal(10)",
                            "decimal(0,0)",
                            "decimal(39,2)",
                            "decimal(5,6)",
                            "decimal(5,-1)",
                            "decimal(5,2",
                            "decimal(5,2,1)",
                            "decimal(a,b)",
                            "timestamptz",
                            "list",
                            "list()",
                            "list(int)",
                            "bigint[",
                            "bigint[3]",
                            "struct",
                            "struct()",
                            "struct(a)",
                            "struct(a bigint",
                            "struct(a bigint, A bigint)",
                            "bigint x"}) {
    EXPECT_EQ(parse_type(wrong), std::nullopt) << wrong;
  }
}

TEST(ParseType, ListsAndStructsHoldTypes) {
  EXPECT_EQ(parse_type("varchar[]"), parse_type("list(varchar)"));
  EXPECT_EQ(parse_type("list( list(bigint) )"), parse_type("bigint[][]"));
  const auto type = parse_type("struct(Key varchar, \"a b\" decimal(3,1)[], at timestamp)");
  ASSERT_TRUE(type);
  EXPECT_EQ(type->sql(),
            "STRUCT(\"Key\" VARCHAR, \"a b\" DECIMAL(3,1)[], \"at\" TIMESTAMP WITH TIME ZONE)");
  std::string deep = "bigint";
  for (int i = 0; i < 100; ++i) deep = "list(" + deep + ")";
  EXPECT_EQ(parse_type(deep), std::nullopt);
  deep = "bigint";
  for (int i = 0; i < 1'000'000; ++i) deep += "[]";
  EXPECT_EQ(parse_type(deep), std::nullopt);
}

TEST(Type, NestedTypesAreSpelledForPeopleAndForSql) {
  const Type number{.id = Type::Id::kBigint};
  const Type time{.id = Type::Id::kTimestamp};
  const Type list{.id = Type::Id::kList, .children = {{"element", number}}};
  const Type structure{.id = Type::Id::kStruct, .children = {{"a \"b\"", list}, {"at", time}}};
  const Type map{.id = Type::Id::kMap, .children = {{"key", Type{}}, {"value", structure}}};
  EXPECT_EQ(list.name(), "list(bigint)");
  EXPECT_EQ(map.name(), "map(varchar, struct(\"a \"\"b\"\"\" list(bigint), at timestamp))");
  EXPECT_EQ(parse_type(structure.name()), structure);
  EXPECT_EQ(map.sql(),
            "MAP(VARCHAR, STRUCT(\"a \"\"b\"\"\" BIGINT[], \"at\" TIMESTAMP WITH TIME ZONE))");
}

TEST(Type, JsonIsTextToSqlAndADecimalKeepsItsDigits) {
  EXPECT_EQ(parse_type("json")->sql(), "VARCHAR");
  EXPECT_NE(parse_type("json"), parse_type("varchar"));
  EXPECT_EQ(parse_type("decimal(10,2)")->sql(), "DECIMAL(10,2)");
  EXPECT_NE(parse_type("decimal(10,2)"), parse_type("decimal(10,3)"));
}

TEST(FindColumn, CaseDoesNotCount) {
  const Schema schema = {{"Id", Type{}}, {"at", Type{}}};
  EXPECT_EQ(find_column(schema, "ID"), &schema[0]);
  EXPECT_EQ(find_column(schema, "at"), &schema[1]);
  EXPECT_EQ(find_column(schema, ""), nullptr);
  EXPECT_EQ(find_column({}, "id"), nullptr);
}

TEST(Contract, KeptExtraFieldsAreALastColumnOfJson) {
  Contract contract{
      .columns = {{.name = "id", .paths = {{{"id"}}}, .type = {.id = Type::Id::kBigint}}}};
  EXPECT_EQ(contract.schema().size(), 1);
  contract.extra_fields = Contract::ExtraFields::kKeep;
  ASSERT_EQ(contract.schema().size(), 2);
  EXPECT_EQ(contract.schema().back(), (Column{"extra_fields", {.id = Type::Id::kJson}}));
}

}  // namespace
}  // namespace tidemill
