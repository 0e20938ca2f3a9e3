#include <fmt/format.h>

#include "hearth/router/router.h"
#include "hearth/router/subagent_tag.h"

namespace hearth::router {
namespace {

template <class T>
void set_default(std::optional<T>& value, const std::optional<T>& fallback) {
  if (!value) value = fallback;
}

}  // namespace

void apply(const Destination& destination, const std::string& subagent_tag,
           chat::Request& request) {
  request.model = destination.target.model;
  if (!subagent_tag.empty()) remove_subagent_tag(request, subagent_tag);
  const RouteParams& params = destination.params;
  if (params.max_tokens && (!request.max_tokens || *request.max_tokens > *params.max_tokens)) {
    if (request.max_tokens) {
      request.warnings.push_back(
          fmt::format("max_tokens lowered from {} to {}, the route's ceiling", *request.max_tokens,
                      *params.max_tokens));
    }
    request.max_tokens = params.max_tokens;
  }
  chat::Sampling& sampling = request.sampling;
  set_default(sampling.temperature, params.temperature);
  set_default(sampling.top_p, params.top_p);
  set_default(sampling.min_p, params.min_p);
  set_default(sampling.top_k, params.top_k);
  set_default(sampling.frequency_penalty, params.frequency_penalty);
  set_default(sampling.presence_penalty, params.presence_penalty);
  set_default(sampling.seed, params.seed);
  if (request.thinking.effort.empty()) request.thinking.effort = params.effort;
  for (const auto& member : params.other) {
    if (!request.extra.contains(member.key())) {
      request.provider_extra.emplace(member.key(), member.value());
    }
  }
}

}  // namespace hearth::router
