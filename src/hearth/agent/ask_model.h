#pragma once

#include <functional>
#include <stop_token>

#include "hearth/agent/answer.h"
#include "hearth/agent/workplace.h"

namespace hearth::agent {

/// The model's answer to `request`, shown as it comes. What broke off is asked for again; a
/// conversation that is too long is made shorter first, so `request` is asked for each time.
/// `reading_ms` grows by the time until the answer began. Errors: the server's; cancelled.
Result<Answer> ask_model(Workplace& work, const std::function<chat::Request()>& request,
                         const std::stop_token& stop, double& reading_ms);

}  // namespace hearth::agent
