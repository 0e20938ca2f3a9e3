#include "hearth/wire/gemini_thinking.h"

#include <algorithm>

namespace hearth::wire {
namespace {

constexpr int dynamic_budget = -1;
constexpr int least_budget_of_pro = 128;  // which cannot be switched off
constexpr int most_of_flash = 24576;
constexpr int most_of_pro = 32768;
constexpr int low_budget = 1024;
constexpr int medium_budget = 8192;

bool is_flash(std::string_view model) {
  return model.find("flash") != std::string_view::npos;
}

bool is_low(std::string_view effort) {
  return effort == "none" || effort == "minimal" || effort == "low";
}

int budget_of(const chat::Thinking& thinking, std::string_view model) {
  const int most = is_flash(model) ? most_of_flash : most_of_pro;
  const int least = is_flash(model) ? 0 : least_budget_of_pro;
  if (thinking.mode == chat::Thinking::Mode::disabled) return least;
  if (thinking.budget_tokens) return std::clamp(*thinking.budget_tokens, least, most);
  if (thinking.effort.empty()) return dynamic_budget;
  if (is_low(thinking.effort)) return low_budget;
  return thinking.effort == "medium" ? medium_budget : most;
}

std::string_view level_of(const chat::Thinking& thinking, std::string_view model) {
  if (thinking.mode == chat::Thinking::Mode::disabled) return is_flash(model) ? "minimal" : "low";
  if (!thinking.effort.empty()) {
    if (is_low(thinking.effort)) return "low";
    return thinking.effort == "medium" && is_flash(model) ? "medium" : "high";
  }
  if (thinking.budget_tokens) return *thinking.budget_tokens <= low_budget ? "low" : "high";
  return {};
}

}  // namespace

GeminiThinking gemini_thinking(std::string_view model) {
  constexpr std::string_view family = "gemini-";
  const std::size_t at = model.rfind(family);
  if (at == std::string_view::npos || at + family.size() == model.size()) {
    return GeminiThinking::none;
  }
  const std::string_view version = model.substr(at + family.size());
  const char major = version.front();
  if (major < '0' || major > '9' || version.starts_with("2.5")) return GeminiThinking::budget;
  const bool before_two_digits = version.size() < 2 || version[1] < '0' || version[1] > '9';
  return major < '3' && before_two_digits ? GeminiThinking::none : GeminiThinking::level;
}

json::object gemini_thinking_config(const chat::Thinking& thinking, std::string_view model) {
  json::object config;
  const GeminiThinking way = gemini_thinking(model);
  const bool silent = thinking.mode == chat::Thinking::Mode::unset && thinking.effort.empty();
  if (way == GeminiThinking::none || silent) return config;
  if (thinking.mode != chat::Thinking::Mode::disabled) config["includeThoughts"] = true;
  if (way == GeminiThinking::budget) {
    config["thinkingBudget"] = budget_of(thinking, model);
  } else if (const std::string_view level = level_of(thinking, model); !level.empty()) {
    config["thinkingLevel"] = level;
  }
  return config;
}

}  // namespace hearth::wire
