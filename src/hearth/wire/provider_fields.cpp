#include "hearth/wire/provider_fields.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <functional>
#include <set>
#include <vector>

namespace hearth::wire {
namespace {

bool is_written_switch(std::string_view name, const json::value& value) {
  return name == written::thoughts || name == written::thinking ||
         ((name == written::limit || name == written::schema || name == written::cache_marks) &&
          value.is_bool());
}

/// Whether `name` of the client's is a rest of what is sent in the provider's own words.
bool is_sent_otherwise(std::string_view name, const chat::Request& request) {
  return name == written::limit || (name == "response_format" && request.json_schema);
}

/// In alphabetical order.
using Names = std::set<std::string, std::less<>>;

void add_names(Names& names, const json::object& extra) {
  for (const auto& member : extra) names.emplace(std::string_view(member.key()));
}

/// Marks of caches stand in every request of some clients, and every server has its own ways.
Names names_of_tools(const chat::Request& request) {
  Names names;
  for (const chat::Tool& tool : request.tools) {
    const bool is_function =
        tool.type.empty() || (tool.type == "custom" && request.extra_format == "anthropic");
    if (is_function) add_names(names, tool.extra);
  }
  names.erase("cache_control");
  return names;
}

/// Chat completions alone have fields of messages that may mean something to the model.
Names names_of_messages(const chat::Request& request) {
  Names names;
  if (request.extra_format != "openai") return names;
  for (const chat::Message& message : request.messages) {
    add_names(names, message.extra);
    for (const chat::Block& block : message.content) {
      if (const auto* use = std::get_if<chat::ToolUseBlock>(&block)) add_names(names, use->extra);
      if (const auto* result = std::get_if<chat::ToolResultBlock>(&block)) {
        add_names(names, result->extra);
      }
    }
  }
  return names;
}

bool has_bool(const chat::Request& request, std::string_view name, bool wanted) {
  const json::value* value = find(request.provider_extra, name);
  return value != nullptr && value->is_bool() && value->get_bool() == wanted;
}

}  // namespace

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
  std::vector<std::string> parts;
  for (const auto& member : request.extra) {
    if (!is_sent_otherwise(member.key(), request)) parts.emplace_back(member.key());
  }
  if (const Names names = names_of_tools(request); !names.empty()) {
    parts.push_back(fmt::format("{} of tools", fmt::join(names, ", ")));
  }
  if (const Names names = names_of_messages(request); !names.empty()) {
    parts.push_back(fmt::format("{} of messages", fmt::join(names, ", ")));
  }
  if (parts.empty()) return {};
  return fmt::format("left out {}: fields of another API", fmt::join(parts, ", "));
}

}  // namespace hearth::wire
