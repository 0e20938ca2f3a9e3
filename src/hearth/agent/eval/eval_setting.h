#pragma once

#include <map>
#include <string>
#include <string_view>

#include "hearth/agent/profile.h"
#include "hearth/base/error.h"

namespace hearth::agent {

/// What a trial changes in the model's profile, such as `temperature=0.2,attempts=20`.
class EvalSetting {
 public:
  /// Names and values with commas between them; empty: the profile as it is. Errors:
  /// invalid_request, naming what can be set.
  static Result<EvalSetting> parse(std::string_view text);

  /// Candidates at most, if `parse` was not told.
  void set_attempts(int attempts);
  /// As `parse` takes it, in a fixed order; equal settings have equal names.
  [[nodiscard]] std::string name() const;
  /// REQUIRES: `profile` is the model's.
  void apply(Profile& profile) const;

 private:
  std::map<std::string, double, std::less<>> values_;
};

}  // namespace hearth::agent
