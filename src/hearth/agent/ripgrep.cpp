#include "hearth/agent/ripgrep.h"

#include <algorithm>
#include <chrono>
#include <string_view>

#include "hearth/agent/process.h"
#include "hearth/base/file.h"
#include "hearth/base/temporary_folder.h"

namespace hearth::agent {
namespace {

bool in_hidden_folder(std::string_view name) {
  for (std::size_t slash = name.find('/'); slash != std::string_view::npos;
       slash = name.find('/')) {
    if (is_hidden_folder(name.substr(0, slash))) return true;
    name.remove_prefix(slash + 1);
  }
  return false;
}

}  // namespace

std::optional<std::vector<std::string>> files_by_ripgrep(const Folder& folder,
                                                         const std::string& pattern,
                                                         const std::stop_token& stop) {
  const auto scratch = TemporaryFolder::make();
  if (!scratch) return std::nullopt;
  // Names may hold any byte but zero, so they are taken as they are from a file.
  const std::filesystem::path list = scratch->path() / "found";
  constexpr std::chrono::seconds patience{60};
  Command command{.line = {}, .folder = folder.root(), .timeout = patience, .full_output = list};
  // RE2's classes are ASCII, too.
  command.words = {"rg",
                   "--no-config",
                   "--files-with-matches",
                   "--null",
                   "--hidden",
                   "--no-ignore-dot",
                   "--no-messages",
                   "--no-unicode",
                   "--glob=!.git",
                   "--regexp=" + pattern,
                   "./"};
  const auto ran = run_command(command, stop);
  constexpr int none_found = 1;
  if (!ran || ran->end != CommandResult::End::exited || ran->exit_code > none_found) {
    return std::nullopt;
  }
  const std::string bytes = read_file(list).value_or("");
  std::vector<std::string> names;
  std::string_view rest = bytes;
  for (std::size_t end = rest.find('\0'); end != std::string_view::npos; end = rest.find('\0')) {
    std::string_view name = rest.substr(0, end);
    rest.remove_prefix(end + 1);
    if (name.starts_with("./")) name.remove_prefix(2);
    if (in_hidden_folder(name) || folder.leaves_out(folder.root() / name)) continue;
    names.emplace_back(name);
  }
  std::ranges::sort(names);
  return names;
}

}  // namespace hearth::agent
