#include "hearth/provider/local_models.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <tuple>

#include "hearth/base/clock.h"
#include "hearth/base/log.h"

namespace hearth::provider {

namespace {

/// Whether what is loaded for `a` can stay for `b`.
bool same_instance(const LocalModel& a, const LocalModel& b) {
  const auto settings = [](const LocalModel& model) {
    const engine::InstanceOptions& options = model.options;
    return std::tie(model.path, model.gpu_layers, model.chat_template, options.n_ctx,
                    options.device_bytes, options.n_threads, options.flash_attention, options.mode,
                    options.prefill_share, options.archives);
  };
  return settings(a) == settings(b);
}

}  // namespace

std::shared_ptr<engine::Instance> LocalModels::Entry::loaded() {
  const std::lock_guard lock(mutex);
  return instance;
}

LocalModels::Purpose LocalModels::Entry::purpose() {
  const std::lock_guard lock(mutex);
  if (!known_purpose) {
    const auto info = models::inspect_gguf(model.path);
    known_purpose = !info || info->answers_chats() ? Purpose::chats
                    : info->ranks_documents        ? Purpose::ranks
                                                   : Purpose::embeddings;
  }
  return *known_purpose;
}

LocalModels::LocalModels(std::vector<LocalModel> models, const LocalModels* earlier)
    : weights_(earlier != nullptr ? earlier->weights_ : std::make_shared<SharedWeights>()) {
  for (LocalModel& model : models) {
    order_.push_back(model.name);
    auto& entry = entries_[model.name];
    if (earlier != nullptr) {
      const auto known = earlier->entries_.find(model.name);
      if (known != earlier->entries_.end() && same_instance(known->second->model, model)) {
        entry = known->second;
      }
    }
    if (entry) continue;
    entry = std::make_shared<Entry>();
    entry->model = std::move(model);
  }
}

Result<LocalModels::Entry*> LocalModels::find(const std::string& name) {
  const auto found = entries_.find(name);
  if (found == entries_.end()) {
    return fail(ErrorKind::not_found, fmt::format("there is no model '{}' here; there is {}", name,
                                                  fmt::join(order_, ", ")));
  }
  return found->second.get();
}

Result<std::shared_ptr<engine::Embedder>> LocalModels::embedder(const std::string& name) {
  const auto found = find(name);
  if (!found) return std::unexpected(found.error());
  Entry& entry = **found;
  const std::lock_guard loading(entry.loading);
  if (entry.embedder) return entry.embedder;
  const LocalModel& model = entry.model;
  if (model.path.empty()) return fail(ErrorKind::not_found, model.missing);
  const auto announced = announce_loading();
  auto weights = weights_of(model);
  if (!weights) return pass_on(weights);
  auto embedder = engine::Embedder::create(*weights, model.options.n_threads);
  if (!embedder) return pass_on(embedder);
  if ((*weights)->info().ranks_documents) {
    spdlog::info("{} is ready: it ranks documents of up to {} tokens with the query", model.name,
                 (*embedder)->longest());
  } else {
    spdlog::info("{} is ready: embeddings of {} numbers, for texts of up to {} tokens", model.name,
                 (*embedder)->n_embd(), (*embedder)->longest());
  }
  entry.embedder = std::move(*embedder);
  return entry.embedder;
}

std::string LocalModels::first_for(Purpose purpose) {
  for (const std::string& name : order_) {
    if (entries_.at(name)->purpose() == purpose) return name;
  }
  return {};
}

std::string LocalModels::embedding_model() {
  return first_for(Purpose::embeddings);
}

std::string LocalModels::ranking_model() {
  return first_for(Purpose::ranks);
}

Result<void> LocalModels::load(const std::string& name) {
  const auto found = find(name);
  if (found && (*found)->purpose() != Purpose::chats) {
    const auto made = embedder(name);
    if (!made) return std::unexpected(made.error());
    return {};
  }
  const auto made = get(name);
  if (!made) return std::unexpected(made.error());
  return {};
}

Result<std::shared_ptr<const engine::Weights>> LocalModels::weights(const std::string& name) {
  if (auto done = load(name); !done) return pass_on(done);
  return weights_of(entries_.at(name)->model);
}

Result<std::shared_ptr<engine::Instance>> LocalModels::get(const std::string& name) {
  const auto found = find(name);
  if (!found) return std::unexpected(found.error());
  Entry& entry = **found;
  if (auto instance = entry.loaded()) return instance;
  const std::lock_guard loading(entry.loading);
  if (auto instance = entry.loaded()) return instance;
  const auto announced = announce_loading();
  return load(entry);
}

std::shared_ptr<void> LocalModels::announce_loading() {
  ++n_loading_;
  return {nullptr, [this](std::nullptr_t) { --n_loading_; }};
}

std::shared_ptr<engine::Instance> LocalModels::loaded(const std::string& name) const {
  const auto found = entries_.find(name);
  return found == entries_.end() ? nullptr : found->second->loaded();
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
  if (!(*weights)->info().answers_chats()) {
    return fail(
        ErrorKind::invalid_request,
        fmt::format("{} {} and answers no chats", model.name,
                    (*weights)->info().ranks_documents ? "ranks documents (POST /v1/rerank)"
                                                       : "makes embeddings (POST /v1/embeddings)"));
  }
  auto instance = engine::Instance::create(*weights, model.options);
  if (!instance) return pass_on(instance);
  for (const std::string& note : (*instance)->notes()) spdlog::info("{}: {}", model.name, note);
  spdlog::info("{} is ready after {:.1f} s, with a context of {} tokens", model.name,
               ms_since(began) / 1000, (*instance)->n_ctx());
  const std::lock_guard lock(entry.mutex);
  entry.instance = std::move(*instance);
  return entry.instance;
}

Result<std::shared_ptr<const engine::Weights>> LocalModels::weights_of(const LocalModel& model) {
  const std::lock_guard lock(weights_->mutex);
  std::error_code ec;
  const auto canonical = std::filesystem::weakly_canonical(model.path, ec);
  auto& known = weights_->known[{canonical.string(), model.gpu_layers, model.chat_template}];
  if (auto shared = known.lock()) return shared;
  auto weights = engine::Weights::load(model.path, model.gpu_layers, model.chat_template);
  if (weights) known = *weights;
  return weights;
}

}  // namespace hearth::provider
