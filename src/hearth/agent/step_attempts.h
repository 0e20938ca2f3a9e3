#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "hearth/agent/client.h"
#include "hearth/agent/folder.h"
#include "hearth/agent/test_report.h"
#include "hearth/agent/toolbox.h"
#include "hearth/agent/trial.h"

namespace hearth::agent {

/// For a model that is often wrong, and work with a check: a step that changes files is sampled
/// several times from the same prefix, each one is tried in a copy of the folder, and the one that
/// brings the check furthest is taken. After repeated sampling with a verifier (Brown et al., Large
/// Language Monkeys, 2024), a step at a time.
class StepAttempts {
 public:
  struct Setting {
    const Server& server;
    const Folder& folder;
    const Toolbox& tools;
    TrialCheck check;
    int attempts = 4;          ///< of a step, with the first
    int parallel = 4;          ///< at the same time
    double temperature = 0.8;  ///< of all but the first
    std::uint32_t seed = 0;    ///< each has another
    Mending mending = Mending::on;
  };
  struct Choice {
    chat::Message message;             ///< the step that is taken
    std::optional<TestReport> report;  ///< the check's with it; nothing if it was not tried
    std::size_t number = 1;            ///< of those sampled; the first is what there was before
    std::size_t sampled = 1;
    chat::Usage usage;  ///< of those sampled here
  };
  using OnProgress = std::function<void(std::size_t sampled, std::size_t tried)>;

  explicit StepAttempts(Setting setting) : setting_(std::move(setting)) {}

  /// Whether `message` changes files, and nothing else: only then it can be tried in a copy.
  [[nodiscard]] bool can_try(const chat::Message& message) const;

  /// `first` is the model's answer to `request`. Ends at the first step with which the check
  /// passes; where none does better than the first, that is taken. What the server cannot answer
  /// is left out. REQUIRES: can_try(first).
  [[nodiscard]] Choice choose(const chat::Request& request, const chat::Message& first,
                              const std::stop_token& stop, const OnProgress& on_progress) const;

 private:
  [[nodiscard]] MakeChange change_by(const chat::Message& message) const;

  Setting setting_;
};

}  // namespace hearth::agent
