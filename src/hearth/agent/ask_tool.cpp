#include "hearth/agent/ask_tool.h"

#include <fmt/format.h>

#include "hearth/agent/plain_text.h"
#include "hearth/agent/tool_schema.h"

namespace hearth::agent {
namespace {

class AskTool final : public Tool {
 public:
  explicit AskTool(const Person* person) : person_(person) {}

  const chat::Tool& description() const override { return description_; }
  Access access() const override { return Access::read; }
  std::string subject(const json::object& arguments) const override {
    return std::string(find_string(arguments, "question").value_or(""));
  }

  ToolResult run(const json::object& arguments, const std::stop_token&) override {
    const std::string question = subject(arguments);
    if (trimmed(question).empty()) return tool_error("the question is empty");
    if (person_ == nullptr || !person_->answer) {
      return tool_error("Nobody can be asked here. Decide yourself, and say what you assumed.");
    }
    const auto answer = person_->answer(without_escapes(question) + "\n");
    if (!answer || trimmed(*answer).empty()) {
      return tool_error("The user did not answer. Decide yourself, and say what you assumed.");
    }
    return {.text = fmt::format("The user answers: {}", *answer), .is_error = false, .diff = {}};
  }

 private:
  const Person* person_;
  chat::Tool description_{.name = "ask_user",
                          .description = "Ask the user, when only they can know.",
                          .input_schema = object_schema({{"question", "string", ""}}),
                          .type = {},
                          .extra = {}};
};

}  // namespace

std::unique_ptr<Tool> make_ask_tool(const Person* person) {
  return std::make_unique<AskTool>(person);
}

}  // namespace hearth::agent
