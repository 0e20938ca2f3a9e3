#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "hearth/provider/provider.h"

namespace hearth::provider {

using StartAnswer = std::move_only_function<std::unique_ptr<Call>(chat::EventSink)>;

/// Whether several answers have one prompt, whose tokens count once, or each its own.
enum class Prompts { one, each_its_own };

/// Several answers to one request. They are made at the same time, and told one after the other:
/// the first as it comes, what arrives of later ones is held back until it is their turn, after a
/// ChoiceFinished. Finished has the usage of all. The first failure ends everything.
/// REQUIRES: at least one.
[[nodiscard]] std::unique_ptr<Call> start_choices(std::vector<StartAnswer> starts, Prompts prompts,
                                                  chat::EventSink sink);

}  // namespace hearth::provider
