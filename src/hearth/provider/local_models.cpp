#include "hearth/provider/local_models.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "hearth/base/clock.h"
#include "hearth/base/log.h"

namespace hearth::provider {

LocalModels::LocalModels(std::vector<LocalModel> models) {
  for (LocalModel& model : models) {
    order_.push_back(model.name);
    auto entry = std::make_unique<Entry>();
    entry->model = std::move(model);
    entries_[order_.back()] = std::move(entry);
  }
}

Result<std::shared_ptr<engine::Instance>> LocalModels::get(const std::string& name) {
  const auto found = entries_.find(name);
  if (found == entries_.end()) {
    return fail(ErrorKind::not_found, fmt::format("there is no model '{}' here; there is {}", name,
                                                  fmt::join(order_, ", ")));
  }
  Entry& entry = *found->second;
  if (auto instance = loaded(name)) return instance;
  const std::lock_guard loading(entry.loading);
  if (auto instance = loaded(name)) return instance;
  const auto announced = announce_loading();
  return load(entry);
}

std::shared_ptr<void> LocalModels::announce_loading() {
  ++n_loading_;
  return {nullptr, [this](std::nullptr_t) { --n_loading_; }};
}

std::shared_ptr<engine::Instance> LocalModels::loaded(const std::string& name) const {
  const std::lock_guard lock(mutex_);
  const auto found = entries_.find(name);
  return found == entries_.end() ? nullptr : found->second->instance;
}

std::filesystem::path LocalModels::file_of(const std::string& name) const {
  const auto found = entries_.find(name);
  return found == entries_.end() ? std::filesystem::path() : found->second->model.path;
}

std::vector<std::string> LocalModels::names() const {
  return order_;
}

Result<std::shared_ptr<engine::Instance>> LocalModels::load(Entry& entry) {
  const LocalModel& model = entry.model;
  if (model.path.empty()) return fail(ErrorKind::not_found, model.missing);
  const auto began = Clock::now();
  spdlog::info("loading {} from {}", model.name, model.path.string());
  auto weights = weights_of(model);
  if (!weights) return pass_on(weights);
  auto instance = engine::Instance::create(*weights, model.options);
  if (!instance) return pass_on(instance);
  for (const std::string& note : (*instance)->notes()) spdlog::info("{}: {}", model.name, note);
  spdlog::info("{} is ready after {:.1f} s, with a context of {} tokens", model.name,
               ms_since(began) / 1000, (*instance)->n_ctx());
  const std::lock_guard lock(mutex_);
  entry.instance = std::move(*instance);
  return entry.instance;
}

Result<std::shared_ptr<const engine::Weights>> LocalModels::weights_of(const LocalModel& model) {
  const std::lock_guard lock(weights_mutex_);
  std::error_code ec;
  const auto canonical = std::filesystem::weakly_canonical(model.path, ec);
  auto& known = weights_[{canonical.string(), model.gpu_layers}];
  if (auto shared = known.lock()) return shared;
  auto weights = engine::Weights::load(model.path, model.gpu_layers);
  if (weights) known = *weights;
  return weights;
}

}  // namespace hearth::provider
