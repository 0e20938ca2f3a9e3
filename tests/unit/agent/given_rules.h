#pragma once

#include <gtest/gtest.h>

#include <initializer_list>
#include <utility>

#include "hearth/agent/permission/permission_rules.h"

namespace hearth::agent {

/// Rules as settings write them, for work in /w.
inline PermissionRules rules(std::initializer_list<std::pair<Effect, const char*>> texts) {
  PermissionRules rules;
  for (const auto& [effect, text] : texts) {
    auto rule = parse_permission_rule(text, effect, "/w", "settings.json");
    EXPECT_TRUE(rule) << text;
    if (rule) rules.add(std::move(*rule));
  }
  return rules;
}

}  // namespace hearth::agent
