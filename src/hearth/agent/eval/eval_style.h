#pragma once

#include <string_view>

#include "hearth/agent/agent.h"
#include "hearth/base/error.h"

namespace hearth::agent {

/// How the agent works in a trial: a style of its own, what the model's profile says, or a baseline
/// to compare these with.
enum class EvalStyle {
  native,
  forced,
  whole_files,
  automatic,     ///< as `hearth -p` without --style
  shell_only,    ///< the shell is the only tool
  plain_forced,  ///< every answer is a tool call, taken to the letter
};

/// "native", "forced", "whole-files", "auto", "shell-only", "plain-forced".
std::string_view to_string(EvalStyle style);
/// Errors: invalid_request, naming them all.
Result<EvalStyle> parse_eval_style(std::string_view name);
/// The one of `style` that a profile can name; nothing for "auto" and the baselines.
std::optional<StyleName> style_for_profile(EvalStyle style);

/// Makes `options` those of a session in this style. REQUIRES: `options.measured` is set, and holds
/// the model's profile.
void use_eval_style(EvalStyle style, AgentOptions& options);

}  // namespace hearth::agent
