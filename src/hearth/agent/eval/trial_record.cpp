#include "hearth/agent/eval/trial_record.h"

#include <fmt/format.h>

namespace hearth::agent {

json::object as_json(const TrialRecord& record) {
  return {{"model", record.key.model},
          {"style", record.key.style},
          {"setting", record.key.setting},
          {"task", record.key.task},
          {"kind", record.kind},
          {"language", record.language},
          {"repeat", record.key.repeat},
          {"seed", record.key.seed},
          {"max_turns", record.key.max_turns},
          {"time_limit", record.key.time_limit_seconds},
          {"solved", record.solved},
          {"check", record.check},
          {"stop_reason", record.stop_reason},
          {"turns", record.turns},
          {"requests", record.requests},
          {"read_tokens", record.usage.prompt_tokens},
          {"reused_tokens", record.usage.reused_tokens},
          {"written_tokens", record.usage.output_tokens},
          {"seconds", record.seconds},
          {"malformed_calls", record.malformed_calls},
          {"session", record.session},
          {"result", record.result},
          {"ended_ms", record.ended_ms}};
}

Result<TrialRecord> trial_record_from(const json::value& value) {
  if (!value.is_object()) {
    return fail(ErrorKind::invalid_request,
                fmt::format("an object was expected, not {}", kind_in_words(value)));
  }
  const json::object& object = value.get_object();
  const auto text = [&](const char* name) {
    return std::string(find_string(object, name).value_or(""));
  };
  const auto number = [&](const char* name) {
    return static_cast<int>(find_int(object, name).value_or(0));
  };
  const auto solved = find_bool(object, "solved");
  for (const char* name : {"model", "style", "task", "kind"}) {
    if (text(name).empty()) {
      return fail(ErrorKind::invalid_request, fmt::format("\"{}\" is missing", name));
    }
  }
  if (!solved) return fail(ErrorKind::invalid_request, "\"solved\" is missing");
  TrialRecord record;
  record.key = {.model = text("model"),
                .style = text("style"),
                .setting = text("setting"),
                .task = text("task"),
                .repeat = number("repeat"),
                .seed = find_int(object, "seed").value_or(0),
                .max_turns = number("max_turns"),
                .time_limit_seconds = number("time_limit")};
  record.kind = text("kind");
  record.language = text("language");
  record.solved = *solved;
  record.check = text("check");
  record.stop_reason = text("stop_reason");
  record.turns = number("turns");
  record.requests = number("requests");
  record.usage.prompt_tokens = number("read_tokens");
  record.usage.reused_tokens = number("reused_tokens");
  record.usage.output_tokens = number("written_tokens");
  record.seconds = find_number(object, "seconds").value_or(0);
  record.malformed_calls = number("malformed_calls");
  record.session = text("session");
  record.result = text("result");
  record.ended_ms = find_int(object, "ended_ms").value_or(0);
  return record;
}

}  // namespace hearth::agent
