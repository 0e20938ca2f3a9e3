#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "hearth/base/json.h"

namespace hearth::cli {

/// The rules of Claude Code Router 3 (`Router.rules` of the document in its database, version
/// 3.1.1) as rules of ours.
struct TranslatedRules {
  json::array rules;
  /// What was not taken over, and why: a sentence each.
  std::vector<std::string> notes;
};

/// `providers`: those of the same document. Rules that are switched off stay out.
TranslatedRules translate_rules(const json::array& stored, const json::array& providers);

/// "Provider/model" and "Provider,model", or a model that one provider alone has, as our
/// "provider,model". Nothing for one that no provider has.
std::optional<std::string> route_of(std::string_view model, const json::array& providers);

}  // namespace hearth::cli
