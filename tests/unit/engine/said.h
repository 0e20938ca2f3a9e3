#pragma once

#include <string>
#include <utility>

#include "hearth/chat/message.h"

namespace hearth::engine {

inline chat::Message said(chat::Role role, std::string text) {
  return {role, {chat::TextBlock{std::move(text), {}}}};
}

}  // namespace hearth::engine
