#include "hearth/agent/permissions.h"

#include <fmt/format.h>

namespace hearth::agent {

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

Decision Permissions::decide(std::string_view tool, Access access, std::string_view subject) {
  if (access == Access::read || mode_ == PermissionMode::bypass) return {true, {}};
  if (mode_ == PermissionMode::plan) {
    return {false, fmt::format("{} is not allowed in plan mode, which only reads: describe what "
                               "you would do. (The user can allow it with --permission-mode "
                               "acceptEdits or bypassPermissions.)",
                               tool)};
  }
  if (access == Access::edit) {
    if (mode_ == PermissionMode::accept_edits) return {true, {}};
    // Consent to one edit with "always" covers later edits; a command only itself.
    return ask(tool, subject, "edit", "acceptEdits");
  }
  return ask(tool, subject, fmt::format("{} {}", tool, subject), "bypassPermissions");
}

Decision Permissions::decide_check(std::string_view command, bool named_by_user) {
  if (named_by_user || mode_ == PermissionMode::bypass || mode_ == PermissionMode::accept_edits) {
    return {true, {}};
  }
  if (mode_ == PermissionMode::plan) {
    return {false, fmt::format("`{}` is not run in plan mode, which only reads", command)};
  }
  return ask("check", command, fmt::format("check {}", command), "acceptEdits");
}

Decision Permissions::edits_are_possible() const {
  if (mode_ == PermissionMode::normal && ask_) return {true, {}};
  return Permissions(mode_, {}).decide("edit", Access::edit, "of the file at fault");
}

Decision Permissions::ask(std::string_view tool, std::string_view subject,
                          const std::string& always_key, std::string_view mode_that_allows) {
  if (always_.contains(always_key)) return {true, {}};
  if (!ask_) {
    return {false, fmt::format("{} ({}) needs permission, and nobody can be asked here; "
                               "--permission-mode {} would allow it",
                               tool, subject, mode_that_allows)};
  }
  switch (ask_({std::string(tool), std::string(subject)})) {
    case Consent::always: always_.insert(always_key); [[fallthrough]];
    case Consent::yes: return {true, {}};
    case Consent::no: break;
  }
  return {false, fmt::format("The user did not allow {} ({}). Ask what to do instead, or go on "
                             "without it.",
                             tool, subject)};
}

}  // namespace hearth::agent
