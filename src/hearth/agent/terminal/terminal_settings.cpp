#include "hearth/agent/terminal/terminal_settings.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdlib>
#include <string_view>

#include "hearth/base/file.h"
#include "hearth/base/json.h"
#include "hearth/base/xdg.h"

namespace hearth::agent {

TerminalSettings load_terminal_settings() {
  TerminalSettings settings;
  const auto file = config_dir() / "settings.json";
  const auto content = read_file(file);
  // What is wrong with the file as a whole is told where its permissions are read.
  const auto value = content ? parse_json(*content) : Result<json::value>(json::value());
  if (!value || !value->is_object()) return settings;
  const json::object& object = value->get_object();
  const auto word = [&](std::string_view name, std::string_view one,
                        std::string_view other) -> std::optional<bool> {
    const json::value* given = find(object, name);
    if (given == nullptr) return std::nullopt;
    if (given->is_string() && given->get_string() == one) return true;
    if (given->is_string() && given->get_string() == other) return false;
    settings.problems.push_back(
        fmt::format("{}: {}: expected \"{}\" or \"{}\"", file.string(), name, one, other));
    return std::nullopt;
  };
  settings.vi_keys = word("editorMode", "vim", "normal").value_or(false);
  if (const auto light = word("theme", "light", "dark")) {
    settings.background = *light ? Background::light : Background::dark;
  }
  if (const json::value* given = find(object, "notifications")) {
    const auto how = given->is_string() ? parse_notifications(given->get_string()) : std::nullopt;
    settings.notifications = how.value_or(settings.notifications);
    if (!how) {
      settings.problems.push_back(fmt::format(
          R"({}: notifications: expected "bell", "osc9", "osc777" or "off")", file.string()));
    }
  }
  if (const json::value* by_lines = find(object, "screenReader")) {
    settings.by_lines = by_lines->is_bool() && by_lines->get_bool();
    if (!by_lines->is_bool()) {
      settings.problems.push_back(
          fmt::format("{}: screenReader: expected true or false", file.string()));
    }
  }
  return settings;
}

bool can_draw(const TerminalSettings& settings) {
  const char* term = std::getenv("TERM");
  const bool dumb = term == nullptr || *term == '\0' || std::string_view(term) == "dumb";
  return !settings.by_lines && !dumb && ::isatty(STDIN_FILENO) == 1 && ::isatty(STDOUT_FILENO) == 1;
}

}  // namespace hearth::agent
