#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace hearth::agent {

/// How a person who looks elsewhere is told: by the terminal's bell, or with a text that it shows
/// as the desktop does (OSC 9: iTerm2, WezTerm, Ghostty, Windows Terminal; OSC 777: urxvt, foot).
enum class Notifications { off, bell, osc9, osc777 };

/// "off", "bell", "osc9", "osc777".
std::optional<Notifications> parse_notifications(std::string_view name);

/// What is written to the terminal. REQUIRES: `text` has no control characters.
std::string notification(Notifications how, std::string_view text);

}  // namespace hearth::agent
