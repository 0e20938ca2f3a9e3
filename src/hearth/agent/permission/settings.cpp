#include "hearth/agent/permission/settings.h"

#include <fmt/format.h>
#include <re2/re2.h>

#include <array>
#include <string_view>
#include <utility>

#include "hearth/agent/given_json.h"
#include "hearth/agent/sandbox/host_pattern.h"
#include "hearth/base/environment.h"
#include "hearth/base/file.h"
#include "hearth/base/json.h"
#include "hearth/base/sha256.h"
#include "hearth/base/xdg.h"

namespace hearth::agent {
namespace fs = std::filesystem;
namespace {

constexpr std::array folder_files{".claude/settings.json", ".hearth/settings.json",
                                  ".claude/settings.local.json", ".hearth/settings.local.json",
                                  ".mcp.json"};

class Reader {
 public:
  Reader(Settings& settings, fs::path file, fs::path base, bool trusted)
      : settings_(settings), file_(std::move(file)), base_(std::move(base)), trusted_(trusted) {}

  void run() {
    const auto content = read_file(file_);
    if (!content) {
      if (content.error().kind != ErrorKind::not_found) problem(content.error().message);
      return;
    }
    take_text(*content);
  }

  void take_text(std::string_view text) {
    const auto value = parse_json(text);
    if (!value) return problem(value.error().message);
    const json::object* object = value->if_object();
    if (object == nullptr) return problem("expected an object");
    if (const json::object* permissions = object_in(*object, "permissions")) take(*permissions);
    if (const json::object* hooks = object_in(*object, "hooks")) take_hooks(*hooks);
    if (const json::object* sandbox = object_in(*object, "sandbox")) take_sandbox(*sandbox);
    if (const json::object* variables = object_in(*object, "env")) take_environment(*variables);
    if (const json::object* search = object_in(*object, "webSearch")) take_web_search(*search);
    if (const json::value* share = find(*object, "compactAt")) take_compaction(*share);
  }

 private:
  void problem(std::string_view what) {
    settings_.problems.push_back(fmt::format("{}: {}", file_.string(), what));
  }

  /// Whether what allows or runs something may be taken from this file.
  bool may() {
    settings_.trust_needed = settings_.trust_needed || !trusted_;
    return trusted_;
  }

  const json::object* object_in(const json::object& object, std::string_view name) {
    const json::value* value = find(object, name);
    if (value == nullptr) return nullptr;
    if (!value->is_object()) problem(fmt::format("{}: expected an object", name));
    return value->if_object();
  }

  void take_compaction(const json::value& value) {
    const auto share = value.is_bool() && !value.get_bool() ? 0.0
                       : value.is_number()                  ? value.to_number<double>()
                                                            : -1.0;
    if (share < 0 || share > 1) {
      return problem("compactAt: expected a share of the window such as 0.8, or false");
    }
    settings_.compact_at = share;
  }

  void take(const json::object& permissions) {
    for (const Effect effect : {Effect::allow, Effect::ask, Effect::deny}) {
      const json::value* list = find(permissions, to_string(effect));
      if (list == nullptr) continue;
      if (!list->is_array()) {
        problem(fmt::format("permissions.{}: expected a list of rules", to_string(effect)));
        continue;
      }
      for (const json::value& item : list->get_array()) {
        if (!item.is_string()) {
          problem(fmt::format("permissions.{}: expected rules as strings", to_string(effect)));
          continue;
        }
        auto rule = parse_permission_rule(item.get_string(), effect, base_, file_.string());
        if (!rule) {
          settings_.problems.push_back(rule.error().message);
        } else if (effect != Effect::allow || may()) {
          settings_.rules.add(std::move(*rule));
        }
      }
    }
    if (find(permissions, "additionalDirectories") != nullptr && may()) {
      std::vector<std::string> folders;
      take_paths(permissions, "permissions", "additionalDirectories", folders);
      settings_.further_folders.insert(settings_.further_folders.end(), folders.begin(),
                                       folders.end());
    }
    if (const auto name = find_string(permissions, "defaultMode")) {
      const auto mode = parse_permission_mode(*name);
      if (!mode) {
        problem(fmt::format("permissions.defaultMode: there is no mode \"{}\"", *name));
      } else if (*mode == PermissionMode::plan || may()) {
        settings_.default_mode = mode;
      }
    }
  }

  void take_hooks(const json::object& hooks) {
    for (const auto& [event, groups] : hooks) {
      if (!groups.is_array()) {
        problem(fmt::format("hooks.{}: expected a list", std::string_view(event)));
        continue;
      }
      for (const json::value& group : groups.get_array()) {
        const json::object* object = group.if_object();
        const json::array* commands = object == nullptr ? nullptr : find_array(*object, "hooks");
        if (commands == nullptr) {
          problem(fmt::format("hooks.{}: expected objects with a list \"hooks\"",
                              std::string_view(event)));
          continue;
        }
        for (const json::value& command : *commands) take_hook(event, *object, command);
      }
    }
  }

  void take_hook(std::string_view event, const json::object& group, const json::value& value) {
    const json::object* object = value.if_object();
    const auto line = object == nullptr ? std::nullopt : find_string(*object, "command");
    if (!line) return problem(fmt::format("hooks.{}: a hook without a command", event));
    if (find_string(*object, "type").value_or("command") != "command") {
      return problem(fmt::format("hooks.{}: only hooks of type \"command\" are run", event));
    }
    if (!may()) return;
    HookCommand hook{.event = std::string(event),
                     .matcher = std::string(find_string(group, "matcher").value_or("")),
                     .command = std::string(*line),
                     .source = file_.string()};
    if (const auto seconds = find_int(*object, "timeout"); seconds && *seconds > 0) {
      hook.timeout = std::chrono::seconds(*seconds);
    }
    if (const RE2 regex(hook.matcher, RE2::Quiet); hook.matcher != "*" && !regex.ok()) {
      problem(
          fmt::format("hooks.{}: the matcher \"{}\" is no regular expression after RE2 ({}); "
                      "its hook counts for every tool",
                      event, hook.matcher, regex.error()));
    }
    settings_.hooks.push_back(std::move(hook));
  }

  void take_sandbox(const json::object& sandbox) {
    if (const auto enabled = find_bool(sandbox, "enabled")) {
      if (*enabled || may()) settings_.sandbox.enabled = *enabled;
    }
    if (const json::value* network = find(sandbox, "network")) take_network(*network);
    take_paths(sandbox, "sandbox", "hidden", settings_.sandbox.hidden);
    if (find(sandbox, "writable") != nullptr && may()) {
      take_paths(sandbox, "sandbox", "writable", settings_.sandbox.writable);
    }
  }

  /// All or nothing, or a list of hosts, which Claude Code writes as {"allowedDomains": […]}.
  void take_network(const json::value& network) {
    if (network.is_bool()) {
      if (network.get_bool() && !may()) return;
      settings_.sandbox.network = network.get_bool();
      if (!network.get_bool()) settings_.sandbox.hosts.clear();
      return;
    }
    const json::object* object = network.if_object();
    const json::array* hosts =
        object == nullptr ? network.if_array() : find_array(*object, "allowedDomains");
    if (hosts == nullptr) {
      if (object == nullptr) problem("sandbox.network: expected true, false or a list of hosts");
      return;
    }
    if (hosts->empty() || !may()) return;
    for (const json::value& host : *hosts) {
      const std::string_view pattern = host.is_string() ? host.get_string() : std::string_view();
      if (is_host_pattern(pattern)) {
        settings_.sandbox.hosts.emplace_back(pattern);
      } else {
        problem(
            fmt::format("sandbox.network: {} is no host; expected names such as "
                        "\"example.org\", \"*.example.org\" or \"example.org:8080\"",
                        to_json(host)));
      }
    }
  }

  /// `holder` is called `where` in messages.
  void take_paths(const json::object& holder, std::string_view where, std::string_view name,
                  std::vector<std::string>& paths) {
    const json::value* list = find(holder, name);
    if (list == nullptr) return;
    if (!list->is_array()) {
      return problem(fmt::format("{}.{}: expected a list of paths", where, name));
    }
    for (const json::value& item : list->get_array()) {
      if (!item.is_string()) {
        problem(fmt::format("{}.{}: expected paths as strings", where, name));
        continue;
      }
      const std::string_view text(item.get_string());
      const fs::path path =
          text.starts_with("~/") ? home_dir() / text.substr(2) : base_ / fs::path(text);
      paths.push_back(path.lexically_normal().string());
    }
  }

  void take_environment(const json::object& variables) {
    for (const auto& [name, value] : variables) {
      if (!value.is_string()) {
        problem(fmt::format("env.{}: expected a string", std::string_view(name)));
      } else if (may()) {
        settings_.environment.push_back(
            fmt::format("{}={}", std::string_view(name), std::string_view(value.get_string())));
      }
    }
  }

  void take_web_search(const json::object& search) {
    const auto provider = find_string(search, "provider").value_or("");
    const auto url = find_string(search, "url").value_or("");
    if (provider != "searxng" && provider != "brave") {
      return problem("webSearch.provider: expected \"searxng\" or \"brave\"");
    }
    if (provider == "searxng" && url.empty()) {
      return problem("webSearch.url: a SearXNG server's address is needed");
    }
    if (!may()) return;
    const std::string variable(find_string(search, "keyVariable").value_or("BRAVE_API_KEY"));
    settings_.web_search = {.provider = std::string(provider),
                            .url = std::string(url),
                            .key = environment_variable(variable.c_str())};
  }

  Settings& settings_;
  fs::path file_;
  fs::path base_;
  bool trusted_;
};

/// The hash of everything in the folder that only counts once it is trusted.
std::string fingerprint_of(const Folder& folder) {
  Sha256 hash;
  for (const char* name : folder_files) {
    const auto content = read_file(folder.root() / name);
    hash.update(fmt::format("{} {}\n", name, content ? content->size() : 0));
    if (content) hash.update(*content);
  }
  return hash.finish();
}

json::object trusted_in(const fs::path& file) {
  const auto content = read_file(file);
  if (!content) return {};
  const auto value = parse_json(*content);
  return value && value->is_object() ? value->get_object() : json::object();
}

}  // namespace

bool TrustedFolders::trusts(const Folder& folder) const {
  const json::object known = trusted_in(file_);
  return find_string(known, folder.root().string()) == fingerprint_of(folder);
}

Result<void> TrustedFolders::trust(const Folder& folder) const {
  json::object known = trusted_in(file_);
  known[folder.root().string()] = fingerprint_of(folder);
  return write_file_atomically(file_, to_json(json::value(std::move(known))) + "\n");
}

Settings load_settings(const Folder& folder, bool trusted, const SettingSources& sources) {
  Settings settings;
  const fs::path home = home_dir();
  if (sources.user) {
    Reader(settings, home / ".claude/settings.json", folder.root(), true).run();
    Reader(settings, config_dir() / "settings.json", folder.root(), true).run();
  }
  for (const std::string_view name : folder_files) {
    if (name == ".mcp.json") continue;
    if (!(name.ends_with(".local.json") ? sources.local : sources.project)) continue;
    Reader(settings, folder.root() / name, folder.root(), trusted).run();
  }
  return settings;
}

Result<void> add_settings(Settings& settings, const std::string& file_or_json,
                          const Folder& folder) {
  const auto given = given_json("--settings", file_or_json);
  if (!given) return std::unexpected(given.error());
  const std::size_t before = settings.problems.size();
  Reader(settings, given->source, folder.root(), true).take_text(given->text);
  if (settings.problems.size() == before) return {};
  return fail(ErrorKind::config, settings.problems.back());
}

}  // namespace hearth::agent
