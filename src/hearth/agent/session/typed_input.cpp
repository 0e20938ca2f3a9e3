// What a person types beside the task itself: files by `@name`, functions by their names, commands
// by `!line`.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "hearth/agent/documents/document_text.h"
#include "hearth/agent/mentions.h"
#include "hearth/agent/named_functions.h"
#include "hearth/agent/plain_text.h"
#include "hearth/agent/session/session.h"
#include "hearth/agent/task_kind.h"

namespace hearth::agent {
namespace {

bool was_told(const std::vector<chat::Message>& messages, std::string_view words) {
  return std::ranges::any_of(messages, [&](const chat::Message& message) {
    return std::ranges::any_of(message.content, [&](const chat::Block& block) {
      const auto* text = std::get_if<chat::TextBlock>(&block);
      return text != nullptr && text->text.find(words) != std::string::npos;
    });
  });
}

}  // namespace

void Session::add_what_is_named(const std::string& task, bool is_forced,
                                const std::stop_token& stop) {
  const bool is_question = asks_about_code(task);
  bool sees_it = add_mentioned_files(task, stop);
  if (is_forced) sees_it = add_named_functions(code_names(task, is_question), stop) || sees_it;
  workplace_.can_answer_at_once = is_forced && sees_it && is_question;
  if (workplace_.can_answer_at_once) {
    conversation_.add_note("Answer this in words, without a tool.");
  }
}

bool Session::add_mentioned_files(const std::string& task, const std::stop_token& stop) {
  bool any = false;
  for (const std::string& name : mentioned_files(task, folder_)) {
    const bool read = add_file_note(name, stop);
    output_.status(fmt::format("{} {}", read ? "Read" : "Not read:", name));
    any = any || read;
  }
  return any;
}

bool Session::add_named_functions(const std::vector<std::string>& names,
                                  const std::stop_token& stop) {
  // A hook that watches what is read is not passed by.
  if (hooks_.any("PreToolUse") || tools_.find("read") == nullptr) return false;
  auto functions = functions_named(names, folder_, stop);
  const bool sees_any = std::ranges::any_of(functions, is_shown_in_full);
  std::erase_if(functions, [this](const NamedFunction& function) {
    return was_told(conversation_.messages(), function.code);
  });
  if (functions.empty()) return sees_any;
  conversation_.add_note(told_functions(functions));
  std::vector<std::string> told;
  for (const NamedFunction& function : functions) {
    if (std::ranges::find(told, function.name) == told.end()) told.push_back(function.name);
  }
  output_.status(fmt::format("Looked up: {}", fmt::join(told, ", ")));
  return sees_any;
}

void Session::attach(chat::Block block) {
  if (!std::holds_alternative<chat::ImageBlock>(block) || sees_images_) {
    conversation_.add_note(std::move(block));
    return;
  }
  output_.status("An image is left out: this model cannot see images.");
  conversation_.add_note("(The user sent an image, which this model cannot see.)");
}

ToolResult Session::read_image_elsewhere(const std::string& name) const {
  if (!sees_images_) return tool_error("this model cannot see images");
  auto block = image_block(name, name);
  if (!block) return tool_error(block.error().message);
  return {.text = name, .diff = {}, .images = {std::move(*block)}};
}

bool Session::add_file_note(const std::string& name, const std::stop_token& stop) {
  chat::ToolUseBlock call;
  call.name = "read";
  call.arguments = to_json(json::value(json::object{{"path", name}}));
  Toolbox::Call prepared = tools_.prepare(call, false);
  if (prepared.tool == nullptr) return false;
  const Decision decision = permissions_.decide("read", Access::read, name);
  const ToolResult content = !decision.allowed       ? tool_error(decision.reason)
                             : folder_.resolve(name) ? prepared.tool->run(prepared.arguments, stop)
                                                     : read_image_elsewhere(name);
  conversation_.add_note(content.is_error
                             ? fmt::format("{} could not be read: {}", name, content.text)
                             : fmt::format("The file {}:\n{}", name, content.text));
  for (const chat::ImageBlock& image : content.images) conversation_.add_note(chat::Block(image));
  return !content.is_error;
}

Result<CommandResult> Session::run_typed_command(const std::string& line,
                                                 const std::stop_token& stop) {
  constexpr std::chrono::minutes patience{10};
  constexpr std::size_t most_for_the_model = 4000;
  auto ran = run_command({.line = line, .folder = folder_.root(), .timeout = patience}, stop);
  if (!ran) return ran;
  conversation_.add_note(fmt::format("The user ran `{}` (exit code {}):\n{}", line, ran->exit_code,
                                     trimmed_in_the_middle(ran->output, most_for_the_model)));
  return ran;
}

}  // namespace hearth::agent
