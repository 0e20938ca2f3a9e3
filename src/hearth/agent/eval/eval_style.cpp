#include "hearth/agent/eval/eval_style.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <array>
#include <vector>

namespace hearth::agent {
namespace {

constexpr std::array eval_styles{EvalStyle::native,      EvalStyle::forced,
                                 EvalStyle::whole_files, EvalStyle::automatic,
                                 EvalStyle::shell_only,  EvalStyle::plain_forced};

constexpr std::string_view shell_prompt =
    "You are a coding agent that works in the user's folder through a shell. Look at files with "
    "cat, change them with sed or a here-document. Make small, exact changes in the style of the "
    "code around them. Do not change tests unless you are asked to. After a change, run the tests "
    "or the program to see that it works. Answer briefly.";

}  // namespace

std::string_view to_string(EvalStyle style) {
  switch (style) {
    case EvalStyle::native: return "native";
    case EvalStyle::forced: return "forced";
    case EvalStyle::whole_files: return "whole-files";
    case EvalStyle::automatic: return "auto";
    case EvalStyle::shell_only: return "shell-only";
    case EvalStyle::plain_forced: return "plain-forced";
  }
  return "auto";
}

Result<EvalStyle> parse_eval_style(std::string_view name) {
  std::vector<std::string_view> names;
  for (const EvalStyle style : eval_styles) {
    if (to_string(style) == name) return style;
    names.push_back(to_string(style));
  }
  return fail(ErrorKind::invalid_request, fmt::format("there is no style \"{}\"; it is one of {}",
                                                      name, fmt::join(names, ", ")));
}

std::optional<StyleName> style_for_profile(EvalStyle style) {
  switch (style) {
    case EvalStyle::native: return StyleName::native;
    case EvalStyle::forced: return StyleName::forced;
    case EvalStyle::whole_files: return StyleName::whole_files;
    case EvalStyle::automatic:
    case EvalStyle::shell_only:
    case EvalStyle::plain_forced: return std::nullopt;
  }
  return std::nullopt;
}

void use_eval_style(EvalStyle style, AgentOptions& options) {
  MeasuredSession& measured = *options.measured;
  options.style = style_for_profile(style);
  if (style == EvalStyle::shell_only) {
    const bool native = measured.profile.style == StyleName::native;
    options.style = native ? StyleName::native : StyleName::forced;
    options.system_prompt = shell_prompt;
    measured.tools = {"bash"};
  } else if (style == EvalStyle::plain_forced) {
    options.style = StyleName::forced;
    measured.mending = Mending::off;
  }
}

}  // namespace hearth::agent
