#include "hearth/agent/eval/eval_setting.h"

#include <fmt/format.h>

#include <charconv>
#include <cmath>

#include "hearth/base/trimmed.h"

namespace hearth::agent {
namespace {

struct Range {
  double least = 0;
  double most = 0;
  bool whole = false;
};

const std::map<std::string, Range, std::less<>>& what_can_be_set() {
  static const std::map<std::string, Range, std::less<>> ranges{
      {"attempts", {1, 1000, true}}, {"step_attempts", {1, 100, true}}, {"min_p", {0, 1, false}},
      {"parallel", {1, 64, true}},   {"temperature", {0, 5, false}},    {"top_k", {0, 1000, true}},
      {"top_p", {0, 1, false}}};
  return ranges;
}

Result<double> value_of(std::string_view name, std::string_view text) {
  const auto range = what_can_be_set().find(name);
  if (range == what_can_be_set().end()) {
    std::string names;
    for (const auto& [known, of_it] : what_can_be_set()) {
      names += (names.empty() ? "" : ", ") + known;
    }
    return fail(
        ErrorKind::invalid_request,
        fmt::format("--setting {}: there is no such setting; it is one of {}", name, names));
  }
  const auto& [least, most, whole] = range->second;
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool number = error == std::errc() && end == text.data() + text.size();
  const bool in_range = value >= least && value <= most;
  if (!number || !in_range || (whole && value != std::floor(value))) {
    return fail(ErrorKind::invalid_request,
                fmt::format("--setting {}={}: a {} from {} to {} is wanted", name, text,
                            whole ? "whole number" : "number", least, most));
  }
  return value;
}

}  // namespace

Result<EvalSetting> EvalSetting::parse(std::string_view text) {
  EvalSetting setting;
  while (!text.empty()) {
    const std::string_view part = trimmed(text.substr(0, text.find(',')));
    text.remove_prefix(std::min(
        text.size(), text.find(',') == std::string_view::npos ? text.size() : text.find(',') + 1));
    const std::size_t equals = part.find('=');
    if (equals == std::string_view::npos) {
      return fail(
          ErrorKind::invalid_request,
          fmt::format("--setting {}: write it as NAME=NUMBER, such as temperature=0.2", part));
    }
    const auto value = value_of(part.substr(0, equals), part.substr(equals + 1));
    if (!value) return std::unexpected(value.error());
    setting.values_[std::string(part.substr(0, equals))] = *value;
  }
  return setting;
}

void EvalSetting::set_attempts(int attempts) {
  values_.try_emplace("attempts", attempts);
}

std::string EvalSetting::name() const {
  std::string name;
  for (const auto& [key, value] : values_) {
    name += fmt::format("{}{}={}", name.empty() ? "" : ",", key, value);
  }
  return name;
}

void EvalSetting::apply(Profile& profile) const {
  for (const auto& [key, value] : values_) {
    if (key == "attempts") profile.attempts = static_cast<int>(value);
    if (key == "step_attempts") profile.step_attempts = static_cast<int>(value);
    if (key == "parallel") profile.parallel = static_cast<int>(value);
    if (key == "temperature") {
      profile.temperature = value;
      profile.sampling.temperature = value;
    }
    if (key == "top_p") profile.sampling.top_p = value;
    if (key == "min_p") profile.sampling.min_p = value;
    if (key == "top_k") profile.sampling.top_k = static_cast<int>(value);
  }
}

}  // namespace hearth::agent
