#include "hearth/agent/context/project_files.h"

#include "hearth/agent/folder.h"
#include "hearth/agent/sandbox/secrets.h"
#include "hearth/base/xdg.h"

namespace hearth::agent {
namespace fs = std::filesystem;

fs::path repository_of(const fs::path& folder) {
  std::error_code ec;
  for (fs::path at = folder; at.has_relative_path(); at = at.parent_path()) {
    if (fs::exists(at / ".git", ec)) return at;
  }
  return folder;
}

bool project_may_lead_to(const fs::path& file, const fs::path& root) {
  std::error_code ec;
  const fs::path real = fs::canonical(file, ec);
  if (ec || is_secret_name(real.filename().string())) return false;
  const auto below = [&](const fs::path& folder) {
    return is_below(real, fs::weakly_canonical(folder, ec));
  };
  if (below(root)) return true;
  // Settings with keys and old conversations lie there, too.
  const bool is_text = real.extension() == ".md" || real.extension() == ".txt";
  return is_text && (below(config_dir()) || below(home_dir() / ".claude"));
}

}  // namespace hearth::agent
