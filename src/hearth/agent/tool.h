#pragma once

#include <filesystem>
#include <stop_token>
#include <string>
#include <vector>

#include "hearth/base/json.h"
#include "hearth/chat/event.h"
#include "hearth/chat/request.h"

namespace hearth::agent {

/// What a tool does to the world; permissions are given by it.
enum class Access { read, edit, execute, network };

struct ToolResult {
  std::string text;  ///< for the model; an error says what to do next
  bool is_error = false;
  bool is_denied = false;                     ///< it was not run, since it was not allowed
  std::string diff;                           ///< of an edit, for the person
  std::vector<std::string> loads = {};        ///< tools that can be called from here on
  std::vector<chat::ImageBlock> images = {};  ///< behind the text
  int requests = 0;                           ///< a subagent's, to the model
  chat::Usage usage = {};                     ///< of these
};

inline ToolResult tool_error(std::string text) {
  return {.text = std::move(text), .is_error = true, .diff = {}};
}

inline ToolResult tool_denied(std::string reason) {
  return {.text = std::move(reason), .is_error = true, .is_denied = true, .diff = {}};
}

/// One thing a model can call. Its arguments have been checked against the schema before.
class Tool {
 public:
  virtual ~Tool() = default;
  [[nodiscard]] virtual const chat::Tool& description() const = 0;
  [[nodiscard]] virtual Access access() const = 0;
  /// What the call is about, on one line: the path, the command, the pattern.
  [[nodiscard]] virtual std::string subject(const json::object& arguments) const = 0;
  /// What permission is needed for, one by one: each path, where there are several.
  [[nodiscard]] virtual std::vector<std::string> subjects(const json::object& arguments) const {
    return {subject(arguments)};
  }
  /// Where it begins, for one that does not always begin in the session's folder; else empty.
  [[nodiscard]] virtual std::filesystem::path folder() const { return {}; }
  virtual ToolResult run(const json::object& arguments, const std::stop_token& stop) = 0;
};

}  // namespace hearth::agent
