#pragma once

#include <cstdint>
#include <initializer_list>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "hearth/base/json5.h"

namespace hearth::router {

/// A configuration being read: what is wrong with it is kept, with file, line and column.
class ConfigSource {
 public:
  ConfigSource(std::string file, const Json5& document)
      : file_(std::move(file)), document_(document) {}

  void report(const std::string& pointer, std::string_view text);
  void expected(const std::string& pointer, std::string_view what, const json::value* found);

  /// What is odd, but no mistake.
  void warn(const std::string& pointer, std::string_view text);
  /// All of these, in the order they were found.
  [[nodiscard]] const std::vector<std::string>& warnings() const { return warnings_; }

  [[nodiscard]] bool failed() const { return !errors_.empty(); }
  /// All of them, one a line, in the file's order. REQUIRES: failed().
  [[nodiscard]] Error error() const;

 private:
  std::string file_;
  const Json5& document_;
  std::map<TextPosition, std::string> errors_;  ///< the first of each place
  std::vector<std::string> warnings_;
};

/// The members of one object of a configuration. JSON null is as if missing.
/// REQUIRES: the object and the source outlive it.
class ConfigObject {
 public:
  ConfigObject(const json::object& object, std::string pointer, ConfigSource& source)
      : object_(object), pointer_(std::move(pointer)), source_(source) {}

  const json::value* value(std::string_view key);
  std::string string(std::string_view key);  ///< empty if missing
  /// Also a string of digits, as old configurations write numbers.
  std::optional<int> integer(std::string_view key, int least, int most);
  std::optional<double> number(std::string_view key);
  std::optional<bool> boolean(std::string_view key);
  const json::object* object(std::string_view key);
  const json::array* array(std::string_view key);
  /// A string or an array of strings. Empty if missing.
  std::vector<std::string> strings(std::string_view key);
  /// Empty if missing; another text than those is an error that lists them.
  std::string one_of(std::string_view key, std::initializer_list<std::string_view> allowed);

  /// The members that were not asked for.
  [[nodiscard]] json::object rest() const;
  [[nodiscard]] std::string at(std::string_view key) const;
  [[nodiscard]] ConfigSource& source() { return source_; }

 private:
  const json::object& object_;
  std::string pointer_;
  ConfigSource& source_;
  std::vector<std::string_view> asked_;
};

/// "/Providers/0/models" as people write it: "Providers[0].models".
std::string key_path(std::string_view pointer);

}  // namespace hearth::router
