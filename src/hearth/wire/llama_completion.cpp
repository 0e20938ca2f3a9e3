#include "hearth/wire/llama_completion.h"

#include <climits>

#include <algorithm>
#include <array>
#include <cmath>

#include "hearth/wire/openai_answer.h"
#include "hearth/wire/openai_fields.h"
#include "hearth/wire/openai_logprobs.h"
#include "hearth/wire/sse.h"

namespace hearth::wire {
namespace {

/// Without them an answer is not what was asked for, and nobody would see it.
constexpr std::array<std::string_view, 2> refused = {"post_sampling_probs", "lora"};

/// `n_predict`, of which -1 and -2 mean: as many as the window holds.
std::optional<int> decode_n_predict(Fields& body) {
  const char* key = body.value("n_predict") == nullptr ? "max_tokens" : "n_predict";
  const auto n = body.integer(key, -2, INT_MAX);
  return n && *n >= 0 ? n : std::nullopt;
}

void decode_language(Fields& body, CompletionRequest& request) {
  request.grammar = body.string("grammar");
  if (const json::object* schema = body.object("json_schema")) request.json_schema = *schema;
  if (request.json_schema && !request.grammar.empty()) {
    body.problems().report("grammar", "it cannot be combined with json_schema");
  }
}

/// All but the prompt.
void decode_common(Fields& body, LlamaCompletion& asked) {
  CompletionRequest& request = asked.request;
  Problems& problems = body.problems();
  request.model = body.string("model");
  request.n = body.integer("n_cmpl", 1, INT_MAX).value_or(decode_choices(body));
  request.max_tokens = decode_n_predict(body);
  request.sampling = decode_sampling(body);
  request.logit_bias = decode_logit_bias(body);
  request.stop = decode_stop(body);
  decode_language(body, request);
  request.stream = body.boolean("stream");
  request.ignore_eos = body.boolean("ignore_eos");
  asked.tokens_wanted = body.boolean("return_tokens") || request.stream;
  const int n_top = body.integer("n_probs", 0, INT_MAX).value_or(0);
  asked.probabilities_wanted = n_top > 0;
  if (asked.tokens_wanted || asked.probabilities_wanted) request.top_logprobs = n_top;
  if (const json::array* fields = body.array("response_fields")) {
    for (const json::value& field : *fields) {
      if (field.is_string()) asked.shown_fields.emplace_back(field.get_string());
    }
  }
  for (const std::string_view key : refused) {
    const json::value* value = body.value(key);
    const bool off = value == nullptr || (value->is_bool() && !value->get_bool()) ||
                     (value->is_array() && value->get_array().empty());
    if (!off) problems.report(std::string(key), "not supported; leave it out");
  }
  // The cache is one for all requests and always used; there is nothing to choose.
  for (const char* key : {"cache_prompt", "id_slot", "n_cache_reuse", "timings_per_token"}) {
    body.value(key);
  }
}

Result<LlamaCompletion> decode_body(const json::value& body,
                                    void (*decode_prompt)(Fields&, LlamaCompletion&)) {
  Problems problems(PathStyle::brackets);
  if (!body.is_object()) {
    problems.expected("the body", "an object", &body);
    return std::unexpected(problems.error());
  }
  Fields fields(body.get_object(), "", problems);
  LlamaCompletion asked;
  decode_prompt(fields, asked);
  decode_common(fields, asked);
  if (asked.request.n_answers() > most_answers) problems.report("prompt", "more than 128 answers");
  if (problems.any()) return std::unexpected(problems.error());
  for (const auto& member : fields.rest()) {
    asked.request.warnings.push_back("ignored the field " + std::string(member.key()));
  }
  return asked;
}

std::vector<chat::Infill::Snippet> decode_others(Fields& body) {
  std::vector<chat::Infill::Snippet> others;
  const json::array* items = body.array("input_extra");
  Problems& problems = body.problems();
  for (std::size_t i = 0; items != nullptr && i < items->size() && !problems.any(); ++i) {
    const std::string path = problems.item("input_extra", i);
    const json::object* object = (*items)[i].if_object();
    if (object == nullptr) {
      problems.expected(path, "an object", &(*items)[i]);
      break;
    }
    Fields fields(*object, path, problems);
    std::string text = fields.required_string("text");
    others.push_back({fields.string("filename"), std::move(text)});
  }
  return others;
}

json::object settings_of(const CompletionRequest& request) {
  const auto number = [](const auto& value) { return value ? json::value(*value) : json::value(); };
  json::object settings;
  settings["n_predict"] = request.max_tokens.value_or(-1);
  settings["temperature"] = number(request.sampling.temperature);
  settings["top_k"] = number(request.sampling.top_k);
  settings["top_p"] = number(request.sampling.top_p);
  settings["min_p"] = number(request.sampling.min_p);
  settings["presence_penalty"] = number(request.sampling.presence_penalty);
  settings["frequency_penalty"] = number(request.sampling.frequency_penalty);
  settings["repeat_penalty"] = number(request.sampling.repeat_penalty);
  settings["repeat_last_n"] = number(request.sampling.repeat_last_n);
  settings["seed"] = number(request.sampling.seed);
  settings["stop"] = json::value_from(request.stop);
  settings["grammar"] = request.grammar;
  settings["ignore_eos"] = request.ignore_eos;
  json::array biases;
  for (const chat::LogitBias& bias : request.logit_bias) {
    const int* token = std::get_if<int>(&bias.token);
    biases.push_back(json::object{
        {"token", token ? json::value(*token) : json::value(std::get<std::string>(bias.token))},
        {"bias", std::isfinite(bias.bias) ? json::value(bias.bias) : json::value()}});
  }
  settings["logit_bias"] = std::move(biases);
  settings["stream"] = request.stream;
  return settings;
}

json::array token_ids(const std::vector<chat::SampledToken>& tokens) {
  json::array ids;
  for (const chat::SampledToken& token : tokens) ids.emplace_back(token.chosen.id);
  return ids;
}

json::value probabilities_of(const std::vector<chat::SampledToken>& tokens) {
  json::value logprobs = chat_logprobs(tokens);
  return logprobs.is_null() ? json::array() : std::move(logprobs.get_object()["content"]);
}

std::string_view stop_type(chat::StopReason reason) {
  if (reason == chat::StopReason::stop_sequence) return "word";
  return finish_reason(reason) == "length" ? "limit" : "eos";
}

/// What an answer's last object holds besides its text.
json::object last_object(const AnswerIdentity& identity, const LlamaCompletion& asked, int index,
                         const chat::Finished& end, bool has_new_line) {
  json::object object;
  object["index"] = index;
  object["stop"] = true;
  object["model"] = identity.model;
  object["tokens_predicted"] = end.usage.output_tokens;
  object["tokens_evaluated"] = end.usage.prompt_tokens;
  object["tokens_cached"] = end.usage.reused_tokens;
  object["generation_settings"] = settings_of(asked.request);
  object["prompt"] = asked.prompt;
  object["has_new_line"] = has_new_line;
  object["truncated"] = false;  // a prompt that is too long is refused, never cut
  object["stop_type"] = stop_type(end.reason);
  object["stopping_word"] = end.stop_sequence;
  object["timings"] = openai_timings(end.usage, end.timings);
  return object;
}

/// `response_fields`: only those; a path is moved to the top under its own name.
json::object only_shown(json::object object, const std::vector<std::string>& fields) {
  if (fields.empty()) return object;
  json::object shown;
  for (const std::string& field : fields) {
    std::string_view rest = field;
    const json::object* holder = &object;
    for (std::size_t at; holder != nullptr && (at = rest.find('/')) != std::string_view::npos;
         rest.remove_prefix(at + 1)) {
      holder = find_object(*holder, rest.substr(0, at));
    }
    const json::value* found = holder == nullptr ? nullptr : find(*holder, rest);
    if (found != nullptr) shown[field] = *found;
  }
  return shown;
}

bool has_new_line(const std::string& text) {
  return text.find('\n') != std::string::npos;
}

}  // namespace

Result<LlamaCompletion> decode_llama_completion(const json::value& body) {
  return decode_body(body, [](Fields& fields, LlamaCompletion& asked) {
    asked.request.prompts = decode_prompts(fields);
    if (const json::value* prompt = fields.value("prompt")) asked.prompt = *prompt;
  });
}

Result<LlamaCompletion> decode_llama_infill(const json::value& body) {
  return decode_body(body, [](Fields& fields, LlamaCompletion& asked) {
    const std::string prefix = fields.string("input_prefix") + fields.string("prompt");
    asked.prompt = prefix;
    asked.request.prompts.push_back({prefix});
    asked.request.infill =
        chat::Infill{.suffix = fields.string("input_suffix"), .others = decode_others(fields)};
  });
}

LlamaCompletionStream::LlamaCompletionStream(AnswerIdentity identity, LlamaCompletion asked)
    : identity_(std::move(identity)), asked_(std::move(asked)) {}

std::string LlamaCompletionStream::encode(const chat::Event& event) {
  if (const auto* progress = std::get_if<chat::PrefillProgress>(&event)) {
    return prefill_comment(*progress);
  }
  if (const auto* failed = std::get_if<chat::Failed>(&event)) {
    done_ = true;
    return sse_frame("", to_json(openai_error(failed->error)));
  }
  if (const auto* text = std::get_if<chat::TextDelta>(&event)) {
    new_line_seen_ = new_line_seen_ || has_new_line(text->text);
    json::object object;
    object["index"] = index_;
    object["content"] = text->text;
    object["tokens"] = token_ids(text->tokens);
    object["stop"] = false;
    if (asked_.probabilities_wanted) {
      object["completion_probabilities"] = probabilities_of(text->tokens);
    }
    return sse_frame("", to_json(object));
  }
  chat::Finished end;
  if (const auto* one = std::get_if<chat::ChoiceFinished>(&event)) {
    end = one->end;
  } else if (const auto* last = std::get_if<chat::Finished>(&event)) {
    end = *last;
    done_ = true;
  } else {
    return {};
  }
  json::object object = last_object(identity_, asked_, index_++, end, new_line_seen_);
  object["content"] = "";
  object["tokens"] = json::array();
  new_line_seen_ = false;
  return sse_frame("", to_json(only_shown(std::move(object), asked_.shown_fields)));
}

std::string LlamaCompletionStream::ping() {
  return sse_comment("ping");
}

LlamaCompletionCollector::LlamaCompletionCollector(AnswerIdentity identity, LlamaCompletion asked)
    : identity_(std::move(identity)), asked_(std::move(asked)) {}

void LlamaCompletionCollector::add(const chat::Event& event) {
  if (const auto* text = std::get_if<chat::TextDelta>(&event)) {
    text_.text += text->text;
    text_.tokens.insert(text_.tokens.end(), text->tokens.begin(), text->tokens.end());
  } else if (const auto* one = std::get_if<chat::ChoiceFinished>(&event)) {
    answers_.push_back({std::exchange(text_, {}), one->end});
  } else if (const auto* end = std::get_if<chat::Finished>(&event)) {
    answers_.push_back({std::exchange(text_, {}), of_last(*end)});
    done_ = true;
  } else if (const auto* failed = std::get_if<chat::Failed>(&event)) {
    error_ = failed->error;
  }
}

/// Finished has the usage of all answers; what is not of the others is the last one's.
chat::Finished LlamaCompletionCollector::of_last(chat::Finished end) const {
  for (const Ended& other : answers_) {
    end.usage.output_tokens -= other.end.usage.output_tokens;
    if (asked_.request.prompts.size() == 1) continue;
    end.usage.prompt_tokens -= other.end.usage.prompt_tokens;
    end.usage.reused_tokens -= other.end.usage.reused_tokens;
  }
  return end;
}

Result<json::value> LlamaCompletionCollector::response() {
  if (error_) return std::unexpected(*error_);
  json::array all;
  for (Ended& answer : answers_) {
    json::object object = last_object(identity_, asked_, static_cast<int>(all.size()), answer.end,
                                      has_new_line(answer.text.text));
    object["content"] = answer.text.text;
    object["tokens"] = asked_.tokens_wanted ? token_ids(answer.text.tokens) : json::array();
    if (asked_.probabilities_wanted) {
      object["completion_probabilities"] = probabilities_of(answer.text.tokens);
    }
    all.push_back(only_shown(std::move(object), asked_.shown_fields));
  }
  if (asked_.request.n_answers() == 1) return std::move(all.front());
  return all;
}

}  // namespace hearth::wire
