#include "hearth/agent/context/setting_sources.h"

#include <fmt/format.h>

#include "hearth/agent/comma_separated.h"

namespace hearth::agent {

Result<SettingSources> parse_setting_sources(std::string_view names) {
  SettingSources sources{.user = false, .project = false, .local = false};
  for (const std::string_view name : comma_separated(names)) {
    if (name == "user") {
      sources.user = true;
    } else if (name == "project") {
      sources.project = true;
    } else if (name == "local") {
      sources.local = true;
    } else {
      return fail(ErrorKind::config,
                  fmt::format("--setting-sources: there is no \"{}\"; name some of user, project "
                              "and local, with commas between them",
                              name));
    }
  }
  return sources;
}

}  // namespace hearth::agent
