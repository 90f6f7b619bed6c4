// What every file system promises, held against the local one and the one in memory.
#include "io/file_system.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <functional>
#include <ostream>
#include <thread>

#include "base/error.h"
#include "base/text.h"

namespace tidemill {
namespace {

struct NamedFileSystem {
  std::string name;
  std::function<std::unique_ptr<FileSystem>()> open;
  friend std::ostream& operator<<(std::ostream& out, const NamedFileSystem& system) {
    return out << system.name;
  }
};

class FileSystemTest : public testing::TestWithParam<NamedFileSystem> {
 protected:
  FileSystemTest()
      : files_(GetParam().open()),
        folder_(std::filesystem::path(testing::TempDir()) / ("tidemill_files_" + random_id())) {}
  ~FileSystemTest() override { files_->remove_all(folder_); }

  std::string path(const std::string& name) const { return join_path(folder_, name); }

  std::vector<std::string> names() {
    std::vector<std::string> names;
    for (const FileEntry& entry : files_->list(folder_))
      names.push_back(entry.path.substr(folder_.size() + 1));
    return names;
  }

  std::unique_ptr<FileSystem> files_;
  const std::string folder_;
};

INSTANTIATE_TEST_SUITE_P(
    Kinds, FileSystemTest,
    testing::Values(NamedFileSystem{"local", local_file_system},
                    NamedFileSystem{"memory", [] { return std::make_unique<MemoryFileSystem>(); }}),
    [](const auto& kind) { return kind.param.name; });

TEST_P(FileSystemTest, WhatIsNotThereIsNothing) {
  EXPECT_EQ(files_->read(path("a")), std::nullopt);
  EXPECT_EQ(files_->open(path("a"), 0), nullptr);
  EXPECT_FALSE(files_->stat(path("a")));
  EXPECT_EQ(names(), std::vector<std::string>{});
  files_->remove(path("a"));
  files_->remove_all(folder_);
}

TEST_P(FileSystemTest, WritingMakesFoldersAndReplacesWhatWasThere) {
  files_->write(path("x/y/a"), "one");
  files_->write(path("x/y/a"), "longer");
  EXPECT_EQ(files_->read(path("x/y/a")), "longer");
  EXPECT_EQ(files_->stat(path("x/y/a"))->size, 6);
  EXPECT_EQ(names(), std::vector<std::string>{"x/y/a"}) << "no temporary file is left";
}

TEST_P(FileSystemTest, AnEmptyFileIsAFile) {
  files_->write(path("a"), "");
  EXPECT_EQ(files_->read(path("a")), "");
  EXPECT_EQ(files_->stat(path("a"))->size, 0);
}

TEST_P(FileSystemTest, BytesAreKeptAsTheyAre) {
  std::string bytes;
  for (int i = 0; i < 100'000; ++i) bytes += static_cast<char>(i % 256);
  files_->write(path("a"), bytes);
  EXPECT_EQ(files_->read(path("a")), bytes);
  const auto source = files_->open(path("a"), 0);
  EXPECT_EQ(source->fingerprint().size, 100'000);
  std::string read;
  std::array<uint8_t, 333> buffer{};
  while (const size_t count = source->read(buffer))
    read.append(buffer.begin(), buffer.begin() + static_cast<std::ptrdiff_t>(count));
  EXPECT_EQ(read, bytes);
  EXPECT_EQ(source->read(buffer), 0) << "the end stays the end";
  const auto later = files_->open(path("a"), 99'999);
  EXPECT_EQ(later->read(buffer), 1);
  EXPECT_EQ(buffer[0], static_cast<uint8_t>(bytes.back()));
  EXPECT_EQ(files_->open(path("a"), 100'001)->read(buffer), 0) << "nothing is behind the end";
}

TEST_P(FileSystemTest, AFileIsPutOnlyWhereNoneIs) {
  EXPECT_TRUE(files_->put_if_absent(path("log/0"), "first"));
  EXPECT_FALSE(files_->put_if_absent(path("log/0"), "second"));
  EXPECT_EQ(files_->read(path("log/0")), "first");
  EXPECT_EQ(names(), std::vector<std::string>{"log/0"});
  files_->remove(path("log/0"));
  EXPECT_TRUE(files_->put_if_absent(path("log/0"), "third"));
}

TEST_P(FileSystemTest, OfManyWhoPutAtOnceOneGetsTrue) {
  std::atomic<int> winners = 0;
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 8; ++i) {
      threads.emplace_back(
          [&, i] { winners += files_->put_if_absent(path("log/0"), std::to_string(i)) ? 1 : 0; });
    }
  }
  EXPECT_EQ(winners, 1);
  EXPECT_EQ(names().size(), 1);
}

TEST_P(FileSystemTest, FilesAreListedAtAnyDepthByPath) {
  for (const char* name : {"b", "a/z", "a/b/c", "a.b"}) files_->write(path(name), "x");
  files_->write(folder_ + "2/other", "x");
  EXPECT_EQ(names(), (std::vector<std::string>{"a.b", "a/b/c", "a/z", "b"}));
  EXPECT_EQ(files_->list(path("a")).size(), 2);
  EXPECT_EQ(files_->list(path("none")).size(), 0);
  files_->remove_all(folder_ + "2");
}

TEST_P(FileSystemTest, AFolderThatAppearsWhileItIsListedIsEmptyOrNot) {
  const std::jthread maker([&](const std::stop_token& stop) {
    while (!stop.stop_requested()) {
      files_->write(path("log/0"), "x");
      files_->remove_all(path("log"));
    }
  });
  for (int i = 0; i < 3000; ++i) {
    EXPECT_LE(files_->list(path("log")).size(), 1);
    EXPECT_LE(files_->find(path("log/*")).size(), 1);
  }
}

TEST_P(FileSystemTest, FilesAreFoundByAPattern) {
  const std::vector<std::string> all = {"2015/01/a.json",  "2015/01/b.csv",  "2015/02/a.json",
                                        "2015/a.json",     "2016/01/a.json", "a.json",
                                        "x/2015/01/c.json"};
  for (const std::string& name : all) files_->write(path(name), "x");
  const auto found = [&](const std::string& pattern) {
    std::vector<std::string> names;
    for (const FileEntry& entry : files_->find(path(pattern)))
      names.push_back(entry.path.substr(folder_.size() + 1));
    return names;
  };
  using Names = std::vector<std::string>;
  EXPECT_EQ(found("*"), Names{"a.json"});
  EXPECT_EQ(found("*/*.json"), Names{"2015/a.json"});
  EXPECT_EQ(found("201?/01/*"), (Names{"2015/01/a.json", "2015/01/b.csv", "2016/01/a.json"}));
  EXPECT_EQ(found("201*/0*/a.json"), (Names{"2015/01/a.json", "2015/02/a.json", "2016/01/a.json"}));
  EXPECT_EQ(found("2015/01/*"), (Names{"2015/01/a.json", "2015/01/b.csv"}));
  EXPECT_EQ(found("**/01/*.json"), (Names{"2015/01/a.json", "2016/01/a.json", "x/2015/01/c.json"}));
  EXPECT_EQ(found("*/**/c.json"), Names{"x/2015/01/c.json"});
  EXPECT_EQ(found("**/*").size(), all.size());
  for (const char* pattern : {"*/", "*/a.json/*", "none/*", "*/none/*", "*/*/*/*/*", "**"})
    EXPECT_EQ(found(pattern), pattern == std::string("**") ? Names{"a.json"} : Names{}) << pattern;
}

TEST_P(FileSystemTest, RemovingAllLeavesTheNeighbours) {
  for (const char* name : {"a/x", "a/y/z", "ab"}) files_->write(path(name), "x");
  files_->remove_all(path("a"));
  EXPECT_EQ(names(), std::vector<std::string>{"ab"});
  files_->remove(path("ab"));
  files_->remove(path("ab"));
  EXPECT_EQ(names(), std::vector<std::string>{});
}

TEST(LocalFileSystem, APatternGoesThroughLinksToFolders) {
  namespace fs = std::filesystem;
  const auto files = local_file_system();
  const std::string folder = testing::TempDir() + "tidemill_links_" + random_id();
  files->write(folder + "/away/hour/a.json", "x");
  fs::create_directories(folder + "/here/day");
  fs::create_directory_symlink(folder + "/away/hour", folder + "/here/linked");
  fs::create_directory_symlink(folder + "/here", folder + "/here/day/around");
  fs::create_symlink(folder + "/nowhere", folder + "/here/lost");
  fs::create_symlink(folder + "/away/hour/a.json", folder + "/here/b.json");
  const auto count = [&](const std::string& pattern) {
    return files->find(folder + pattern).size();
  };
  EXPECT_EQ(count("/here/*/*.json"), 1);
  EXPECT_EQ(count("/here/linked/*.json"), 1);
  EXPECT_EQ(count("/here/*"), 1) << "the link to a file";
  EXPECT_EQ(count("/here/*/around/*/around/*.json"), 1) << "as far as the pattern goes";
  EXPECT_EQ(count("/here/**/*.json"), 1) << "not around for ever";
  files->remove_all(folder);
}

/// While it lives, root has the rights of a user.
class AsUser {
 public:
  AsUser() { EXPECT_EQ(was_root_ ? ::seteuid(kNobody) : 0, 0); }
  ~AsUser() { EXPECT_EQ(was_root_ ? ::seteuid(0) : 0, 0); }

 private:
  static constexpr uid_t kNobody = 65534;
  const bool was_root_ = ::geteuid() == 0;
};

TEST(LocalFileSystem, AFolderThatMayNotBeReadMattersOnlyWhereAPatternLooksIntoIt) {
  namespace fs = std::filesystem;
  const auto files = local_file_system();
  const std::string folder = testing::TempDir() + "tidemill_closed_" + random_id();
  files->write(folder + "/open/a.json", "x");
  files->write(folder + "/closed/a.json", "x");
  fs::create_directory(folder + "/open/deep");
  fs::create_symlink(folder + "/closed/a.json", folder + "/open/deep/b.json");
  fs::permissions(folder + "/closed", fs::perms::none);
  {
    const AsUser user;
    EXPECT_EQ(files->find(folder + "/o*/*.json").size(), 1);
    EXPECT_THROW(files->find(folder + "/*/*.json"), Error);
    EXPECT_THROW(files->find(folder + "/**/*.json"), Error);
    EXPECT_THROW(files->find(folder + "/open/**/*.json"), Error)
        << "a link into it is not left out";
  }
  fs::permissions(folder + "/closed", fs::perms::owner_all);
  files->remove_all(folder);
}

TEST(LocalFileSystem, PipesAndDevicesAreNoFiles) {
  const auto files = local_file_system();
  const std::string folder = testing::TempDir() + "tidemill_pipes_" + random_id();
  files->write(folder + "/a", "x");
  ASSERT_EQ(::mkfifo((folder + "/pipe").c_str(), 0600), 0);
  std::filesystem::create_symlink("/dev/zero", folder + "/zeros");
  EXPECT_EQ(files->find(folder + "/*").size(), 1);
  EXPECT_EQ(files->find(folder + "/**/*").size(), 1);
  EXPECT_THROW(files->open(folder + "/pipe", 0), Error);
  EXPECT_THROW(files->open(folder + "/zeros", 0), Error);
  files->remove_all(folder);
}

TEST(LocalFileSystem, AFileThatChangesWhileItIsReadIsNotTakenForOneContent) {
  namespace fs = std::filesystem;
  const auto files = local_file_system();
  const std::string path = testing::TempDir() + "tidemill_torn_" + random_id();
  const auto read_with = [&](const std::function<void()>& change) {
    files->write(path, "0123456789");
    const auto source = files->open(path, 0);
    std::array<uint8_t, 4> buffer{};
    size_t size = source->read(buffer);
    change();
    while (const size_t count = source->read(buffer)) size += count;
    return size;
  };
  const auto write_over = [&] {
    std::fstream(path, std::ios::in | std::ios::out) << "abc";
    fs::last_write_time(path, fs::last_write_time(path) + std::chrono::seconds(1));
  };
  EXPECT_EQ(read_with([] {}), 10);
  EXPECT_EQ(read_with([&] { std::ofstream(path, std::ios::app) << "more"; }), 14);
  EXPECT_EQ(read_with([&] { files->write(path, "another"); }), 10) << "the old one is whole";
  EXPECT_THROW(read_with([&] { fs::resize_file(path, 7); }), Error);
  EXPECT_THROW(read_with([&] { fs::resize_file(path, 0); }), Error);
  EXPECT_THROW(read_with(write_over), Error);
  files->remove(path);
}

TEST(LocalFileSystem, ReadingAFolderAsAFileIsAMistake) {
  const auto files = local_file_system();
  EXPECT_THROW(files->read(testing::TempDir()), Error);
  EXPECT_EQ(files->read("/dev/null/a"), std::nullopt) << "nothing lies below a file";
}

TEST(LocalFileSystem, WritingBelowAFileSaysWhereItFailed) {
  try {
    local_file_system()->write("/dev/null/folder/a", "x");
    ADD_FAILURE() << "written";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), Error::Kind::kUser);
    EXPECT_TRUE(error.message().starts_with("cannot make the folder (")) << error.message();
    EXPECT_TRUE(error.message().ends_with("'/dev/null/folder'")) << error.message();
  }
}

TEST(JoinPath, AnAbsoluteNameStandsForItself) {
  EXPECT_EQ(join_path("a", "b"), "a/b");
  EXPECT_EQ(join_path("a/", "b"), "a/b");
  EXPECT_EQ(join_path("", "b"), "b");
  EXPECT_EQ(join_path("a", "/b"), "/b");
  EXPECT_EQ(join_path("a", ""), "a/");
}

TEST(Fingerprint, OnlyWhatSurelyIsTheSameIsTheSame) {
  const Fingerprint tagged{.etag = "\"1\"", .last_modified = "then", .size = 3};
  EXPECT_TRUE(tagged.same_content({.etag = "\"1\"", .last_modified = "later", .size = 4}));
  EXPECT_FALSE(tagged.same_content({.etag = "\"2\"", .last_modified = "then", .size = 3}));
  EXPECT_TRUE(tagged.same_content({.last_modified = "then", .size = 3}))
      << "without a tag, time and size decide";
  EXPECT_FALSE(tagged.same_content({.last_modified = "then", .size = 4}));
  EXPECT_FALSE(tagged.same_content({.last_modified = "then"}));
  EXPECT_FALSE(Fingerprint{}.same_content({})) << "two unknowns are not surely one";
}

}  // namespace
}  // namespace tidemill
