#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "hearth/agent/permission/permissions.h"

namespace hearth::agent {

/// Who sits in front of a session, if anybody does. They may be asked from several threads, one
/// thing at a time.
struct Person {
  /// Whether something may be done; empty: nobody can be asked.
  Permissions::Ask ask = {};
  /// Something in words; nothing if they do not want to answer. Empty: nobody can be asked.
  std::function<std::optional<std::string>(std::string_view question)> answer = {};
};

}  // namespace hearth::agent
