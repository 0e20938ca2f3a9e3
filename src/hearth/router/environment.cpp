#include "hearth/router/environment.h"

#include <fmt/format.h>

#include <cstdlib>

namespace hearth::router {
namespace {

bool is_name_start(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

bool is_name_part(char c) {
  return is_name_start(c) || (c >= '0' && c <= '9');
}

/// The variable's name at the front of `text` (after the dollar sign), and how much of it that
/// takes.
struct Name {
  std::string_view name;
  std::size_t taken = 0;
};

Name name_at(std::string_view text) {
  const bool braced = text.starts_with('{');
  std::size_t end = braced ? 1 : 0;
  const std::size_t begin = end;
  if (end >= text.size() || !is_name_start(text[end])) return {};
  while (end < text.size() && is_name_part(text[end])) ++end;
  const std::string_view name = text.substr(begin, end - begin);
  if (!braced) return {name, end};
  if (end >= text.size() || text[end] != '}') return {};
  return {name, end + 1};
}

std::string expand(std::string_view text, const std::string& pointer,
                   const Environment& environment, ConfigSource& source) {
  std::string out;
  while (true) {
    const std::size_t dollar = text.find('$');
    out += text.substr(0, dollar);
    if (dollar == std::string_view::npos) return out;
    text.remove_prefix(dollar + 1);
    if (text.starts_with('$')) {
      out += '$';
      text.remove_prefix(1);
      continue;
    }
    const Name variable = name_at(text);
    if (variable.taken == 0) {
      out += '$';
      continue;
    }
    const auto value = environment(std::string(variable.name));
    if (!value) {
      source.report(pointer, fmt::format("the environment variable {} is not set; set it, or write "
                                         "$$ for a dollar sign",
                                         variable.name));
      return out;
    }
    out += *value;
    text.remove_prefix(variable.taken);
  }
}

}  // namespace

Environment process_environment() {
  return [](const std::string& name) -> std::optional<std::string> {
    const char* value = std::getenv(name.c_str());
    if (value == nullptr) return std::nullopt;
    return std::string(value);
  };
}

void expand_variables(json::value& value, const std::string& pointer,
                      const Environment& environment, ConfigSource& source) {
  if (json::string* text = value.if_string()) {
    if (text->find('$') != json::string::npos) {
      value = expand(std::string_view(*text), pointer, environment, source);
    }
  } else if (json::array* items = value.if_array()) {
    for (std::size_t i = 0; i < items->size(); ++i) {
      expand_variables((*items)[i], fmt::format("{}/{}", pointer, i), environment, source);
    }
  } else if (json::object* object = value.if_object()) {
    for (auto& member : *object) {
      expand_variables(member.value(), pointer + "/" + pointer_part(member.key()), environment,
                       source);
    }
  }
}

}  // namespace hearth::router
