#include "hearth/gateway/routes.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace hearth::gateway {

std::string Routes::without_latest(const std::string& asked) const {
  constexpr std::string_view latest = ":latest";
  if (!asked.ends_with(latest) || local_models->knows(asked)) return asked;
  std::string bare = asked.substr(0, asked.size() - latest.size());
  return local_models->knows(bare) ? bare : asked;
}

std::string Routes::shown_model(const std::string& asked) const {
  return asked.empty() ? router->default_model() : asked;
}

std::string Routes::local_model_name(const std::string& asked) const {
  if (local_models->knows(asked)) return asked;
  const auto comma = asked.find(',');
  if (comma != std::string::npos && local_models->knows(asked.substr(comma + 1))) {
    return asked.substr(comma + 1);
  }
  const auto names = local_models->names();
  if (names.empty() || !router::is_hosted_name(asked)) return {};
  return names.front();
}

Error Routes::no_local_model(const std::string& asked) const {
  const auto names = local_models->names();
  if (names.empty()) {
    return {ErrorKind::not_found, "this server has no local model; name one with --model"};
  }
  return {ErrorKind::not_found, fmt::format("model: there is no local \"{}\"; there is {}", asked,
                                            fmt::join(names, ", "))};
}

std::shared_ptr<provider::LocalProvider> Routes::local_for(const std::string& model) const {
  const std::string name = local_model_name(model);
  for (const auto& [_, routed] : providers) {
    auto local = std::dynamic_pointer_cast<provider::LocalProvider>(routed.provider);
    if (!local) continue;
    const auto models = local->models();
    if (std::ranges::find(models, name) != models.end()) return local;
  }
  return nullptr;
}

}  // namespace hearth::gateway
