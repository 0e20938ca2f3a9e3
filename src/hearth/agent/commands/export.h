#pragma once

#include <string>
#include <vector>

#include "hearth/chat/message.h"

namespace hearth::agent {

/// A conversation for people to read: texts as they are, calls and results in code blocks.
std::string as_markdown(const std::vector<chat::Message>& messages, const std::string& title);

/// The same as one HTML page that needs nothing else.
std::string as_html(const std::vector<chat::Message>& messages, const std::string& title);

}  // namespace hearth::agent
