#include "hearth/agent/git_ignored.h"

#include <chrono>
#include <string_view>

#include "hearth/agent/process.h"
#include "hearth/base/file.h"
#include "hearth/base/temporary_folder.h"

namespace hearth::agent {

GitIgnored::GitIgnored(const std::filesystem::path& folder, const std::stop_token& stop) {
  const auto scratch = TemporaryFolder::make();
  if (!scratch) return;
  // Names may hold any byte but zero, so they are taken as they are from a file.
  const std::filesystem::path list = scratch->path() / "ignored";
  constexpr std::chrono::seconds patience{10};
  const auto ran = run_command({.line = "exec git -c core.fsmonitor=false ls-files -z --others "
                                        "--ignored --exclude-standard --directory 2>/dev/null",
                                .folder = folder,
                                .timeout = patience,
                                .full_output = list},
                               stop);
  if (!ran || !ran->passed()) return;
  const std::string bytes = read_file(list).value_or("");
  std::string_view rest = bytes;
  for (std::size_t end = rest.find('\0'); end != std::string_view::npos; end = rest.find('\0')) {
    names_.emplace(rest.substr(0, end));
    rest.remove_prefix(end + 1);
  }
}

bool GitIgnored::covers(const std::string& name) const {
  if (names_.empty()) return false;
  if (names_.contains(name) || names_.contains("./")) return true;
  for (std::size_t slash = name.find('/'); slash != std::string::npos;
       slash = name.find('/', slash + 1)) {
    if (names_.contains(name.substr(0, slash + 1))) return true;
  }
  return false;
}

}  // namespace hearth::agent
