#pragma once

#include <functional>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "hearth/agent/tool.h"

namespace hearth::agent {

enum class PermissionMode { normal, accept_edits, plan, bypass };

/// "default", "acceptEdits", "plan" and "bypassPermissions", as other agents spell them.
std::optional<PermissionMode> parse_permission_mode(std::string_view name);
std::string_view to_string(PermissionMode mode);

enum class Consent { yes, no, always };

/// What a person is asked.
struct Question {
  std::string tool;
  std::string subject;  ///< the path or command
};

struct Decision {
  bool allowed = false;
  std::string reason;  ///< for the model and the person, if not allowed
};

/// Decides whether a tool may act. Reading inside the folder is free; in `plan` nothing else is
/// allowed; otherwise the mode says, or the person is asked.
class Permissions {
 public:
  using Ask = std::function<Consent(const Question&)>;

  /// `ask` is empty where nobody can be asked: then what would need it is denied, and the reason
  /// names the option that would allow it.
  Permissions(PermissionMode mode, Ask ask) : mode_(mode), ask_(std::move(ask)) {}

  Decision decide(std::string_view tool, Access access, std::string_view subject);

  /// Whether the harness may run `command`, which checks the work, in copies of the folder.
  /// `named_by_user`: it stood in the task or on the command line, which is consent.
  Decision decide_check(std::string_view command, bool named_by_user);

  /// Whether an edit is allowed, or can be by asking when it is known what it is. For work that
  /// would be in vain otherwise.
  [[nodiscard]] Decision edits_are_possible() const;

  [[nodiscard]] PermissionMode mode() const { return mode_; }

 private:
  Decision ask(std::string_view tool, std::string_view subject, const std::string& always_key,
               std::string_view mode_that_allows);

  PermissionMode mode_;
  Ask ask_;
  std::set<std::string> always_;
};

}  // namespace hearth::agent
