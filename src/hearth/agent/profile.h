#pragma once

#include <string>
#include <string_view>

#include "hearth/base/error.h"

namespace hearth::agent {

enum class StyleName { native, forced, whole_files };

/// "native", "forced", "whole-files".
std::string_view to_string(StyleName style);
/// Errors: invalid_request, naming the three.
Result<StyleName> parse_style(std::string_view name);

/// How a model is best worked with, as measured.
struct Profile {
  StyleName style = StyleName::native;   ///< for tasks in general
  StyleName repair = StyleName::native;  ///< for a task with a failing check
  int attempts = 40;                     ///< candidates at most, with whole files
  int parallel = 4;                      ///< candidates at the same time
  double temperature = 0.8;              ///< of the candidates after the first
  bool patches = false;                  ///< the model is trained on apply_patch
};

/// The profile of a model by its name, out of `profiles.json`, which is part of the program: the
/// first entry that matches. A model that none matches is trusted with native tool calls.
Profile profile_for(std::string_view model);

/// The same from another profile text. Errors: config.
Result<Profile> profile_for(std::string_view model, std::string_view profiles);

}  // namespace hearth::agent
