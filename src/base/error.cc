#include "base/error.h"

#include <algorithm>
#include <tuple>
#include <utility>

namespace tidemill {

std::string Place::text() const {
  std::string text = file;
  if (line > 0) text += ":" + std::to_string(line);
  if (line > 0 && column > 0) text += ":" + std::to_string(column);
  return text;
}

Error::Error(Kind kind, std::string message) : kind_(kind), message_(std::move(message)) {}

Error& Error::at(Place place) & {
  if (!place_.known()) place_ = std::move(place);
  return *this;
}

Error&& Error::at(Place place) && { return std::move(this->at(std::move(place))); }

Error& Error::hint(std::string hint) & {
  if (hint_.empty()) hint_ = std::move(hint);
  return *this;
}

Error&& Error::hint(std::string hint) && { return std::move(this->hint(std::move(hint))); }

Error& Error::for_want_of_memory() & {
  wants_memory_ = true;
  return *this;
}

Error&& Error::for_want_of_memory() && { return std::move(this->for_want_of_memory()); }

Error& Error::retry_after(std::chrono::milliseconds wait) & {
  retry_after_ = wait;
  return *this;
}

Error&& Error::retry_after(std::chrono::milliseconds wait) && {
  return std::move(this->retry_after(wait));
}

std::string Error::text() const {
  std::string text = place_.known() ? place_.text() + ": " + message_ : message_;
  if (hint_.empty()) return text;
  text += "\n  hint: ";
  for (const char c : hint_) text += c == '\n' ? "\n    " : std::string(1, c);
  return text;
}

Error user_error(std::string message) { return {Error::Kind::kUser, std::move(message)}; }
Error transient_error(std::string message) { return {Error::Kind::kTransient, std::move(message)}; }
Error bug_error(std::string message) { return {Error::Kind::kBug, std::move(message)}; }

std::vector<Error> Mistakes::sorted() const {
  std::vector<Error> sorted = list_;
  const auto order = [](const Error& mistake) {
    const Place& place = mistake.place();
    return std::tuple(!place.known(), place.file, place.line, place.column);
  };
  std::stable_sort(sorted.begin(), sorted.end(),
                   [&](const Error& a, const Error& b) { return order(a) < order(b); });
  return sorted;
}

}  // namespace tidemill
