#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "hearth/provider/health.h"
#include "hearth/provider/local.h"
#include "hearth/router/router.h"

namespace hearth::gateway {

/// A provider of the configuration, and how it has fared.
struct RoutedProvider {
  std::shared_ptr<provider::Provider> provider;
  std::shared_ptr<provider::Health> health;
};

/// What one reading of the configuration makes. Read again, it is replaced as a whole; a request
/// ends with those that it began with.
struct Routes {
  std::vector<std::string> key_hashes;  ///< router::key_hash of each; empty: none is asked for
  std::unique_ptr<const router::Router> router;
  std::string system_prompt;  ///< of REWRITE_SYSTEM_PROMPT; empty: it stays as it is
  std::map<std::string, RoutedProvider> providers;
  std::shared_ptr<provider::LocalModels> local_models;

  /// The local model that `asked` means: itself, without its provider, or the first one where it is
  /// empty or a hosted model's name. Empty if there is none.
  [[nodiscard]] std::string local_model_name(const std::string& asked) const;
  /// "NAME:latest" is how Ollama's clients write a name without a tag: `asked` without it, if that
  /// is a local model's name.
  [[nodiscard]] std::string without_latest(const std::string& asked) const;
  /// What an answer says that it comes from, where the client asked for no model by name.
  [[nodiscard]] std::string shown_model(const std::string& asked) const;
  /// The local provider that answers for it; null if none does.
  [[nodiscard]] std::shared_ptr<provider::LocalProvider> local_for(const std::string& asked) const;
  /// What to say where `local_for` is null.
  [[nodiscard]] Error no_local_model(const std::string& asked) const;
};

}  // namespace hearth::gateway
