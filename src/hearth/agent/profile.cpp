#include "hearth/agent/profile.h"

#include <fmt/format.h>
#include <re2/re2.h>

#include "hearth/agent/profiles_json.h"
#include "hearth/base/json.h"

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

bool matches(const json::object& entry, std::string_view model) {
  if (const auto pattern = find_string(entry, "models")) {
    return RE2::PartialMatch(model, RE2(std::string_view(*pattern)));
  }
  const double size = billions_in(model);
  return size > 0 && size < find_number(entry, "below_billions").value_or(0);
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

Result<Profile> profile_for(std::string_view model, std::string_view profiles) {
  const auto value = parse_json(profiles);
  if (!value) return fail(ErrorKind::config, "profiles.json: " + value.error().message);
  const json::array* entries =
      value->is_object() ? find_array(value->get_object(), "profiles") : nullptr;
  if (entries == nullptr) return fail(ErrorKind::config, "profiles.json: no list \"profiles\"");
  for (const json::value& item : *entries) {
    if (!item.is_object() || !matches(item.get_object(), model)) continue;
    const json::object& entry = item.get_object();
    Profile profile;
    for (const auto& [key, style] :
         {std::pair{"style", &profile.style}, std::pair{"repair", &profile.repair}}) {
      const auto parsed = parse_style(find_string(entry, key).value_or("native"));
      if (!parsed) return fail(ErrorKind::config, "profiles.json: " + parsed.error().message);
      *style = *parsed;
    }
    const Profile plain;
    profile.attempts = static_cast<int>(find_int(entry, "attempts").value_or(plain.attempts));
    profile.parallel = static_cast<int>(find_int(entry, "parallel").value_or(plain.parallel));
    profile.patches = find_bool(entry, "patches").value_or(plain.patches);
    profile.temperature = find_number(entry, "temperature").value_or(plain.temperature);
    return profile;
  }
  return Profile{};
}

Profile profile_for(std::string_view model) {
  // The text is checked by a test; a program whose own data does not parse falls back to native.
  return profile_for(model, profiles_json).value_or(Profile{});
}

}  // namespace hearth::agent
