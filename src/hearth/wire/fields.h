#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "hearth/base/error.h"
#include "hearth/base/json.h"

namespace hearth::wire {

/// How an API writes the path of a list's item in its errors: "messages.0" or "messages[0]".
enum class PathStyle { dots, brackets };

/// The first thing found wrong in a body. A decoder reads on with defaults and asks at the end.
class Problems {
 public:
  explicit Problems(PathStyle style) : style_(style) {}

  /// "PATH: expected EXPECTED, found …"; `found` may be null: "… is missing".
  void expected(const std::string& path, std::string_view what, const json::value* found);
  /// "PATH: TEXT".
  void report(const std::string& path, std::string_view text);

  [[nodiscard]] bool any() const { return error_.has_value(); }
  /// REQUIRES: any().
  [[nodiscard]] Error error() const { return *error_; }

  [[nodiscard]] std::string item(const std::string& path, std::size_t index) const;

 private:
  PathStyle style_;
  std::optional<Error> error_;
};

/// Reads the members of one object. A member of the wrong type is a problem; JSON null is as if it
/// were missing. REQUIRES: the object and the problems outlive it.
class Fields {
 public:
  Fields(const json::object& object, std::string path, Problems& problems)
      : object_(object), path_(std::move(path)), problems_(problems) {}

  /// A missing one is a problem.
  std::string required_string(std::string_view key);
  std::string string(std::string_view key);  ///< empty if missing
  bool boolean(std::string_view key);        ///< false if missing
  std::optional<int> integer(std::string_view key, std::int64_t least, std::int64_t most);
  std::optional<double> number(std::string_view key, double least, double most);
  const json::object* object(std::string_view key);
  const json::array* array(std::string_view key);
  const json::value* value(std::string_view key);
  /// One of `allowed`, or a problem that lists them.
  std::string one_of(std::string_view key, std::initializer_list<std::string_view> allowed);

  /// The members that were not asked for.
  [[nodiscard]] json::object rest() const;

  [[nodiscard]] std::string at(std::string_view key) const;
  [[nodiscard]] const std::string& path() const { return path_; }
  [[nodiscard]] Problems& problems() { return problems_; }

 private:
  const json::object& object_;
  std::string path_;
  Problems& problems_;
  std::vector<std::string_view> asked_;
};

}  // namespace hearth::wire
