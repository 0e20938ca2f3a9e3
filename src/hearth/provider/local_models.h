#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "hearth/engine/embedder.h"
#include "hearth/engine/instance.h"

namespace hearth::provider {

/// A model that this server may load, as clients call it.
struct LocalModel {
  std::string name;
  std::filesystem::path path;  ///< empty: not on this machine
  engine::InstanceOptions options;
  int gpu_layers = engine::all_layers;
  std::string chat_template = {};  ///< Jinja; empty: the model's own
  /// Said where `path` is empty: what to do.
  std::string missing;
};

/// The local models by name, loaded on first use or by preload. Models with one path share their
/// weights. Thread-safe.
class LocalModels {
 public:
  /// Instances and weights that `earlier` has loaded are taken over by those of `models` that are
  /// as they were there.
  explicit LocalModels(std::vector<LocalModel> models, const LocalModels* earlier = nullptr);

  /// The loaded instance of `name`; loads it, which takes seconds, if it is not. Concurrent calls
  /// for one model load it once. Errors: not_found for an unknown name or a missing file; what
  /// loading reports.
  Result<std::shared_ptr<engine::Instance>> get(const std::string& name);

  /// The same of a model that makes embeddings or ranks documents, which answers no chats.
  Result<std::shared_ptr<engine::Embedder>> embedder(const std::string& name);

  /// The first model that makes embeddings; empty: none does. Reads files.
  std::string embedding_model();
  /// The first model that ranks documents; likewise.
  std::string ranking_model();

  /// Loads it, as what it is. Errors: as get.
  Result<void> load(const std::string& name);

  /// Its weights, with the vocabulary, whatever it is made for; likewise.
  Result<std::shared_ptr<const engine::Weights>> weights(const std::string& name);

  /// `get` without loading: null if it is not loaded now.
  [[nodiscard]] std::shared_ptr<engine::Instance> loaded(const std::string& name) const;

  [[nodiscard]] std::vector<std::string> names() const;
  /// Its file. Empty for one that is unknown or not on this machine.
  [[nodiscard]] std::filesystem::path file_of(const std::string& name) const;
  [[nodiscard]] bool knows(const std::string& name) const { return entries_.contains(name); }
  /// True while any model is being loaded, or will be as soon as somebody has time.
  [[nodiscard]] bool loading() const { return n_loading_ > 0; }
  /// Makes loading() true as long as what is returned lives.
  [[nodiscard]] std::shared_ptr<void> announce_loading();

 private:
  enum class Purpose { chats, embeddings, ranks };

  struct Entry {
    LocalModel model;
    std::mutex loading;
    std::mutex mutex;
    std::shared_ptr<engine::Instance> instance;  ///< guarded by `mutex`
    std::shared_ptr<engine::Embedder> embedder;  ///< guarded by `loading`

    std::optional<Purpose> known_purpose;  ///< guarded by `mutex`

    std::shared_ptr<engine::Instance> loaded();
    Purpose purpose();
  };
  struct SharedWeights {
    std::mutex mutex;
    /// By file, layers on the GPU and template.
    std::map<std::tuple<std::string, int, std::string>, std::weak_ptr<const engine::Weights>> known;
  };

  std::string first_for(Purpose purpose);
  Result<Entry*> find(const std::string& name);
  Result<std::shared_ptr<engine::Instance>> load(Entry& entry);
  Result<std::shared_ptr<const engine::Weights>> weights_of(const LocalModel& model);

  std::map<std::string, std::shared_ptr<Entry>> entries_;
  std::vector<std::string> order_;
  std::shared_ptr<SharedWeights> weights_;
  std::atomic<int> n_loading_{0};
};

}  // namespace hearth::provider
