#include "hearth/wire/fields.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

namespace hearth::wire {

void Problems::expected(const std::string& path, std::string_view what, const json::value* found) {
  if (found == nullptr) {
    report(path, fmt::format("expected {}, but it is missing", what));
  } else {
    report(path, fmt::format("expected {}, found {}", what, kind_in_words(*found)));
  }
}

void Problems::report(const std::string& path, std::string_view text) {
  if (error_) return;
  error_ = Error{ErrorKind::invalid_request,
                 path.empty() ? std::string(text) : fmt::format("{}: {}", path, text)};
}

std::string Problems::item(const std::string& path, std::size_t index) const {
  return style_ == PathStyle::dots ? fmt::format("{}.{}", path, index)
                                   : fmt::format("{}[{}]", path, index);
}

std::string Fields::at(std::string_view key) const {
  return path_.empty() ? std::string(key) : fmt::format("{}.{}", path_, key);
}

const json::value* Fields::value(std::string_view key) {
  const auto found = object_.find(key);
  if (found == object_.end()) return nullptr;
  asked_.push_back(std::string_view(found->key()));
  return found->value().is_null() ? nullptr : &found->value();
}

std::string Fields::required_string(std::string_view key) {
  const json::value* found = value(key);
  if (found != nullptr && found->is_string()) return std::string(found->get_string());
  problems_.expected(at(key), "a string", found);
  return {};
}

std::string Fields::string(std::string_view key) {
  const json::value* found = value(key);
  if (found == nullptr) return {};
  if (found->is_string()) return std::string(found->get_string());
  problems_.expected(at(key), "a string", found);
  return {};
}

bool Fields::boolean(std::string_view key) {
  const json::value* found = value(key);
  if (found == nullptr) return false;
  if (found->is_bool()) return found->get_bool();
  problems_.expected(at(key), "a boolean", found);
  return false;
}

std::optional<int> Fields::integer(std::string_view key, std::int64_t least, std::int64_t most) {
  const json::value* found = value(key);
  if (found == nullptr) return std::nullopt;
  const auto number = find_int(object_, key);
  if (!number) {
    problems_.expected(at(key), "an integer", found);
    return std::nullopt;
  }
  if (*number < least) {
    problems_.report(at(key), fmt::format("expected at least {}, found {}", least, *number));
    return std::nullopt;
  }
  return static_cast<int>(std::min(*number, most));
}

std::optional<double> Fields::number(std::string_view key, double least, double most) {
  const json::value* found = value(key);
  if (found == nullptr) return std::nullopt;
  if (!found->is_number()) {
    problems_.expected(at(key), "a number", found);
    return std::nullopt;
  }
  const double number = found->to_number<double>();
  if (!(number >= least && number <= most)) {
    problems_.report(at(key), fmt::format("expected {} to {}, found {}", least, most, number));
    return std::nullopt;
  }
  return number;
}

const json::object* Fields::object(std::string_view key) {
  const json::value* found = value(key);
  if (found == nullptr) return nullptr;
  if (!found->is_object()) problems_.expected(at(key), "an object", found);
  return found->if_object();
}

const json::array* Fields::array(std::string_view key) {
  const json::value* found = value(key);
  if (found == nullptr) return nullptr;
  if (!found->is_array()) problems_.expected(at(key), "an array", found);
  return found->if_array();
}

std::string Fields::one_of(std::string_view key, std::initializer_list<std::string_view> allowed) {
  const json::value* found = value(key);
  const std::string wanted = fmt::format("one of \"{}\"", fmt::join(allowed, "\", \""));
  if (found == nullptr || !found->is_string()) {
    problems_.expected(at(key), wanted, found);
    return {};
  }
  const std::string_view text = found->get_string();
  if (std::ranges::find(allowed, text) == allowed.end()) {
    problems_.report(at(key), fmt::format("expected {}, found \"{}\"", wanted, text));
    return {};
  }
  return std::string(text);
}

json::object Fields::rest() const {
  json::object rest;
  for (const auto& member : object_) {
    if (member.value().is_null()) continue;
    if (std::ranges::find(asked_, std::string_view(member.key())) != asked_.end()) continue;
    rest.emplace(member.key(), member.value());
  }
  return rest;
}

}  // namespace hearth::wire
