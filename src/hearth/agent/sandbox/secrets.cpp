#include "hearth/agent/sandbox/secrets.h"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

#include "hearth/agent/folder.h"

namespace hearth::agent {
namespace fs = std::filesystem;
namespace {

constexpr std::array at_home{
    ".ssh",
    ".aws",
    ".gnupg",
    ".azure",
    ".kube",
    ".docker/config.json",
    ".netrc",
    ".npmrc",
    ".pypirc",
    ".git-credentials",
    ".pgpass",
    ".my.cnf",
    ".vault-token",
    ".config/gh",
    ".config/gcloud",
    ".config/hub",
    ".config/op",
    ".config/rclone",
    ".config/git/credentials",
    ".config/hearth",
    ".config/sops",
    ".cargo/credentials",
    ".cargo/credentials.toml",
    ".gem/credentials",
    ".claude/.credentials.json",
    ".claude.json",
    ".claude-code-router",
    ".codex/auth.json",
    ".local/share/keyrings",
    ".local/share/opencode/auth.json",
    ".password-store",
    ".mozilla",
    ".config/google-chrome",
    ".config/chromium",
    ".thunderbird",
    ".bash_history",
    ".zsh_history",
    ".python_history",
    ".node_repl_history",
};

}  // namespace

bool is_secret_name(const std::string& name) {
  if (name == ".env" || name.starts_with(".env.")) {
    // Templates of it are meant to be read.
    static constexpr std::array templates{".env.example", ".env.sample", ".env.template",
                                          ".env.dist", ".env.defaults"};
    return std::ranges::find(templates, name) == templates.end();
  }
  static constexpr std::array names{
      "id_rsa",       "id_ed25519",  "id_ecdsa",     "id_dsa",           ".netrc",
      ".npmrc",       ".pypirc",     ".pgpass",      ".htpasswd",        "credentials.json",
      "secrets.json", "secrets.yml", "secrets.yaml", ".git-credentials", "service-account.json"};
  if (std::ranges::find(names, name) != names.end()) return true;
  static constexpr std::array ends{".pem", ".key", ".p12", ".pfx", ".jks", ".keystore", ".kdbx"};
  return std::ranges::any_of(ends, [&](const char* end) { return name.ends_with(end); });
}

std::vector<fs::path> secrets_of(const fs::path& home, const fs::path& folder) {
  std::vector<fs::path> secrets;
  std::error_code ec;
  for (const char* name : at_home) {
    if (fs::exists(home / name, ec)) secrets.push_back(home / name);
  }
  constexpr int most_entries = 500'000;
  int entries = 0;
  fs::recursive_directory_iterator it(folder, fs::directory_options::skip_permission_denied, ec);
  for (; !ec && it != fs::recursive_directory_iterator() && entries < most_entries;
       it.increment(ec), ++entries) {
    std::error_code entry_error;
    const std::string name = it->path().filename().string();
    if (it->is_directory(entry_error)) {
      if (it->is_symlink(entry_error) || is_hidden_folder(name)) it.disable_recursion_pending();
    } else if (is_secret_name(name)) {
      secrets.push_back(it->path());
    }
  }
  return secrets;
}

}  // namespace hearth::agent
