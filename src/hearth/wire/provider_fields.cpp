#include "hearth/wire/provider_fields.h"

#include <fmt/format.h>

namespace hearth::wire {
namespace {

bool is_written_switch(std::string_view name, const json::value& value) {
  return name == written::thoughts || name == written::thinking ||
         ((name == written::limit || name == written::schema) && value.is_bool());
}

void add_missing(json::object& to, const json::object& from) {
  for (const auto& member : from) {
    json::value* known = to.if_contains(member.key());
    if (known == nullptr) {
      to.emplace(member.key(), member.value());
    } else if (known->is_object() && member.value().is_object()) {
      add_missing(known->get_object(), member.value().get_object());
    }
  }
}

bool has_bool(const chat::Request& request, std::string_view name, bool wanted) {
  const json::value* value = find(request.provider_extra, name);
  return value != nullptr && value->is_bool() && value->get_bool() == wanted;
}

}  // namespace

bool is_switched_on(const chat::Request& request, std::string_view name) {
  return has_bool(request, name, true);
}

bool is_switched_off(const chat::Request& request, std::string_view name) {
  return has_bool(request, name, false);
}

json::object provider_fields(const chat::Request& request) {
  json::object fields;
  for (const auto& member : request.provider_extra) {
    if (!is_written_switch(member.key(), member.value())) {
      fields.emplace(member.key(), member.value());
    }
  }
  return fields;
}

void add_provider_fields(json::object& body, const chat::Request& request) {
  add_missing(body, provider_fields(request));
}

std::string foreign_fields_note(const chat::Request& request, std::string_view format) {
  if (request.extra_format.empty() || request.extra_format == format) return {};
  std::string names;
  for (const auto& member : request.extra) {
    if (!names.empty()) names += ", ";
    names += member.key();
  }
  if (names.empty()) return {};
  return fmt::format("left out {}: fields of another API", names);
}

}  // namespace hearth::wire
