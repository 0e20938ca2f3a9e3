#include "hearth/agent/hooks.h"

#include <fmt/format.h>
#include <re2/re2.h>

#include <algorithm>
#include <utility>

#include "hearth/agent/claude_code_names.h"
#include "hearth/agent/plain_text.h"
#include "hearth/agent/process.h"
#include "hearth/base/file.h"
#include "hearth/base/temporary_folder.h"
#include "hearth/base/utf8.h"

namespace hearth::agent {
namespace {

bool fits(const HookCommand& hook, std::string_view subject) {
  if (hook.matcher.empty() || hook.matcher == "*") return true;
  const RE2 regex(hook.matcher, RE2::Quiet);
  // One that cannot be read must not switch off what guards.
  if (!regex.ok()) return true;
  return RE2::FullMatch(subject, regex) || RE2::FullMatch(known_tool_name(subject), regex);
}

void add_line(std::string& text, std::string_view more) {
  if (more.empty()) return;
  if (!text.empty()) text += '\n';
  text += more;
}

/// What a hook printed, if it is an answer and no plain text.
std::optional<json::object> answer_in(std::string_view output) {
  if (!trimmed(output).starts_with('{')) return std::nullopt;
  auto value = parse_json(trimmed(output));
  if (!value || !value->is_object()) return std::nullopt;
  return std::move(value->get_object());
}

void take_specific(const json::object& specific, const HookCommand& hook, HookOutcome& outcome) {
  if (const auto decision = find_string(specific, "permissionDecision")) {
    std::optional<Effect> effect;
    for (const Effect candidate : {Effect::allow, Effect::ask, Effect::deny}) {
      if (*decision == to_string(candidate)) effect = candidate;
    }
    // The strictest of several counts.
    if (effect && (!outcome.permission || *effect > *outcome.permission)) {
      outcome.permission = effect;
      outcome.permission_reason =
          find_string(specific, "permissionDecisionReason").value_or("a hook decided so");
    }
  }
  if (const json::object* input = find_object(specific, "updatedInput")) {
    outcome.updated_input = *input;
    outcome.updated_by = hook.command;
  }
  add_line(outcome.context, find_string(specific, "additionalContext").value_or(""));
}

void take_answer(const json::object& answer, const HookCommand& hook, HookOutcome& outcome) {
  const std::string reason(find_string(answer, "reason").value_or(""));
  const auto decision = find_string(answer, "decision");
  if (decision == "block") outcome.blocked = reason.empty() ? "a hook blocked this" : reason;
  if (decision == "approve" && !outcome.permission) outcome.permission = Effect::allow;
  if (!find_bool(answer, "continue").value_or(true)) {
    outcome.ends_session = true;
    outcome.messages.emplace_back(find_string(answer, "stopReason").value_or("A hook ended this."));
  }
  if (const auto message = find_string(answer, "systemMessage")) {
    outcome.messages.emplace_back(*message);
  }
  if (const json::object* specific = find_object(answer, "hookSpecificOutput")) {
    take_specific(*specific, hook, outcome);
  }
}

}  // namespace

Hooks::Hooks(std::vector<HookCommand> commands, std::filesystem::path folder,
             std::string session_id, std::string transcript)
    : commands_(std::move(commands)),
      folder_(std::move(folder)),
      session_id_(std::move(session_id)),
      transcript_(std::move(transcript)) {}

bool Hooks::any(std::string_view event) const {
  return std::ranges::find(commands_, event, &HookCommand::event) != commands_.end();
}

HookOutcome Hooks::run(std::string_view event, std::string_view subject, json::object input,
                       const std::stop_token& stop) const {
  HookOutcome outcome;
  if (!any(event)) return outcome;
  input["session_id"] = session_id_;
  input["transcript_path"] = transcript_;
  input["cwd"] = folder_.string();
  input["hook_event_name"] = event;
  if (const json::object* arguments = find_object(input, "tool_input")) {
    json::object known = known_arguments(subject, *arguments, folder_);
    input["tool_input"] = std::move(known);
  }
  for (const HookCommand& hook : commands_) {
    if (hook.event != event || !fits(hook, subject)) continue;
    if (hook.program) {
      ask_program(hook, input, stop, outcome);
    } else {
      run_command_of(hook, input, stop, outcome);
    }
    if (outcome.blocked || outcome.ends_session || stop.stop_requested()) break;
  }
  if (outcome.updated_input) {
    outcome.updated_input = our_arguments(subject, *outcome.updated_input, folder_);
  }
  return outcome;
}

void Hooks::ask_program(const HookCommand& hook, const json::object& input,
                        const std::stop_token& stop, HookOutcome& outcome) {
  const auto answer = hook.program(input, hook.timeout, stop);
  if (answer) {
    take_answer(*answer, hook, outcome);
  } else if (answer.error().kind != ErrorKind::cancelled) {
    outcome.messages.push_back(fmt::format("The {} hook `{}` failed: {}", hook.event, hook.command,
                                           answer.error().message));
  }
}

void Hooks::run_command_of(const HookCommand& hook, const json::object& input,
                           const std::stop_token& stop, HookOutcome& outcome) const {
  const auto scratch = TemporaryFolder::make();
  if (!scratch) {
    outcome.messages.push_back(scratch.error().message);
    return;
  }
  // Its two outputs mean different things.
  const std::filesystem::path errors = scratch->path() / "errors";
  const auto result =
      run_command({.line = fmt::format("{{ {}\n}} 2>\"$HEARTH_HOOK_ERRORS\"", hook.command),
                   .folder = folder_,
                   .timeout = hook.timeout,
                   .environment = {"CLAUDE_PROJECT_DIR=" + folder_.string(),
                                   "HEARTH_PROJECT_DIR=" + folder_.string(),
                                   "HEARTH_HOOK_ERRORS=" + errors.string()},
                   .words = {},
                   .input = to_json(json::value(input))},
                  stop);
  const auto told = [&](std::string_view what) {
    outcome.messages.push_back(fmt::format("The {} hook `{}` {}", hook.event, hook.command, what));
  };
  if (!result) {
    told(result.error().message);
    return;
  }
  const std::string said = without_escapes(to_valid_utf8(read_file(errors).value_or("")));
  if (result->end == CommandResult::End::timed_out) {
    told(fmt::format("was ended after {} s.", hook.timeout.count()));
  } else if (result->end == CommandResult::End::cancelled) {
    return;
  } else if (result->exit_code == 2) {
    outcome.blocked = trimmed(said).empty() ? "a hook blocked this" : std::string(trimmed(said));
  } else if (result->exit_code != 0) {
    told(fmt::format("failed with exit code {}: {}", result->exit_code,
                     trimmed(said.substr(0, 500))));
  } else if (const auto answer = answer_in(result->output)) {
    take_answer(*answer, hook, outcome);
  } else if (hook.event == "UserPromptSubmit" || hook.event == "SessionStart") {
    add_line(outcome.context, trimmed(result->output));
  }
}

}  // namespace hearth::agent
