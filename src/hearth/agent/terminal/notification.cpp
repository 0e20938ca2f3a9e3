#include "hearth/agent/terminal/notification.h"

#include <fmt/format.h>

namespace hearth::agent {

std::optional<Notifications> parse_notifications(std::string_view name) {
  if (name == "off") return Notifications::off;
  if (name == "bell") return Notifications::bell;
  if (name == "osc9") return Notifications::osc9;
  if (name == "osc777") return Notifications::osc777;
  return std::nullopt;
}

std::string notification(Notifications how, std::string_view text) {
  switch (how) {
    case Notifications::off: return {};
    case Notifications::bell: return "\a";
    case Notifications::osc9: return fmt::format("\x1b]9;{}\x1b\\", text);
    case Notifications::osc777: return fmt::format("\x1b]777;notify;Hearth;{}\x1b\\", text);
  }
  return {};
}

}  // namespace hearth::agent
