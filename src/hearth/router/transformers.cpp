#include "hearth/router/transformers.h"

#include <climits>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>

namespace hearth::router {
namespace {

/// Of a transformer's name: what it comes to.
enum class Effect {
  none,                   ///< what it mends is not broken here
  anthropic,              ///< another format
  gemini,                 ///< a third one
  deepseek,               ///< thoughts go back to the server, and an answer has a limit
  thinking,               ///< thoughts go back to the server, and it is asked for them
  openrouter,             ///< thinking is asked for in its way; its options go into the body
  schema,                 ///< tools do not name what their schema is written in, nor cache marks
  no_cache_marks,         ///< `cache_control` is not sent
  max_tokens,             ///< `max_tokens` of its options is a ceiling
  max_completion_tokens,  ///< `max_tokens` is called so there
  parameters,             ///< its options go into the body
  sampling,               ///< its options are defaults for sampling
  forced_thinking,        ///< done with a prompt there, and not here
  unspoken,               ///< an API of its own
};

constexpr int deepseek_max_tokens = 8192;

struct Known {
  std::string_view name;
  Effect effect;
};

constexpr std::array known_transformers{
    Known{"Anthropic", Effect::anthropic},
    Known{"OpenAI", Effect::none},
    Known{"cerebras", Effect::none},
    Known{"chutes-glm", Effect::none},
    Known{"cleancache", Effect::no_cache_marks},
    Known{"customparams", Effect::parameters},
    Known{"deepseek", Effect::deepseek},
    Known{"enhancetool", Effect::none},
    Known{"forcereasoning", Effect::forced_thinking},
    Known{"gemini", Effect::gemini},
    Known{"groq", Effect::schema},
    Known{"maxcompletiontokens", Effect::max_completion_tokens},
    Known{"maxtoken", Effect::max_tokens},
    Known{"openrouter", Effect::openrouter},
    Known{"reasoning", Effect::thinking},
    Known{"sampling", Effect::sampling},
    Known{"streamoptions", Effect::none},
    Known{"tooluse", Effect::none},
    Known{"vercel", Effect::none},
    Known{"gemini-cli", Effect::unspoken},
    Known{"openai-responses", Effect::unspoken},
    Known{"qwen-cli", Effect::unspoken},
    Known{"rovo-cli", Effect::unspoken},
    Known{"vertex-claude", Effect::unspoken},
    Known{"vertex-gemini", Effect::unspoken},
};

std::string known_names() {
  std::string names;
  for (const Known& known : known_transformers) {
    if (known.effect == Effect::unspoken) continue;
    if (!names.empty()) names += ", ";
    names += known.name;
  }
  return names;
}

class Reader {
 public:
  explicit Reader(ConfigSource& source) : source_(source) {}

  Transformed run(const json::value& value, const std::string& pointer) {
    const json::object* object = value.if_object();
    if (object == nullptr) {
      source_.expected(pointer, "an object with \"use\"", &value);
      return std::move(result_);
    }
    for (const auto& member : *object) {
      const std::string at = fmt::format("{}/{}", pointer, pointer_part(member.key()));
      if (member.key() == "use") {
        use_list(member.value(), at, result_.params);
        continue;
      }
      const json::object* of_model = member.value().if_object();
      if (of_model == nullptr) {
        source_.expected(at, "an object with \"use\", for the model of that name", &member.value());
        continue;
      }
      if (const json::value* list = of_model->if_contains("use")) {
        use_list(*list, at + "/use", result_.model_params[member.key()]);
      }
    }
    return std::move(result_);
  }

 private:
  void use_list(const json::value& value, const std::string& pointer, RouteParams& params) {
    const json::array* list = value.if_array();
    if (list == nullptr) {
      source_.expected(pointer, "an array of transformers", &value);
      return;
    }
    for (std::size_t i = 0; i < list->size(); ++i) {
      use((*list)[i], fmt::format("{}/{}", pointer, i), params);
    }
  }

  /// `value`: a name, or a name with its options.
  void use(const json::value& value, const std::string& pointer, RouteParams& params) {
    const json::value* name = &value;
    json::object options;
    if (const json::array* pair = value.if_array(); pair != nullptr && !pair->empty()) {
      name = &pair->front();
      if (pair->size() > 1 && (*pair)[1].is_object()) options = (*pair)[1].get_object();
    }
    if (!name->is_string()) {
      source_.expected(pointer, "a transformer's name, or [name, {options}]", &value);
      return;
    }
    const std::string_view asked = name->get_string();
    const auto known = std::ranges::find(known_transformers, asked, &Known::name);
    if (known == known_transformers.end()) {
      source_.report(pointer, fmt::format("there is no transformer \"{}\"; there are {}", asked,
                                          known_names()));
      return;
    }
    take(*known, options, pointer, params);
  }

  void take(const Known& known, json::object& options, const std::string& pointer,
            RouteParams& params) {
    switch (known.effect) {
      case Effect::none: return;
      case Effect::anthropic: result_.anthropic = true; return;
      case Effect::gemini: result_.gemini = true; return;
      case Effect::deepseek:
        params.other["reasoning_content"] = true;
        lower_ceiling(params, deepseek_max_tokens);
        return;
      case Effect::thinking:
        params.other["reasoning_content"] = true;
        if (find_bool(options, "enable").value_or(true)) {
          params.other["thinking_form"] = "thinking";
        } else {
          params.other["thinking"] = json::object{{"type", "disabled"}};
          params.other["enable_thinking"] = false;
        }
        return;
      case Effect::openrouter: take_openrouter(options, params); return;
      case Effect::schema:
        params.other["$schema"] = false;
        params.other["cache_control"] = false;
        return;
      case Effect::no_cache_marks: params.other["cache_control"] = false; return;
      case Effect::max_completion_tokens: params.other["max_completion_tokens"] = true; return;
      case Effect::max_tokens: {
        ConfigObject fields(options, pointer + "/1", source_);
        if (const auto n = fields.integer("max_tokens", 1, INT_MAX)) lower_ceiling(params, *n);
        return;
      }
      case Effect::sampling: {
        ConfigObject fields(options, pointer + "/1", source_);
        if (const auto n = fields.integer("max_tokens", 1, INT_MAX)) lower_ceiling(params, *n);
        params.sampling.temperature = fields.number("temperature");
        params.sampling.top_p = fields.number("top_p");
        params.sampling.top_k = fields.integer("top_k", 0, INT_MAX);
        for (const auto& member : fields.rest()) params.other.insert(member);
        return;
      }
      case Effect::parameters:
        for (const auto& member : options) params.other.insert(member);
        return;
      case Effect::forced_thinking:
        result_.warnings.push_back(fmt::format(
            "the transformer \"{}\" is not used: models are not asked in words to think",
            known.name));
        return;
      case Effect::unspoken:
        source_.report(pointer,
                       fmt::format("the transformer \"{}\" is for an API that Hearth does not "
                                   "speak; use that provider's OpenAI-compatible endpoint",
                                   known.name));
        return;
    }
  }

  static void lower_ceiling(RouteParams& params, int n) {
    params.max_tokens = std::min(params.max_tokens.value_or(n), n);
  }

  void take_openrouter(const json::object& options, RouteParams& params) {
    params.other["thinking_form"] = "reasoning";
    for (const auto& member : options) {
      if (member.key() == "providerOrder") {
        params.other["provider"] = json::object{{"order", member.value()}};
      } else if (member.key() == "referer" || member.key() == "title") {
        result_.warnings.push_back(
            fmt::format("openrouter's option \"{}\" is not used: it only names a program",
                        std::string_view(member.key())));
      } else {
        params.other.insert(member);
      }
    }
  }

  ConfigSource& source_;
  Transformed result_;
};

}  // namespace

Transformed read_transformers(const json::value& value, const std::string& pointer,
                              ConfigSource& source) {
  return Reader(source).run(value, pointer);
}

}  // namespace hearth::router
