#pragma once

#include <atomic>
#include <filesystem>
#include <functional>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "hearth/agent/check_command.h"
#include "hearth/agent/permission/permission_rules.h"
#include "hearth/agent/tool.h"

namespace hearth::agent {

enum class PermissionMode { normal, accept_edits, plan, bypass };

/// "default", "acceptEdits", "plan" and "bypassPermissions", as other agents spell them.
std::optional<PermissionMode> parse_permission_mode(std::string_view name);
std::string_view to_string(PermissionMode mode);

enum class Consent { yes, no, always };

/// What whoever was asked says.
struct ConsentAnswer {
  /// Not explicit: most that can be asked give no reasons.
  ConsentAnswer(Consent given, std::string why = {}) : consent(given), reason(std::move(why)) {}
  Consent consent;
  std::string reason;  ///< of a no, for the model; may be empty
};

/// What is known of a call beside what decides, for whoever is asked.
struct CallDetails {
  std::string_view id = {};
  json::object* arguments = nullptr;  ///< whoever allows it may change them
  /// Where a command begins; empty: in the session's folder.
  std::filesystem::path folder = {};
};

/// What a person is asked.
struct Question {
  std::string tool;
  std::string subject;  ///< the path or command
  CallDetails call;     ///< valid during the question
};

struct Decision {
  bool allowed = false;
  std::string reason;  ///< for the model and the person, if not allowed
};

/// Decides whether a tool may act. A rule that denies always holds. Then the mode: reading inside
/// the folder is free, and so are commands that only look; in `plan` nothing else is allowed, in
/// `bypass` everything is. Then the rules that ask and allow; then the mode again, and the person.
///
/// Files that usually hold secrets (`.env`, private keys) are asked about even to be read.
/// Nothing but a person's yes changes what governs the agent itself (its settings, git's hooks).
/// Subagents may decide from several threads; a person is asked one thing at a time.
class Permissions {
 public:
  using Ask = std::function<ConsentAnswer(const Question&)>;

  struct Setup {
    PermissionRules rules;
    std::filesystem::path folder;  ///< where the model's relative paths begin
    /// Whether commands run in a sandbox, which `acceptEdits` then lets do what they like there.
    std::function<bool()> sandboxed;
  };

  /// `ask` is empty where nobody can be asked: then what would need it is denied, and the reason
  /// names the option that would allow it.
  Permissions(PermissionMode mode, Ask ask) : mode_(mode), ask_(std::move(ask)) {}
  Permissions(PermissionMode mode, Ask ask, Setup setup)
      : mode_(mode), ask_(std::move(ask)), setup_(std::move(setup)) {}

  /// `subject` is the path, the command, or what else the tool is used for. `by_hook`: what a hook
  /// of the user decided already; a rule that denies holds nevertheless.
  Decision decide(std::string_view tool, Access access, std::string_view subject,
                  std::optional<Effect> by_hook = {}, CallDetails call = {});

  /// Whether the harness may run `check` in copies of the folder. One that was given for this needs
  /// no further consent; one that the task names is only asked about where a rule says so.
  Decision decide_check(const CheckCommand& check);

  /// Whether an edit is allowed, or can be by asking when it is known what it is. For work that
  /// would be in vain otherwise.
  [[nodiscard]] Decision edits_are_possible() const;

  [[nodiscard]] PermissionMode mode() const { return mode_; }
  [[nodiscard]] const PermissionRules& rules() const { return setup_.rules; }
  void set_mode(PermissionMode mode) { mode_ = mode; }

 private:
  /// What is known of one use before anybody is asked.
  struct Case {
    std::string_view tool;
    Access access;
    std::string_view subject;
    RuleVerdict verdict;
    CallDetails call = {};
    bool looks_only = false;
    bool governs_us = false;
    bool is_secret = false;
  };
  [[nodiscard]] Case case_of(std::string_view tool, Access access, std::string_view subject,
                             CallDetails call) const;
  [[nodiscard]] bool is_allowed_by_mode(const Case& use) const;
  Decision ask(const Case& use, std::string_view mode_that_allows);

  std::atomic<PermissionMode> mode_;  ///< a person may change it while something runs
  Ask ask_;
  Setup setup_;
  std::set<std::string> always_;
  std::mutex asking_;
};

}  // namespace hearth::agent
