#include "hearth/wire/openai_completion.h"

#include <climits>

#include <utility>

#include "hearth/wire/openai_decode.h"
#include "hearth/wire/openai_fields.h"
#include "hearth/wire/openai_identity.h"
#include "hearth/wire/sse.h"

namespace hearth::wire {
namespace {

constexpr std::string_view prompt_forms = "a string, a list of one string, or a list of tokens";

void decode_tokens(const json::array& items, const std::string& path, Problems& problems,
                   CompletionRequest& request) {
  std::vector<int> tokens;
  tokens.reserve(items.size());
  for (std::size_t i = 0; i < items.size(); ++i) {
    const std::int64_t* token = items[i].if_int64();
    if (token == nullptr || *token < 0 || *token > INT_MAX) {
      problems.expected(problems.item(path, i), "a token's number", &items[i]);
      return;
    }
    tokens.push_back(static_cast<int>(*token));
  }
  request.prompt = std::move(tokens);
}

void decode_prompt(Fields& body, CompletionRequest& request) {
  Problems& problems = body.problems();
  const json::value* prompt = body.value("prompt");
  if (prompt == nullptr || (!prompt->is_string() && !prompt->is_array())) {
    problems.expected("prompt", prompt_forms, prompt);
    return;
  }
  if (prompt->is_string()) {
    request.prompt = std::string(prompt->get_string());
    return;
  }
  const json::array& items = prompt->get_array();
  if (items.empty()) {
    problems.report("prompt", "the list is empty");
  } else if (items.size() == 1 && items[0].is_string()) {
    request.prompt = std::string(items[0].get_string());
  } else if (items.size() == 1 && items[0].is_array()) {
    decode_tokens(items[0].get_array(), "prompt[0]", problems, request);
  } else if (items[0].is_string() || items[0].is_array()) {
    problems.report("prompt", "one prompt per request is supported; send the others on their own");
  } else {
    decode_tokens(items, "prompt", problems, request);
  }
}

void refuse_unsupported(Fields& body) {
  Problems& problems = body.problems();
  for (const char* key : {"n", "best_of"}) {
    if (body.integer(key, 1, INT_MAX).value_or(1) != 1) {
      problems.report(key, "one answer per request is supported; ask again for another");
    }
  }
  if (body.boolean("echo")) problems.report("echo", "not supported; leave it out or send false");
  if (!body.string("suffix").empty()) problems.report("suffix", "not supported; leave it out");
  if (body.integer("logprobs", 0, INT_MAX).value_or(0) > 0) {
    problems.report("logprobs", "not supported; leave it out");
  }
}

json::object completion_object(const AnswerIdentity& identity, json::array choices) {
  json::object object;
  object["id"] = identity.id;
  object["object"] = "text_completion";
  object["created"] = identity.created;
  object["model"] = identity.model;
  object["choices"] = std::move(choices);
  return object;
}

json::object choice_of(std::string_view text, json::value finish) {
  json::object choice;
  choice["text"] = text;
  choice["index"] = 0;
  choice["logprobs"] = nullptr;
  choice["finish_reason"] = std::move(finish);
  return choice;
}

}  // namespace

Result<CompletionRequest> decode_completion_request(const json::value& body) {
  Problems problems(PathStyle::brackets);
  if (!body.is_object()) {
    problems.expected("the body", "an object", &body);
    return std::unexpected(problems.error());
  }
  Fields fields(body.get_object(), "", problems);
  CompletionRequest request;
  request.model = fields.string("model");
  decode_prompt(fields, request);
  request.max_tokens = fields.integer("max_tokens", 1, INT_MAX).value_or(request.max_tokens);
  request.sampling = decode_sampling(fields);
  request.stop = decode_stop(fields);
  request.stream = fields.boolean("stream");
  fields.object("stream_options");
  if (wants_usage(body.get_object())) request.usage = UsageChunk::send;
  request.ignore_eos = fields.boolean("ignore_eos");
  request.session = fields.string("prompt_cache_key");
  refuse_unsupported(fields);
  if (problems.any()) return std::unexpected(problems.error());
  for (const auto& member : fields.rest()) {
    request.warnings.push_back("ignored the field " + std::string(member.key()));
  }
  return request;
}

CompletionStream::CompletionStream(AnswerIdentity identity, UsageChunk usage)
    : identity_(std::move(identity)), usage_(usage) {
  complete_identity(identity_, "cmpl-");
}

std::string CompletionStream::encode(const chat::Event& event) {
  if (const auto* progress = std::get_if<chat::PrefillProgress>(&event)) {
    return prefill_comment(*progress);
  }
  if (const auto* text = std::get_if<chat::TextDelta>(&event)) {
    return sse_frame("", to_json(completion_object(identity_, {choice_of(text->text, nullptr)})));
  }
  if (const auto* failed = std::get_if<chat::Failed>(&event)) {
    done_ = true;
    return sse_frame("", to_json(openai_error(failed->error)));
  }
  const auto* end = std::get_if<chat::Finished>(&event);
  if (end == nullptr) return {};
  done_ = true;
  json::object last =
      completion_object(identity_, {choice_of("", json::value(finish_reason(end->reason)))});
  last["timings"] = openai_timings(end->usage, end->timings);
  std::string out = sse_frame("", to_json(last));
  if (usage_ == UsageChunk::send) {
    json::object usage = completion_object(identity_, {});
    usage["usage"] = openai_usage(end->usage);
    out += sse_frame("", to_json(usage));
  }
  return out += sse_frame("", "[DONE]");
}

std::string CompletionStream::ping() {
  return sse_comment("ping");
}

CompletionCollector::CompletionCollector(AnswerIdentity identity) : identity_(std::move(identity)) {
  complete_identity(identity_, "cmpl-");
}

void CompletionCollector::add(const chat::Event& event) {
  if (const auto* text = std::get_if<chat::TextDelta>(&event)) text_ += text->text;
  if (const auto* end = std::get_if<chat::Finished>(&event)) end_ = *end;
  if (const auto* failed = std::get_if<chat::Failed>(&event)) error_ = failed->error;
}

Result<json::object> CompletionCollector::response() {
  if (error_) return std::unexpected(*error_);
  json::object object =
      completion_object(identity_, {choice_of(text_, json::value(finish_reason(end_->reason)))});
  object["usage"] = openai_usage(end_->usage);
  object["timings"] = openai_timings(end_->usage, end_->timings);
  return object;
}

}  // namespace hearth::wire
