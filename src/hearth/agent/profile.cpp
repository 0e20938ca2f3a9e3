#include "hearth/agent/profile.h"

#include <fmt/format.h>
#include <re2/re2.h>

#include <algorithm>
#include <utility>

#include "hearth/agent/profiles_json.h"
#include "hearth/base/file.h"
#include "hearth/base/json.h"
#include "hearth/base/xdg.h"

namespace hearth::agent {
namespace {

/// Thousands of millions of parameters, as the name tells: "…-1.5B-…", "270m"; 0 if it does not.
double billions_in(std::string_view model) {
  static const RE2 size(R"((?i)(?:^|[-_:/ ])(\d+(?:\.\d+)?)(b|m)(?:$|[-_:./ ]))");
  double number = 0;
  std::string unit;
  if (!RE2::PartialMatch(model, size, &number, &unit)) return 0;
  return unit == "m" || unit == "M" ? number / 1000 : number;
}

/// The sampling of an entry, as the Messages API names its fields.
chat::Sampling sampling_of(const json::object& entry) {
  chat::Sampling sampling;
  const json::object* fields = find_object(entry, "sampling");
  if (fields == nullptr) return sampling;
  sampling.temperature = find_number(*fields, "temperature");
  sampling.top_p = find_number(*fields, "top_p");
  sampling.min_p = find_number(*fields, "min_p");
  if (const auto top_k = find_int(*fields, "top_k")) sampling.top_k = static_cast<int>(*top_k);
  return sampling;
}

/// Errors: config, without the file's name.
Result<ProfileList::Entry> parse_entry(const json::object& entry) {
  ProfileList::Entry parsed;
  parsed.models = find_string(entry, "models").value_or("");
  parsed.below_billions = find_number(entry, "below_billions").value_or(0);
  if (parsed.models.empty() && parsed.below_billions <= 0) {
    return fail(ErrorKind::config,
                R"(it needs "models", a regular expression, or "below_billions", a number)");
  }
  if (const RE2 pattern(parsed.models, RE2::Quiet); !pattern.ok()) {
    return fail(ErrorKind::config, fmt::format("\"models\": {}", pattern.error()));
  }
  Profile& profile = parsed.profile;
  for (const auto& [key, style] :
       {std::pair{"style", &profile.style}, std::pair{"repair", &profile.repair}}) {
    const auto name = parse_style(find_string(entry, key).value_or("native"));
    if (!name) return fail(ErrorKind::config, fmt::format("\"{}\": {}", key, name.error().message));
    *style = *name;
  }
  const auto count = [&](const char* key, int otherwise) {
    return static_cast<int>(std::max<std::int64_t>(find_int(entry, key).value_or(otherwise), 1));
  };
  profile.attempts = count("attempts", profile.attempts);
  profile.step_attempts = count("step_attempts", profile.step_attempts);
  profile.parallel = count("parallel", profile.parallel);
  profile.temperature = find_number(entry, "temperature").value_or(profile.temperature);
  profile.patches = find_bool(entry, "patches").value_or(profile.patches);
  if (const json::array* tools = find_array(entry, "tools")) {
    for (const json::value& tool : *tools) {
      if (!tool.is_string()) {
        return fail(ErrorKind::config, R"("tools": it must be a list of names)");
      }
      profile.tools.emplace_back(tool.get_string());
    }
  }
  profile.sampling = sampling_of(entry);
  if (const json::object* measured = find_object(entry, "measured")) {
    parsed.measured = find_string(*measured, "day").value_or("");
  }
  return parsed;
}

}  // namespace

std::string_view to_string(StyleName style) {
  switch (style) {
    case StyleName::native: return "native";
    case StyleName::forced: return "forced";
    case StyleName::whole_files: return "whole-files";
  }
  return "native";
}

Result<StyleName> parse_style(std::string_view name) {
  for (const auto style : {StyleName::native, StyleName::forced, StyleName::whole_files}) {
    if (to_string(style) == name) return style;
  }
  return fail(ErrorKind::invalid_request,
              fmt::format("there is no style \"{}\"; it is native, forced or whole-files", name));
}

Result<ProfileList> ProfileList::parse(std::string_view text, std::string_view name) {
  const auto value = parse_json(text);
  if (!value) {
    return fail(ErrorKind::config, fmt::format("{}: {}", name, value.error().message));
  }
  const json::array* entries =
      value->is_object() ? find_array(value->get_object(), "profiles") : nullptr;
  if (entries == nullptr) {
    return fail(ErrorKind::config, fmt::format("{}: there is no list \"profiles\"", name));
  }
  ProfileList list;
  for (const json::value& item : *entries) {
    auto entry = item.is_object() ? parse_entry(item.get_object())
                                  : fail(ErrorKind::config, "it is not an object");
    if (!entry) {
      return fail(ErrorKind::config, fmt::format("{}: profile {}: {}", name,
                                                 list.entries_.size() + 1, entry.error().message));
    }
    list.entries_.push_back(std::move(*entry));
  }
  return list;
}

Result<ProfileList> ProfileList::load(const std::filesystem::path& file) {
  const auto text = read_file(file);
  if (!text && text.error().kind == ErrorKind::not_found) return ProfileList{};
  if (!text) return std::unexpected(text.error());
  auto list = parse(*text, file.string());
  if (!list) list.error().message += ". Mend the file, or delete it: it is made by `hearth eval`.";
  return list;
}

const ProfileList::Entry* ProfileList::find(std::string_view model) const {
  const double size = billions_in(model);
  const auto matches = [&](const Entry& entry) {
    if (!entry.models.empty()) return RE2::PartialMatch(model, RE2(entry.models));
    return size > 0 && size < entry.below_billions;
  };
  const auto found = std::ranges::find_if(entries_, matches);
  return found == entries_.end() ? nullptr : &*found;
}

std::filesystem::path own_profiles_file() {
  return config_dir() / "profiles.json";
}

ProfileInForce profile_for(std::string_view model, const ProfileList& own) {
  if (const auto* entry = own.find(model)) return {entry->profile, true, entry->measured};
  // The text is checked by a test; a program whose own data does not parse falls back to native.
  static const ProfileList built_in =
      ProfileList::parse(profiles_json, "profiles.json").value_or(ProfileList{});
  if (const auto* entry = built_in.find(model)) return {entry->profile, false, entry->measured};
  return {};
}

}  // namespace hearth::agent
