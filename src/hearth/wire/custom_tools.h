#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "hearth/base/json.h"
#include "hearth/chat/request.h"

namespace hearth::wire {

/// Tools of OpenAI's APIs whose argument is free text. The middle knows them as functions with one
/// string, `input`.

/// Makes such a function of `tool`, which has its name and description. A grammar in `format`
/// (which may be null) is told to the model in words.
void make_custom(chat::Tool& tool, const json::object* format, std::vector<std::string>& warnings);

/// The argument of a custom tool from what the model wrote, and back.
std::string custom_input(const std::string& arguments);
std::string custom_arguments(std::string_view input);

/// Custom tools of a chat completions request, by name: their calls go back as such.
using CustomTools = std::set<std::string, std::less<>>;
CustomTools custom_tools_of(const chat::Request& request);

}  // namespace hearth::wire
