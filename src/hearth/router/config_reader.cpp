#include "hearth/router/config_reader.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <ranges>

namespace hearth::router {

void ConfigSource::report(const std::string& pointer, std::string_view text) {
  const TextPosition where = document_.position(pointer);
  const std::string path = key_path(pointer);
  errors_.emplace(where, fmt::format("{}:{}:{}: {}{}{}", file_, where.line, where.column, path,
                                     path.empty() ? "" : ": ", text));
}

void ConfigSource::warn(const std::string& pointer, std::string_view text) {
  warnings_.push_back(fmt::format("{}: {}", key_path(pointer), text));
}

Error ConfigSource::error() const {
  return {ErrorKind::config, fmt::format("{}", fmt::join(std::views::values(errors_), "\n"))};
}

void ConfigSource::expected(const std::string& pointer, std::string_view what,
                            const json::value* found) {
  report(pointer, found == nullptr
                      ? fmt::format("expected {}, but it is missing", what)
                      : fmt::format("expected {}, found {}", what, kind_in_words(*found)));
}

std::string ConfigObject::at(std::string_view key) const {
  return pointer_ + "/" + pointer_part(key);
}

const json::value* ConfigObject::value(std::string_view key) {
  const auto found = object_.find(key);
  if (found == object_.end()) return nullptr;
  asked_.push_back(std::string_view(found->key()));
  return found->value().is_null() ? nullptr : &found->value();
}

std::string ConfigObject::string(std::string_view key) {
  const json::value* found = value(key);
  if (found == nullptr) return {};
  if (found->is_string()) return std::string(found->get_string());
  source_.expected(at(key), "a string", found);
  return {};
}

std::optional<int> ConfigObject::integer(std::string_view key, int least, int most) {
  const json::value* found = value(key);
  if (found == nullptr) return std::nullopt;
  std::optional<std::int64_t> number = find_int(object_, key);
  if (found->is_string()) {
    const std::string_view text = found->get_string();
    std::int64_t read = 0;
    const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), read);
    if (ec == std::errc{} && end == text.data() + text.size()) number = read;
  }
  if (!number) {
    source_.expected(at(key), "a whole number", found);
    return std::nullopt;
  }
  if (*number < least || *number > most) {
    source_.report(at(key), fmt::format("expected {} to {}, found {}", least, most, *number));
    return std::nullopt;
  }
  return static_cast<int>(*number);
}

std::optional<double> ConfigObject::number(std::string_view key) {
  const json::value* found = value(key);
  if (found == nullptr) return std::nullopt;
  if (!found->is_number()) {
    source_.expected(at(key), "a number", found);
    return std::nullopt;
  }
  return found->to_number<double>();
}

std::optional<bool> ConfigObject::boolean(std::string_view key) {
  const json::value* found = value(key);
  if (found == nullptr) return std::nullopt;
  if (!found->is_bool()) {
    source_.expected(at(key), "true or false", found);
    return std::nullopt;
  }
  return found->get_bool();
}

const json::object* ConfigObject::object(std::string_view key) {
  const json::value* found = value(key);
  if (found == nullptr) return nullptr;
  if (!found->is_object()) source_.expected(at(key), "an object", found);
  return found->if_object();
}

const json::array* ConfigObject::array(std::string_view key) {
  const json::value* found = value(key);
  if (found == nullptr) return nullptr;
  if (!found->is_array()) source_.expected(at(key), "an array", found);
  return found->if_array();
}

std::vector<std::string> ConfigObject::strings(std::string_view key) {
  const json::value* found = value(key);
  if (found == nullptr) return {};
  if (found->is_string()) return {std::string(found->get_string())};
  std::vector<std::string> texts;
  if (!found->is_array()) source_.expected(at(key), "a string or an array of strings", found);
  for (std::size_t i = 0; found->is_array() && i < found->get_array().size(); ++i) {
    const json::value& item = found->get_array()[i];
    if (item.is_string()) {
      texts.emplace_back(item.get_string());
    } else {
      source_.expected(fmt::format("{}/{}", at(key), i), "a string", &item);
    }
  }
  return texts;
}

std::string ConfigObject::one_of(std::string_view key,
                                 std::initializer_list<std::string_view> allowed) {
  std::string text = string(key);
  if (!text.empty() && std::ranges::find(allowed, text) == allowed.end()) {
    source_.report(at(key), fmt::format("expected one of \"{}\", found \"{}\"",
                                        fmt::join(allowed, "\", \""), text));
  }
  return text;
}

json::object ConfigObject::rest() const {
  json::object rest;
  for (const auto& member : object_) {
    if (std::ranges::find(asked_, std::string_view(member.key())) == asked_.end()) {
      rest.emplace(member.key(), member.value());
    }
  }
  return rest;
}

std::string key_path(std::string_view pointer) {
  std::string path;
  while (!pointer.empty()) {
    pointer.remove_prefix(1);
    const std::size_t slash = std::min(pointer.find('/'), pointer.size());
    std::string part(pointer.substr(0, slash));
    pointer.remove_prefix(slash);
    for (std::size_t i = 0; (i = part.find('~', i)) != std::string::npos; ++i) {
      part.replace(i, 2, part[i + 1] == '0' ? "~" : "/");
    }
    if (!part.empty() && std::ranges::all_of(part, [](char c) { return c >= '0' && c <= '9'; })) {
      path += fmt::format("[{}]", part);
    } else {
      if (!path.empty()) path += '.';
      path += part;
    }
  }
  return path;
}

}  // namespace hearth::router
