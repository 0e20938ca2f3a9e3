#include "hearth/agent/tool_style.h"

#include <fmt/format.h>

#include "hearth/agent/loop_detector.h"
#include "hearth/agent/message_json.h"
#include "hearth/agent/plain_text.h"
#include "hearth/agent/tool_schema.h"
#include "hearth/agent/toolbox.h"

namespace hearth::agent {
namespace {

constexpr int max_answer_tokens = 4096;
constexpr std::string_view finish_name = "finish";

constexpr std::string_view system_prompt =
    "You are Hearth, a coding agent that works in the user's folder through tools. Paths are "
    "relative to the folder. Read a file before you edit it. Make small, exact changes in the "
    "style "
    "of the code around them. Do not change tests unless you are asked to. After a change, run the "
    "tests or the program to see that it works. When a tool reports an error, do what its message "
    "says. Do not repeat a call that gave you nothing new. Answer briefly.";

constexpr std::string_view forced_addition =
    " Every answer is one tool call. When the task is done and checked, or cannot be done, call "
    "finish with a short summary.";

chat::Message user_message(std::vector<chat::Block> content) {
  return {.role = chat::Role::user, .content = std::move(content)};
}

chat::Block text_block(std::string text) {
  return chat::TextBlock{.text = std::move(text), .extra = {}};
}

class ToolStyle final : public Style {
 public:
  ToolStyle(Workplace& workplace, Calling calling)
      : work_(workplace),
        calling_(calling),
        tools_(workplace.folder),
        conversation_(opening_request(workplace.folder, calling)) {
    conversation_.model = workplace.model;
  }

  Outcome run(const std::string& task, const std::stop_token& stop) override {
    outcome_ = {};
    done_ = false;
    nudges_ = 0;
    append(user_message({text_block(task)}));
    while (!done_) {
      if (outcome_.turns >= work_.max_turns) {
        end(Outcome::End::max_turns, "max_turns",
            fmt::format("Stopped after {} turns (--max-turns).", outcome_.turns));
        break;
      }
      turn(stop);
    }
    return outcome_;
  }

 private:
  void append(chat::Message message) {
    work_.log.append(message.role == chat::Role::user ? "user" : "assistant",
                     {{"message", message_as_json(message)}});
    conversation_.messages.push_back(std::move(message));
  }

  void end(Outcome::End how, std::string reason, std::string text) {
    outcome_.end = how;
    outcome_.stop_reason = std::move(reason);
    outcome_.text = std::move(text);
    done_ = true;
  }

  void turn(const std::stop_token& stop) {
    work_.output.progress("waiting for the model");
    const auto answer = complete(work_.server, conversation_, stop, [&](const chat::Event& event) {
      if (const auto* prefill = std::get_if<chat::PrefillProgress>(&event)) {
        work_.output.progress(prefill_line(*prefill));
      } else if (const auto* delta = std::get_if<chat::TextDelta>(&event)) {
        work_.output.text(delta->text);
      }
    });
    if (!answer) {
      const bool cancelled = answer.error().kind == ErrorKind::cancelled;
      work_.log.append("error", {{"message", answer.error().message}});
      end(cancelled ? Outcome::End::interrupted : Outcome::End::error,
          cancelled ? "interrupted" : "error", cancelled ? "Interrupted." : answer.error().message);
      return;
    }
    ++outcome_.turns;
    outcome_.usage.prompt_tokens += answer->usage().prompt_tokens;
    outcome_.usage.reused_tokens += answer->usage().reused_tokens;
    outcome_.usage.output_tokens += answer->usage().output_tokens;
    chat::Message message = answer->message();
    take_call_from_text(message, conversation_.tools);
    if (message.content.empty()) message.content.push_back(text_block("(no answer)"));
    work_.output.message(message);
    append(message);

    std::vector<chat::Block> results;
    for (const chat::Block& block : message.content) {
      const auto* call = std::get_if<chat::ToolUseBlock>(&block);
      if (call == nullptr) continue;
      results.emplace_back(answer_call(*call, answer->malformed_call(call->id), stop));
    }
    if (results.empty()) {
      answered_in_words(*answer, message);
      return;
    }
    // Every call has its result, also of an interrupted turn: the conversation stays whole.
    append(user_message(std::move(results)));
    if (stop.stop_requested()) end(Outcome::End::interrupted, "interrupted", "Interrupted.");
  }

  void answered_in_words(const Answer& answer, const chat::Message& message) {
    if (answer.stop_reason() == chat::StopReason::max_tokens) {
      if (++nudges_ <= 2) {
        append(
            user_message({text_block("The answer was cut off at its length limit. Go on in "
                                     "smaller steps.")}));
        return;
      }
    } else if (calling_ == Calling::forced && ++nudges_ <= 2) {
      append(
          user_message({text_block("Answer with one tool call. If the task is done, call "
                                   "finish.")}));
      return;
    }
    const bool cut = answer.stop_reason() == chat::StopReason::max_tokens;
    end(cut ? Outcome::End::error : Outcome::End::success, cut ? "max_tokens" : "end_turn",
        chat::text_of(message));
  }

  chat::ToolResultBlock answer_call(const chat::ToolUseBlock& call, bool malformed,
                                    const std::stop_token& stop) {
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
    } else {
      result = run_call(call, malformed, stop);
    }
    chat::ToolResultBlock block{.tool_use_id = call.id,
                                .content = {chat::TextBlock{.text = result.text, .extra = {}}},
                                .is_error = result.is_error,
                                .extra = {}};
    if (!result.diff.empty()) work_.log.append("diff", {{"diff", result.diff}});
    work_.output.tool_result(block, result);
    return block;
  }

  ToolResult run_call(const chat::ToolUseBlock& call, bool malformed, const std::stop_token& stop) {
    const Toolbox::Call prepared = tools_.prepare(call, malformed);
    work_.output.tool_call(call.name, prepared.tool == nullptr ? "" : prepared.subject);
    ToolResult result = prepared.error;
    if (prepared.tool != nullptr) {
      const Decision decision =
          work_.permissions.decide(call.name, prepared.tool->access(), prepared.subject);
      result = decision.allowed
                   ? prepared.tool->run(prepared.arguments, stop)
                   : tool_error(stop.stop_requested() ? "Not run: the user interrupted."
                                                      : decision.reason);
    }
    switch (loops_.note(call.name, call.arguments, result.text)) {
      case LoopDetector::Verdict::fine: break;
      case LoopDetector::Verdict::warn:
        result.text +=
            "\nYou have made this call with this result several times. Do something "
            "else, or stop and say what is in the way.";
        break;
      case LoopDetector::Verdict::stop:
        end(Outcome::End::error, "loop",
            fmt::format("Stopped: the model repeated the same call of {} without getting further.",
                        call.name));
        break;
    }
    return result;
  }

  Workplace& work_;
  Calling calling_;
  Toolbox tools_;
  chat::Request conversation_;
  LoopDetector loops_;
  Outcome outcome_;
  bool done_ = false;
  int nudges_ = 0;
};

}  // namespace

chat::Request opening_request(const Folder& folder, Calling calling) {
  chat::Request request;
  const bool forced = calling == Calling::forced;
  std::string prompt(system_prompt);
  if (forced) prompt += forced_addition;
  request.messages.push_back({.role = chat::Role::system, .content = {text_block(prompt)}});
  request.tools = Toolbox(folder).descriptions();
  if (forced) {
    request.tools.push_back({.name = std::string(finish_name),
                             .description = "End the work.",
                             .input_schema = object_schema({{"summary", "string", ""}}),
                             .type = {},
                             .extra = {}});
    request.tool_choice.mode = chat::ToolChoice::Mode::any;
    request.tool_choice.disable_parallel = true;
  }
  request.max_tokens = max_answer_tokens;
  return request;
}

std::unique_ptr<Style> make_tool_style(Workplace& workplace, Calling calling) {
  return std::make_unique<ToolStyle>(workplace, calling);
}

}  // namespace hearth::agent
