#include "hearth/agent/context/setting_sources.h"

#include <fmt/format.h>

#include <algorithm>

#include "hearth/agent/plain_text.h"

namespace hearth::agent {

Result<SettingSources> parse_setting_sources(std::string_view names) {
  SettingSources sources{.user = false, .project = false, .local = false};
  while (!names.empty()) {
    const std::size_t end = std::min(names.find(','), names.size());
    const std::string_view name = trimmed(names.substr(0, end));
    if (name == "user") {
      sources.user = true;
    } else if (name == "project") {
      sources.project = true;
    } else if (name == "local") {
      sources.local = true;
    } else if (!name.empty()) {
      return fail(ErrorKind::config,
                  fmt::format("--setting-sources: there is no \"{}\"; name some of user, project "
                              "and local, with commas between them",
                              name));
    }
    names.remove_prefix(std::min(end + 1, names.size()));
  }
  return sources;
}

}  // namespace hearth::agent
