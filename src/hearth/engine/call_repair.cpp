#include "hearth/engine/call_repair.h"

#include <algorithm>
#include <array>

#include "hearth/base/json.h"

namespace hearth::engine {
namespace {

constexpr std::string_view fence = "```";
constexpr std::string_view call_tag = "<tool_call>";
constexpr std::string_view call_end_tag = "</tool_call>";

std::string_view trim(std::string_view text) {
  const auto from = text.find_first_not_of(" \t\r\n");
  if (from == std::string_view::npos) return {};
  const auto to = text.find_last_not_of(" \t\r\n");
  return text.substr(from, to - from + 1);
}

/// Small models put raw line ends into JSON strings; JSON wants them escaped.
std::string escape_raw_controls(std::string_view text) {
  std::string out;
  bool in_string = false;
  bool escaped = false;
  for (const char c : text) {
    if (in_string && !escaped && c == '\n') {
      out += "\\n";
    } else if (in_string && !escaped && c == '\t') {
      out += "\\t";
    } else if (in_string && !escaped && c == '\r') {
      out += "\\r";
    } else {
      out += c;
    }
    if (escaped) {
      escaped = false;
    } else if (in_string && c == '\\') {
      escaped = true;
    } else if (c == '"') {
      in_string = !in_string;
    }
  }
  return out;
}

/// The end of the JSON object or array that begins at `from`, by counting brackets outside strings.
std::size_t json_end(std::string_view text, std::size_t from) {
  int depth = 0;
  bool in_string = false;
  bool escaped = false;
  for (std::size_t i = from; i < text.size(); ++i) {
    const char c = text[i];
    if (escaped) {
      escaped = false;
    } else if (in_string) {
      if (c == '\\') escaped = true;
      if (c == '"') in_string = false;
    } else if (c == '"') {
      in_string = true;
    } else if (c == '{' || c == '[') {
      ++depth;
    } else if (c == '}' || c == ']') {
      if (--depth == 0) return i + 1;
    }
  }
  return std::string_view::npos;
}

std::optional<RepairedCall> as_call(const json::value& value,
                                    const std::vector<std::string>& tool_names) {
  const auto* object = value.if_object();
  if (object == nullptr) return std::nullopt;
  if (const auto* function = find_object(*object, "function")) object = function;
  const auto name = find_string(*object, "name");
  if (!name || std::ranges::find(tool_names, *name) == tool_names.end()) return std::nullopt;
  for (const std::string_view key : {"arguments", "parameters", "input"}) {
    const json::value* arguments = find(*object, key);
    if (arguments == nullptr) continue;
    if (arguments->is_object()) return RepairedCall{std::string(*name), to_json(*arguments)};
    if (arguments->is_string()) {
      const auto parsed = parse_json(arguments->get_string());
      if (parsed && parsed->is_object()) {
        return RepairedCall{std::string(*name), to_json(*parsed)};
      }
    }
    return std::nullopt;
  }
  return std::nullopt;
}

std::vector<RepairedCall> calls_in_json(std::string_view text,
                                        const std::vector<std::string>& tool_names) {
  auto value = parse_json(text);
  if (!value) value = parse_json(escape_raw_controls(text));
  if (!value) return {};
  std::vector<RepairedCall> calls;
  if (const auto* list = value->if_array()) {
    for (const auto& element : *list) {
      auto call = as_call(element, tool_names);
      if (!call) return {};
      calls.push_back(std::move(*call));
    }
  } else if (auto call = as_call(*value, tool_names)) {
    calls.push_back(std::move(*call));
  }
  return calls;
}

/// Where the wrapping around a JSON text at `json_from` begins: a fence or a tag before it.
std::size_t wrapping_start(std::string_view text, std::size_t json_from) {
  std::string_view before = text.substr(0, json_from);
  const auto content_end = before.find_last_not_of(" \t\r\n");
  if (content_end == std::string_view::npos) return json_from;
  before = before.substr(0, content_end + 1);
  if (before.ends_with(call_tag)) return before.size() - call_tag.size();
  for (const std::string_view label : {"```json", "```tool_call", "```xml", "```"}) {
    if (before.ends_with(label)) return before.size() - label.size();
  }
  return json_from;
}

std::size_t wrapping_end(std::string_view text, std::size_t json_to) {
  std::size_t at = text.find_first_not_of(" \t\r\n", json_to);
  if (at == std::string_view::npos) return text.size();
  for (const std::string_view closing : {fence, call_end_tag}) {
    if (text.substr(at).starts_with(closing)) return at + closing.size();
  }
  return json_to;
}

bool at_line_start(std::string_view text, std::size_t at) {
  while (at > 0 && (text[at - 1] == ' ' || text[at - 1] == '\t')) --at;
  return at == 0 || text[at - 1] == '\n';
}

/// True if `text` may be the beginning of a JSON call: `{` and then nothing, or a quoted key that
/// calls begin with.
bool may_begin_call(std::string_view text) {
  text = trim(text);
  if (text.starts_with('[')) text = trim(text.substr(1));
  if (text.empty()) return true;
  if (!text.starts_with('{')) return false;
  text = trim(text.substr(1));
  for (const std::string_view key : {"\"name\"", "\"type\"", "\"function\"", "\"arguments\""}) {
    if (key.starts_with(text) || text.starts_with(key)) return true;
  }
  return false;
}

}  // namespace

std::size_t possible_call_start(std::string_view text) {
  for (std::size_t at = 0; at < text.size(); ++at) {
    const std::string_view rest = text.substr(at);
    if (rest.front() == '<' && (rest.starts_with(call_tag) || call_tag.starts_with(rest))) {
      return at;
    }
    if (rest.front() == '`' && at_line_start(text, at)) {
      if (fence.starts_with(rest)) return at;
      if (rest.starts_with(fence)) {
        const auto line_end = rest.find('\n');
        if (line_end == std::string_view::npos) return at;
        const std::string_view label = trim(rest.substr(3, line_end - 3));
        const bool plausible = label.empty() || label == "json" || label == "tool_call";
        if (plausible && may_begin_call(rest.substr(line_end + 1))) return at;
        // Inside a code block nothing is a call; go on behind it.
        const auto closing = text.find("\n```", at + 3);
        if (closing == std::string_view::npos) return std::string_view::npos;
        at = closing + 3;
        continue;
      }
    }
    if ((rest.front() == '{' || rest.front() == '[') && at_line_start(text, at) &&
        may_begin_call(rest)) {
      return at;
    }
  }
  return std::string_view::npos;
}

std::optional<RepairedText> find_calls(std::string_view text,
                                       const std::vector<std::string>& tool_names) {
  RepairedText found;
  std::size_t cursor = 0;
  std::size_t search = 0;
  while (true) {
    const std::size_t json_from = text.find_first_of("{[", search);
    if (json_from == std::string_view::npos) break;
    const std::size_t json_to = json_end(text, json_from);
    if (json_to == std::string_view::npos) {
      search = json_from + 1;
      continue;
    }
    auto calls = calls_in_json(text.substr(json_from, json_to - json_from), tool_names);
    if (calls.empty()) {
      search = json_from + 1;
      continue;
    }
    const std::string_view between = text.substr(cursor, wrapping_start(text, json_from) - cursor);
    if (found.calls.empty()) {
      found.before = between;
    } else if (!trim(between).empty()) {
      break;
    }
    for (auto& call : calls) found.calls.push_back(std::move(call));
    cursor = wrapping_end(text, json_to);
    search = cursor;
  }
  if (found.calls.empty()) return std::nullopt;
  const auto last_word = found.before.find_last_not_of(" \t\r\n");
  found.before.resize(last_word == std::string::npos ? 0 : last_word + 1);
  found.after = trim(text.substr(cursor));
  return found;
}

std::optional<std::string> json_completion(std::string_view partial) {
  std::string closing;
  bool in_string = false;
  bool escaped = false;
  for (const char c : partial) {
    if (escaped) {
      escaped = false;
    } else if (in_string) {
      if (c == '\\') escaped = true;
      if (c == '"') in_string = false;
    } else if (c == '"') {
      in_string = true;
    } else if (c == '{') {
      closing.insert(closing.begin(), '}');
    } else if (c == '[') {
      closing.insert(closing.begin(), ']');
    } else if (c == '}' || c == ']') {
      if (closing.empty() || closing.front() != c) return std::nullopt;
      closing.erase(closing.begin());
    }
  }
  static constexpr std::array<std::string_view, 14> middles = {
      "",    "\"", ": null", "null", "\": null", "e",  "ue",
      "rue", "se", "lse",    "alse", "l",        "ll", "ull"};
  std::string candidate;
  const std::string start = escaped ? "\\" : "";
  for (const std::string_view middle : middles) {
    std::string suffix = start;
    suffix += middle;
    suffix += closing;
    candidate.assign(partial);
    candidate += suffix;
    if (parse_json(candidate)) return suffix;
  }
  for (const std::string_view middle : {"\"\": null", "0", "0\"", "00\"", "000\"", "0000\""}) {
    std::string suffix(middle);
    suffix += closing;
    candidate.assign(partial);
    candidate += suffix;
    if (parse_json(candidate)) return suffix;
  }
  return std::nullopt;
}

}  // namespace hearth::engine
