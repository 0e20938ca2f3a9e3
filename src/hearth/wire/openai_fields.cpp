#include "hearth/wire/openai_fields.h"

#include <climits>

namespace hearth::wire {

chat::Sampling decode_sampling(Fields& body) {
  chat::Sampling sampling;
  sampling.temperature = body.number("temperature", 0, 2);
  sampling.top_p = body.number("top_p", 0, 1);
  sampling.min_p = body.number("min_p", 0, 1);
  sampling.frequency_penalty = body.number("frequency_penalty", -2, 2);
  sampling.presence_penalty = body.number("presence_penalty", -2, 2);
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

}  // namespace hearth::wire
