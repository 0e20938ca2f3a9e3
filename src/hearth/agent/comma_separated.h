#pragma once

#include <algorithm>
#include <string_view>
#include <vector>

#include "hearth/base/trimmed.h"

namespace hearth::agent {

/// What stands between the commas of `list`, without blanks around it; nothing empty.
inline std::vector<std::string_view> comma_separated(std::string_view list) {
  std::vector<std::string_view> items;
  while (!list.empty()) {
    const std::size_t end = std::min(list.find(','), list.size());
    if (const auto item = trimmed(list.substr(0, end)); !item.empty()) items.push_back(item);
    list.remove_prefix(std::min(end + 1, list.size()));
  }
  return items;
}

}  // namespace hearth::agent
