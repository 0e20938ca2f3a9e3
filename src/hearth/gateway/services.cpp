#include "hearth/gateway/services.h"

#include <algorithm>

namespace hearth::gateway {

std::string Services::local_model_name(const std::string& asked) const {
  if (local_models->knows(asked)) return asked;
  const auto comma = asked.find(',');
  if (comma != std::string::npos && local_models->knows(asked.substr(comma + 1))) {
    return asked.substr(comma + 1);
  }
  const auto names = local_models->names();
  return names.empty() ? std::string() : names.front();
}

provider::LocalProvider* Services::local_for(const std::string& model) const {
  const std::string name = local_model_name(model);
  for (const auto& [_, provider] : providers) {
    auto* local = dynamic_cast<provider::LocalProvider*>(provider.get());
    if (local == nullptr) continue;
    const auto models = local->models();
    if (std::ranges::find(models, name) != models.end()) return local;
  }
  return nullptr;
}

}  // namespace hearth::gateway
