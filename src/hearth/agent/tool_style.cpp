#include "hearth/agent/tool_style.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <future>
#include <map>
#include <optional>
#include <utility>

#include "hearth/agent/add_usage.h"
#include "hearth/agent/allowed_tools.h"
#include "hearth/agent/ask_model.h"
#include "hearth/agent/claude_code_names.h"
#include "hearth/agent/earlier_result.h"
#include "hearth/agent/loop_detector.h"
#include "hearth/agent/opening_request.h"
#include "hearth/agent/plain_text.h"
#include "hearth/agent/step_attempts.h"
#include "hearth/agent/task_tool.h"
#include "hearth/agent/tool_schema.h"
#include "hearth/agent/toolbox.h"
#include "hearth/base/utf8.h"

namespace hearth::agent {
namespace {

chat::Message user_message(std::vector<chat::Block> content) {
  return {.role = chat::Role::user, .content = std::move(content)};
}

chat::Block text_block(std::string text) {
  return chat::TextBlock{.text = std::move(text), .extra = {}};
}

class ToolStyle final : public Style {
 public:
  ToolStyle(Workplace& workplace, Calling calling)
      : work_(workplace), calling_(calling), opening_(opening_request(workplace, calling)) {
    work_.calling = calling;
  }

  Outcome run(const std::string& task, const std::stop_token& stop) override {
    outcome_ = {};
    done_ = false;
    nudges_ = 0;
    stop_hooks_ = 0;
    prepare_attempts();
    append(user_message({text_block(task)}));
    while (!done_) {
      if (outcome_.turns >= work_.max_turns) {
        end(Outcome::End::max_turns, "max_turns",
            fmt::format("Stopped after {} turns (--max-turns).", outcome_.turns));
        break;
      }
      if (work_.max_tokens > 0 && computed_tokens(outcome_.usage) >= work_.max_tokens) {
        end(Outcome::End::limit, "token_limit",
            fmt::format("Stopped after {} tokens (--max-tokens).",
                        computed_tokens(outcome_.usage)));
        break;
      }
      if (work_.before_turn) work_.before_turn(outcome_.last_prompt_tokens, stop);
      turn(stop);
      if (done_ && outcome_.good()) ask_stop_hooks(stop);
    }
    return outcome_;
  }

 private:
  void append(chat::Message message) { work_.conversation.append(std::move(message)); }

  [[nodiscard]] chat::Request request() const {
    chat::Request request = opening_;
    const auto& messages = work_.conversation.messages();
    request.messages.insert(request.messages.end(), messages.begin(), messages.end());
    const bool kept_in = calling_ == Calling::forced && work_.mending == Mending::on;
    if (kept_in) allow_tools(request, work_, loops_.exhausted());
    return request;
  }

  void end(Outcome::End how, std::string reason, std::string text) {
    outcome_.end = how;
    outcome_.stop_reason = std::move(reason);
    outcome_.text = std::move(text);
    done_ = true;
  }

  void count(int requests, const chat::Usage& usage) {
    outcome_.requests += requests;
    add_usage(outcome_.usage, usage);
  }

  void turn(const std::stop_token& stop) {
    const auto answer = ask_model(work_, [this] { return request(); }, stop, outcome_.reading_ms);
    if (!answer) {
      const bool cancelled = answer.error().kind == ErrorKind::cancelled;
      work_.log.append("error", {{"message", answer.error().message}});
      if (!cancelled) outcome_.server_error = answer.error().kind;
      end(cancelled ? Outcome::End::interrupted : Outcome::End::error,
          cancelled ? "interrupted" : "error", cancelled ? "Interrupted." : answer.error().message);
      return;
    }
    ++outcome_.turns;
    count(1, answer->usage());
    outcome_.last_prompt_tokens = answer->usage().prompt_tokens + answer->usage().output_tokens;
    chat::Message message = answer->message();
    if (work_.mending == Mending::on) take_call_from_text(message, opening_.tools);
    if (message.content.empty()) message.content.push_back(text_block("(no answer)"));
    std::string passes;
    if (attempts_ && attempts_->can_try(message)) passes = take_the_best(message, stop);
    work_.output.message(message, answer->usage());
    append(message);

    std::vector<chat::Block> results = answer_calls(message, *answer, stop);
    if (results.empty()) {
      answered_in_words(*answer, message);
      return;
    }
    if (!passes.empty() && !stop.stop_requested()) results.push_back(text_block(passes));
    // Every call has its result, also of an interrupted turn: the conversation stays whole.
    append(user_message(std::move(results)));
    if (stop.stop_requested()) end(Outcome::End::interrupted, "interrupted", "Interrupted.");
    if (malformed_in_a_row_ >= 2 && calling_ == Calling::native && !done_) force_calls();
  }

  /// Steps are tried before they are taken, if the profile or the person wants it, there is a check
  /// and it may be run.
  void prepare_attempts() {
    attempts_.reset();
    if (work_.profile.step_attempts < 2 || !work_.check) return;
    const std::string& line = work_.check->line;
    if (const auto may = work_.permissions.decide_check(*work_.check); !may.allowed) {
      work_.output.status(may.reason);
      return;
    }
    attempts_.emplace(StepAttempts::Setting{.server = work_.server,
                                            .folder = work_.folder,
                                            .tools = work_.tools,
                                            .check = {.line = line, .sandbox = work_.trial_sandbox},
                                            .attempts = work_.profile.step_attempts,
                                            .parallel = work_.profile.parallel,
                                            .temperature = work_.profile.temperature,
                                            .seed = work_.profile.sampling.seed.value_or(0),
                                            .mending = work_.mending});
  }

  /// Puts another step in the place of `message` if that brings the check further. Returns what
  /// the model is told if the check passes with it, else nothing.
  std::string take_the_best(chat::Message& message, const std::stop_token& stop) {
    StepAttempts::Choice choice =
        attempts_->choose(request(), message, stop, [&](std::size_t sampled, std::size_t tried) {
          work_.output.progress(
              fmt::format("{} candidates for this change, {} tried", sampled, tried));
        });
    count(static_cast<int>(choice.sampled) - 1, choice.usage);
    message = std::move(choice.message);
    const std::string report = choice.report ? in_words(*choice.report) : "none can be applied";
    work_.log.append("attempts", {{"sampled", choice.sampled},
                                  {"taken", choice.number},
                                  {"check", work_.check->line},
                                  {"report", report}});
    if (choice.sampled > 1) {
      work_.output.status(fmt::format("  {} candidates for this change; number {} is taken ({})",
                                      choice.sampled, choice.number, report));
    }
    if (!choice.report || !choice.report->passed) return {};
    return fmt::format("`{}` passes with this change.", work_.check->line);
  }

  /// For a model that cannot hold the format of its own calls: the server constrains them.
  void force_calls() {
    calling_ = Calling::forced;
    work_.calling = calling_;
    opening_ = opening_request(work_, calling_);
    malformed_in_a_row_ = 0;
    work_.log.append("style", {{"style", "forced"}, {"why", "two malformed calls in a row"}});
    work_.output.status(
        "The model wrote two malformed calls in a row; its calls are constrained "
        "from here on (style forced).");
  }

  void answered_in_words(const Answer& answer, const chat::Message& message) {
    if (answer.stop_reason() == chat::StopReason::max_tokens) {
      if (++nudges_ <= 2) {
        append(
            user_message({text_block("The answer was cut off at its length limit. Go on in "
                                     "smaller steps.")}));
        return;
      }
    } else if (calling_ == Calling::forced && !work_.can_answer_at_once && ++nudges_ <= 2) {
      append(
          user_message({text_block("Answer with one tool call. If the task is done, call "
                                   "finish.")}));
      return;
    }
    const bool cut = answer.stop_reason() == chat::StopReason::max_tokens;
    end(cut ? Outcome::End::error : Outcome::End::success, cut ? "max_tokens" : "end_turn",
        chat::text_of(message));
  }

  /// In the order of the calls. Subagents run side by side, beside the other calls.
  std::vector<chat::Block> answer_calls(const chat::Message& message, const Answer& answer,
                                        const std::stop_token& stop) {
    std::map<std::string, std::future<ToolResult>> subagents;
    for (const chat::Block& block : message.content) {
      const auto* call = std::get_if<chat::ToolUseBlock>(&block);
      if (call == nullptr || call->name != task_tool_name) continue;
      Toolbox::Call prepared = work_.tools.prepare(*call, answer.malformed_call(call->id));
      if (prepared.tool == nullptr) continue;
      show(*call, prepared);
      subagents[call->id] = std::async(std::launch::async,
                                       [this, prepared = std::move(prepared), id = call->id,
                                        &stop]() mutable { return run_tool(prepared, id, stop); });
    }
    std::vector<chat::Block> results;
    for (const chat::Block& block : message.content) {
      const auto* call = std::get_if<chat::ToolUseBlock>(&block);
      if (call == nullptr) continue;
      const auto subagent = subagents.find(call->id);
      std::optional<ToolResult> report;
      if (subagent != subagents.end()) report = subagent->second.get();
      results.emplace_back(
          answer_call(*call, answer.malformed_call(call->id), std::move(report), stop));
    }
    return results;
  }

  void show(const chat::ToolUseBlock& call, const Toolbox::Call& prepared) {
    ShownCall shown{.id = call.id, .name = call.name, .subject = prepared.subject};
    if (prepared.tool != nullptr) shown.access = prepared.tool->access();
    work_.output.tool_call(shown);
  }

  /// `report`: a subagent's, which is there already.
  chat::ToolResultBlock answer_call(const chat::ToolUseBlock& call, bool malformed,
                                    std::optional<ToolResult> report, const std::stop_token& stop) {
    ToolResult result;
    if (done_ || stop.stop_requested()) {
      result = tool_error("Not run: the user interrupted.");
    } else if (calling_ == Calling::forced && call.name == finish_name) {
      result.text = "Done.";
      const auto arguments = parse_json(call.arguments);
      const auto summary = arguments && arguments->is_object()
                               ? find_string(arguments->get_object(), "summary")
                               : std::nullopt;
      end(Outcome::End::success, "end_turn", std::string(summary.value_or("Done.")));
      outcome_.was_said = false;
    } else if (report) {
      result = noted(call, std::move(*report), true);
    } else {
      result = run_call(call, malformed, stop);
    }
    // Files and programs hold anything; a request does not.
    result.text = to_valid_utf8(result.text);
    chat::ToolResultBlock block{.tool_use_id = call.id,
                                .content = {chat::TextBlock{.text = result.text, .extra = {}}},
                                .is_error = result.is_error,
                                .extra = {}};
    for (const std::string& tool : result.loads) {
      block.content.emplace_back(chat::ToolReferenceBlock{.tool_name = tool});
    }
    for (const chat::ImageBlock& image : result.images) block.content.emplace_back(image);
    count(result.requests, result.usage);
    if (result.is_denied) outcome_.denied.push_back({call.name, call.id, call.arguments});
    if (!result.diff.empty()) work_.log.append("diff", {{"diff", result.diff}});
    work_.output.tool_result(block, result);
    return block;
  }

  ToolResult run_call(const chat::ToolUseBlock& call, bool malformed, const std::stop_token& stop) {
    Toolbox::Call prepared = work_.tools.prepare(call, malformed);
    malformed_in_a_row_ = prepared.tool == nullptr ? malformed_in_a_row_ + 1 : 0;
    if (prepared.tool == nullptr) ++outcome_.malformed_calls;
    show(call, prepared);
    ToolResult result =
        prepared.tool == nullptr ? prepared.error : run_tool(prepared, call.id, stop);
    const bool only_looks = prepared.tool != nullptr && prepared.tool->access() == Access::read;
    return noted(call, std::move(result), only_looks);
  }

  /// Repetitions are told to the model, and end the task at last.
  ToolResult noted(const chat::ToolUseBlock& call, ToolResult result, bool only_looks) {
    const auto verdict = loops_.note({.tool = call.name,
                                      .arguments = call.arguments,
                                      .result = result.text,
                                      .is_error = result.is_error,
                                      .only_looks = only_looks});
    if (work_.mending == Mending::on) {
      result.text = new_or_where(work_.conversation.messages(), call.name, std::move(result.text));
    }
    switch (verdict) {
      case LoopDetector::Verdict::fine: break;
      case LoopDetector::Verdict::warn: result.text += loop_warning; break;
      case LoopDetector::Verdict::stop:
        end(Outcome::End::error, "loop",
            fmt::format("Stopped: the model repeated the same call of {} without getting further.",
                        call.name));
        break;
    }
    return result;
  }

  /// With the hooks before and after it, if it is allowed.
  ToolResult run_tool(Toolbox::Call& call, std::string_view id, const std::stop_token& stop) {
    const std::string name = call.tool->description().name;
    const std::string known = known_tool_name(name);
    if (!is_among_only_tools(work_, name)) {
      return tool_error(
          fmt::format("You may only use these tools: {}.", fmt::join(work_.only_tools, ", ")));
    }
    HookOutcome before = work_.hooks.run(
        "PreToolUse", name,
        {{"tool_name", known}, {"tool_input", call.arguments}, {"tool_use_id", id}}, stop);
    tell(before);
    if (before.blocked) return tool_denied(*before.blocked);
    if (before.permission == Effect::deny) return tool_denied(before.permission_reason);
    if (before.updated_input) {
      call.arguments = std::move(*before.updated_input);
      if (const auto wrong =
              mend_arguments(call.tool->description().input_schema, call.arguments)) {
        return tool_error(fmt::format("The hook `{}` changed the arguments of this call: {}",
                                      before.updated_by, *wrong));
      }
      call.subject = call.tool->subject(call.arguments);
    }
    const Access access = call.tool->access();
    for (const std::string& subject : call.tool->subjects(call.arguments)) {
      const Decision decision = work_.permissions.decide(
          name, access, subject, before.permission,
          {.id = id, .arguments = &call.arguments, .folder = call.tool->folder()});
      if (stop.stop_requested()) return tool_error("Not run: the user interrupted.");
      if (!decision.allowed) return tool_denied(decision.reason);
    }
    // Whoever was asked may have changed them.
    if (const auto wrong = mend_arguments(call.tool->description().input_schema, call.arguments)) {
      return tool_error(*wrong);
    }
    const std::vector<std::string> subjects = call.tool->subjects(call.arguments);
    const bool changes = access == Access::edit || access == Access::execute;
    if (changes && work_.before_change) work_.before_change();
    ToolResult result = call.tool->run(call.arguments, stop);
    if (access == Access::edit && !result.is_error && work_.diagnose) {
      for (const std::string& subject : subjects) {
        if (const std::string errors = work_.diagnose(subject, stop); !errors.empty()) {
          result.text += "\n" + errors;
        }
      }
    }
    if (!before.context.empty()) result.text += "\n" + before.context;
    const HookOutcome after = work_.hooks.run("PostToolUse", name,
                                              {{"tool_name", known},
                                               {"tool_input", call.arguments},
                                               {"tool_response", result.text},
                                               {"tool_use_id", id}},
                                              stop);
    tell(after);
    if (after.blocked) result.text += "\n" + *after.blocked;
    if (!after.context.empty()) result.text += "\n" + after.context;
    return result;
  }

  void tell(const HookOutcome& hooks) {
    for (const std::string& message : hooks.messages) work_.output.status(message);
    if (hooks.ends_session && !done_) end(Outcome::End::interrupted, "hook", hooks.messages.back());
  }

  /// A hook may find that the work is not done.
  void ask_stop_hooks(const std::stop_token& stop) {
    constexpr int most = 5;
    if (stop_hooks_ >= most) return;
    const HookOutcome hooks =
        work_.hooks.run("Stop", "", {{"stop_hook_active", stop_hooks_ > 0}}, stop);
    for (const std::string& message : hooks.messages) work_.output.status(message);
    if (!hooks.blocked || hooks.ends_session) return;
    ++stop_hooks_;
    done_ = false;
    append(user_message({text_block(*hooks.blocked)}));
  }

  Workplace& work_;
  Calling calling_;
  chat::Request opening_;
  std::optional<StepAttempts> attempts_;
  LoopDetector loops_;
  Outcome outcome_;
  bool done_ = false;
  int nudges_ = 0;
  int malformed_in_a_row_ = 0;
  int stop_hooks_ = 0;
};

}  // namespace

std::unique_ptr<Style> make_tool_style(Workplace& workplace, Calling calling) {
  return std::make_unique<ToolStyle>(workplace, calling);
}

}  // namespace hearth::agent
