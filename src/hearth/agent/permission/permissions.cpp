#include "hearth/agent/permission/permissions.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "hearth/agent/sandbox/secrets.h"
#include "hearth/agent/shell/only_looks.h"
#include "hearth/base/utf8.h"

namespace hearth::agent {
namespace {

/// Whether what stands in `path` decides what the agent, git or an editor will run or allow.
bool governs_the_agent(std::string_view path) {
  static constexpr std::array places{".hearth/", ".claude/", ".git/",  ".mcp.json",
                                     ".vscode/", ".codex/",  ".envrc", ".husky/"};
  const std::filesystem::path normal = std::filesystem::path(path).lexically_normal();
  const std::string text = "/" + normal.generic_string();
  return std::ranges::any_of(places, [&](std::string_view place) {
    return text.find("/" + std::string(place)) != std::string::npos;
  });
}

/// For a reason: the model knows what it wanted.
std::string shown_subject(std::string_view subject) {
  constexpr std::size_t most = 500;
  const std::string_view beginning = utf8_prefix(subject, most);
  return std::string(beginning) + (beginning.size() < subject.size() ? " …" : "");
}

}  // namespace

std::optional<PermissionMode> parse_permission_mode(std::string_view name) {
  for (const auto mode : {PermissionMode::normal, PermissionMode::accept_edits,
                          PermissionMode::plan, PermissionMode::bypass}) {
    if (to_string(mode) == name) return mode;
  }
  return std::nullopt;
}

std::string_view to_string(PermissionMode mode) {
  switch (mode) {
    case PermissionMode::normal: return "default";
    case PermissionMode::accept_edits: return "acceptEdits";
    case PermissionMode::plan: return "plan";
    case PermissionMode::bypass: return "bypassPermissions";
  }
  return "default";
}

Permissions::Case Permissions::case_of(std::string_view tool, Access access,
                                       std::string_view subject, CallDetails call) const {
  Case use{
      .tool = tool, .access = access, .subject = subject, .verdict = {}, .call = std::move(call)};
  if (access == Access::execute && tool == "bash") {
    const ShellScript script = parse_shell(subject);
    const auto& start = use.call.folder.empty() ? setup_.folder : use.call.folder;
    const ShellFolders folders{.root = setup_.folder, .start = start};
    use.looks_only = only_looks(script, folders) &&
                     std::ranges::none_of(script.parts, [&](const ShellPart& part) {
                       return setup_.rules.may_look_at_guarded(part);
                     });
    use.verdict = stronger(setup_.rules.of_command(subject, script, folders),
                           setup_.rules.of_files(script, start));
    for (const ShellPart& part : script.parts) {
      for (const std::string& file : part.writes) {
        use.governs_us = use.governs_us || governs_the_agent(file);
      }
    }
  } else if (access == Access::execute || access == Access::network) {
    use.verdict = setup_.rules.of_tool(tool, subject);
  } else {
    const std::filesystem::path path = setup_.folder / std::filesystem::path(subject);
    use.verdict = setup_.rules.of_path(tool, access, path);
    // A symbolic link hides nothing from a rule that forbids.
    std::error_code ec;
    const std::filesystem::path real = std::filesystem::weakly_canonical(path, ec);
    const RuleVerdict of_real = ec ? RuleVerdict() : setup_.rules.of_path(tool, access, real);
    if (of_real.effect != Effect::allow) use.verdict = stronger(use.verdict, of_real);
    use.governs_us = access == Access::edit &&
                     (governs_the_agent(subject) ||
                      governs_the_agent(real.lexically_relative(setup_.folder).generic_string()));
    // Grep and glob are given patterns, and pass secrets over themselves.
    use.is_secret = tool == "read" && (is_secret_name(path.filename().string()) ||
                                       is_secret_name(real.filename().string()));
  }
  return use;
}

bool Permissions::is_allowed_by_mode(const Case& use) const {
  if (use.is_secret) return false;
  if (use.access == Access::read || use.looks_only) return true;
  if (mode_ != PermissionMode::accept_edits || use.governs_us) return false;
  if (use.access == Access::edit) return true;
  return use.tool == "bash" && setup_.sandboxed && setup_.sandboxed();
}

Decision Permissions::decide(std::string_view tool, Access access, std::string_view subject,
                             std::optional<Effect> by_hook, CallDetails call) {
  Case use = case_of(tool, access, subject, std::move(call));
  if (use.verdict.effect == Effect::deny) {
    return {false, fmt::format("{} ({}) is denied by the settings: {}. Do without it, or tell the "
                               "user.",
                               tool, shown_subject(subject), use.verdict.rule)};
  }
  if (by_hook == Effect::allow) return {true, {}};
  if (by_hook == Effect::ask) {
    use.verdict.effect = Effect::ask;
  } else if (mode_ == PermissionMode::bypass && !use.verdict.in_every_mode) {
    return {true, {}};
  }
  const bool changes = access == Access::edit || access == Access::execute;
  if (mode_ == PermissionMode::plan && changes && !use.looks_only) {
    return {false, fmt::format("{} is not allowed in plan mode, which only reads: describe what "
                               "you would do. (The user can allow it with --permission-mode "
                               "acceptEdits or bypassPermissions.)",
                               tool)};
  }
  const std::string_view mode_that_allows =
      access == Access::edit && !use.governs_us ? "acceptEdits" : "bypassPermissions";
  if (use.verdict.effect != Effect::ask) {
    if (use.verdict.effect == Effect::allow && !use.governs_us) return {true, {}};
    if (is_allowed_by_mode(use)) return {true, {}};
  }
  return ask(use, mode_that_allows);
}

Decision Permissions::decide_check(const CheckCommand& check) {
  const RuleVerdict verdict = case_of("bash", Access::execute, check.line, {}).verdict;
  if (verdict.effect == Effect::deny) {
    return {false, fmt::format("`{}` is denied by the settings: {}", check.line, verdict.rule)};
  }
  if (check.origin == CheckOrigin::given) return {true, {}};
  if (mode_ == PermissionMode::bypass && !verdict.in_every_mode) return {true, {}};
  if (mode_ == PermissionMode::plan) {
    return {false, fmt::format("`{}` is not run in plan mode, which only reads", check.line)};
  }
  const bool sandboxed = setup_.sandboxed && setup_.sandboxed();
  const bool by_mode = mode_ == PermissionMode::accept_edits && sandboxed;
  const bool consented = check.origin == CheckOrigin::task || verdict.effect == Effect::allow;
  if (verdict.effect != Effect::ask && (by_mode || consented)) return {true, {}};
  return ask(
      {.tool = "check", .access = Access::execute, .subject = check.line, .verdict = verdict},
      sandboxed && verdict.effect != Effect::ask ? "acceptEdits" : "bypassPermissions");
}

Decision Permissions::edits_are_possible() const {
  if (mode_ == PermissionMode::normal && ask_) return {true, {}};
  return Permissions(mode_, {}).decide("edit", Access::edit, "of the file at fault");
}

Decision Permissions::ask(const Case& use, std::string_view mode_that_allows) {
  // Consent to one edit with "always" covers later edits; a command only itself.
  const bool any_edit = use.access == Access::edit && !use.governs_us;
  const std::string always_key = any_edit ? "edit" : fmt::format("{} {}", use.tool, use.subject);
  const std::lock_guard lock(asking_);
  if (always_.contains(always_key) && use.verdict.effect != Effect::ask) return {true, {}};
  if (!ask_ && use.verdict.in_every_mode) {
    return {false, fmt::format("{} ({}) needs permission, and nobody can be asked here: {}. Write "
                               "plainly which programs run.",
                               use.tool, shown_subject(use.subject), use.verdict.rule)};
  }
  if (!ask_) {
    return {false, fmt::format("{} ({}) needs permission, and nobody can be asked here; "
                               "--permission-mode {} would allow it{}",
                               use.tool, shown_subject(use.subject), mode_that_allows,
                               use.governs_us ? ""
                                              : ", or a rule under permissions.allow in the "
                                                "settings")};
  }
  const ConsentAnswer answer = ask_({std::string(use.tool), std::string(use.subject), use.call});
  switch (answer.consent) {
    case Consent::always: always_.insert(always_key); [[fallthrough]];
    case Consent::yes: return {true, {}};
    case Consent::no: break;
  }
  return {false,
          fmt::format("The user did not allow {} ({}){}", use.tool, shown_subject(use.subject),
                      answer.reason.empty() ? ". Ask what to do instead, or go on without it."
                                            : fmt::format(": {}", answer.reason))};
}

}  // namespace hearth::agent
