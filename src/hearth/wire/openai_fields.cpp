#include "hearth/wire/openai_fields.h"

#include <climits>

#include "hearth/wire/anthropic_blocks.h"
#include "hearth/wire/data_url.h"

namespace hearth::wire {

chat::Sampling decode_sampling(Fields& body) {
  chat::Sampling sampling;
  sampling.temperature = body.number("temperature", 0, 2);
  sampling.top_p = body.number("top_p", 0, 1);
  sampling.min_p = body.number("min_p", 0, 1);
  sampling.frequency_penalty = body.number("frequency_penalty", -2, 2);
  sampling.presence_penalty = body.number("presence_penalty", -2, 2);
  sampling.repeat_penalty = body.number("repeat_penalty", 0, 10);
  sampling.repeat_last_n = body.integer("repeat_last_n", -1, INT_MAX);
  if (const auto top_k = body.integer("top_k", -1, INT_MAX); top_k && *top_k >= 0) {
    sampling.top_k = top_k;
  }
  if (const auto seed = body.integer("seed", INT_MIN, INT_MAX); seed && *seed >= 0) {
    sampling.seed = static_cast<std::uint32_t>(*seed);
  }
  return sampling;
}

std::vector<std::string> decode_stop(Fields& body) {
  std::vector<std::string> stops;
  const json::value* value = body.value("stop");
  if (value == nullptr) return stops;
  Problems& problems = body.problems();
  if (value->is_string()) {
    if (!value->get_string().empty()) stops.emplace_back(value->get_string());
  } else if (const json::array* items = value->if_array()) {
    for (std::size_t i = 0; i < items->size(); ++i) {
      const json::value& item = (*items)[i];
      if (!item.is_string()) {
        problems.expected(problems.item("stop", i), "a string", &item);
      } else if (!item.get_string().empty()) {
        stops.emplace_back(item.get_string());
      }
    }
  } else {
    problems.expected("stop", "a string or an array of strings", value);
  }
  return stops;
}

int decode_choices(Fields& body) {
  constexpr int most = 128;  // the API's own limit
  const int n = body.integer("n", 1, INT_MAX).value_or(1);
  if (n > most) body.problems().report(body.at("n"), "at most 128 answers can be asked for");
  return n;
}

const json::object* decode_tool_mode(Fields& body, chat::ToolChoice& choice) {
  using Mode = chat::ToolChoice::Mode;
  const json::value* value = body.value("tool_choice");
  if (value == nullptr) return nullptr;
  if (const json::object* object = value->if_object()) return object;
  if (!value->is_string()) {
    body.problems().expected("tool_choice", "a string or an object", value);
    return nullptr;
  }
  const std::string mode = body.one_of("tool_choice", {"none", "auto", "required"});
  if (mode == "none") choice.mode = Mode::none;
  if (mode == "required") choice.mode = Mode::any;
  return nullptr;
}

void decode_tool_limits(Fields& body, chat::Request& request) {
  if (request.tool_choice.mode == chat::ToolChoice::Mode::any && request.tools.empty()) {
    body.problems().report("tool_choice",
                           "a tool is demanded, and `tools` has none that can be called");
  }
  if (body.value("parallel_tool_calls") != nullptr) {
    request.tool_choice.disable_parallel = !body.boolean("parallel_tool_calls");
  }
}

chat::ImageBlock decode_image_url(std::string_view url, const std::string& path,
                                  Problems& problems) {
  chat::ImageBlock image;
  if (!url.starts_with("data:")) {
    image.url = url;
  } else if (auto data = parse_data_url(url)) {
    image.media_type = std::move(data->media_type);
    image.data = std::move(data->base64);
  } else {
    problems.report(path, "expected a data: URL in base64");
  }
  return image;
}

std::string decode_arguments(const json::value* arguments) {
  if (arguments == nullptr) return "{}";
  if (arguments->is_object()) return to_json(*arguments);
  if (!arguments->is_string()) return "{}";
  const std::string text(arguments->get_string());
  const auto parsed = parse_json(text);
  return parsed && parsed->is_object() ? text : to_json(parse_arguments(text));
}

}  // namespace hearth::wire
