#include "hearth/chat/request.h"

#include <algorithm>

namespace hearth::chat {

const Tool* find_tool(const Request& request, std::string_view name) {
  const auto found = std::ranges::find(request.tools, name, &Tool::name);
  return found == request.tools.end() ? nullptr : &*found;
}

}  // namespace hearth::chat
