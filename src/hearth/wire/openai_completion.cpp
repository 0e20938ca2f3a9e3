#include "hearth/wire/openai_completion.h"

#include <climits>

#include <utility>

#include "hearth/wire/openai_decode.h"
#include "hearth/wire/openai_fields.h"
#include "hearth/wire/openai_identity.h"
#include "hearth/wire/openai_logprobs.h"
#include "hearth/wire/sse.h"

namespace hearth::wire {
namespace {

constexpr int default_max_tokens = 16;  // the API's

/// How many answers are made to choose from: only as many as are wanted.
void check_best_of(Fields& body, int n) {
  if (body.integer("best_of", 1, INT_MAX).value_or(n) > n) {
    body.problems().report("best_of", "more answers than `n` are not made to choose from");
  }
}

void decode_suffix(Fields& body, CompletionRequest& request) {
  std::string suffix = body.string("suffix");
  if (!suffix.empty()) request.infill = chat::Infill{.suffix = std::move(suffix), .others = {}};
}

void decode_logprobs(Fields& body, CompletionRequest& request) {
  constexpr int most = 100;
  request.top_logprobs = body.integer("logprobs", 0, INT_MAX);
  if (!request.top_logprobs) return;
  if (*request.top_logprobs > most) body.problems().report("logprobs", "at most 100 are told");
  if (request.echo) {
    body.problems().report("logprobs", "those of the prompt, which is echoed, are not known");
  }
}

json::object completion_object(const AnswerIdentity& identity, json::array choices) {
  json::object object;
  object["id"] = identity.id;
  object["object"] = "text_completion";
  object["created"] = identity.created;
  object["model"] = identity.model;
  object["system_fingerprint"] = fingerprint;
  object["choices"] = std::move(choices);
  return object;
}

json::object choice_of(const chat::TextDelta& text, std::size_t index, std::size_t offset,
                       json::value finish) {
  json::object choice;
  choice["text"] = text.text;
  choice["index"] = index;
  choice["logprobs"] = completion_logprobs(text.tokens, offset);
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
  request.prompts = decode_prompts(fields);
  request.n = decode_choices(fields);
  check_best_of(fields, request.n);
  if (request.n_answers() > most_answers) problems.report("prompt", "more than 128 answers");
  request.max_tokens = fields.integer("max_tokens", 1, INT_MAX).value_or(default_max_tokens);
  request.sampling = decode_sampling(fields);
  request.logit_bias = decode_logit_bias(fields);
  request.stop = decode_stop(fields);
  request.echo = fields.boolean("echo");
  decode_suffix(fields, request);
  decode_logprobs(fields, request);
  request.stream = fields.boolean("stream");
  fields.object("stream_options");
  if (wants_usage(body.get_object())) request.usage = UsageChunk::send;
  request.ignore_eos = fields.boolean("ignore_eos");
  request.session = fields.string("prompt_cache_key");
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
    std::string frame = choice_frame(*text, nullptr);
    offset_ += text->text.size();
    return frame;
  }
  if (const auto* failed = std::get_if<chat::Failed>(&event)) {
    done_ = true;
    return sse_frame("", to_json(openai_error(failed->error)));
  }
  if (const auto* one = std::get_if<chat::ChoiceFinished>(&event)) {
    std::string frame = choice_frame({}, json::value(finish_reason(one->end.reason)));
    ++index_;
    offset_ = 0;
    return frame;
  }
  const auto* end = std::get_if<chat::Finished>(&event);
  return end == nullptr ? std::string() : finish(*end);
}

std::string CompletionStream::choice_frame(const chat::TextDelta& text, json::value finish) const {
  return sse_frame(
      "", to_json(completion_object(identity_, {choice_of(text, static_cast<std::size_t>(index_),
                                                          offset_, std::move(finish))})));
}

std::string CompletionStream::finish(const chat::Finished& end) {
  done_ = true;
  const json::object timings = openai_timings(end.usage, end.timings);
  json::object last =
      completion_object(identity_, {choice_of({}, static_cast<std::size_t>(index_), offset_,
                                              json::value(finish_reason(end.reason)))});
  last["timings"] = timings;
  std::string out = sse_frame("", to_json(last));
  if (usage_ == UsageChunk::send) {
    json::object usage = completion_object(identity_, {});
    usage["usage"] = openai_usage(end.usage);
    usage["timings"] = timings;
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
  if (const auto* text = std::get_if<chat::TextDelta>(&event)) {
    text_.text += text->text;
    text_.tokens.insert(text_.tokens.end(), text->tokens.begin(), text->tokens.end());
  } else if (const auto* one = std::get_if<chat::ChoiceFinished>(&event)) {
    end_choice(one->end.reason);
  } else if (const auto* end = std::get_if<chat::Finished>(&event)) {
    end_choice(end->reason);
    end_ = *end;
  } else if (const auto* failed = std::get_if<chat::Failed>(&event)) {
    error_ = failed->error;
  }
}

void CompletionCollector::end_choice(chat::StopReason reason) {
  choices_.push_back(
      choice_of(std::exchange(text_, {}), choices_.size(), 0, json::value(finish_reason(reason))));
}

Result<json::value> CompletionCollector::response() {
  if (error_) return std::unexpected(*error_);
  json::object object = completion_object(identity_, std::move(choices_));
  object["usage"] = openai_usage(end_->usage);
  object["timings"] = openai_timings(end_->usage, end_->timings);
  return object;
}

}  // namespace hearth::wire
