// The one error type. What is expected is not an error: absent is std::optional, a bad row goes to
// the rejects table, mistakes in a project come as a list (`Mistakes`).
#pragma once

#include <chrono>
#include <exception>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tidemill {

/// Says where in a user's file something stands. Lines and columns count from 1; 0 means unknown.
struct Place {
  std::string file;
  int line = 0;
  int column = 0;

  bool known() const { return !file.empty(); }
  /// Returns `file:line:column`, without the parts that are unknown.
  std::string text() const;
  bool operator==(const Place&) const = default;
};

/// An error with its kind, the place it belongs to, and a hint that can be pasted. The kind alone
/// decides about retries and the exit code. Only the doors catch it: the command line and a task's
/// attempt.
class Error : public std::exception {
 public:
  enum class Kind {
    kUser,       ///< The project, its data or the command is wrong: trying again changes nothing.
    kTransient,  ///< The outside did not answer as it should: try again later.
    kBug,        ///< Tidemill itself is wrong.
    kCancelled,  ///< Someone asked us to stop.
  };

  Error(Kind kind, std::string message);

  /// Adds the place; the innermost place given first stays.
  Error& at(Place place) &;
  Error&& at(Place place) &&;
  Error& hint(std::string hint) &;
  Error&& hint(std::string hint) &&;

  /// Says that the work needs more memory than it may take; another way may do with less.
  Error& for_want_of_memory() &;
  Error&& for_want_of_memory() &&;

  /// Says how long the outside asked us to wait before the next try.
  Error& retry_after(std::chrono::milliseconds wait) &;
  Error&& retry_after(std::chrono::milliseconds wait) &&;

  Kind kind() const { return kind_; }
  const std::string& message() const { return message_; }
  const Place& place() const { return place_; }
  const std::string& hint() const { return hint_; }
  bool wants_memory() const { return wants_memory_; }
  const std::optional<std::chrono::milliseconds>& retry_after() const { return retry_after_; }

  /// Returns `place: message`, and on a second line `hint: …` where there is one.
  std::string text() const;
  const char* what() const noexcept override { return message_.c_str(); }

 private:
  Kind kind_;
  std::string message_;
  Place place_;
  std::string hint_;
  bool wants_memory_ = false;
  std::optional<std::chrono::milliseconds> retry_after_;
};

/// Returns a user's error, for `throw user_error("unknown column: " + quote(name)).at(place)`.
Error user_error(std::string message);
Error transient_error(std::string message);
Error bug_error(std::string message);

/// The mistakes of a project, collected so that all are reported at once.
class Mistakes {
 public:
  void add(Error mistake) { list_.push_back(std::move(mistake)); }
  bool empty() const { return list_.empty(); }
  /// Returns them ordered by file and line; those without a place come last.
  std::vector<Error> sorted() const;

 private:
  std::vector<Error> list_;
};

}  // namespace tidemill
