#include "hearth/agent/json_lines.h"

#include <fmt/format.h>

#include <cstdio>
#include <mutex>

namespace hearth::agent {

void write_json_line(const json::object& object) {
  static std::mutex one_at_a_time;
  const std::string text = to_json(json::value(object));
  const std::lock_guard lock(one_at_a_time);
  fmt::print(stdout, "{}\n", text);
  std::fflush(stdout);
}

}  // namespace hearth::agent
