#include "hearth/agent/sandbox/host_pattern.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <optional>
#include <string>

#include "hearth/base/lower_case.h"

namespace hearth::agent {
namespace {

struct Parts {
  std::string_view host;
  std::optional<int> port;
};

/// "host:port", "host", "[address]:port"; nothing if it is none of these.
std::optional<Parts> parts_of(std::string_view pattern) {
  Parts parts{pattern, std::nullopt};
  const bool bracketed = pattern.starts_with('[');
  const std::size_t end = bracketed ? pattern.find(']') : pattern.rfind(':');
  if (bracketed) {
    if (end == std::string_view::npos) return std::nullopt;
    parts.host = pattern.substr(1, end - 1);
  } else if (end != std::string_view::npos) {
    // An IPv6 address as it is.
    if (pattern.find(':') != end) return parts;
    parts.host = pattern.substr(0, end);
  }
  const std::size_t colon = bracketed ? end + 1 : end;
  if (end == std::string_view::npos || colon >= pattern.size()) return parts;
  const std::string_view digits = pattern.substr(colon + 1);
  int port = 0;
  const auto [rest, ec] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
  constexpr int last_port = 65535;
  if (pattern[colon] != ':' || ec != std::errc{} || rest != digits.data() + digits.size() ||
      port < 1 || port > last_port) {
    return std::nullopt;
  }
  parts.port = port;
  return parts;
}

}  // namespace

bool is_host_pattern(std::string_view pattern) {
  const auto parts = parts_of(pattern);
  if (!parts) return false;
  std::string_view name = parts->host;
  if (name.starts_with("*.")) name.remove_prefix(2);
  return !name.empty() && std::ranges::all_of(name, [](unsigned char c) {
    return std::isalnum(c) != 0 || c == '.' || c == '-' || c == '_' || c == ':';
  });
}

bool matches_host(std::string_view pattern, std::string_view host, int port) {
  const auto parts = parts_of(pattern);
  if (!parts || (parts->port && *parts->port != port)) return false;
  // A name may end in the root's dot.
  if (host.ends_with('.')) host.remove_suffix(1);
  const std::string wanted = in_lower_case(parts->host);
  const std::string asked = in_lower_case(host);
  if (wanted.starts_with("*.")) return asked.ends_with(wanted.substr(1));
  return asked == wanted;
}

}  // namespace hearth::agent
