#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "hearth/agent/shell/shell_places.h"
#include "hearth/agent/shell/shell_script.h"
#include "hearth/agent/tool.h"
#include "hearth/base/error.h"

namespace hearth::agent {

enum class Effect { allow, ask, deny };

/// "allow", "ask", "deny".
std::string_view to_string(Effect effect);

/// One rule of the settings: `Bash(git diff:*)`, `Edit(src/**)`, `WebFetch(domain:example.com)`,
/// `mcp__server__tool`, `mcp__server__*`, or a tool's name alone for all its uses.
struct PermissionRule {
  Effect effect = Effect::ask;
  std::string tool;                    ///< as written
  std::optional<std::string> pattern;  ///< what stands in the brackets
  std::filesystem::path base;          ///< where relative paths begin
  std::string text;                    ///< the rule and the file it stands in, for a person
};

/// `source` is the file. Errors: config, for what is no rule.
Result<PermissionRule> parse_permission_rule(std::string_view text, Effect effect,
                                             const std::filesystem::path& base,
                                             std::string_view source);

/// What the rules say of one use of a tool.
struct RuleVerdict {
  std::optional<Effect> effect;  ///< nothing: no rule speaks of it
  std::string rule;              ///< the one that decided
  bool in_every_mode = false;    ///< `ask`, also where the mode allows everything
};

/// The rules of all settings. `deny` is stronger than `ask`, `ask` than `allow`, wherever they
/// stand. Names are Claude Code's: `Edit` covers every tool that changes files, `Read` every one
/// that looks into them; case does not matter.
///
/// Paths are gitignore's: `//` begins an absolute path, `~/` one at home, `/` one at the settings'
/// folder; without a slash a name matches at any depth; a folder covers what is below it.
/// Commands match whole, by `prefix:*`, or with `*` for anything; of a command made of several,
/// each must be allowed, and one that is denied denies all. One that cannot be taken apart is asked
/// about where a rule denies some commands, or asks about some.
class PermissionRules {
 public:
  void add(PermissionRule rule) { rules_.push_back(std::move(rule)); }
  [[nodiscard]] const std::vector<PermissionRule>& all() const { return rules_; }

  /// `path` is absolute.
  [[nodiscard]] RuleVerdict of_path(std::string_view tool, Access access,
                                    const std::filesystem::path& path) const;
  [[nodiscard]] RuleVerdict of_command(std::string_view command, const ShellScript& script,
                                       const ShellFolders& folders = {}) const;
  /// What rules by path say against the files that a command names. It begins in `folder`.
  [[nodiscard]] RuleVerdict of_files(const ShellScript& script,
                                     const std::filesystem::path& folder) const;
  /// Whether `Read` is denied for this file by a pattern: no search shows it. `path` is absolute.
  [[nodiscard]] bool hides(const std::filesystem::path& path) const;
  /// Whether a part might look into files that a rule denies to read, or asks about, unnamed.
  [[nodiscard]] bool may_look_at_guarded(const ShellPart& part) const;
  /// Any other tool; `subject` may be "domain:HOST".
  [[nodiscard]] RuleVerdict of_tool(std::string_view tool, std::string_view subject) const;

 private:
  std::vector<PermissionRule> rules_;
};

/// The stronger one, by its effect.
RuleVerdict stronger(RuleVerdict one, RuleVerdict other);

}  // namespace hearth::agent
