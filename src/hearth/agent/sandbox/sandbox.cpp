#include "hearth/agent/sandbox/sandbox.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "hearth/agent/process.h"
#include "hearth/agent/sandbox/secrets.h"
#include "hearth/agent/spawn.h"
#include "hearth/base/xdg.h"

namespace hearth::agent {
namespace fs = std::filesystem;
namespace {

/// Places in the folder from which something outside the sandbox takes commands or permissions.
constexpr std::array guarded{".git/hooks",
                             ".git/config",
                             ".git/config.worktree",
                             ".git/commondir",
                             ".git/info/attributes",
                             ".hearth",
                             ".claude",
                             ".mcp.json",
                             ".codex",
                             ".vscode",
                             ".idea",
                             ".envrc",
                             ".husky",
                             ".gitmodules"};

/// The names that commands see: the proxy's socket, and the program that leads to it.
constexpr std::string_view proxy_socket = ".hearth-network";
constexpr std::string_view relay_program = "/run/hearth";

bool is_loopback(const std::string& pattern) {
  return pattern.starts_with("localhost") || pattern.starts_with("127.") || pattern == "::1" ||
         pattern.starts_with("[::1]");
}

bool is_there(const fs::path& path) {
  std::error_code ec;
  return fs::exists(fs::symlink_status(path, ec));
}

/// Those of `guarded` that `folder` lacks. What a whole repository brings with it does not count.
std::vector<std::string> guarded_missing_in(const fs::path& folder) {
  std::vector<std::string> names;
  for (const char* name : guarded) {
    const fs::path path = folder / name;
    if (!is_there(path) && is_there(path.parent_path())) names.emplace_back(name);
  }
  return names;
}

void add(std::vector<std::string>& words, std::initializer_list<std::string> more) {
  words.insert(words.end(), more);
}

}  // namespace

Sandbox::Sandbox(SandboxSettings settings, fs::path folder, fs::path scratch)
    : settings_(std::move(settings)), folder_(std::move(folder)), scratch_(std::move(scratch)) {}

Sandbox Sandbox::open(const SandboxSettings& settings, const fs::path& folder,
                      const fs::path& scratch) {
  Sandbox sandbox(settings, folder, scratch);
  if (!settings.enabled) {
    sandbox.reason_ = "it is switched off in the settings (sandbox.enabled)";
    return sandbox;
  }
  const fs::path out = home_dir().lexically_normal().lexically_relative(folder);
  if (!out.empty() && !out.string().starts_with("..")) {
    sandbox.reason_ =
        fmt::format("{} holds your home folder; work in a folder below it", folder.string());
    return sandbox;
  }
  sandbox.program_ = program_on_path("bwrap");
  if (sandbox.program_.empty()) {
    sandbox.reason_ = "bubblewrap is not installed; install the package bubblewrap";
    return sandbox;
  }
  if (!settings.network && !settings.hosts.empty()) {
    auto proxy = NetworkProxy::listen(scratch / proxy_socket, settings.hosts);
    if (!proxy) {
      sandbox.reason_ = proxy.error().message;
      return sandbox;
    }
    sandbox.proxy_ = std::move(*proxy);
  }
  const auto tried = run_command({.line = {},
                                  .folder = folder,
                                  .timeout = std::chrono::seconds(10),
                                  .unset = secret_variables(),
                                  .words = sandbox.command({"/bin/true"}, folder)},
                                 {});
  if (!tried) {
    sandbox.reason_ = tried.error().message;
  } else if (!tried->passed()) {
    sandbox.reason_ = fmt::format(
        "bubblewrap does not work here ({}); this system may not allow "
        "user namespaces",
        tried->output.substr(0, tried->output.find('\n')));
  }
  sandbox.missing_ = guarded_missing_in(folder);
  return sandbox;
}

std::vector<std::string> Sandbox::command(const std::vector<std::string>& program,
                                          const fs::path& working_folder) const {
  std::vector<std::string> words{program_};
  add(words, {"--die-with-parent", "--new-session", "--unshare-pid", "--unshare-ipc",
              "--unshare-uts", "--unshare-cgroup-try", "--hostname", "sandbox"});
  if (!settings_.network) add(words, {"--unshare-net"});
  add(words, {"--ro-bind", "/", "/", "--dev", "/dev", "--proc", "/proc"});
  add(words, {"--bind", scratch_.string(), "/tmp", "--tmpfs", "/var/tmp"});
  // Sockets of services that act outside: a container daemon, the desktop, an SSH agent.
  add(words, {"--tmpfs", "/run"});
  std::error_code ec;
  if (fs::exists("/etc/resolv.conf", ec)) {
    const fs::path resolver = fs::canonical("/etc/resolv.conf", ec);
    if (!ec && resolver.string().starts_with("/run/")) {
      add(words, {"--ro-bind-try", resolver.string(), resolver.string()});
    }
  }
  if (proxy_) {
    const fs::path self = fs::read_symlink("/proc/self/exe", ec);
    add(words, {"--ro-bind", self.string(), std::string(relay_program)});
  }
  for (const std::string& more : settings_.readable) add(words, {"--ro-bind-try", more, more});
  add(words, {"--bind", folder_.string(), folder_.string()});
  for (const std::string& more : settings_.writable) add(words, {"--bind-try", more, more});
  // A mount cannot be moved aside, and what is guarded below it with it.
  const std::string git = (folder_ / ".git").string();
  if (fs::is_directory(fs::symlink_status(git, ec))) add(words, {"--bind", git, git});
  for (const char* name : guarded) {
    const std::string path = (folder_ / name).string();
    if (fs::exists(path, ec)) add(words, {"--ro-bind", path, path});
  }
  auto hidden = secrets_of(home_dir(), folder_);
  hidden.insert(hidden.end(), settings_.hidden.begin(), settings_.hidden.end());
  for (const fs::path& path : hidden) {
    if (!fs::exists(path, ec)) continue;
    if (fs::is_directory(path, ec)) {
      add(words, {"--tmpfs", path.string()});
    } else {
      add(words, {"--ro-bind", "/dev/null", fs::canonical(path, ec).string()});
    }
  }
  // Build tools write their caches; at home they could not.
  add(words, {"--setenv", "TMPDIR", "/tmp", "--setenv", "XDG_CACHE_HOME", "/tmp/.cache", "--setenv",
              "npm_config_cache", "/tmp/.cache/npm", "--setenv", "HEARTH_SANDBOX", "1"});
  add(words, {"--chdir", working_folder.string()});
  if (proxy_) {
    // A server of the command's own is reached directly, unless ours were allowed.
    const bool ours = std::ranges::any_of(settings_.hosts, is_loopback);
    for (const char* name : {"NO_PROXY", "no_proxy"}) {
      add(words, {"--setenv", name, ours ? "" : "localhost,127.0.0.1,::1"});
    }
  }
  add(words, {"--"});
  if (proxy_) {
    add(words,
        {std::string(relay_program), "sandbox-relay", fmt::format("/tmp/{}", proxy_socket), "--"});
  }
  words.insert(words.end(), program.begin(), program.end());
  return words;
}

std::vector<std::string> Sandbox::secret_variables() {
  static constexpr std::array leading_out{"SSH_AUTH_SOCK",   "DBUS_SESSION_BUS_ADDRESS",
                                          "DOCKER_HOST",     "XDG_RUNTIME_DIR",
                                          "WAYLAND_DISPLAY", "DISPLAY"};
  static constexpr std::array endings{"_KEY",    "_TOKEN",       "_SECRET",     "_PASSWORD",
                                      "_PASSWD", "_CREDENTIALS", "_ACCESS_KEY", "_APIKEY"};
  std::vector<std::string> names(leading_out.begin(), leading_out.end());
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text(*entry);
    const std::string_view name = text.substr(0, text.find('='));
    if (std::ranges::any_of(endings, [&](const char* end) { return name.ends_with(end); })) {
      names.emplace_back(name);
    }
  }
  return names;
}

std::string Sandbox::news() {
  std::string names;
  for (const std::string& name : missing_) {
    if (is_there(folder_ / name)) names += (names.empty() ? "" : ", ") + name;
  }
  missing_ = guarded_missing_in(folder_);
  if (names.empty()) return {};
  return fmt::format(
      "(New in the folder: {}. Git, editors or agents may act upon it outside of the sandbox: look "
      "into it first.)",
      names);
}

std::string Sandbox::hint(std::string_view output) const {
  static constexpr std::array network_words{"Could not resolve host",
                                            "Temporary failure in name resolution",
                                            "Network is unreachable",
                                            "getaddrinfo",
                                            "ENOTFOUND",
                                            "EAI_AGAIN",
                                            "no such host",
                                            "Name or service not known",
                                            "unable to access"};
  static constexpr std::array write_words{"Read-only file system", "EROFS",
                                          "read-only file system"};
  const auto says = [&](const char* words) { return output.find(words) != std::string_view::npos; };
  if (!settings_.network && std::ranges::any_of(network_words, says)) {
    return "(The sandbox has no network. \"sandbox\": {\"network\": [\"example.org\"]} in the "
           "settings allows a host, {\"network\": true} all of them.)";
  }
  if (std::ranges::any_of(write_words, says)) {
    return fmt::format(
        "(The sandbox allows changes in {} and /tmp only, and not of the settings of git and "
        "agents in it. \"sandbox\": {{\"writable\": [\"/some/folder\"]}} in the settings allows "
        "more.)",
        folder_.string());
  }
  return {};
}

}  // namespace hearth::agent
