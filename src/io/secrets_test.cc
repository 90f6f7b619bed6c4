#include "io/secrets.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace tidemill {
namespace {

namespace fs = std::filesystem;

class SecretsTest : public testing::Test {
 protected:
  SecretsTest() {
    std::string pattern = fs::temp_directory_path() / "secrets-XXXXXX";
    folder_ = ::mkdtemp(pattern.data());
  }
  ~SecretsTest() override {
    fs::remove_all(folder_);
    ::unsetenv(kName);
  }

  void write(const std::string& text, fs::perms permissions = fs::perms::owner_read) {
    const fs::path path = folder_ / "secrets.yml";
    std::ofstream(path) << text;
    fs::permissions(path, permissions);
  }
  std::string value() { return read_secret(asked_, folder_).reveal(); }
  std::string error() {
    try {
      value();
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), Error::Kind::kUser);
      return error.place().text() + ": " + error.message();
    }
    return "";
  }

  static constexpr const char* kName = "TIDEMILL_TEST_SECRET";
  const SecretName asked_{kName, {"sources/a.yml", 3, 5}};
  fs::path folder_;
};

TEST_F(SecretsTest, TheEnvironmentComesFirst) {
  write("TIDEMILL_TEST_SECRET: of the file");
  EXPECT_EQ(value(), "of the file");
  ::setenv(kName, "of the environment", 1);
  EXPECT_EQ(value(), "of the environment");
  ::setenv(kName, "", 1);
  EXPECT_EQ(value(), "of the file") << "an empty variable is none";
}

TEST_F(SecretsTest, ALineBreakIsNoneOfASecret) {
  write("TIDEMILL_TEST_SECRET: \"a\\nb\"");
  EXPECT_EQ(error(), "secrets.yml:1:23: a secret with a line break: 'TIDEMILL_TEST_SECRET'");
  ::setenv(kName, "a\r\nX-Other: b", 1);
  EXPECT_EQ(error(), "sources/a.yml:3:5: a secret with a line break: 'TIDEMILL_TEST_SECRET'");
}

TEST_F(SecretsTest, WhatNobodyKnowsIsAskedForWhereItStands) {
  EXPECT_EQ(error(), "sources/a.yml:3:5: no such secret: 'TIDEMILL_TEST_SECRET'");
  write("OTHER: x");
  EXPECT_EQ(error(), "sources/a.yml:3:5: no such secret: 'TIDEMILL_TEST_SECRET'");
}

TEST_F(SecretsTest, AFileThatOthersMayReadOrChangeIsRefused) {
  for (const fs::perms more : {fs::perms::group_read, fs::perms::others_read,
                               fs::perms::group_write, fs::perms::others_write}) {
    fs::remove(folder_ / "secrets.yml");
    write("TIDEMILL_TEST_SECRET: hunter2", fs::perms::owner_read | more);
    EXPECT_EQ(error(), "secrets.yml: others may read or change the secrets");
  }
}

TEST_F(SecretsTest, ErrorsInTheFileDoNotQuoteIt) {
  write("OTHER: 1\nTIDEMILL_TEST_SECRET: *hunter2");
  EXPECT_EQ(error(), "secrets.yml:2:23: not valid YAML");
  fs::remove(folder_ / "secrets.yml");
  write("TIDEMILL_TEST_SECRET: [hunter2]");
  EXPECT_EQ(error(), "secrets.yml:1:23: a secret must be a text: 'TIDEMILL_TEST_SECRET'");
}

}  // namespace
}  // namespace tidemill
