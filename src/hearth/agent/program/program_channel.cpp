#include "hearth/agent/program/program_channel.h"

#include <fmt/format.h>

#include <iostream>
#include <utility>

#include "hearth/agent/json_lines.h"
#include "hearth/base/clock.h"
#include "hearth/base/id.h"

namespace hearth::agent {

ProgramChannel::ProgramChannel(Handlers handlers) : handlers_(std::move(handlers)) {
  reader_ = std::thread([this] { read(); });
}

ProgramChannel::~ProgramChannel() {
  reader_.join();
}

Result<json::object> ProgramChannel::ask(json::object request, const std::stop_token& stop,
                                         std::optional<std::chrono::milliseconds> patience) {
  const std::string id = new_id("req_");
  {
    const std::lock_guard lock(mutex_);
    waited_for_.insert(id);
  }
  write_json_line(
      {{"type", "control_request"}, {"request_id", id}, {"request", std::move(request)}});
  std::unique_lock lock(mutex_);
  const auto arrived = [&] { return answers_.contains(id) || ended_; };
  const bool in_time = patience ? changed_.wait_until(lock, stop, Clock::now() + *patience, arrived)
                                : changed_.wait(lock, stop, arrived);
  waited_for_.erase(id);
  if (const auto answer = answers_.find(id); answer != answers_.end()) {
    const json::object response = std::move(answer->second);
    answers_.erase(answer);
    if (find_string(response, "subtype") == "error") {
      return fail(ErrorKind::invalid_request,
                  std::string(find_string(response, "error").value_or("the program failed")));
    }
    const json::object* inner = find_object(response, "response");
    return inner == nullptr ? json::object() : *inner;
  }
  const bool ended = ended_;
  lock.unlock();
  if (ended) return fail(ErrorKind::unavailable, "the program has ended its input");
  write_json_line({{"type", "control_cancel_request"}, {"request_id", id}});
  if (in_time || stop.stop_requested()) return fail(ErrorKind::cancelled, "interrupted");
  return fail(ErrorKind::timeout,
              fmt::format("the program did not answer within {} s", patience->count() / 1000));
}

void ProgramChannel::read() {
  std::string line;
  while (std::getline(std::cin, line)) {
    if (line.empty()) continue;
    const auto value = parse_json(line);
    if (!value || !value->is_object()) {
      write_json_line({{"type", "system"},
                       {"subtype", "status"},
                       {"text", "a line on standard input is no JSON object and is left out"}});
      continue;
    }
    const json::object& object = value->get_object();
    if (find_string(object, "type") != "control_response") {
      handlers_.line(object);
    } else if (const json::object* response = find_object(object, "response")) {
      take_answer(*response);
    }
  }
  {
    const std::lock_guard lock(mutex_);
    ended_ = true;
  }
  changed_.notify_all();
  handlers_.end();
}

void ProgramChannel::take_answer(const json::object& response) {
  const auto id = find_string(response, "request_id");
  if (!id) return;
  const std::lock_guard lock(mutex_);
  // One that comes too late has nobody to take it.
  if (!waited_for_.contains(std::string(*id))) return;
  answers_[std::string(*id)] = response;
  changed_.notify_all();
}

}  // namespace hearth::agent
