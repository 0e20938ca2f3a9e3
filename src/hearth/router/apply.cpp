#include <fmt/format.h>

#include "hearth/router/router.h"
#include "hearth/router/subagent_tag.h"

namespace hearth::router {

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
  chat::fill_unset(request.sampling, params.sampling);
  const bool open =
      request.thinking.effort.empty() && request.thinking.mode == chat::Thinking::Mode::unset;
  if (open) chat::set_effort(request.thinking, params.effort);
  request.may_lack_server_tools = destination.for_web_search;
  for (const auto& member : params.other) {
    request.provider_extra.emplace(member.key(), member.value());
  }
}

}  // namespace hearth::router
