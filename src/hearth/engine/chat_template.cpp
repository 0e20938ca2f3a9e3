#include "hearth/engine/chat_template.h"

#include <mutex>

namespace hearth::engine {

common_chat_templates_inputs template_inputs(const chat::Request& request) {
  common_chat_templates_inputs inputs;
  inputs.reasoning_format = COMMON_REASONING_FORMAT_AUTO;
  inputs.enable_thinking = request.thinking.mode != chat::Thinking::Mode::disabled;
  inputs.parallel_tool_calls = !request.tool_choice.disable_parallel;
  if (!request.thinking.effort.empty()) {
    inputs.chat_template_kwargs["reasoning_effort"] = to_json(json::value(request.thinking.effort));
  }
  return inputs;
}

common_chat_params apply_chat_template(const Weights& weights,
                                       const common_chat_templates_inputs& inputs) {
  static std::mutex mutex;
  const std::lock_guard lock(mutex);
  return common_chat_templates_apply(weights.templates(), inputs);
}

}  // namespace hearth::engine
