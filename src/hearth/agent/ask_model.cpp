#include "hearth/agent/ask_model.h"

#include <fmt/format.h>

#include <utility>

#include "hearth/agent/client.h"
#include "hearth/base/clock.h"

namespace hearth::agent {
namespace {

constexpr int most_attempts = 3;

bool may_come_back(const Error& error) {
  return error.kind == ErrorKind::unavailable || error.kind == ErrorKind::overloaded ||
         error.kind == ErrorKind::timeout || error.kind == ErrorKind::rate_limited;
}

/// Whether asking once more is likely to help: an answer that had `begun`, or a server of ours
/// that had ended.
bool comes_back(Workplace& work, const Error& error, bool begun, const std::stop_token& stop) {
  if (!may_come_back(error)) return false;
  const bool again = work.start_server_again && work.start_server_again(stop);
  if (!again && !begun) return false;
  work.output.status(fmt::format("{} It is asked again.", error.message));
  return true;
}

}  // namespace

Result<Answer> ask_model(Workplace& work, const std::function<chat::Request()>& request,
                         const std::stop_token& stop, double& reading_ms) {
  bool shortened = false;
  for (int attempt = 1;; ++attempt) {
    bool begun = false;
    const auto started = Clock::now();
    work.output.progress("waiting for the model");
    auto answer = complete(work.server, request(), stop, [&](const chat::Event& event) {
      if (const auto* prefill = std::get_if<chat::PrefillProgress>(&event)) {
        work.output.prefill(*prefill);
        return;
      }
      if (const auto* began = std::get_if<chat::Started>(&event)) {
        if (!began->server.empty()) work.output.route(began->server);
        return;
      }
      const auto* delta = std::get_if<chat::TextDelta>(&event);
      const auto* thought = std::get_if<chat::ThinkingDelta>(&event);
      const bool output = delta != nullptr || thought != nullptr ||
                          std::holds_alternative<chat::ToolCallStart>(event);
      if (output && !std::exchange(begun, true)) reading_ms += ms_since(started);
      if (delta != nullptr) work.output.text(delta->text);
      if (thought != nullptr) work.output.thinking(thought->text);
    });
    if (answer || stop.stop_requested()) return answer;
    const Error& error = answer.error();
    if (is_too_long(error)) {
      if (shortened || !work.make_shorter || !work.make_shorter(stop)) return answer;
      shortened = true;
    } else if (attempt < most_attempts && comes_back(work, error, begun, stop)) {
      work.log.append("asked_again", {{"why", error.message}});
    } else if (work.ask_to_go_on && may_come_back(error) && work.ask_to_go_on(error)) {
      attempt = 0;
    } else {
      return answer;
    }
  }
}

}  // namespace hearth::agent
