#include "hearth/agent/eval/measured_profile.h"

#include <fmt/format.h>
#include <re2/re2.h>

#include <algorithm>
#include <tuple>
#include <utility>
#include <vector>

#include "hearth/agent/eval/eval_setting.h"
#include "hearth/agent/eval/eval_style.h"
#include "hearth/base/file.h"

namespace hearth::agent {
namespace {

enum class Work { repair, other };

/// A style that a profile can name, with what it came to in one kind of work.
struct Contender {
  StyleName style = StyleName::native;
  std::string setting;
  Tally tally;
};

Tally tally_of(const SummaryRow& row, Work work) {
  Tally tally;
  for (const auto& [kind, one] : row.kinds) {
    if ((kind == "fix") == (work == Work::repair)) tally.add(one);
  }
  return tally;
}

/// The best first. Whole files are a way to repair only.
std::vector<Contender> contenders(std::span<const SummaryRow> rows, const std::string& model,
                                  Work work) {
  std::vector<Contender> found;
  for (const SummaryRow& row : rows) {
    const auto style = parse_eval_style(row.style);
    const auto name = style ? style_for_profile(*style) : std::nullopt;
    if (row.model != model || !name) continue;
    if (work == Work::other && *name == StyleName::whole_files) continue;
    const Tally tally = tally_of(row, work);
    if (tally.trials > 0) found.push_back({*name, row.setting, tally});
  }
  int most_trials = 0;
  for (const Contender& one : found) most_trials = std::max(most_trials, one.tally.trials);
  std::erase_if(found, [&](const Contender& one) { return one.tally.trials < most_trials; });
  std::ranges::stable_sort(found, {}, [](const Contender& one) {
    return std::tuple(-one.tally.solved, one.tally.computed_tokens());
  });
  return found;
}

std::string style_and_setting(const Contender& one) {
  return fmt::format("{}{}{}", to_string(one.style), one.setting.empty() ? "" : " ", one.setting);
}

json::array figures_of(const std::vector<Contender>& all) {
  json::array figures;
  for (const Contender& one : all) {
    figures.push_back(json::object{{"style", to_string(one.style)},
                                   {"setting", one.setting},
                                   {"solved", one.tally.solved},
                                   {"trials", one.tally.trials},
                                   {"computed_tokens", one.tally.computed_tokens()},
                                   {"seconds", one.tally.seconds}});
  }
  return figures;
}

std::string chosen_in_words(std::string_view work, const std::vector<Contender>& all) {
  if (all.empty()) return fmt::format("{}: not measured, as before", work);
  std::string words = fmt::format("{}: {} ({} of {} solved", work, style_and_setting(all.front()),
                                  all.front().tally.solved, all.front().tally.trials);
  for (std::size_t i = 1; i < all.size(); ++i) {
    words += fmt::format(", {} {}", style_and_setting(all[i]), all[i].tally.solved);
  }
  return words + ")";
}

/// What `winner` was measured with goes into `profile`.
void take_setting(const Contender& winner, Profile& profile) {
  const auto setting = EvalSetting::parse(winner.setting);
  if (!setting) return;
  Profile with = profile;
  setting->apply(with);
  if (winner.style == StyleName::whole_files) {
    with.sampling = profile.sampling;
    with.step_attempts = profile.step_attempts;
    profile = with;
  } else {
    profile.sampling = with.sampling;
    profile.step_attempts = with.step_attempts;
  }
}

json::object sampling_as_json(const chat::Sampling& sampling) {
  json::object fields;
  if (sampling.temperature) fields["temperature"] = *sampling.temperature;
  if (sampling.top_p) fields["top_p"] = *sampling.top_p;
  if (sampling.min_p) fields["min_p"] = *sampling.min_p;
  if (sampling.top_k) fields["top_k"] = *sampling.top_k;
  return fields;
}

}  // namespace

Result<MeasuredProfile> measured_profile(std::span<const SummaryRow> rows, const std::string& model,
                                         const Profile& before, const std::string& day) {
  const auto repairing = contenders(rows, model, Work::repair);
  const auto others = contenders(rows, model, Work::other);
  if (repairing.empty() && others.empty()) {
    return fail(ErrorKind::invalid_request,
                fmt::format("no profile for {}: none of the styles native, forced and whole-files "
                            "was measured; name them with --style",
                            model));
  }
  Profile profile = before;
  if (!repairing.empty()) {
    profile.repair = repairing.front().style;
    take_setting(repairing.front(), profile);
  }
  if (!others.empty()) {
    profile.style = others.front().style;
    take_setting(others.front(), profile);
  }
  MeasuredProfile measured;
  measured.entry = {{"models", fmt::format("^{}$", RE2::QuoteMeta(model))},
                    {"style", to_string(profile.style)},
                    {"repair", to_string(profile.repair)},
                    {"attempts", profile.attempts},
                    {"parallel", profile.parallel},
                    {"temperature", profile.temperature}};
  if (json::object sampling = sampling_as_json(profile.sampling); !sampling.empty()) {
    measured.entry["sampling"] = std::move(sampling);
  }
  if (profile.step_attempts > 1) measured.entry["step_attempts"] = profile.step_attempts;
  if (profile.patches) measured.entry["patches"] = true;
  if (!profile.tools.empty()) measured.entry["tools"] = json::value_from(profile.tools);
  measured.entry["measured"] = {
      {"day", day}, {"repair", figures_of(repairing)}, {"other", figures_of(others)}};
  measured.words = fmt::format("{}\n  {}\n  {}", model, chosen_in_words("repair", repairing),
                               chosen_in_words("other work", others));
  return measured;
}

Result<void> write_profile(const std::filesystem::path& file, const json::object& entry) {
  if (auto readable = ProfileList::load(file); !readable) return pass_on(readable);
  json::object whole;
  if (const auto text = read_file(file)) whole = parse_json(*text)->as_object();
  json::array& profiles =
      whole.contains("profiles") ? whole["profiles"].as_array() : whole["profiles"].emplace_array();
  const auto same = std::ranges::find_if(profiles, [&](const json::value& one) {
    return find_string(one.as_object(), "models") == find_string(entry, "models");
  });
  if (same != profiles.end()) {
    *same = entry;
  } else {
    profiles.insert(profiles.begin(), entry);
  }
  return write_file_atomically(file, to_readable_json(whole) + "\n");
}

}  // namespace hearth::agent
