#include "hearth/agent/permission/permission_rules.h"

#include <fmt/format.h>
#include <re2/re2.h>

#include <algorithm>
#include <array>

#include "hearth/agent/search_tools.h"
#include "hearth/agent/shell/named_files.h"
#include "hearth/agent/shell/only_looks.h"
#include "hearth/agent/shell/shell_places.h"
#include "hearth/agent/web/web_page.h"
#include "hearth/base/lower_case.h"
#include "hearth/base/trimmed.h"
#include "hearth/base/xdg.h"

namespace hearth::agent {
namespace {

/// A tool's name as it is compared: other agents write WebFetch for web_fetch.
std::string plain_name(std::string_view name) {
  std::string plain = in_lower_case(name);
  if (!plain.starts_with("mcp__")) std::erase(plain, '_');
  return plain;
}

/// Whether the rule's tool covers this one.
bool covers(const PermissionRule& rule, std::string_view tool, std::optional<Access> access) {
  const std::string named = plain_name(rule.tool);
  if (named == "*" || named == plain_name(tool)) return true;
  if (named == "edit" && access == Access::edit) return true;
  if (named == "read" && access == Access::read) return true;
  if (!named.starts_with("mcp__")) return false;
  // A whole MCP server, or a pattern.
  return tool.starts_with(rule.tool + "__") || glob_matches(named, plain_name(tool));
}

bool matches_path(const PermissionRule& rule, const std::filesystem::path& path) {
  std::string pattern = *rule.pattern;
  std::filesystem::path base = rule.base;
  std::string anchor;
  if (pattern.starts_with("//")) {
    base = "/";
    pattern.erase(0, 2);
  } else if (pattern.starts_with("~/")) {
    base = home_dir();
    pattern.erase(0, 2);
  } else if (pattern.starts_with("/") || pattern.starts_with("./")) {
    pattern.erase(0, pattern.front() == '/' ? 1 : 2);
    // A slash in both keeps a bare name from matching at any depth.
    anchor = "./";
  }
  if (pattern.ends_with('/')) pattern.pop_back();
  std::string name = path.lexically_normal().lexically_relative(base).generic_string();
  if (name.starts_with("..")) return false;
  while (!name.empty()) {
    if (glob_matches(anchor + pattern, anchor + name)) return true;
    const std::size_t slash = name.rfind('/');
    name.resize(slash == std::string::npos ? 0 : slash);
  }
  return false;
}

/// Of `text`, a whole command or a part of one.
bool matches_command(const PermissionRule& rule, std::string_view text) {
  const std::string_view pattern = *rule.pattern;
  if (pattern.ends_with(":*")) {
    const std::string_view prefix = pattern.substr(0, pattern.size() - 2);
    return text.starts_with(prefix) && (text.size() == prefix.size() || text[prefix.size()] == ' ');
  }
  if (pattern.find('*') == std::string_view::npos) return text == pattern;
  std::string regex = "(?s)";
  for (const char c : pattern) {
    regex += c == '*' ? std::string(".*") : RE2::QuoteMeta(std::string(1, c));
  }
  // "git *" allows "git", too.
  if (regex.ends_with("\\ .*")) regex.replace(regex.size() - 4, 4, "(?: .*)?");
  return RE2::FullMatch(text, RE2(regex));
}

/// Of what a tool is used for. "domain:example.org" is that host, and those below it.
bool matches_subject(const PermissionRule& rule, std::string_view subject) {
  constexpr std::string_view domain = "domain:";
  if (!rule.pattern->starts_with(domain)) return matches_command(rule, subject);
  const std::string wanted = in_lower_case(std::string_view(*rule.pattern).substr(domain.size()));
  const std::string host = host_of(std::string(subject));
  return host == wanted || (!wanted.empty() && host.ends_with("." + wanted));
}

/// Variables that change how a program's output looks and not which programs run.
bool is_harmless(std::string_view assignment) {
  static constexpr std::array names{"LANG",
                                    "LC_ALL",
                                    "TZ",
                                    "CI",
                                    "DEBUG",
                                    "NO_COLOR",
                                    "TERM",
                                    "NODE_ENV",
                                    "PYTHONUNBUFFERED",
                                    "RUST_BACKTRACE",
                                    "RUST_LOG",
                                    "VERBOSE",
                                    "COLUMNS"};
  const std::string_view name = assignment.substr(0, assignment.find('='));
  return std::ranges::find(names, name) != names.end();
}

RuleVerdict verdict_of(const PermissionRule& rule) {
  return {rule.effect, rule.text};
}

/// A folder stands for what is in it, and a symbolic link hides nothing.
bool matches_path_or_inside(const PermissionRule& rule, const std::filesystem::path& path) {
  if (matches_path(rule, path) || matches_path(rule, path / "_")) return true;
  std::error_code ec;
  const std::filesystem::path real = std::filesystem::weakly_canonical(path, ec);
  return !ec && real != path && (matches_path(rule, real) || matches_path(rule, real / "_"));
}

}  // namespace

std::string_view to_string(Effect effect) {
  switch (effect) {
    case Effect::allow: return "allow";
    case Effect::ask: return "ask";
    case Effect::deny: return "deny";
  }
  return "ask";
}

RuleVerdict stronger(RuleVerdict one, RuleVerdict other) {
  if (!one.effect) return other;
  if (!other.effect) return one;
  return *other.effect > *one.effect ? other : one;
}

Result<PermissionRule> parse_permission_rule(std::string_view text, Effect effect,
                                             const std::filesystem::path& base,
                                             std::string_view source) {
  static const RE2 form(R"(\s*([A-Za-z*_][\w.*-]*)\s*(\(.*\))?\s*)", [] {
    RE2::Options options;
    options.set_dot_nl(true);
    return options;
  }());
  PermissionRule rule;
  std::string brackets;
  if (!RE2::FullMatch(text, form, &rule.tool, &brackets)) {
    return fail(ErrorKind::config,
                fmt::format("{}: \"{}\" is no rule; write a tool's name, or Tool(pattern) as in "
                            "Bash(git diff:*) or Edit(src/**)",
                            source, text));
  }
  rule.effect = effect;
  rule.base = base;
  const std::string_view pattern =
      brackets.empty() ? "" : trimmed(std::string_view(brackets).substr(1, brackets.size() - 2));
  if (!pattern.empty() && pattern != "*") rule.pattern = std::string(pattern);
  rule.text = fmt::format("{} {} ({})", to_string(effect), trimmed(text), source);
  return rule;
}

RuleVerdict PermissionRules::of_path(std::string_view tool, Access access,
                                     const std::filesystem::path& path) const {
  for (const Effect effect : {Effect::deny, Effect::ask, Effect::allow}) {
    for (const PermissionRule& rule : rules_) {
      if (rule.effect != effect || !covers(rule, tool, access)) continue;
      if (!rule.pattern || matches_path(rule, path)) return verdict_of(rule);
    }
  }
  return {};
}

RuleVerdict PermissionRules::of_command(std::string_view command, const ShellScript& script,
                                        const ShellFolders& folders) const {
  const auto rule_for = [&](Effect effect, std::string_view text) -> const PermissionRule* {
    for (const PermissionRule& rule : rules_) {
      if (rule.effect != effect || !covers(rule, "bash", std::nullopt)) continue;
      if (!rule.pattern || matches_command(rule, text)) return &rule;
    }
    return nullptr;
  };
  const std::string_view whole = trimmed(command);
  for (const Effect effect : {Effect::deny, Effect::ask}) {
    if (const auto* rule = rule_for(effect, whole)) return verdict_of(*rule);
    for (const ShellPart& part : script.parts) {
      if (const auto* rule = rule_for(effect, part.text())) return verdict_of(*rule);
      // A path in front of the program hides it from no rule.
      const std::size_t slash = part.words.empty() ? std::string::npos : part.words[0].rfind('/');
      if (slash == std::string::npos) continue;
      if (const auto* rule = rule_for(effect, part.text().substr(slash + 1))) {
        return verdict_of(*rule);
      }
    }
  }
  const PermissionRule* allowed_whole = rule_for(Effect::allow, whole);
  const bool named_whole =
      allowed_whole != nullptr && allowed_whole->pattern && *allowed_whole->pattern == whole;
  if (!script.unclear.empty() && !named_whole) {
    for (const Effect effect : {Effect::deny, Effect::ask}) {
      for (const PermissionRule& rule : rules_) {
        if (rule.effect != effect || !rule.pattern || !covers(rule, "bash", std::nullopt)) continue;
        return {Effect::ask,
                fmt::format("what it runs is not known ({}), and there is the rule {}",
                            script.unclear, rule.text),
                effect == Effect::deny};
      }
    }
  }
  if (named_whole || (allowed_whole != nullptr && !allowed_whole->pattern)) {
    return verdict_of(*allowed_whole);
  }
  if (!script.unclear.empty() || script.parts.empty()) return {};
  const PermissionRule* allowing = nullptr;
  ShellPlaces places(script, folders.start);
  for (const ShellPart& part : script.parts) {
    const bool plain =
        part.writes.empty() ||
        std::ranges::all_of(part.writes, [](const auto& file) { return file == "/dev/null"; });
    const auto* rule = rule_for(Effect::allow, part.text());
    if (rule != nullptr && plain && std::ranges::all_of(part.assignments, &is_harmless)) {
      allowing = rule;
    } else if (!only_looks(part, folders.root, places) || may_look_at_guarded(part)) {
      return {};
    }
    places.pass(part);
  }
  if (allowing == nullptr) return {};
  return verdict_of(*allowing);
}

RuleVerdict PermissionRules::of_files(const ShellScript& script,
                                      const std::filesystem::path& folder) const {
  RuleVerdict strongest;
  ShellPlaces places(script, folder);
  const auto look = [&](const std::vector<std::string>& names, std::string_view tool,
                        Access access) {
    for (const PermissionRule& rule : rules_) {
      if (rule.effect == Effect::allow || !rule.pattern) continue;
      if (!covers(rule, tool, access)) continue;
      for (const std::string& name : names) {
        const auto fits = [&](const std::filesystem::path& place) {
          return matches_path_or_inside(rule, path_meant(name, place));
        };
        if (std::ranges::any_of(places.folders(), fits)) {
          strongest = stronger(std::move(strongest), verdict_of(rule));
        }
      }
    }
  };
  for (const ShellPart& part : script.parts) {
    const NamedFiles files = named_files(part);
    look(files.read, "read", Access::read);
    look(files.written, "write", Access::edit);
    places.pass(part);
  }
  return strongest;
}

bool PermissionRules::hides(const std::filesystem::path& path) const {
  return std::ranges::any_of(rules_, [&](const PermissionRule& rule) {
    return rule.effect == Effect::deny && rule.pattern && plain_name(rule.tool) == "read" &&
           matches_path(rule, path);
  });
}

bool PermissionRules::may_look_at_guarded(const ShellPart& part) const {
  const bool guarded = std::ranges::any_of(rules_, [](const PermissionRule& rule) {
    return rule.effect != Effect::allow && rule.pattern && plain_name(rule.tool) == "read";
  });
  return guarded && looks_into_unnamed_files(part);
}

RuleVerdict PermissionRules::of_tool(std::string_view tool, std::string_view subject) const {
  for (const Effect effect : {Effect::deny, Effect::ask, Effect::allow}) {
    for (const PermissionRule& rule : rules_) {
      if (rule.effect != effect || !covers(rule, tool, std::nullopt)) continue;
      if (!rule.pattern || matches_subject(rule, subject)) return verdict_of(rule);
    }
  }
  return {};
}

}  // namespace hearth::agent
