#pragma once

#include <optional>
#include <string>
#include <vector>

#include "hearth/agent/terminal/notification.h"
#include "hearth/agent/terminal/theme.h"

namespace hearth::agent {

/// How a person wants the terminal, from the user's settings (`~/.config/hearth/settings.json`).
struct TerminalSettings {
  bool vi_keys = false;                  ///< "editorMode": "vim"
  std::optional<Background> background;  ///< "theme": "dark" or "light"; else the terminal is asked
  Notifications notifications = Notifications::bell;  ///< "notifications"
  bool by_lines = false;                              ///< "screenReader": nothing is drawn twice
  std::vector<std::string> problems;  ///< what was not understood, one sentence each
};

TerminalSettings load_terminal_settings();

/// Whether there is a terminal to draw on: both ends are one, and TERM is not "dumb".
bool can_draw(const TerminalSettings& settings);

}  // namespace hearth::agent
