#include "hearth/wire/completion_request.h"

#include <climits>

#include <algorithm>

namespace hearth::wire {
namespace {

constexpr std::string_view prompt_forms = "text, a list of tokens, or a list of such prompts";

void add_token(int token, PromptParts& parts) {
  if (parts.empty() || !std::holds_alternative<std::vector<int>>(parts.back())) {
    parts.emplace_back(std::vector<int>());
  }
  std::get<std::vector<int>>(parts.back()).push_back(token);
}

PromptParts decode_list(const json::array& items, const std::string& path, Problems& problems) {
  PromptParts parts;
  for (std::size_t i = 0; i < items.size(); ++i) {
    const std::int64_t* token = items[i].if_int64();
    if (const json::string* text = items[i].if_string()) {
      parts.emplace_back(std::string(*text));
    } else if (token != nullptr && *token >= 0 && *token <= INT_MAX) {
      add_token(static_cast<int>(*token), parts);
    } else {
      problems.expected(problems.item(path, i), "a token's number or text", &items[i]);
      break;
    }
  }
  return parts;
}

PromptParts decode_object(const json::object& object, const std::string& path, Problems& problems) {
  Fields fields(object, path, problems);
  PromptParts parts{fields.required_string("prompt_string")};
  if (!fields.rest().empty()) {
    problems.report(path, "images and sound cannot be read by the models here; send text only");
  }
  return parts;
}

PromptParts decode_prompt(const json::value& value, const std::string& path, Problems& problems) {
  if (const json::string* text = value.if_string()) return {std::string(*text)};
  if (const json::array* items = value.if_array()) return decode_list(*items, path, problems);
  if (const json::object* object = value.if_object()) return decode_object(*object, path, problems);
  problems.expected(path, prompt_forms, &value);
  return {};
}

}  // namespace

std::vector<PromptParts> decode_prompts(Fields& body) {
  Problems& problems = body.problems();
  const std::string path = body.at("prompt");
  const json::value* value = body.value("prompt");
  if (value == nullptr) {
    problems.expected(path, prompt_forms, value);
    return {};
  }
  const json::array* items = value->if_array();
  const auto is_number = [](const json::value& item) { return item.is_number(); };
  if (items == nullptr || std::ranges::any_of(*items, is_number)) {
    return {decode_prompt(*value, path, problems)};
  }
  if (items->empty()) problems.report(path, "the list is empty");
  std::vector<PromptParts> prompts;
  for (std::size_t i = 0; i < items->size() && !problems.any(); ++i) {
    prompts.push_back(decode_prompt((*items)[i], problems.item(path, i), problems));
  }
  return prompts;
}

}  // namespace hearth::wire
