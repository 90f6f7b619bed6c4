#include "run/replay_texts.h"

#include <algorithm>
#include <cstdio>
#include <memory>
#include <utility>

#include "base/error.h"
#include "base/text.h"

namespace tidemill {

namespace {

/// The first bytes of a source.
class Piece : public ByteSource {
 public:
  Piece(std::unique_ptr<ByteSource> source, int64_t size)
      : source_(std::move(source)), left_(static_cast<size_t>(size)) {}

  size_t read(std::span<uint8_t> buffer) override {
    const size_t count = source_->read(buffer.first(std::min(buffer.size(), left_)));
    left_ -= count;
    return count;
  }
  const Fingerprint& fingerprint() const override { return source_->fingerprint(); }

 private:
  std::unique_ptr<ByteSource> source_;
  size_t left_;
};

}  // namespace

ReplayTexts::ReplayTexts(FileSystem& files, std::string path)
    : files_(files), path_(std::move(path)), file_(path_, std::ios::binary | std::ios::trunc) {}

ReplayTexts::~ReplayTexts() { std::remove(path_.c_str()); }

void ReplayTexts::add(std::string file, int64_t line, std::string_view header,
                      std::string_view record) {
  const int64_t begin = size_;
  int64_t above = 0;
  if (!header.empty()) {
    file_ << header << '\n';
    above = std::ranges::count(header, '\n') + 1;
    size_ += std::ssize(header) + 1;
  }
  file_ << record;
  size_ += std::ssize(record);
  inputs_.push_back({.name = std::move(file),
                     .open = [this, begin, size = size_ - begin]() -> std::unique_ptr<ByteSource> {
                       auto source = files_.open(path_, begin);
                       if (source == nullptr)
                         throw user_error("the file is gone while it is read: " + quote(path_));
                       return std::make_unique<Piece>(std::move(source), size);
                     },
                     .first_line = line - above,
                     .is_record = true});
}

std::vector<Input> ReplayTexts::finish() {
  file_.close();
  if (file_.fail())
    throw user_error("cannot write the records to be replayed: " + quote(path_))
        .hint("is the disk full?");
  return std::move(inputs_);
}

}  // namespace tidemill
